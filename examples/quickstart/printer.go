package main

import (
	"io"
	"strings"
	"unicode"
)

// printer passes text on without control characters: names and messages come
// from feeds, and a terminal would obey what they contain.
type printer struct{ w io.Writer }

// Write implements io.Writer.
func (p printer) Write(text []byte) (int, error) {
	if _, err := io.WriteString(p.w, printable(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return '?'
		}
		return r
	}, s)
}
