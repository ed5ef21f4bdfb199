package connector

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/patchbay/patchbay/auth"
)

// maxFindings bounds what one checker tells: more would be read by nobody.
const maxFindings = 100

// finding is a fault that has no position yet.
type finding struct {
	pointer string // relative to what is checked
	reason  string
}

// checker collects what is wrong with a value of the model.
type checker struct {
	path     []step
	findings []finding
	parsed   bool // the value was just decoded, so what is JSON in it is valid
}

// step is a member, or with an empty name an element.
type step struct {
	name  string
	index int
}

// enter goes to element i of the list name; leave goes back.
func (c *checker) enter(name string, i int) {
	c.path = append(c.path, step{name: name}, step{index: i})
}

func (c *checker) leave() { c.path = c.path[:len(c.path)-2] }

// into goes to a member; out goes back.
func (c *checker) into(name string) { c.path = append(c.path, step{name: name}) }
func (c *checker) out()             { c.path = c.path[:len(c.path)-1] }

// add notes what is wrong with a field of the current place; with an empty
// reason nothing is.
func (c *checker) add(field, reason string) {
	if reason == "" || len(c.findings) > maxFindings {
		return
	}
	if len(c.findings) == maxFindings {
		c.findings = append(c.findings, finding{
			reason: fmt.Sprintf("more faults follow; only the first %d are listed", maxFindings),
		})
		return
	}
	var b strings.Builder
	for _, s := range c.path {
		b.WriteByte('/')
		if s.name != "" {
			b.WriteString(s.name)
		} else {
			b.WriteString(strconv.Itoa(s.index))
		}
	}
	if field != "" {
		b.WriteString("/" + field)
	}
	c.findings = append(c.findings, finding{b.String(), reason})
}

// optional notes a fault of a field that may be empty.
func (c *checker) optional(field, value string, reason func(string) string) {
	if value != "" {
		c.add(field, reason(value))
	}
}

// text checks what is shown to people.
func (c *checker) text(field, s string, most int) {
	if len(s) > most {
		c.add(field, fmt.Sprintf("it is %d bytes long, at most %d are allowed", len(s), most))
		return
	}
	if printable(s) {
		return
	}
	for i, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' {
			c.add(field, fmt.Sprintf("it has a control character at byte %d", i))
			return
		}
	}
}

// printable reports whether s is nothing but printable ASCII, as most texts are.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// title checks a text that must be there, on one line.
func (c *checker) title(field, s string) {
	switch {
	case s == "":
		c.add(field, "it is missing")
	case strings.ContainsAny(s, "\r\n"):
		c.add(field, "it has more than one line")
	default:
		c.text(field, s, maxName)
	}
}

// names checks a list of short texts.
func (c *checker) names(field string, list []string) {
	if len(list) > maxList {
		c.add(field, tooMany(len(list), maxList))
		return
	}
	for i, s := range list {
		c.title(field+"/"+strconv.Itoa(i), s)
	}
}

// auth adds what package auth found under a field.
func (c *checker) auth(field string, found []auth.Fault) {
	for _, f := range found {
		at := field
		if f.Field != "" {
			at = strings.TrimPrefix(field+"/"+f.Field, "/")
		}
		c.add(at, "it "+f.Reason)
	}
}

func tooMany(n, most int) string {
	return fmt.Sprintf("it has %d entries, at most %d are allowed", n, most)
}

// faults returns the findings without positions.
func (c *checker) faults() []Fault {
	var out []Fault
	for _, f := range c.findings {
		out = append(out, Fault{Pointer: f.pointer, Reason: f.reason})
	}
	return out
}
