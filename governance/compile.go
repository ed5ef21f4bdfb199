package governance

import (
	"fmt"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// compiled is a policy made ready to be asked. It is immutable.
type compiled struct {
	policy     *Policy // a copy of its own
	fault      string  // why it denies everything (G9); empty: it does not
	rules      []compiledRule
	exact      map[connector.Key]int32
	publishers map[string]int32
	everything int32 // -1: none
}

// compiledRule is what is asked of a rule most often. What it says of schemes is nil
// for most.
type compiledRule struct {
	enable  bool
	schemes *compiledSchemes
}

type compiledSchemes struct {
	enable bool // what no rule names
	byID   map[string]bool
	byType map[auth.Type]bool
}

// compile makes a policy ready. One with faults denies everything.
func compile(p *Policy) *compiled {
	c := &compiled{policy: p.Clone(), everything: -1}
	if faults := p.Validate(); faults != nil {
		c.fault = connector.Faults(faults[:1]).Error()
		if more := len(faults) - 1; more > 0 {
			c.fault += fmt.Sprintf(", and %d more faults", more)
		}
		return c
	}
	p = c.policy
	c.rules = make([]compiledRule, len(p.Connectors))
	c.exact = make(map[connector.Key]int32, len(p.Connectors))
	c.publishers = map[string]int32{}
	for i := range p.Connectors {
		r, n := &p.Connectors[i], int32(i)
		c.rules[i] = compiledRule{enable: r.Effect == Enable, schemes: compileSchemes(r)}
		switch r.Match.Narrowness() {
		case everythingNarrow:
			c.everything = n
		case publisherNarrow:
			c.publishers[connector.Key(r.Match).Publisher()] = n
		default:
			c.exact[connector.Key(r.Match)] = n
		}
	}
	return c
}

// What version.Scope.Narrowness returns for what is no key.
const (
	everythingNarrow = iota
	publisherNarrow
)

func compileSchemes(r *Rule) *compiledSchemes {
	if r.SchemeDefault != Disable && len(r.Schemes) == 0 {
		return nil
	}
	s := &compiledSchemes{enable: r.SchemeDefault != Disable}
	for _, rule := range r.Schemes {
		if rule.ID != "" {
			if s.byID == nil {
				s.byID = make(map[string]bool, len(r.Schemes))
			}
			s.byID[rule.ID] = rule.Effect == Enable
			continue
		}
		if s.byType == nil {
			s.byType = make(map[auth.Type]bool, len(r.Schemes))
		}
		s.byType[rule.Type] = rule.Effect == Enable
	}
	return s
}

// rule returns the index of the rule that decides on a connector, or -1: the key
// itself before its publisher, and that before "*".
func (c *compiled) rule(key connector.Key) int32 {
	if i, ok := c.exact[key]; ok {
		return i
	}
	if len(c.publishers) > 0 {
		if i, ok := c.publishers[key.Publisher()]; ok {
			return i
		}
	}
	return c.everything
}

// connector decides on a connector as a whole.
func (c *compiled) connector(key connector.Key) (Code, int32) {
	if c.fault != "" {
		return CodeInvalidPolicy, -1
	}
	i := c.rule(key)
	switch {
	case i >= 0 && c.rules[i].enable:
		return CodeEnabled, i
	case i >= 0:
		return CodeDisabled, i
	case c.policy.Default == Disable:
		return CodeDefaultDisabled, i
	default:
		return CodeDefault, i
	}
}

// scheme decides on a scheme of a connector that rule i enables.
func (c *compiled) scheme(i int32, s *auth.Scheme) Code {
	rules := c.rules[i].schemes
	if rules == nil {
		return CodeEnabled
	}
	enable, named := rules.byID[s.ID]
	if !named {
		enable, named = rules.byType[s.Type]
	}
	switch {
	case named && enable, !named && rules.enable:
		return CodeEnabled
	case named:
		return CodeSchemeDisabled
	default:
		return CodeSchemeDefault
	}
}
