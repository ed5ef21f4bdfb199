package auth

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// good returns a scheme with nothing wrong.
func good() Scheme {
	return Scheme{
		ID: "oauth2", Type: OAuth2Code, Title: "Sign in", Help: "Ask an admin.\nThen sign in.",
		Params: []Param{
			{Key: "client_id", Role: RoleRequired},
			{Key: "client_secret", Role: RoleRequired, Secret: true},
			{Key: "region", Kind: KindString, Enum: []any{"us1", "eu1"}, Default: "us1"},
		},
		AuthorizeURL: "https://login.example.com/authorize?prompt=consent",
		TokenURL:     "https://login.example.com/token",
		RevokeURL:    "https://login.example.com:8443/revoke",
		Issuer:       "https://LOGIN.example.com:443/",
		Scopes:       []string{"offline_access", "https://api.example.com/mail.read"},
		Quirks:       &Quirks{ScopeSeparator: ",", ClientAuth: ClientAuthPost, TokenPath: "authed_user.access_token"},
	}
}

func check(t *testing.T, got []Fault, want ...string) {
	t.Helper()
	texts := make([]string, len(got))
	for i, f := range got {
		texts[i] = f.String()
	}
	if diff := cmp.Diff(want, texts, cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestSchemeWithoutFaults(t *testing.T) {
	t.Parallel()
	s := good()
	check(t, s.Validate())
	for _, typ := range []Type{
		None, Basic, APIKey, Bearer, OAuth2Code, ClientCredentials, Device, JWTBearer, PrivateKeyJWT, OAuth1,
		AWSSigV4, MTLS, Custom,
	} {
		s := Scheme{ID: "Scheme-1.0_x", Type: typ}
		if typ == APIKey {
			s.In, s.Name = InHeader, "X-Api-Key"
		}
		check(t, s.Validate()) // no endpoint is demanded
	}
}

func TestSchemeFaults(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", MaxURLBytes+1)
	tests := []struct {
		name  string
		spoil func(s *Scheme)
		want  []string
	}{
		{"no id", func(s *Scheme) { s.ID = "" }, []string{"id: is missing"}},
		{"long id", func(s *Scheme) { s.ID = long }, []string{"id: is longer than 64 bytes"}},
		{"dot id", func(s *Scheme) { s.ID = ".." }, []string{
			"id: must be letters, digits, '.', '_' and '-', beginning with a letter or digit",
		}},
		{"id is no path", func(s *Scheme) { s.ID = "a/b" }, []string{
			"id: must be letters, digits, '.', '_' and '-', beginning with a letter or digit",
		}},
		{"no type", func(s *Scheme) { s.Type = "" }, []string{"type: is missing"}},
		{"unknown type", func(s *Scheme) { s.Type = "oauth9" }, []string{"type: is not a known type"}},
		{"title", func(s *Scheme) { s.Title = "a\x00b" }, []string{"title: contains a control character"}},
		{"help", func(s *Scheme) { s.Help = "a\xff" }, []string{"help: is not valid UTF-8"}},
		{"long title", func(s *Scheme) { s.Title = long }, []string{"title: is longer than 512 bytes"}},
		{"key placement on another type", func(s *Scheme) { s.In, s.Name = InHeader, "X-Key" }, []string{
			"in: belongs to type apiKey only", "name: belongs to type apiKey only",
		}},
		{"device endpoint of another type", func(s *Scheme) { s.DeviceURL = "https://example.com/" }, []string{
			"deviceURL: is not used by type oauth2.code",
		}},
		{"request endpoint of another type", func(s *Scheme) { s.RequestTokenURL = "https://example.com/" }, []string{
			"requestTokenURL: is not used by type oauth2.code",
		}},
		{"endpoints of basic", func(s *Scheme) { s.Type = Basic }, []string{
			"authorizeURL: is not used by type basic", "tokenURL: is not used by type basic",
			"revokeURL: is not used by type basic", "issuer: is not used by type basic",
			"scopes: are not used by type basic", "quirks: are not used by type basic",
		}},
		{"issuer with query", func(s *Scheme) { s.Issuer += "?" }, []string{"issuer: has a query"}},
		{"scopes", func(s *Scheme) {
			s.Scopes = []string{"a", "", "b c", "a", "x,y", `q"`, strings.Repeat("s", MaxScopeBytes+1), "é"}
		}, []string{
			"scopes/1: is empty", "scopes/2: is not a scope token", "scopes/3: is listed twice",
			"scopes/4: contains the scope separator", "scopes/5: is not a scope token",
			"scopes/6: is longer than 512 bytes", "scopes/7: is not a scope token",
		}},
		{"too many scopes", func(s *Scheme) { s.Scopes = make([]string, MaxScopes+1) }, []string{
			"scopes: has more than 512 entries",
		}},
		{"all at once, each with its place", func(s *Scheme) {
			s.ID, s.Title, s.TokenURL = "-", "\x07", "http://example.com/token"
			s.Params[2].Pattern, s.Quirks.Body = "(", "xml"
		}, []string{
			"id: must be letters, digits, '.', '_' and '-', beginning with a letter or digit",
			"title: contains a control character",
			"params/2/pattern: is not an RE2 regular expression",
			"tokenURL: must be an absolute https URL",
			"quirks/body: must be one of form, json",
		}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := good()
			c.spoil(&s)
			check(t, s.Validate(), c.want...)
		})
	}
}

func TestAPIKeyPlacement(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, name, want string }{
		{InHeader, "X-Api-Key", ""},
		{InHeader, "Authorization", ""},
		{InQuery, "api_key", ""},
		{InQuery, "auth[key]", ""},
		{"", "k", "in: must be header or query"},
		{"cookie", "k", "in: must be header or query"},
		{InHeader, "", "name: is missing"},
		{InHeader, "X Key", "name: is not a header name"},
		{InHeader, "X-Key:", "name: is not a header name"},
		{InHeader, "X\r\nHost", "name: is not a header name"},
		{InHeader, "HOST", "name: is a header that frames or routes the request"},
		{InHeader, "Transfer-Encoding", "name: is a header that frames or routes the request"},
		{InHeader, "Proxy-Authorization", "name: is a header that frames or routes the request"},
		{InHeader, strings.Repeat("x", MaxKeyBytes+1), "name: is longer than 128 bytes"},
		{InQuery, "a&b", "name: must be visible ASCII without '&', '=', '#' and '+'"},
		{InQuery, "a b", "name: must be visible ASCII without '&', '=', '#' and '+'"},
	} {
		s := Scheme{ID: "key", Type: APIKey, In: c.in, Name: c.name}
		var want []string
		if c.want != "" {
			want = []string{c.want}
		}
		check(t, s.Validate(), want...)
	}
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://example.com":                               "",
		"https://example.com:8443/token?a=b":                "",
		"https://[2001:db8::1]/token":                       "",
		"https://xn--bcher-kva.example/":                    "",
		"https://example.com/%C3%BC":                        "",
		"http://example.com/":                               "must be an absolute https URL",
		"http://localhost/":                                 "must be an absolute https URL",
		"//example.com/":                                    "must be an absolute https URL",
		"/token":                                            "must be an absolute https URL",
		"javascript:alert(1)":                               "must be an absolute https URL",
		"https:example.com":                                 "has no host",
		"https:///token":                                    "has no host",
		"https://:443/":                                     "has no host",
		"https://example.com:/":                             "has an empty port",
		"https://user@example.com/":                         "contains user information",
		"https://@example.com/":                             "contains user information",
		"https://example.com/#":                             "has a fragment",
		"https://example.com/#top":                          "has a fragment",
		`https://example.com\@evil.example/`:                "is not a URL",
		`https://example.com/\evil`:                         `contains '\'`,
		"https://exa mple.com/":                             "must be visible ASCII: escape it, and write host names in their xn-- form",
		"https://bücher.example/":                           "must be visible ASCII: escape it, and write host names in their xn-- form",
		"https://example.com/\r\nX: y":                      "must be visible ASCII: escape it, and write host names in their xn-- form",
		"https://example.com/%zz":                           "is not a URL",
		"https://example.com:99x/":                          "is not a URL",
		"https://example.com/" + strings.Repeat("x", 1<<12): "is longer than 2048 bytes",
	} {
		s := Scheme{ID: "s", Type: ClientCredentials, TokenURL: raw}
		var reasons []string
		for _, f := range s.Validate() {
			reasons = append(reasons, f.Reason)
		}
		if got := strings.Join(reasons, "; "); got != want {
			t.Errorf("%.60q: %q, want %q", raw, got, want)
		}
		if origins := s.Origins(); (len(origins) == 1) != (want == "") {
			t.Errorf("%.60q: origins %q", raw, origins)
		}
	}
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	s := good()
	want := []string{"https://login.example.com", "https://login.example.com:8443"}
	if got := s.Origins(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	s = Scheme{ID: "s", Type: Device, DeviceURL: "https://b.example/x", TokenURL: "https://a.example", RevokeURL: "http://c.example"}
	if got := s.Origins(); !slices.Equal(got, []string{"https://a.example", "https://b.example"}) {
		t.Errorf("%q", got)
	}
}

func TestFaultString(t *testing.T) {
	t.Parallel()
	if got := (Fault{Reason: "is wrong"}).String(); got != "is wrong" {
		t.Error(got)
	}
}
