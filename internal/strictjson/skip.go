package strictjson

// skipValue reads the value at i for its syntax alone and returns the index
// after it or, with a reason, of what is wrong. It takes no more stack for
// deep nesting: one bit per level says whether an object or an array is open.
func skipValue(data []byte, i int) (end int, reason string) {
	open := make(bitStack, 0, 4)
	depth := 0
	for {
		i = skipSpace(data, i)
		if i < len(data) && (data[i] == '{' || data[i] == '[') {
			object := data[i] == '{'
			open = open.set(depth, object)
			depth++
			i = skipSpace(data, i+1)
			if i >= len(data) || data[i] != closer(object) {
				if object {
					if i, reason = skipName(data, i); reason != "" {
						return i, reason
					}
				}
				continue
			}
		} else if i, reason = skipScalar(data, i); reason != "" {
			return i, reason
		}
		for {
			if depth == 0 {
				return i, ""
			}
			object := open.get(depth - 1)
			if i = skipSpace(data, i); i >= len(data) {
				return i, reasonEnd
			}
			if data[i] == ',' {
				i++
				if object {
					if i, reason = skipName(data, skipSpace(data, i)); reason != "" {
						return i, reason
					}
				}
				break
			}
			if data[i] != closer(object) {
				return i, separatorReason(data[i:], closer(object))
			}
			depth--
			i++
		}
	}
}

// skipName reads a member's name and its colon.
func skipName(data []byte, i int) (end int, reason string) {
	if i >= len(data) || data[i] != '"' {
		return i, nameReason(data[i:])
	}
	i, _, reason = scanString(data, i+1)
	if reason != "" {
		return i, reason
	}
	i = skipSpace(data, i+1)
	if i >= len(data) || data[i] != ':' {
		return i, colonReason(data[i:])
	}
	return i + 1, ""
}

// skipScalar reads a string, number or literal.
func skipScalar(data []byte, i int) (end int, reason string) {
	if i >= len(data) {
		return i, reasonEnd
	}
	switch c := data[i]; {
	case c == '"':
		i, _, reason = scanString(data, i+1)
		if reason == "" {
			i++
		}
	case c == '-' || c-'0' < 10:
		i, _, reason = scanNumber(data, i)
	case c == 't' || c == 'f' || c == 'n':
		i, reason = scanLiteral(data, i)
	default:
		reason = valueReason(data[i:])
	}
	return i, reason
}

func closer(object bool) byte {
	if object {
		return '}'
	}
	return ']'
}

// bitStack is a stack of booleans.
type bitStack []uint64

func (s bitStack) set(i int, v bool) bitStack {
	if i/64 == len(s) {
		s = append(s, 0)
	}
	s[i/64] &^= 1 << (i % 64)
	if v {
		s[i/64] |= 1 << (i % 64)
	}
	return s
}

func (s bitStack) get(i int) bool { return s[i/64]>>(i%64)&1 == 1 }
