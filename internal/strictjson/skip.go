package strictjson

// skipValue reads the value at i for its syntax alone and returns the index
// after it or, with a reason, of what is wrong. It takes no more stack for
// deep nesting: one bit per level says whether an object or an array is open.
func skipValue(data []byte, i int) (end int, reason string) {
	s := skipper{data: data}
	for {
		i = skipSpace(data, i)
		inside := false
		if i < len(data) && (data[i] == '{' || data[i] == '[') {
			i, inside, reason = s.enter(i)
		} else {
			i, reason = skipScalar(data, i)
		}
		if reason == "" && !inside {
			i, reason = s.leave(i)
		}
		if reason != "" || s.depth == 0 {
			return i, reason
		}
	}
}

// skipper is the state of skipValue.
type skipper struct {
	data  []byte
	depth int
	// One bit per level, set for an object: few stands for the first 64 levels,
	// which need no allocation.
	few  uint64
	more []uint64
}

// enter opens the array or object at i. inside says that a value follows;
// otherwise it is empty.
func (s *skipper) enter(i int) (next int, inside bool, reason string) {
	object := s.data[i] == '{'
	s.push(object)
	i = skipSpace(s.data, i+1)
	if i < len(s.data) && s.data[i] == closer(object) {
		return i, false, ""
	}
	if object {
		i, reason = skipName(s.data, i)
	}
	return i, true, reason
}

// leave closes what ends at i, after a value, up to where the next value begins or
// nothing is open.
func (s *skipper) leave(i int) (next int, reason string) {
	for s.depth > 0 {
		object := s.top()
		if i = skipSpace(s.data, i); i >= len(s.data) {
			return i, reasonEnd
		}
		switch s.data[i] {
		case ',':
			if i++; object {
				i, reason = skipName(s.data, skipSpace(s.data, i))
			}
			return i, reason
		case closer(object):
			s.depth--
			i++
		default:
			return i, separatorReason(s.data[i:], closer(object))
		}
	}
	return i, ""
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

// push opens an object or array.
func (s *skipper) push(object bool) {
	word := &s.few
	if i := s.depth/64 - 1; i >= 0 {
		if i == len(s.more) {
			s.more = append(s.more, 0)
		}
		word = &s.more[i]
	}
	*word &^= 1 << (s.depth % 64)
	if object {
		*word |= 1 << (s.depth % 64)
	}
	s.depth++
}

// top reports whether an object was opened last.
func (s *skipper) top() bool {
	i := s.depth - 1
	word := s.few
	if i >= 64 {
		word = s.more[i/64-1]
	}
	return word>>(i%64)&1 == 1
}
