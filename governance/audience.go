package governance

import "slices"

// source is what a ruling comes from, whomever it is for.
type source struct {
	policy *compiled
	code   Code
}

func (r *ruling) source() source { return source{r.policy, r.code} }

// names returns the policy that the ruling names.
func (r *ruling) names() string {
	if r.binding == nil {
		return ""
	}
	return r.binding.Policy
}

// difference is what one ruling offers and another does not.
type difference struct{ vanish, appear []Offer }

// audiences compares what everybody sees before and after.
func (p *previewer) audiences() {
	scopes := map[string]map[Scope]bool{}
	note := func(s Scope) {
		if scopes[s.Tenant] == nil {
			scopes[s.Tenant] = map[Scope]bool{}
		}
		scopes[s.Tenant][s.identity()] = true
	}
	for _, e := range []*Engine{p.before, p.after} {
		for b := range e.bindings() {
			note(b.Scope)
		}
	}
	for name := range scopes {
		p.tenant(name)
	}
	p.tenant("")
	for name, t := range p.tenants {
		whole := Tenant(name)
		if name == "" {
			whole = Organization()
		}
		p.audience(t, whole)
		for s := range scopes[name] {
			if s != whole {
				p.audience(t, s)
			}
		}
		slices.SortFunc(t.Audiences, func(a, b Audience) int { return compareScopes(a.Scope, b.Scope) })
	}
}

// audience compares what those see whom a scope means.
func (p *previewer) audience(t *TenantImpact, s Scope) {
	before, after := p.before.rulingFor(s), p.after.rulingFor(s)
	d := p.difference(&before, &after)
	if len(d.vanish) == 0 && len(d.appear) == 0 {
		return
	}
	t.Audiences = append(t.Audiences, Audience{
		Scope: s, Before: before.names(), After: after.names(), Vanish: d.vanish, Appear: d.appear,
	})
}

// rulingFor is govern for those whom a scope means and no narrower one.
func (e *Engine) rulingFor(s Scope) ruling {
	switch {
	case s.Level == LevelOrganization && e.fault == "" && e.organization != nil:
		return e.rulingOf(e.organization)
	case s.Level == LevelOrganization && e.fault == "":
		return ruling{code: CodeUngoverned}
	}
	subject := Subject{Tenant: s.Tenant}
	switch s.Level {
	case LevelUser:
		subject.User = s.Subject
	case LevelGroup:
		subject.Groups = []string{s.Subject}
	default:
	}
	return e.govern(&subject)
}

// difference compares two rulings over all published connectors. It depends only on
// what they come from, so it is worked out once for all whom that is true of.
func (p *previewer) difference(before, after *ruling) difference {
	pair := [2]source{before.source(), after.source()}
	d, known := p.shared[pair]
	if known || pair[0] == pair[1] {
		return d
	}
	for i := range p.published {
		c := &p.published[i]
		old, now := before.decide(c.Key), after.decide(c.Key)
		d.add(&old, &now)
		for j := range c.Schemes {
			o, n := old, now
			before.narrow(&o, &c.Schemes[j])
			after.narrow(&n, &c.Schemes[j])
			d.add(&o, &n)
		}
	}
	p.shared[pair] = d
	return d
}

// add notes what only one of two decisions on the same allows.
func (d *difference) add(old, now *Decision) {
	switch {
	case old.Allowed() == now.Allowed():
	case old.Allowed():
		d.vanish = append(d.vanish, Offer{now.key, now.scheme, now.Code()})
	default:
		d.appear = append(d.appear, Offer{now.key, now.scheme, old.Code()})
	}
}
