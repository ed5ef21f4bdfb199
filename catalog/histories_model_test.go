package catalog_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/governance"
)

// histModel is what policies say, in the plainest form: it looks at everything, every
// time, and knows nothing of package governance but its documents.
type histModel struct {
	policies map[string]histPolicy
	assigned []histAssigned
}

type histPolicy struct {
	doc *governance.Policy // as it was sent: secrets are in the clear
	rev catalog.Revision   // of the stored record
}

type histAssigned struct {
	scope  governance.Scope
	policy string
}

func (m *histModel) clone() *histModel {
	return &histModel{policies: maps.Clone(m.policies), assigned: slices.Clone(m.assigned)}
}

// at is the index of what is assigned to a scope, whatever its priority; -1: nothing.
func (m *histModel) at(s governance.Scope) int {
	s.Priority = 0
	return slices.IndexFunc(m.assigned, func(a histAssigned) bool {
		a.scope.Priority = 0
		return a.scope == s
	})
}

// verdict is what is to be decided, and what a connection is to record of it.
type verdict struct {
	record  governance.Record // without the reason
	presets []governance.Preset
}

// decide is rules G1 to G4.
func (m *histModel) decide(p catalog.Principal, key string, scheme *auth.Scheme) verdict {
	v := verdict{record: governance.Record{Allowed: true, Code: "ungoverned", Scheme: scheme.ID, Rule: -1}}
	winner := m.winner(p)
	if winner == nil {
		return v
	}
	v.record.Scope, v.record.Policy = winner.scope, winner.policy
	if winner.policy == "(none)" {
		v.record.Code = "noPolicy"
		return v
	}
	stored := m.policies[winner.policy]
	v.record.Revision = int64(stored.rev)
	publisher, _, published := strings.Cut(key, "/")
	for _, match := range []string{key, publisher + "/*", "*"} {
		for i, r := range stored.doc.Connectors {
			if string(r.Match) != match || strings.HasSuffix(match, "/*") && !published {
				continue
			}
			v.record.Match, v.record.Rule = version.Scope(match), i
			v.rule(r, scheme)
			return v
		}
	}
	v.record.Code = "default"
	if stored.doc.Default == "disable" {
		v.record.Allowed, v.record.Code = false, "defaultDisabled"
	}
	return v
}

func (v *verdict) rule(r governance.Rule, scheme *auth.Scheme) {
	v.record.Code = "enabled"
	named := -1
	for i, s := range r.Schemes {
		if s.ID == scheme.ID || s.Type == scheme.Type && named < 0 {
			named = i
		}
	}
	switch {
	case r.Effect == "disable":
		v.record.Code = "disabled"
	case named >= 0 && r.Schemes[named].Effect == "disable":
		v.record.Code = "schemeDisabled"
	case named < 0 && r.SchemeDefault == "disable":
		v.record.Code = "schemeDefault"
	}
	if v.record.Allowed = v.record.Code == "enabled"; v.record.Allowed {
		v.record.OwnApp = r.OwnApp && scheme.TokenURL != ""
		v.presets = r.Presets
	}
}

// winner is the assignment that governs somebody: G2, G3.
func (m *histModel) winner(p catalog.Principal) *histAssigned {
	var first *histAssigned
	for _, level := range []string{"user", "group", "tenant", "organization"} {
		for i := range m.assigned {
			s := m.assigned[i].scope
			switch {
			case string(s.Level) != level, level != "organization" && s.Tenant != p.Tenant,
				level == "user" && s.Subject != p.User, level == "group" && !slices.Contains(p.Groups, s.Subject):
			case first == nil || s.Priority < first.scope.Priority:
				first = &m.assigned[i]
			}
		}
		if first != nil {
			return first
		}
	}
	return nil
}

// preset is the one for a parameter: one that names the scheme goes first.
func (v *verdict) preset(scheme, param string) (governance.Preset, bool) {
	for _, named := range []string{scheme, ""} {
		for _, p := range v.presets {
			if p.Scheme == named && p.Param == param {
				return p, true
			}
		}
	}
	return governance.Preset{}, false
}

// settled is what becomes of the parameters that somebody gave.
type settled struct {
	values map[string]string // secrets in the clear
	fixed  []string          // by the policy
	faults []string          // keys of parameters; if there are any, nothing is made
}

// settle is rule G4 for presets, and C2 for parameters.
func (v *verdict) settle(scheme *auth.Scheme, given map[string]any) settled {
	out := settled{values: map[string]string{}}
	known := map[string]bool{}
	for _, p := range scheme.Params {
		known[p.Key] = true
		text, _ := given[p.Key].(string)
		fault := false
		if preset, ok := v.preset(scheme.ID, p.Key); ok {
			value, _ := preset.Value.(string)
			if secret, isNew := preset.Secret.New(); isNew {
				value = secret.Reveal()
			}
			bound := preset.Mode == "fixed" || preset.Hidden
			if bound {
				out.fixed = append(out.fixed, p.Key)
			}
			fault = text != "" && (preset.Hidden || preset.Mode == "fixed" && (p.Secret || text != value))
			if bound || text == "" {
				text = value
			}
		}
		switch {
		case fault, text == "" && p.Role == "required", text != "" && !acceptable(p, text):
			out.faults = append(out.faults, p.Key)
		case text != "":
			out.values[p.Key] = text
		case p.Default != nil:
			out.values[p.Key], _ = p.Default.(string)
		}
	}
	for key := range given {
		if !known[key] {
			out.faults = append(out.faults, key)
		}
	}
	return out
}

func acceptable(p auth.Param, text string) bool {
	return (p.Pattern == "" || regexp.MustCompile(p.Pattern).MatchString(text)) && (p.Enum == nil || slices.Contains(p.Enum, any(text)))
}
