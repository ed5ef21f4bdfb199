package strictjson

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// textFlags says what reading a string literal takes.
type textFlags uint8

const (
	hasEscape textFlags = 1 << iota
	hasHigh             // bytes outside ASCII
	hasLone             // an unpaired surrogate escape
)

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080

	reasonEnd = "input ends too early"
)

// skipSpace returns the first index from i on that is no white space.
func skipSpace(data []byte, i int) int {
	for i < len(data) {
		switch data[i] {
		case ' ', '\n', '\r', '\t':
			i++
		default:
			return i
		}
	}
	return i
}

// scanString reads the literal whose opening quote is at i-1. It returns the index
// of the closing quote or, with a reason, of what is wrong. It looks at eight
// bytes at once: most text is plain.
func scanString(data []byte, i int) (end int, flags textFlags, reason string) {
	for {
		for i+8 <= len(data) {
			x := binary.LittleEndian.Uint64(data[i:])
			quote, slash := x^(lowBits*'"'), x^(lowBits*'\\')
			stop := (x | (x - lowBits*0x20) | (quote - lowBits) | (slash - lowBits)) & highBits
			if stop != 0 {
				i += bits.TrailingZeros64(stop) / 8
				break
			}
			i += 8
		}
		if i >= len(data) {
			return len(data), flags, "input ends inside a string"
		}
		switch c := data[i]; {
		case c == '"':
			return i, flags, ""
		case c == '\\':
			n, lone, why := scanEscape(data[i:])
			if why != "" {
				return i, flags, why
			}
			flags |= hasEscape
			if lone {
				flags |= hasLone
			}
			i += n
		case c < 0x20:
			return i, flags, fmt.Sprintf("control character %#02x inside a string; write it as an escape", c)
		default:
			if c >= utf8.RuneSelf {
				flags |= hasHigh
				for i+1 < len(data) && data[i+1] >= utf8.RuneSelf {
					i++
				}
			}
			i++
		}
	}
}

// scanEscape reads one escape, or a surrogate pair of them, at the start of b.
// lone says that it is half a pair.
func scanEscape(b []byte) (n int, lone bool, reason string) {
	if len(b) < 2 {
		return 0, false, "input ends inside a string"
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, false, ""
	case 'u':
		r := hex4(b[2:])
		switch {
		case r < 0:
			return 0, false, `\u needs four hexadecimal digits`
		case r < 0xD800 || r > 0xDFFF:
			return 6, false, ""
		case r < 0xDC00 && len(b) >= 12 && b[6] == '\\' && b[7] == 'u':
			if low := hex4(b[8:]); low >= 0xDC00 && low <= 0xDFFF {
				return 12, false, ""
			}
		}
		return 6, true, ""
	default:
		return 0, false, fmt.Sprintf("unknown escape %s in a string", quote(b[:2]))
	}
}

// hex4 returns the value of the four hexadecimal digits that b starts with, or -1.
func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}
