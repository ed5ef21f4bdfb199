package governance

import (
	"slices"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// Check returns what in the policy does not fit a connector with these schemes, or
// nil: a preset in the clear for a secret, a secret for what is none, a value that
// the parameter does not accept. Of the rule that names the connector exactly, it also
// tells rules and presets for a scheme or parameter that the connector does not have:
// misspelt, they would do nothing.
//
// Whoever writes a policy is told so before it is stored, above all of a secret
// that would be stored in the clear. What no longer fits later is refused when a connection
// is made: see Decision.Apply.
func (p *Policy) Check(key connector.Key, schemes []auth.Scheme) []connector.Fault {
	if p == nil {
		return nil
	}
	i := p.covering(key)
	if i < 0 {
		return nil
	}
	c := fitting{rule: &p.Connectors[i], schemes: schemes, exact: p.Connectors[i].Match == version.Scope(key)}
	at := element("/connectors", i)
	for j, s := range c.rule.Schemes {
		if s.ID != "" && c.exact && !c.has(s.ID) {
			c.faults.addf(element(at+"/schemes", j)+"/id", "connector %q has no scheme %s", key, quote(s.ID))
		}
	}
	for j := range c.rule.Presets {
		c.preset(element(at+"/presets", j), key, &c.rule.Presets[j])
	}
	return c.faults.faults()
}

// fitting holds one rule against one connector.
type fitting struct {
	rule    *Rule
	schemes []auth.Scheme
	exact   bool
	faults  findings
}

func (c *fitting) has(id string) bool {
	return slices.ContainsFunc(c.schemes, func(s auth.Scheme) bool { return s.ID == id })
}

// preset holds a preset against every scheme that it reaches.
func (c *fitting) preset(at string, key connector.Key, preset *Preset) {
	if preset.Scheme != "" && !c.has(preset.Scheme) {
		if c.exact {
			c.faults.addf(at+"/scheme", "connector %q has no scheme %s", key, quote(preset.Scheme))
		}
		return
	}
	reaches := false
	for i := range c.schemes {
		s := &c.schemes[i]
		if preset.Scheme != "" && preset.Scheme != s.ID {
			continue
		}
		for j := range s.Params {
			if s.Params[j].Key == preset.Param {
				reaches = true
				c.value(at, s, &s.Params[j], preset)
			}
		}
	}
	if !reaches && c.exact {
		c.faults.addf(at+"/param", "connector %q has no parameter %s there", key, quote(preset.Param))
	}
}

// value measures a preset like a value that somebody gives.
func (c *fitting) value(at string, s *auth.Scheme, p *auth.Param, preset *Preset) {
	secret := !preset.Secret.IsZero()
	var value any
	switch fresh, isNew := preset.Secret.New(); {
	case p.Secret && !secret:
		c.faults.addf(at+"/value", "it is in the clear, but the parameter of scheme %q is a secret: state it as the secret", s.ID)
		return
	case !p.Secret && secret:
		c.faults.addf(at+"/secret", "the parameter of scheme %q is no secret: state it as the value", s.ID)
		return
	case isNew:
		value = fresh
	case secret:
		return // sealed: nothing is known of it
	default:
		value = preset.Value
	}
	for _, x := range auth.Validate([]auth.Param{*p}, map[string]any{p.Key: value}) {
		c.faults.addf(at, "scheme %q does not accept it: it %s", s.ID, x.Reason)
	}
}
