package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/governance"
)

// candidate is a connection that is being made, judged on one snapshot. Its commit is
// held to what it was judged by.
type candidate struct {
	snap     *snapshot
	e        *entry
	scheme   *auth.Scheme // without what the app states already
	decision governance.Decision
	app      *registration  // nil: none is needed, or the values state it
	values   map[string]any // presets and defaults in place; secrets as auth.Secret
	// fixed are the parameters that a policy gave and no user may change.
	fixed []string
}

// judge finds what is to be connected to, asks the policies, and measures the
// request, all on what is in force now (C2, G6). person says whether somebody is there
// to agree.
func (c *Connections) judge(ctx context.Context, key, scheme string, req *ConnectionRequest, person bool) (*candidate, error) {
	if err := c.cat.sync(ctx); err != nil {
		return nil, err
	}
	s := c.cat.snapshot()
	e, sch, decision, err := c.admit(s, key, scheme)
	if err != nil {
		return nil, err
	}
	if err := begins(sch, person); err != nil {
		return nil, err
	}
	app, err := c.cat.registered(ctx, c.principal.Tenant, e.key, sch, decision)
	if err != nil {
		return nil, err
	}
	cand := &candidate{snap: s, e: e, scheme: app.without(sch), decision: decision, app: app}
	var faults faultList
	if req.Name == "" {
		faults.add("Name is empty")
	}
	checkName(&faults, "Name", req.Name)
	checkName(&faults, "Folder", req.Folder)
	cand.values, err = c.values(ctx, decision, cand.scheme, req.Params)
	if err := errors.Join(faults.err(), err); err != nil {
		return nil, err
	}
	for _, p := range decision.Presets() {
		has := slices.ContainsFunc(cand.scheme.Params, func(q auth.Param) bool { return q.Key == p.Param })
		if has && (p.Mode == governance.PresetFixed || p.Hidden) {
			cand.fixed = append(cand.fixed, p.Param)
		}
	}
	slices.Sort(cand.fixed)
	cand.fixed = slices.Compact(cand.fixed)
	return cand, nil
}

// admit finds what is to be connected to and asks the policies.
func (c *Connections) admit(s *snapshot, key, scheme string) (*entry, *auth.Scheme, governance.Decision, error) {
	e, err := s.findPublished(key)
	if err != nil {
		return nil, nil, governance.Decision{}, err
	}
	for i, sch := range e.schemes() {
		if sch.ID == scheme {
			d := s.engine.Decide(c.principal.subject(), e.key, &e.schemes()[i])
			return e, &e.schemes()[i], d, d.Err()
		}
	}
	return nil, nil, governance.Decision{}, fmt.Errorf("scheme %q: %w", scheme, ErrNotFound)
}

// values puts presets and defaults in place and measures the parameters.
func (c *Connections) values(ctx context.Context, d governance.Decision, sch *auth.Scheme, given map[string]any) (map[string]any, error) {
	values, faults, err := d.Apply(sch.Params, given, c.cat.openPreset(ctx))
	if err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, &ParamError{Faults: faults}
	}
	return hide(sch, auth.WithDefaults(sch.Params, values)), nil
}

// hide makes the values of secret parameters auth.Secret, whatever they came as, and
// keeps only what the scheme has.
func hide(s *auth.Scheme, values map[string]any) map[string]any {
	out := make(map[string]any, len(values))
	for i := range s.Params {
		p := &s.Params[i]
		v, given := values[p.Key]
		if text, ok := v.(string); ok && p.Secret {
			v = auth.NewSecret(text)
		}
		if given {
			out[p.Key] = v
		}
	}
	return out
}

// public returns the values of parameters that are no secrets.
func public(s *auth.Scheme, values map[string]any) map[string]any {
	out := map[string]any{}
	for i := range s.Params {
		p := &s.Params[i]
		if v, given := values[p.Key]; given && !p.Secret {
			out[p.Key] = v
		}
	}
	return out
}

// begins refuses the wrong way to begin with a scheme.
func begins(s *auth.Scheme, person bool) error {
	switch {
	case byPerson(s.Type) && !person:
		return fmt.Errorf("scheme %q of type %s needs a person to agree, which Begin and BeginReauthenticate are for: %w", s.ID, s.Type, errors.ErrUnsupported)
	case !byPerson(s.Type) && person:
		return fmt.Errorf("scheme %q of type %s needs nobody to agree: Create and Reauthenticate do it at once: %w", s.ID, s.Type, errors.ErrUnsupported)
	default:
		return nil
	}
}

// byPerson reports whether a person has to agree before there is a token.
func byPerson(t auth.Type) bool { return t == auth.OAuth2Code || t == auth.Device }

// byToken reports whether requests carry a token that is obtained, and renewed.
func byToken(t auth.Type) bool { return t.NeedsApp() && t != auth.OAuth1 }
