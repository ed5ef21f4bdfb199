package strictjson

import (
	"bytes"
	"fmt"
	"strconv"
)

// startReason says why input that starts like this is no JSON at all, or "".
func startReason(b []byte) string {
	switch {
	case len(b) == 0:
		return "input is empty"
	case b[0] == '<':
		return "input starts with '<': HTML instead of JSON"
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return "input starts with a byte order mark; JSON has none"
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return "input is UTF-16; JSON is UTF-8"
	case bytes.HasPrefix(b, []byte("\x1f\x8b")):
		return "input is compressed with gzip"
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		return "input is a zip archive"
	case bytes.HasPrefix(b, []byte("---")):
		return "input starts with '---': YAML instead of JSON"
	default:
		return ""
	}
}

// valueReason says why no value starts with b.
func valueReason(b []byte) string {
	if len(b) == 0 {
		return reasonEnd
	}
	switch c := b[0]; c {
	case '\'':
		return "strings are written in double quotes"
	case '/', '#':
		return "JSON has no comments"
	case 'N', 'I', 'T', 'F', 'u':
		for _, word := range []string{"NaN", "None", "Infinity", "True", "False", "undefined"} {
			if bytes.HasPrefix(b, []byte(word)) {
				return word + " is not JSON"
			}
		}
	case '+', '.':
		return fmt.Sprintf("a number must not start with %q", c)
	case '}', ']', ',':
		return fmt.Sprintf("want a value, not %q", c)
	}
	return "want a value, not " + first(b)
}

// first names the character that b starts with.
func first(b []byte) string {
	for _, r := range string(b[:min(len(b), 4)]) {
		return strconv.QuoteRune(r)
	}
	return "the end of the input"
}

// quote shows text of the input, cut to a length that can be printed.
func quote(b []byte) string {
	const show = 64
	if len(b) > show {
		return strconv.Quote(string(b[:show])) + "..."
	}
	return strconv.Quote(string(b))
}

// kindOf names the kind of value that starts with c.
func kindOf(c byte) string {
	switch c {
	case '"':
		return "a string"
	case '{':
		return "an object"
	case '[':
		return "an array"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}

func nameReason(b []byte) string {
	if len(b) == 0 {
		return reasonEnd
	}
	return "want a member name in double quotes, not " + first(b)
}

func colonReason(b []byte) string {
	if len(b) == 0 {
		return reasonEnd
	}
	return "want ':' after the member name, not " + first(b)
}

func separatorReason(b []byte, closer byte) string {
	if len(b) == 0 {
		return reasonEnd
	}
	return fmt.Sprintf("want ',' or %q, not %s", closer, first(b))
}
