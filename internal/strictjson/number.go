package strictjson

// scanNumber reads the number at i (RFC 8259 section 6) and returns the index
// after it, and whether it is written as an integer.
func scanNumber(data []byte, i int) (end int, integer bool, reason string) {
	if data[i] == '-' {
		i++
	}
	start := i
	i = digits(data, i)
	switch {
	case i == start:
		return i, false, "a number needs a digit here"
	case data[start] == '0' && i > start+1:
		return start, false, "a number must not start with 0"
	}
	integer = true
	if i < len(data) && data[i] == '.' {
		integer = false
		start, i = i+1, digits(data, i+1)
		if i == start {
			return i, false, "a number needs a digit after its point"
		}
	}
	if i < len(data) && (data[i] == 'e' || data[i] == 'E') {
		integer = false
		i++
		if i < len(data) && (data[i] == '+' || data[i] == '-') {
			i++
		}
		start, i = i, digits(data, i)
		if i == start {
			return i, false, "a number needs a digit in its exponent"
		}
	}
	return i, integer, ""
}

func digits(data []byte, i int) int {
	for i < len(data) && data[i]-'0' < 10 {
		i++
	}
	return i
}

// scanLiteral reads true, false or null at i.
func scanLiteral(data []byte, i int) (end int, reason string) {
	want := "null"
	switch data[i] {
	case 't':
		want = "true"
	case 'f':
		want = "false"
	}
	rest := data[i:]
	if len(rest) >= len(want) && string(rest[:len(want)]) == want {
		return i + len(want), ""
	}
	if len(rest) < len(want) && string(rest) == want[:len(rest)] {
		return len(data), reasonEnd
	}
	return i, "want " + want
}
