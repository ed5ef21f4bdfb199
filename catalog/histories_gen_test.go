package catalog_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/governance"
)

// histGen makes random things, small enough to meet often.
type histGen struct{ *rand.Rand }

func pick[T any](g histGen, list ...T) T { return list[g.IntN(len(list))] }

func (g histGen) one(in int) bool { return g.IntN(in) == 0 }

// change makes a random change, based on what the model knows.
func (g histGen) change(m *histModel) histChange {
	switch n := g.IntN(20); {
	case n < 5 || len(m.policies) == 0:
		return g.put(m)
	case n < 6:
		return g.touch()
	case n < 7:
		return g.broken(m)
	case n < 8:
		return g.remove(m)
	case n < 10:
		return g.unassign()
	default:
		return g.assign(m)
	}
}

// policy makes a random policy.
func (g histGen) policy(id string) *governance.Policy {
	p := &governance.Policy{ID: id}
	for _, m := range []version.Scope{"*", "acme/*", "acme/crm", "acme/desk", "slack"} {
		if g.IntN(5) > 1 {
			continue
		}
		r := governance.Rule{Match: m, Effect: pick(g, governance.Enable, governance.Enable, governance.Enable, governance.Disable)}
		r.SchemeDefault = pick(g, "", "", governance.Enable, governance.Disable)
		for _, s := range []governance.SchemeRule{{ID: "token"}, {ID: "code"}, {ID: "machine"}, {Type: auth.Bearer}, {Type: auth.OAuth2Code}, {Type: auth.None}} {
			if s.Effect = pick(g, governance.Enable, governance.Enable, governance.Disable); g.one(4) {
				r.Schemes = append(r.Schemes, s)
			}
		}
		r.OwnApp = g.one(5)
		r.Presets = g.presets()
		p.Connectors = append(p.Connectors, r)
	}
	g.Shuffle(len(p.Connectors), func(i, j int) { p.Connectors[i], p.Connectors[j] = p.Connectors[j], p.Connectors[i] })
	if !slices.ContainsFunc(p.Connectors, func(r governance.Rule) bool { return r.Match == "*" }) {
		p.Default = pick(g, "", "", governance.Enable, governance.Disable)
	}
	return p
}

func (g histGen) presets() []governance.Preset {
	var list []governance.Preset
	for _, p := range []governance.Preset{
		{Param: "site"}, {Scheme: "token", Param: "site"}, {Param: "region"}, {Scheme: "code", Param: "region"}, {Param: "token"}, {Scheme: "token", Param: "token"},
	} {
		if g.IntN(10) > 3 {
			continue
		}
		switch p.Param {
		case "site":
			p.Value = pick(g, "acme", "globex")
		case "region":
			p.Value = pick(g, "eu", "us")
		default:
			p.Secret = governance.NewSecret(auth.NewSecret(pick(g, "preset-one", "preset-two")))
		}
		p.Mode, p.Hidden = pick(g, governance.PresetFixed, governance.PresetDefault), g.one(3)
		list = append(list, p)
	}
	g.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// describe shows a policy in one line.
func describe(p *governance.Policy) string {
	text := fmt.Sprintf("%s@%d default=%s", p.ID, p.Revision, p.Default)
	for _, r := range p.Connectors {
		text += fmt.Sprintf(" [%s %s schemes=%s%v own=%t", r.Match, r.Effect, r.SchemeDefault, r.Schemes, r.OwnApp)
		for _, s := range r.Presets {
			fresh, _ := s.Secret.New()
			text += fmt.Sprintf(" %s.%s=%v%s %s hidden=%t", s.Scheme, s.Param, s.Value, fresh.Reveal(), s.Mode, s.Hidden)
		}
		text += "]"
	}
	return text
}
