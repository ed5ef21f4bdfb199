package auth

import (
	"maps"
	"net/url"
	"slices"
	"strings"
)

// separator returns what joins scopes. It may be called on nil.
func (q *Quirks) separator() string {
	if q == nil || q.ScopeSeparator == "" {
		return " "
	}
	return q.ScopeSeparator
}

// Validate returns everything that is wrong with the quirks, in the order of
// their fields, or nil. It may be called on nil.
func (q *Quirks) Validate() []Fault {
	if q == nil {
		return nil
	}
	var f faults
	if s := q.ScopeSeparator; len(s) > MaxSeparatorBytes {
		f.add("scopeSeparator", tooLong(MaxSeparatorBytes))
	} else if !printable(strings.ReplaceAll(s, " ", ""), "") || word(s, "", "") {
		f.add("scopeSeparator", "must be spaces or punctuation")
	}
	if q.ScopeParam != "" && q.ScopeParam != "scope" {
		f.requestParam("scopeParam", q.ScopeParam)
	}
	oneOf(&f, "clientAuth", q.ClientAuth, ClientAuthBasic, ClientAuthPost, ClientAuthNone)
	oneOf(&f, "body", q.Body, BodyForm, BodyJSON)
	f.tokenPath(q.TokenPath)
	oneOf(&f, "expiryUnit", q.ExpiryUnit, ExpirySeconds, ExpiryMilliseconds)
	f.extra("authorizeParams", q.AuthorizeParams)
	f.extra("tokenParams", q.TokenParams)
	oneOf(&f, "pkce", q.PKCE, PKCERequired, PKCEOff)
	f.audience("audience", q.Audience)
	f.resources(q.Resource)
	f.audience("assertionAudience", q.AssertionAudience)
	return f
}

func (f *faults) audience(field, value string) {
	if len(value) > MaxURLBytes {
		f.add(field, tooLong(MaxURLBytes))
	} else if !printable(value, "") {
		f.add(field, "must be visible ASCII")
	}
}

// oneOf checks a value with a fixed choice; empty is the default.
func oneOf[T ~string](f *faults, field string, value T, choice ...T) {
	if value == "" || slices.Contains(choice, value) {
		return
	}
	names := make([]string, len(choice))
	for i, c := range choice {
		names[i] = string(c)
	}
	f.add(field, "must be one of "+strings.Join(names, ", "))
}

// maxPathSteps bounds a token path.
const maxPathSteps = 8

func (f *faults) tokenPath(path string) {
	if path == "" {
		return
	}
	if len(path) > MaxKeyBytes {
		f.add("tokenPath", tooLong(MaxKeyBytes))
		return
	}
	steps := strings.Split(path, ".")
	if len(steps) > maxPathSteps {
		f.add("tokenPath", tooMany(maxPathSteps, "steps"))
		return
	}
	for _, step := range steps {
		if !word(step, "_", "_-") {
			f.add("tokenPath", "must be names of letters, digits, '_' and '-' joined by '.'")
			return
		}
	}
}

// extra checks request parameters that are added as they are.
func (f *faults) extra(field string, params map[string]string) {
	if len(params) > MaxExtraParams {
		f.add(field, tooMany(MaxExtraParams, "entries"))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		at := field
		if len(name) <= MaxKeyBytes && printable(name, "/") { // fit to be shown
			at += "/" + name
		}
		f.requestParam(at, name)
		f.text(at, params[name], MaxURLBytes)
	}
}

// requestParam checks the name of a request parameter that a manifest adds:
// it must not be one that the protocol sets, or the manifest could weaken it.
func (f *faults) requestParam(field, name string) {
	switch {
	case name == "":
		f.add(field, "has an empty name")
	case len(name) > MaxKeyBytes:
		f.add(field, "has a name that "+tooLong(MaxKeyBytes))
	case !word(name, "_", "_.-[]:"):
		f.add(field, "is not a request parameter name")
	case reserved(name):
		f.add(field, "is a parameter that the protocol sets")
	}
}

// reserved reports whether the library sets this parameter itself: RFC 6749
// section 11.2.2, RFC 7521, RFC 7636, RFC 8628, RFC 8707, RFC 9101.
func reserved(name string) bool {
	switch strings.ToLower(name) {
	case "client_id", "client_secret", "client_assertion", "client_assertion_type", "assertion",
		"response_type", "response_mode", "redirect_uri", "scope", "state", "nonce", "code", "code_verifier",
		"code_challenge", "code_challenge_method", "grant_type", "refresh_token", "device_code", "username",
		"password", "audience", "resource", "request", "request_uri":
		return true
	default:
		return false
	}
}

func (f *faults) resources(resources []string) {
	if len(resources) > MaxResources {
		f.add("resource", tooMany(MaxResources, "entries"))
		return
	}
	for i, r := range resources {
		u, err := url.Parse(r)
		switch at := item("resource", i); {
		case len(r) > MaxURLBytes:
			f.add(at, tooLong(MaxURLBytes))
		case err != nil || !u.IsAbs() || !printable(r, "#"):
			f.add(at, "must be an absolute URI without fragment")
		case u.User != nil:
			f.add(at, "contains user information")
		}
	}
}
