package governance

import (
	"strings"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// Validate returns everything that is wrong with the policy, in the order of
// its fields, or nil. No reason contains the value of a preset.
func (p *Policy) Validate() []connector.Fault {
	var f findings
	if p == nil {
		f.add("", "it is missing")
	} else {
		p.check(&f)
	}
	return f.faults()
}

func (p *Policy) check(f *findings) {
	f.add("/id", policyIDReason(p.ID))
	f.text("/name", p.Name, MaxNameBytes)
	f.text("/description", p.Description, MaxDescriptionBytes)
	if p.Revision < 0 {
		f.add("/revision", "it is negative")
	}
	f.effect("/default", p.Default, true)
	if !f.atMost("/connectors", len(p.Connectors), MaxRules) {
		return
	}
	first := make(map[version.Scope]int, len(p.Connectors))
	for i := range p.Connectors {
		at := element("/connectors", i)
		r := &p.Connectors[i]
		f.match(at+"/match", r.Match, first, i)
		f.rule(at, r)
	}
	if i, stated := first[version.Everything]; stated && p.Default != "" {
		f.addf("/default", `it never applies: the rule at %s matches every connector`, element("/connectors", i))
	}
}

// match checks a Match. Two that are equal would leave open which one decides.
func (f *findings) match(at string, m version.Scope, first map[version.Scope]int, i int) {
	if err := m.Validate(); err != nil {
		f.add(at, err.Error())
	} else if j, twice := first[m]; twice {
		f.addf(at, "%s is matched at %s already", quote(string(m)), element("/connectors", j))
	} else {
		first[m] = i
	}
}

func (f *findings) rule(at string, r *Rule) {
	f.effect(at+"/effect", r.Effect, false)
	f.text(at+"/reason", r.Reason, MaxReasonBytes)
	f.effect(at+"/schemeDefault", r.SchemeDefault, true)
	if f.atMost(at+"/schemes", len(r.Schemes), MaxSchemeRules) {
		first := make(map[SchemeRule]int, len(r.Schemes))
		for i, s := range r.Schemes {
			f.schemeRule(element(at+"/schemes", i), s)
			s.Effect = "" // the rest is what it names
			if j, twice := first[s]; twice {
				f.addf(element(at+"/schemes", i), "it names the same as %s", element(at+"/schemes", j))
			} else if s != (SchemeRule{}) {
				first[s] = i
			}
		}
	}
	if f.atMost(at+"/presets", len(r.Presets), MaxPresets) {
		first := make(map[PresetField]int, len(r.Presets))
		for i := range r.Presets {
			p := &r.Presets[i]
			f.preset(element(at+"/presets", i), p)
			if j, twice := first[fieldOf(&Policy{}, r, p)]; twice {
				f.addf(element(at+"/presets", i), "it is for the same scheme and parameter as %s", element(at+"/presets", j))
			} else if p.Param != "" {
				first[fieldOf(&Policy{}, r, p)] = i
			}
		}
	}
}

func (f *findings) schemeRule(at string, s SchemeRule) {
	switch {
	case (s.ID == "") == (s.Type == ""):
		f.add(at, "want either an id or a type")
	case s.ID != "":
		f.add(at+"/id", schemeIDReason(s.ID))
	case !s.Type.Known():
		f.addf(at+"/type", "%s is not a known type", quote(string(s.Type)))
	}
	f.effect(at+"/effect", s.Effect, false)
}

func (f *findings) preset(at string, p *Preset) {
	if p.Scheme != "" {
		f.add(at+"/scheme", schemeIDReason(p.Scheme))
	}
	for _, x := range (&auth.Param{Key: p.Param}).Validate() {
		f.add(at+"/param", "it "+x.Reason)
	}
	sealed, _ := p.Secret.Sealed()
	switch fresh, _ := p.Secret.New(); {
	case p.Secret.IsZero() && p.Value == nil:
		f.add(at+"/secret", "it is missing, and so is the value")
	case p.Secret.IsZero():
		f.add(at+"/value", valueReason(p.Value))
	case p.Value != nil:
		f.add(at, "it has both a value and a secret")
	case p.Secret.masked:
		f.add(at+"/secret", "it is only the mask of one")
	case len(fresh.Reveal()) > auth.MaxValueBytes:
		f.addf(at+"/secret", "it is longer than %d bytes", auth.MaxValueBytes)
	case len(sealed) > MaxSealedBytes:
		f.addf(at+"/secret", "its reference is longer than %d bytes", MaxSealedBytes)
	case strings.ContainsFunc(sealed, func(r rune) bool { return r <= ' ' || r > '~' }):
		f.add(at+"/secret", "its reference is not visible ASCII")
	}
	if p.Mode != PresetFixed && p.Mode != PresetDefault {
		f.addf(at+"/mode", "it is %s, want %q or %q", quote(string(p.Mode)), PresetFixed, PresetDefault)
	}
}
