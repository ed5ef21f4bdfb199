package auth

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Bounds of what a manifest may state. More is a fault, never cut off.
const (
	MaxIDBytes        = 64       // of a Scheme's ID
	MaxParams         = 256      // in one scheme or trigger
	MaxKeyBytes       = 128      // of a parameter's key, a header's or a request parameter's name
	MaxTitleBytes     = 512      // of any title
	MaxHelpBytes      = 16 << 10 // of any help text
	MaxURLBytes       = 2048     // of an endpoint, an audience or a resource
	MaxScopes         = 512      // in one scheme
	MaxScopeBytes     = 512      // of one scope
	MaxEnum           = 1024     // allowed values of one parameter
	MaxPatternBytes   = 1024     // of a pattern as written
	MaxExtraParams    = 32       // in each map of Quirks
	MaxResources      = 16       // in Quirks
	MaxSeparatorBytes = 4        // of a scope separator
	MaxValueBytes     = 64 << 10 // of one parameter's value, as JSON where it is no string
)

// faults collects what is wrong, with where.
type faults []Fault

func (f *faults) add(field, reason string) {
	*f = append(*f, Fault{Field: field, Reason: reason})
}

// under adds faults found one level below field.
func (f *faults) under(field string, found []Fault) {
	for _, x := range found {
		if x.Field == "" {
			f.add(field, x.Reason)
			continue
		}
		f.add(field+"/"+x.Field, x.Reason)
	}
}

// item names one element of a list.
func item(field string, i int) string { return field + "/" + strconv.Itoa(i) }

func tooLong(limit int) string { return "is longer than " + strconv.Itoa(limit) + " bytes" }

func tooMany(limit int, what string) string {
	return "has more than " + strconv.Itoa(limit) + " " + what
}

// text checks what is shown to people: bounded, valid UTF-8, and no control
// characters but line breaks and tabs.
func (f *faults) text(field, s string, limit int) {
	if len(s) > limit {
		f.add(field, tooLong(limit))
		return
	}
	if !utf8.ValidString(s) {
		f.add(field, "is not valid UTF-8")
		return
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' {
			f.add(field, "contains a control character")
			return
		}
	}
}

// word reports whether s is made of letters, digits and the bytes of extra,
// beginning with a letter, a digit or a byte of first.
func word(s, first, extra string) bool {
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' {
			continue
		}
		set := extra
		if i == 0 {
			set = first
		}
		if !contains(set, c) {
			return false
		}
	}
	return s != ""
}

func contains(set string, c byte) bool {
	for i := range len(set) {
		if set[i] == c {
			return true
		}
	}
	return false
}

// printable reports whether s is visible ASCII without the bytes of not.
func printable(s, not string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || contains(not, s[i]) {
			return false
		}
	}
	return true
}
