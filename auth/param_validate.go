package auth

import (
	"math"
	"strconv"
)

// ValidateParams returns everything that is wrong with the declarations of
// params, in their order, or nil. The first step of each field is the index,
// such as "2/pattern".
func ValidateParams(params []Param) []Fault {
	var f faults
	if len(params) > MaxParams {
		f.add("", tooMany(MaxParams, "entries"))
		return f
	}
	first := make(map[string]int, len(params))
	for i := range params {
		at, key := strconv.Itoa(i), params[i].Key
		f.under(at, params[i].Validate())
		if j, twice := first[key]; twice && key != "" {
			f.add(at+"/key", "is the key of entry "+strconv.Itoa(j)+" too")
			continue
		}
		first[key] = i
	}
	return f
}

// Validate returns everything that is wrong with the declaration, in the order
// of its fields, or nil.
func (p *Param) Validate() []Fault {
	var f faults
	switch {
	case p.Key == "":
		f.add("key", "is missing")
	case len(p.Key) > MaxKeyBytes:
		f.add("key", tooLong(MaxKeyBytes))
	case !word(p.Key, "_", "_.-"):
		f.add("key", "must be letters, digits, '_', '.' and '-', beginning with a letter, a digit or '_'")
	}
	f.text("title", p.Title, MaxTitleBytes)
	f.text("help", p.Help, MaxHelpBytes)
	oneOf(&f, "kind", p.Kind, KindString, KindInteger, KindNumber, KindBoolean, KindDate, KindDateTime, KindArray, KindJSON)
	oneOf(&f, "role", p.Role, RoleRequired, RoleOptional, RoleHidden)
	check, found := p.compile()
	f = append(f, found...)
	if p.Secret {
		f.secret(p)
		return f
	}
	if len(f) == 0 { // else the values are measured against a broken declaration
		f.constants(p, check)
	}
	return f
}

// kind returns the kind with its default filled in.
func (p *Param) kind() Kind {
	if p.Kind == "" {
		return KindString
	}
	return p.Kind
}

// secret checks that a manifest does not ship a secret.
func (f *faults) secret(p *Param) {
	if p.kind() != KindString {
		f.add("kind", "of a secret must be string")
	}
	if p.Default != nil {
		f.add("default", "of a secret must be left out")
	}
	if len(p.Enum) > 0 {
		f.add("enum", "of a secret must be left out")
	}
}

// constants checks the values that the declaration itself contains.
func (f *faults) constants(p *Param, c *checker) {
	if len(p.Enum) > 0 {
		f.enum(p, c)
	}
	if p.Default == nil {
		return
	}
	c.allow()
	for _, reason := range c.check(p.Default) {
		f.add("default", reason)
	}
}

func (f *faults) enum(p *Param, c *checker) {
	switch p.kind() {
	case KindString, KindInteger, KindNumber, KindArray:
	default:
		f.add("enum", "does not go with kind "+string(p.kind()))
		return
	}
	if len(p.Enum) > MaxEnum {
		f.add("enum", tooMany(MaxEnum, "entries"))
		return
	}
	seen := make(map[any]bool, len(p.Enum))
	for i, v := range p.Enum {
		at := item("enum", i)
		id, reason := c.scalar(v)
		switch {
		case reason != "":
			f.add(at, reason)
		case seen[id]:
			f.add(at, "is listed twice")
		}
		seen[id] = true
	}
}

// bounds checks Min and Max against each other and the kind.
func (f *faults) bounds(p *Param) {
	counts := false // Min and Max are lengths
	switch p.kind() {
	case KindInteger, KindNumber:
	case KindString, KindArray:
		counts = true
	default:
		if p.Min != nil {
			f.add("min", "does not go with kind "+string(p.kind()))
		}
		if p.Max != nil {
			f.add("max", "does not go with kind "+string(p.kind()))
		}
		return
	}
	for _, b := range []struct {
		field string
		value *float64
	}{{"min", p.Min}, {"max", p.Max}} {
		switch {
		case b.value == nil:
		case math.IsNaN(*b.value) || math.IsInf(*b.value, 0):
			f.add(b.field, "must be a number")
		case counts && (*b.value < 0 || *b.value != math.Trunc(*b.value) || *b.value > MaxValueBytes):
			f.add(b.field, "must be a length: an integer from 0 to "+strconv.Itoa(MaxValueBytes))
		}
	}
	if p.Min != nil && p.Max != nil && *p.Min > *p.Max {
		f.add("max", "is less than min")
	}
}
