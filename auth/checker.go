package auth

import (
	"encoding/json"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxExact is the greatest integer that every JSON reader keeps exactly, RFC
// 7493 section 2.2.
const maxExact = 1<<53 - 1

// checker measures values against one declaration.
type checker struct {
	p       *Param
	pattern *regexp.Regexp // nil: none
	enum    map[any]bool   // nil: everything
}

// compile prepares to measure values, or says why the declaration makes that
// impossible. The enum is left to allow.
func (p *Param) compile() (*checker, []Fault) {
	var f faults
	c := &checker{p: p}
	if p.Pattern != "" {
		if k := p.kind(); k != KindString && k != KindArray {
			f.add("pattern", "does not go with kind "+string(k))
		} else if re, reason := compile(p.Pattern); reason != "" {
			f.add("pattern", reason)
		} else {
			c.pattern = re
		}
	}
	f.bounds(p)
	return c, f
}

// allow restricts the checker to the enum.
func (c *checker) allow() {
	if len(c.p.Enum) == 0 {
		return
	}
	enum := make(map[any]bool, len(c.p.Enum))
	for _, v := range c.p.Enum {
		if id, reason := c.scalar(v); reason == "" {
			enum[id] = true
		}
	}
	c.enum = enum
}

// check returns everything that is wrong with v, which is not blank.
func (c *checker) check(v any) []string {
	switch c.p.kind() {
	case KindArray:
		return c.array(v)
	case KindBoolean:
		if _, ok := v.(bool); !ok {
			return []string{"must be true or false"}
		}
	case KindJSON:
		if raw, err := json.Marshal(v); err != nil {
			return []string{"is not JSON"}
		} else if len(raw) > MaxValueBytes {
			return []string{tooLong(MaxValueBytes)}
		}
	default:
		if id, reason := c.scalar(v); reason != "" {
			return []string{reason}
		} else if c.enum != nil && !c.enum[id] {
			return []string{"is not one of the allowed values"}
		}
	}
	return nil
}

// array checks a list of strings, each fault with its index.
func (c *checker) array(v any) []string {
	items, ok := list(v)
	if !ok {
		return []string{"must be a list of strings"}
	}
	if reason := c.size(len(items), "items"); reason != "" {
		return []string{reason}
	}
	var reasons []string
	total := 0
	for i, v := range items {
		at := "item " + strconv.Itoa(i) + " "
		if s, isText := v.(string); isText {
			if total += len(s); total > MaxValueBytes {
				return append(reasons, tooLong(MaxValueBytes))
			}
		}
		if id, reason := c.scalar(v); reason != "" {
			reasons = append(reasons, at+reason)
		} else if c.enum != nil && !c.enum[id] {
			reasons = append(reasons, at+"is not one of the allowed values")
		}
	}
	return reasons
}

// scalar measures one value, or one item of an array, and returns it in a form
// that is equal for equal values.
func (c *checker) scalar(v any) (id any, reason string) {
	switch kind := c.p.kind(); kind {
	case KindInteger, KindNumber:
		n, ok := number(v)
		if !ok {
			return nil, "must be a number"
		}
		return n, c.amount(n, kind)
	default:
		s, ok := v.(string)
		if !ok {
			return nil, "must be a string"
		}
		return s, c.text(s, kind)
	}
}

func (c *checker) amount(n float64, kind Kind) string {
	switch {
	case kind == KindInteger && n != math.Trunc(n):
		return "must be an integer"
	case kind == KindInteger && math.Abs(n) > maxExact:
		return "is too large to be exact"
	case c.p.Min != nil && n < *c.p.Min:
		return "must be at least " + strconv.FormatFloat(*c.p.Min, 'g', -1, 64)
	case c.p.Max != nil && n > *c.p.Max:
		return "must be at most " + strconv.FormatFloat(*c.p.Max, 'g', -1, 64)
	default:
		return ""
	}
}

func (c *checker) text(s string, kind Kind) string {
	if len(s) > MaxValueBytes {
		return tooLong(MaxValueBytes)
	}
	if !utf8.ValidString(s) {
		return "is not valid UTF-8"
	}
	switch kind {
	case KindDate:
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return "must be a date such as 2006-01-02"
		}
	case KindDateTime:
		if !timestamp(s) {
			return "must be a date and time such as 2006-01-02T15:04:05Z"
		}
	case KindString:
		if reason := c.size(utf8.RuneCountInString(s), "characters"); reason != "" {
			return reason
		}
	default:
	}
	if c.pattern != nil && !c.pattern.MatchString(s) {
		return "does not match the pattern"
	}
	return ""
}

// timestamp reports whether s is a date-time of RFC 3339. time.Parse takes more:
// hours of one digit, a comma before the fraction, offsets of a day and beyond.
func timestamp(s string) bool {
	if _, err := time.Parse(time.RFC3339, s); err != nil || strings.Contains(s, ",") || s[len("2006-01-02T15")] != ':' {
		return false
	}
	if strings.HasSuffix(s, "Z") {
		return true
	}
	offset := s[len(s)-len("07:00"):]
	return offset[:2] < "24" && offset[3:] < "60"
}

// size checks a length against Min and Max.
func (c *checker) size(n int, unit string) string {
	if lowest := c.p.Min; lowest != nil && n < int(*lowest) {
		return "must have at least " + strconv.Itoa(int(*lowest)) + " " + unit
	}
	if highest := c.p.Max; highest != nil && n > int(*highest) {
		return "must have at most " + strconv.Itoa(int(*highest)) + " " + unit
	}
	return ""
}

// list returns the items of a []any or []string.
func list(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case []string:
		items := make([]any, len(v))
		for i, s := range v {
			items[i] = s
		}
		return items, true
	default:
		return nil, false
	}
}

// number returns a finite number of any Go type. Integers beyond 2^53 round,
// away from what KindInteger accepts.
func number(v any) (float64, bool) {
	if n, ok := v.(json.Number); ok {
		if !json.Valid([]byte(n)) { // ParseFloat also takes "0x1p4" and "Inf"
			return 0, false
		}
		f, err := strconv.ParseFloat(string(n), 64)
		return f, err == nil
	}
	switch r := reflect.ValueOf(v); {
	case !r.IsValid():
		return 0, false
	case r.CanInt():
		return float64(r.Int()), true
	case r.CanUint():
		return float64(r.Uint()), true
	case r.CanFloat():
		f := r.Float()
		return f, !math.IsNaN(f) && !math.IsInf(f, 0)
	default:
		return 0, false
	}
}
