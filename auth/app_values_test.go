package auth_test

import (
	"encoding/json"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func params(keys ...string) []auth.Param {
	list := make([]auth.Param, len(keys))
	for i, k := range keys {
		list[i] = auth.Param{Key: k}
	}
	return list
}

func TestG4_AppParamsAreWhatAnAppStates(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		typ    auth.Type
		params []string
		want   []string
	}{
		"by their names":        {auth.OAuth2Code, []string{"client_id", "client_secret", "site"}, []string{"client_id", "client_secret"}},
		"nested, in any case":   {auth.ClientCredentials, []string{"credentials.clientId", "credentials.Client-Secret"}, []string{"credentials.clientId", "credentials.Client-Secret"}},
		"as some servers say":   {auth.Device, []string{"app_id", "app_secret", "application_id", "consumer_key"}, []string{"app_id", "app_secret", "application_id", "consumer_key"}},
		"not the key of a code": {auth.OAuth2Code, []string{"private_key", "key_id"}, nil},
		"the key of assertions": {auth.JWTBearer, []string{"private_key", "kid", "subject", "issuer"}, []string{"private_key", "kid"}},
		"the proof by a key":    {auth.PrivateKeyJWT, []string{"client_id", "private_key", "private_key_id"}, []string{"client_id", "private_key", "private_key_id"}},
		"a consumer":            {auth.OAuth1, []string{"consumer_key", "consumer_secret", "oauth_token", "oauth_token_secret", "realm"}, []string{"consumer_key", "consumer_secret"}},
		"none":                  {auth.APIKey, []string{"client_id", "client_secret", "api_key"}, nil},
		"no parameters":         {auth.OAuth2Code, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, auth.AppParams(&auth.Scheme{Type: tt.typ, Params: params(tt.params...)}))
		})
	}
}

func TestG4_AppOfWhatAUserStates(t *testing.T) {
	t.Parallel()
	secret := auth.NewSecret
	for name, tt := range map[string]struct {
		typ    auth.Type
		values map[string]any
		want   *auth.App
	}{
		"by their names":                      {auth.OAuth2Code, map[string]any{"client_id": "id", "client_secret": secret("s")}, &auth.App{ClientID: "id", ClientSecret: secret("s")}},
		"nested":                              {auth.OAuth2Code, map[string]any{"a.client_id": "id", "a.client_secret": "s"}, &auth.App{ClientID: "id", ClientSecret: secret("s")}},
		"a number":                            {auth.OAuth2Code, map[string]any{"app_id": json.Number("12345678901234567890")}, &auth.App{ClientID: "12345678901234567890"}},
		"the usual goes first":                {auth.OAuth2Code, map[string]any{"client_id": "id", "app_id": "other"}, &auth.App{ClientID: "id"}},
		"a key":                               {auth.JWTBearer, map[string]any{"private_key": secret("pem"), "kid": "k"}, &auth.App{Key: &auth.SigningKey{PEM: secret("pem"), ID: "k"}}},
		"a key and a client":                  {auth.PrivateKeyJWT, map[string]any{"client_id": "id", "private_key": "pem"}, &auth.App{ClientID: "id", Key: &auth.SigningKey{PEM: secret("pem")}}},
		"a consumer":                          {auth.OAuth1, map[string]any{"consumer_key": "ck", "consumer_secret": "cs", "oauth_token": "t"}, &auth.App{ClientID: "ck", ClientSecret: secret("cs")}},
		"only a secret":                       {auth.OAuth2Code, map[string]any{"client_secret": "s"}, nil},
		"nothing":                             {auth.OAuth2Code, nil, nil},
		"empty":                               {auth.OAuth2Code, map[string]any{"client_id": ""}, nil},
		"the key of a code, which is no part": {auth.OAuth2Code, map[string]any{"private_key": "pem", "kid": "k"}, nil},
		"another type":                        {auth.APIKey, map[string]any{"client_id": "id"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var keys []string
			for k := range tt.values {
				keys = append(keys, k)
			}
			got := auth.AppOf(&auth.Scheme{Type: tt.typ, Params: params(keys...)}, tt.values)
			if tt.want == nil {
				assert.Nil(t, got)
				return
			}
			require.NotNil(t, got)
			assert.Equal(t, tt.want.ClientID, got.ClientID)
			assert.True(t, tt.want.ClientSecret.Equal(got.ClientSecret))
			require.Equal(t, tt.want.Key == nil, got.Key == nil)
			if got.Key != nil {
				assert.True(t, tt.want.Key.PEM.Equal(got.Key.PEM))
				assert.Equal(t, tt.want.Key.ID, got.Key.ID)
			}
		})
	}
	id := auth.Param{Key: "client_id", Default: "standard"}
	app := auth.AppOf(&auth.Scheme{Type: auth.OAuth2Code, Params: []auth.Param{id}}, nil)
	require.NotNil(t, app, "defaults are filled in")
	assert.Equal(t, "standard", app.ClientID)
}

func TestAssertionOfWhatAUserStates(t *testing.T) {
	t.Parallel()
	s := &auth.Scheme{Type: auth.JWTBearer, Params: params("client_email", "user", "aud", "private_key"), Scopes: []string{"a", "b"}}
	a := auth.AssertionOf(s, map[string]any{"client_email": "robot@example.com", "user": "vic", "aud": "https://a.example", "private_key": "pem"})
	assert.Equal(t, &auth.Assertion{
		Issuer: "robot@example.com", Subject: "vic", Audience: "https://a.example", Claims: map[string]any{"scope": "a b"},
	}, a)
	s.Quirks = &auth.Quirks{ScopeSeparator: ","}
	assert.Equal(t, map[string]any{"scope": "a,b"}, auth.AssertionOf(s, nil).Claims)
	s.Scopes = nil
	assert.Equal(t, &auth.Assertion{}, auth.AssertionOf(s, nil))
}
