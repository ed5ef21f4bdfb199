package catalog_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
)

// histRequest is what somebody asks for.
type histRequest struct {
	by          catalog.Principal
	key, scheme string
	given       map[string]any
}

func (r histRequest) String() string {
	return fmt.Sprintf("%s of %s, %s by %s with %v", r.by.User, r.by.Tenant, r.key, r.scheme, r.given)
}

// wanted is what is to come of a request.
type wanted struct {
	verdict
	settled

	err error // nil: it is made
}

// want asks the model.
func (s *step) want(m *histModel, r histRequest) wanted {
	scheme := s.scheme(r.scheme)
	v := m.decide(r.by, r.key, scheme)
	v.record.Key = connector.Key(r.key)
	w := wanted{verdict: v, settled: v.settle(scheme, r.given)}
	switch {
	case !v.record.Allowed:
		w.err = catalog.ErrDisabledByPolicy
	case v.record.OwnApp && !ownApp(r):
		w.err = catalog.ErrNoApp
	case len(w.faults) > 0:
		w.err = catalog.ErrInvalid
	}
	return w
}

// ownApp reports whether the tenant has registered an app of its own.
func ownApp(r histRequest) bool { return r.by.Tenant == "acme" && r.key == "acme/crm" }

// refuses reports whether a request is refused as it is to be.
func (w wanted) refuses(err error) bool {
	var denied *governance.DeniedError
	var params *catalog.ParamError
	switch {
	case w.err == nil:
		return false
	case errors.As(err, &denied):
		is := denied.Decision.Record()
		is.Reason = ""
		return is == w.record
	case errors.As(err, &params):
		var fields []string
		for _, f := range params.Faults {
			fields = append(fields, f.Field)
		}
		return errors.Is(w.err, catalog.ErrInvalid) && slices.Equal(fields, w.faults)
	default:
		return errors.Is(err, w.err)
	}
}

// differs says how what was made is another than it is to be; empty: it is not.
func (w wanted) differs(scheme *auth.Scheme, r histRequest, c *catalog.Connection) string {
	is := c.Admitted
	is.Reason = ""
	params := map[string]any{}
	for _, p := range scheme.Params {
		if v, ok := w.values[p.Key]; ok && !p.Secret {
			params[p.Key] = v
		}
	}
	switch {
	case w.err != nil:
		return fmt.Sprintf("is to be refused: %v by %+v, faults %v", w.err, w.record, w.faults)
	case is != w.record:
		return fmt.Sprintf("says it was admitted by %+v, want %+v", is, w.record)
	case !maps.Equal(params, c.Params):
		return fmt.Sprintf("has parameters %v, want %v", c.Params, params)
	case c.OwnApp != (ownApp(r) && scheme.TokenURL != ""):
		return fmt.Sprintf("has its tenant's own app: %t", c.OwnApp)
	default:
		return ""
	}
}

func (s *step) request(schemes ...string) histRequest {
	r := histRequest{by: pick(s.histGen, histPeople...), key: pick(s.histGen, histKeys...), scheme: pick(s.histGen, schemes...), given: map[string]any{}}
	give := func(key string, often int, values ...any) {
		if s.IntN(10) < often {
			r.given[key] = pick(s.histGen, values...)
		}
	}
	switch r.scheme {
	case "token":
		give("token", 9, "user-one", "user-two")
		give("site", 9, "acme", "acme", "acme", "globex", "globex", "globex", "A1")
		give("region", 4, "eu", "eu", "us", "us", "apac", "mars")
	case "code":
		give("region", 2, "eu", "us", "apac")
	}
	if s.one(20) {
		r.given["other"] = "x"
	}
	return r
}

func (s *step) asked(r histRequest) *catalog.ConnectionRequest {
	s.names++
	return &catalog.ConnectionRequest{Name: fmt.Sprintf("n%d", s.names), Params: r.given, Browser: browser}
}
