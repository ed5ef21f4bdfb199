package auth

import "strings"

// Validate returns everything that is wrong with the scheme, in the order of
// its fields, or nil.
func (s *Scheme) Validate() []Fault {
	var f faults
	switch {
	case s.ID == "":
		f.add("id", "is missing")
	case len(s.ID) > MaxIDBytes:
		f.add("id", tooLong(MaxIDBytes))
	case !word(s.ID, "", "._-"):
		f.add("id", "must be letters, digits, '.', '_' and '-', beginning with a letter or digit")
	}
	switch {
	case s.Type == "":
		f.add("type", "is missing")
	case !s.Type.Known():
		f.add("type", "is not a known type")
	}
	f.text("title", s.Title, MaxTitleBytes)
	f.text("help", s.Help, MaxHelpBytes)
	f.under("params", ValidateParams(s.Params))
	f.placement(s)
	if s.Type.Known() { // otherwise nobody can say which endpoints it uses
		for _, e := range s.endpoints() {
			f.endpoint(&e)
		}
		f.scopes(s)
		f.quirks(s)
	}
	return f
}

// placement checks In and Name.
func (f *faults) placement(s *Scheme) {
	if s.Type != APIKey {
		if s.In != "" {
			f.add("in", "belongs to type apiKey only")
		}
		if s.Name != "" {
			f.add("name", "belongs to type apiKey only")
		}
		return
	}
	if s.In != InHeader && s.In != InQuery {
		f.add("in", "must be header or query")
	}
	switch {
	case s.Name == "":
		f.add("name", "is missing")
	case len(s.Name) > MaxKeyBytes:
		f.add("name", tooLong(MaxKeyBytes))
	case s.In == InHeader && !word(s.Name, tokenBytes, tokenBytes):
		f.add("name", "is not a header name")
	case s.In == InHeader && framing(s.Name):
		f.add("name", "is a header that frames or routes the request")
	case s.In == InQuery && !printable(s.Name, "&=#+"):
		f.add("name", "must be visible ASCII without '&', '=', '#' and '+'")
	}
}

// tokenBytes are what a header name may contain beside letters and digits, RFC
// 9110 section 5.6.2.
const tokenBytes = "!#$%&'*+-.^_`|~"

// framing reports whether a header decides where a request goes or ends. A
// manifest must not choose those.
func framing(name string) bool {
	switch strings.ToLower(name) {
	case "host", "connection", "content-length", "content-type", "content-encoding", "expect", "keep-alive", "te",
		"trailer", "transfer-encoding", "upgrade", "via", "forwarded":
		return true
	default:
		return strings.HasPrefix(strings.ToLower(name), "proxy-")
	}
}

func (f *faults) scopes(s *Scheme) {
	if len(s.Scopes) == 0 {
		return
	}
	if !s.Type.oauth2() {
		f.add("scopes", "are not used by type "+string(s.Type))
		return
	}
	if len(s.Scopes) > MaxScopes {
		f.add("scopes", tooMany(MaxScopes, "entries"))
		return
	}
	separator := s.Quirks.separator()
	seen := make(map[string]bool, len(s.Scopes))
	for i, scope := range s.Scopes {
		switch at := item("scopes", i); {
		case scope == "":
			f.add(at, "is empty")
		case len(scope) > MaxScopeBytes:
			f.add(at, tooLong(MaxScopeBytes))
		case !printable(scope, `"\`):
			f.add(at, "is not a scope token")
		case strings.Contains(scope, separator):
			f.add(at, "contains the scope separator")
		case seen[scope]:
			f.add(at, "is listed twice")
		}
		seen[scope] = true
	}
}

func (f *faults) quirks(s *Scheme) {
	switch {
	case s.Quirks == nil:
	case !s.Type.oauth2():
		f.add("quirks", "are not used by type "+string(s.Type))
	default:
		f.under("quirks", s.Quirks.Validate())
	}
}
