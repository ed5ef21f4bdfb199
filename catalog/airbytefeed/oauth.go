package airbytefeed

import (
	"net/url"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/internal/faultlist"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// advanced is "advanced_auth": that one of the ways is an OAuth flow.
type advanced struct {
	raw strictjson.Raw

	Flow      string   `json:"auth_flow_type"`
	Predicate []string `json:"predicate_key"`
	Value     any      `json:"predicate_value"`
	Config    struct {
		Output struct {
			Properties map[string]struct {
				Path []string `json:"path_in_connector_config"`
			} `json:"properties"`
		} `json:"complete_oauth_output_specification"`
		Stated stated `json:"oauth_connector_input_specification"`
	} `json:"oauth_config_specification"`
}

// statedAt is where stated lies.
const statedAt = "/oauth_config_specification/oauth_connector_input_specification"

// stated is what the registry says of the flow's endpoints.
type stated struct {
	ConsentURL  string            `json:"consent_url"`
	TokenURL    string            `json:"access_token_url"`
	Scope       string            `json:"scope"`
	TokenParams map[string]string `json:"access_token_params"`
}

// decodeAdvanced returns nil where there is none.
func decodeAdvanced(raw strictjson.Raw, minor *faultlist.List) *advanced {
	if empty(raw) {
		return nil
	}
	a := &advanced{raw: raw}
	if !decodeObject(raw, a, minor) {
		return nil
	}
	if a.scheme() == "" {
		minor.NoteOnce(raw, "/auth_flow_type", "flow %q is unknown; left out", clip(a.Flow))
		return nil
	}
	return a
}

func (a *advanced) scheme() auth.Type {
	switch a.Flow {
	case "oauth2.0":
		return auth.OAuth2Code
	case "oauth1.0":
		return auth.OAuth1
	default:
		return ""
	}
}

// within reports whether the predicate looks at a property of the object at path.
func (a *advanced) within(path string) bool {
	if a == nil || len(a.Predicate) < 2 {
		return false
	}
	return strings.Join(a.Predicate[:len(a.Predicate)-1], ".") == path
}

// covers reports whether a way is the OAuth flow: its field that the predicate
// names can have the value, or, without a predicate, it has a field for
// everything the flow returns.
func (a *advanced) covers(own []field, way, ways int) bool {
	if a == nil {
		return false
	}
	if len(a.Predicate) > 0 {
		key := strings.Join(a.Predicate, ".")
		for i := range own {
			if own[i].Key == key {
				return own[i].allows(a.Value)
			}
		}
		return false
	}
	if ways == 1 {
		return true
	}
	keys := map[string]bool{}
	for i := range own {
		if own[i].way == way {
			keys[own[i].Key] = true
		}
	}
	for _, p := range a.Config.Output.Properties {
		if !keys[strings.Join(p.Path, ".")] {
			return false
		}
	}
	return len(a.Config.Output.Properties) > 0
}

// allows reports whether a field that tells ways apart can have the value.
func (f *field) allows(v any) bool {
	want, ok := v.(string)
	if !ok {
		return false
	}
	return slices.Contains(append(slices.Clip(f.Enum), f.Default), any(want))
}

// apply makes s the flow's scheme. What the flow returns is not asked for.
func (a *advanced) apply(s *auth.Scheme, own []field, minor *faultlist.List) {
	s.Type = a.scheme()
	returned := make(map[string]bool, len(a.Config.Output.Properties))
	for _, p := range a.Config.Output.Properties {
		returned[strings.Join(p.Path, ".")] = true
	}
	for i := range own {
		if returned[own[i].Key] {
			own[i].Role = auth.RoleHidden
		}
	}
	const at = statedAt
	st := &a.Config.Stated
	var query string
	s.AuthorizeURL, query = a.endpoint(at+"/consent_url", st.ConsentURL, minor)
	s.TokenURL, _ = a.endpoint(at+"/access_token_url", st.TokenURL, minor)
	if s.Type != auth.OAuth2Code {
		return
	}
	if scopes := strings.Fields(st.Scope); len(scopes) > 0 {
		s.Scopes = scopes
	}
	quirks := auth.Quirks{AuthorizeParams: a.params(at+"/consent_url", query, minor)}
	_, inBody := st.TokenParams["client_secret"]
	if inBody || strings.Contains(st.TokenURL, "{{client_secret_param}}") {
		quirks.ClientAuth = auth.ClientAuthPost
	}
	if quirks.AuthorizeParams != nil || quirks.ClientAuth != "" {
		s.Quirks = &quirks
	}
}

// endpoint splits a stated URL from its query. One that has to be filled in
// first is left out: an origin must be known before anything is sent to it.
func (a *advanced) endpoint(at, raw string, minor *faultlist.List) (base, query string) {
	base, query, _ = strings.Cut(raw, "?")
	if strings.Contains(base, "{{") {
		minor.Note(a.raw, at, "address is a template; left out")
		return "", query
	}
	return base, query
}

// params returns the fixed parameters of a query. Those that stand for the
// protocol's own are set by the protocol.
func (a *advanced) params(at, query string, minor *faultlist.List) map[string]string {
	var out map[string]string
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		switch {
		case pair == "" || name == "response_type" || strings.HasPrefix(name, "{{"):
			continue
		case strings.Contains(pair, "{{"):
			minor.Note(a.raw, at, "query parameter %q is a template; left out", clip(name))
			continue
		}
		text, err := url.QueryUnescape(value)
		if err != nil {
			minor.Note(a.raw, at, "query parameter %q is not escaped rightly; left out", clip(name))
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = text
	}
	return out
}
