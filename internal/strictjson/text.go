package strictjson

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// chunk is how many bytes of short strings share one allocation at most, and so
// how much a single kept string can hold in memory.
const chunk = 1 << 10

// str returns the text of a literal whose content is data[start:end], after
// noting what is wrong with it. ok is false when it is too long to keep.
func (d *decoder) str(start, end int, flags textFlags) (s string, ok bool) {
	b := d.textBytes(start, end, flags)
	if most := d.o.MaxText; most > 0 && len(b) > most {
		d.faultf(start-1, "text of %d bytes is longer than %d", len(b), most)
		return "", false
	}
	if d.o.Borrow && flags == 0 && len(b) > 0 {
		return unsafe.String(&b[0], len(b)), true //nolint:gosec // what Borrow promises
	}
	return d.keep(b), true
}

// textBytes is str without a copy: the result is good until the next call.
func (d *decoder) textBytes(start, end int, flags textFlags) []byte {
	b := d.data[start:end]
	if flags == 0 {
		return b
	}
	sound := d.checkText(start, end, flags)
	if flags&hasEscape != 0 {
		d.buf = unescape(d.buf[:0], b)
		b = d.buf
	}
	if !sound {
		b = bytes.ToValidUTF8(b, []byte(string(utf8.RuneError)))
	}
	return b
}

// checkText notes invalid UTF-8 and unpaired surrogates.
func (d *decoder) checkText(start, end int, flags textFlags) bool {
	b, sound := d.data[start:end], true
	if flags&hasHigh != 0 && !utf8.Valid(b) {
		i := 0
		for i < len(b) {
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				break
			}
			i += n
		}
		d.faultf(start+i, "invalid UTF-8: byte %#02x", b[i])
		sound = false
	}
	if flags&hasLone != 0 {
		for i := 0; i < len(b); i++ {
			if b[i] != '\\' {
				continue
			}
			n, lone, _ := scanEscape(b[i:])
			if lone {
				d.faultf(start+i, "unpaired surrogate %s", text(b[i:i+6]))
				break
			}
			i += n - 1
		}
	}
	return sound
}

// keep copies b to a string. Short ones share allocations, the larger the more
// there was: the buffer of a Builder that is never grown past its capacity does
// not move.
func (d *decoder) keep(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > chunk/4 {
		return string(b)
	}
	if d.arena.Cap()-d.arena.Len() < len(b) {
		d.arena.Reset()
		d.arena.Grow(max(len(b), min(len(d.data)-d.pos, d.kept/2, chunk)))
	}
	d.kept += len(b)
	at := d.arena.Len()
	d.arena.Write(b)
	return d.arena.String()[at:]
}

// unescape appends the text of a literal that scanString accepted. An unpaired
// surrogate becomes U+FFFD.
func unescape(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, '\\')
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		b = b[i:]
		n, lone, _ := scanEscape(b)
		switch c := b[1]; {
		case lone:
			dst = utf8.AppendRune(dst, utf8.RuneError)
		case n == 12:
			dst = utf8.AppendRune(dst, utf16.DecodeRune(hex4(b[2:]), hex4(b[8:])))
		case c == 'u':
			dst = utf8.AppendRune(dst, hex4(b[2:]))
		default:
			dst = append(dst, plain(c))
		}
		b = b[n:]
	}
}

// plain returns what the one-letter escape \c stands for.
func plain(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	default:
		return c
	}
}
