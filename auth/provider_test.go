package auth_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

func TestForListsEveryFault(t *testing.T) {
	t.Parallel()
	c := auth.NewTokenClient(nil)
	for name, test := range map[string]struct {
		scheme *auth.Scheme
		app    *auth.App
		want   []string
	}{
		"nothing": {nil, nil, []string{"scheme/type: does not end at a token endpoint", "app/clientID: is missing", "app/clientSecret: is missing"}},
		"another type": {&auth.Scheme{ID: "x", Type: auth.Basic}, &auth.App{ClientID: "id", ClientSecret: auth.NewSecret("s")},
			[]string{"scheme/type: does not end at a token endpoint"}},
		"no endpoints": {&auth.Scheme{ID: "x", Type: auth.OAuth2Code}, &auth.App{ClientID: "id", ClientSecret: auth.NewSecret("s")},
			[]string{"scheme/authorizeURL: is missing", "scheme/tokenURL: is missing"}},
		"no device endpoint": {&auth.Scheme{ID: "x", Type: auth.Device, TokenURL: "https://a.example.com/"},
			&auth.App{ClientID: "id", ClientSecret: auth.NewSecret("s")}, []string{"scheme/deviceURL: is missing"}},
		"all kinds": {&auth.Scheme{
			ID: "", Type: auth.OAuth2Code, AuthorizeURL: "https://a.example.com/?redirect_uri=https://evil.example.com", TokenURL: "http://a.example.com/",
			Quirks: &auth.Quirks{Body: "xml"},
		}, &auth.App{ClientID: "a\nb", ClientSecret: auth.NewSecret(strings.Repeat("x", auth.MaxValueBytes+1))}, []string{
			"scheme/id: is missing", "scheme/tokenURL: must be an absolute https URL", "scheme/quirks/body: must be one of form, json",
			"scheme/authorizeURL: has a query parameter that the protocol sets",
			"scheme/tokenURL: URL refused: http must be allowed explicitly; use https",
			"app/clientID: must be visible ASCII", "app/clientSecret: is longer than 65536 bytes",
		}},
		"no key": {&auth.Scheme{ID: "x", Type: auth.JWTBearer, TokenURL: "https://a.example.com/"}, nil, []string{"app/key: is missing"}},
		"a long id": {&auth.Scheme{ID: "x", Type: auth.ClientCredentials, TokenURL: "https://a.example.com/", Quirks: &auth.Quirks{ClientAuth: auth.ClientAuthNone}},
			&auth.App{ClientID: strings.Repeat("x", 1025)}, []string{"app/clientID: is longer than 1024 bytes"}},
	} {
		_, err := c.For(test.scheme, test.app, nil)
		invalid, ok := errors.AsType[*auth.InvalidError](err)
		require.True(t, ok, "%s: %v", name, err)
		require.ErrorIs(t, err, fs.ErrInvalid)
		var got []string
		for _, f := range invalid.Faults {
			got = append(got, f.String())
		}
		assert.Equal(t, test.want, got, name)
	}
}

func TestClientAuthIsNeverTried(t *testing.T) {
	t.Parallel()
	for accepted, styles := range map[string]map[auth.ClientAuth]string{
		"basic": {"": "basic", auth.ClientAuthBasic: "basic", auth.ClientAuthPost: "post"},
		"post":  {"": "basic", auth.ClientAuthBasic: "basic", auth.ClientAuthPost: "post"},
		"none":  {auth.ClientAuthNone: "none"},
	} {
		for style, want := range styles {
			o := &authtest.ServerOptions{ClientAuth: []string{accepted}}
			if accepted == "none" {
				o.ClientSecret = "-"
			}
			s := authtest.NewServer(o)
			scheme := s.Scheme(auth.ClientCredentials)
			scheme.Quirks.ClientAuth = style
			_, err := provider(t, inMemory(s), scheme, s.App()).ClientCredentials(t.Context(), nil)
			sent := s.Requests(authtest.Token)
			require.Len(t, sent, 1, "a second try would spend a code or a refresh token")
			assert.Equal(t, want, sent[0].ClientAuth)
			if want == accepted {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, auth.ErrInvalidClient)
			}
		}
	}
}

func TestBasicEncodesBothParts(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(&authtest.ServerOptions{ClientID: "https://id:1/ä", ClientSecret: "p:w +%ü"})
	app := s.App()
	app.ClientID = "https://id:1/x" // visible ASCII only
	_, err := provider(t, inMemory(s), s.Scheme(auth.ClientCredentials), app).ClientCredentials(t.Context(), nil)
	require.ErrorIs(t, err, auth.ErrInvalidClient)
	s = authtest.NewServer(&authtest.ServerOptions{ClientID: "https://id:1/x", ClientSecret: "p:w +%ü"})
	_, err = provider(t, inMemory(s), s.Scheme(auth.ClientCredentials), s.App()).ClientCredentials(t.Context(), nil)
	require.NoError(t, err)
}

func TestPublicClientKeepsItsSecretToItself(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(&authtest.ServerOptions{ClientSecret: "-"})
	_, err := provider(t, inMemory(s), s.Scheme(auth.ClientCredentials), &auth.App{ClientID: "client-id", ClientSecret: auth.NewSecret("hush")}).
		ClientCredentials(t.Context(), nil)
	require.NoError(t, err)
	assert.NotContains(t, s.Requests("")[0].Body, "hush")
}
