package auth

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEqual(t *testing.T) {
	t.Parallel()
	a, b := good(), good()
	if !a.Equal(&b) || !a.Equal(&a) {
		t.Error("a scheme does not equal its copy")
	}
	b.Params[0].Kind, b.Params[2].Role = KindString, RoleOptional
	b.Quirks.Body, b.Quirks.ExpiryUnit, b.Quirks.ScopeParam = BodyForm, ExpirySeconds, "scope"
	b.Quirks.TokenParams, b.Quirks.AuthorizeParams, b.Quirks.Resource = map[string]string{}, map[string]string{}, []string{}
	if !a.Equal(&b) {
		t.Error("an explicit default is not the same as none")
	}
	if b.Params[0].Kind != KindString || a.Params[0].Kind != "" {
		t.Error("comparing changed a scheme")
	}
	b.Title = "Other"
	if a.Equal(&b) {
		t.Error("a title is ignored")
	}
	x, y := Scheme{ID: "x", Quirks: &Quirks{ClientAuth: ClientAuthBasic}}, Scheme{ID: "x"}
	if !x.Equal(&y) {
		t.Error("quirks without content are not the same as none")
	}
	var none *Scheme
	if none.Equal(&a) || a.Equal(nil) || !none.Equal(nil) {
		t.Error("nil")
	}
	z := Scheme{ID: "x", Params: []Param{{Key: "k", Default: make(chan int)}}}
	if z.Equal(&z) {
		t.Error("what has no JSON equals something")
	}
}

func TestEqualSurvivesJSON(t *testing.T) {
	t.Parallel()
	a := good()
	a.Params = append(a.Params, Param{Key: "n", Kind: KindInteger, Default: 3, Enum: []any{1, int64(3)}, Min: new(1.0)})
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var b Scheme
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	if !a.Equal(&b) || len(a.Changes(&b)) > 0 {
		t.Errorf("a round trip changed it: %v", cmp.Diff(a, b))
	}
}

func TestP19_ChangesNamesWhatMatters(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(s *Scheme)
		want   []string
	}{
		{"nothing", func(*Scheme) {}, nil},
		{"only shown", func(s *Scheme) {
			s.Title, s.Help, s.Params[0].Title, s.Params[1].Help, s.Params[2].Order = "a", "b", "c", "d", 5
			slices.Reverse(s.Params)
			slices.Reverse(s.Scopes)
			s.Quirks.Body = BodyForm
		}, nil},
		{"endpoints", func(s *Scheme) { s.TokenURL, s.Issuer = "https://other.example/token", "" }, []string{"issuer", "tokenURL"}},
		{"type and id", func(s *Scheme) { s.ID, s.Type = "x", Device }, []string{"id", "type"}},
		{"scope added", func(s *Scheme) { s.Scopes = append(s.Scopes, "admin") }, []string{"scopes"}},
		{"quirks", func(s *Scheme) { s.Quirks.ClientAuth, s.Quirks.PKCE = ClientAuthNone, PKCEOff }, []string{
			"quirks/clientAuth", "quirks/pkce",
		}},
		{"quirks gone", func(s *Scheme) { s.Quirks = nil }, []string{
			"quirks/clientAuth", "quirks/scopeSeparator", "quirks/tokenPath",
		}},
		{"extra parameter", func(s *Scheme) { s.Quirks.TokenParams = map[string]string{"a": "b"} }, []string{"quirks/tokenParams"}},
		{"parameters", func(s *Scheme) {
			s.Params[0].Key = "clientID"
			s.Params[2].Enum, s.Params[2].Role = []any{"us1", "eu1", "ap1"}, RoleRequired
		}, []string{"params/clientID", "params/client_id", "params/region/enum", "params/region/role"}},
		{"no JSON", func(s *Scheme) { s.Params[0].Default = make(chan int) }, []string{
			"params/client_id", "params/client_id/key", "params/client_id/kind", "params/client_id/role",
		}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, b := good(), good()
			c.change(&b)
			got := a.Changes(&b)
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
			back := b.Changes(&a)
			if (len(back) == 0) != (len(c.want) == 0) {
				t.Errorf("backwards %q", back)
			}
		})
	}
	var none *Scheme
	a := good()
	if len(none.Changes(nil)) != 0 || len(none.Changes(&a)) == 0 || len(a.Changes(nil)) == 0 {
		t.Error("nil")
	}
}
