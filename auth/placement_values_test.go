package auth

import (
	"encoding/json"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCredentialsOf(t *testing.T) {
	t.Parallel()
	secret := func(key string) Param { return Param{Key: key, Secret: true} }
	plain := func(key string) Param { return Param{Key: key} }
	for _, c := range []struct {
		typ    Type
		params []Param
		values map[string]any
		want   map[string]string
	}{
		{Basic, []Param{plain("username"), secret("password")}, map[string]any{"username": "u", "password": NewSecret("p")},
			map[string]string{"username": "u", "password": "p"}},
		{Basic, []Param{plain("credentials.E-Mail"), secret("api_token")}, map[string]any{"credentials.E-Mail": "e", "api_token": "p"},
			map[string]string{"credentials.E-Mail": "e", "api_token": "p", "username": "e", "password": "p"}},
		{Basic, []Param{secret("username")}, map[string]any{"username": "sk"}, map[string]string{"username": "sk"}},
		{Basic, []Param{secret("a"), secret("b")}, map[string]any{"a": "1", "b": "2"}, map[string]string{"a": "1", "b": "2"}},
		{Basic, []Param{plain("email"), plain("user"), secret("password")}, map[string]any{"email": "e", "user": "u", "password": "p"},
			map[string]string{"email": "e", "user": "u", "password": "p", "username": "u"}},
		{APIKey, []Param{secret("key"), plain("region")}, map[string]any{"key": "k", "region": "eu"},
			map[string]string{"key": "k", "region": "eu", "api_key": "k"}},
		{APIKey, []Param{secret("apiKey"), secret("other")}, map[string]any{"apiKey": "k", "other": "o"},
			map[string]string{"apiKey": "k", "other": "o", "api_key": "k"}},
		{Bearer, []Param{secret("personal_access_token")}, map[string]any{"personal_access_token": "t"},
			map[string]string{"personal_access_token": "t", "access_token": "t"}},
		{OAuth2Code, []Param{secret("client_secret")}, map[string]any{"client_secret": "s"}, map[string]string{"client_secret": "s"}},
		{OAuth1, []Param{plain("consumer_key"), secret("consumer_secret"), plain("token_key"), secret("token_secret"), plain("realm")},
			map[string]any{"consumer_key": "ck", "consumer_secret": "cs", "token_key": "t", "token_secret": "ts", "realm": "r"},
			map[string]string{"consumer_key": "ck", "consumer_secret": "cs", "token_key": "t", "oauth_token": "t", "token_secret": "ts", "realm": "r"}},
		{AWSSigV4, []Param{plain("aws_access_key_id"), secret("aws_secret_access_key"), {Key: "service", Role: RoleHidden, Default: "sqs"}, plain("region")},
			map[string]any{"aws_access_key_id": "id", "aws_secret_access_key": "s", "region": "eu"},
			map[string]string{"aws_access_key_id": "id", "aws_secret_access_key": "s", "access_key_id": "id", "secret_access_key": "s", "service": "sqs", "region": "eu"}},
		{MTLS, []Param{plain("client_cert"), secret("client_key")}, map[string]any{"client_cert": "c", "client_key": "k"},
			map[string]string{"client_cert": "c", "client_key": "k", "certificate": "c", "private_key": "k"}},
		{Custom, []Param{plain("n"), plain("b"), plain("f"), plain("l"), plain("j"), plain("none"), plain("bad")},
			map[string]any{"n": json.Number("1"), "b": true, "f": 1.5, "l": []any{"x"}, "j": map[string]any{"a": 1}, "none": "", "bad": func() {}},
			map[string]string{"n": "1", "b": "true", "f": "1.5", "l": `["x"]`, "j": `{"a":1}`}},
	} {
		got := map[string]string{}
		for key, v := range CredentialsOf(&Scheme{Type: c.typ, Params: c.params}, c.values).Values {
			got[key] = v.Reveal()
		}
		assert.Equal(t, c.want, got, "%s %v", c.typ, c.params)
	}
}

func TestCredentialsShowNothing(t *testing.T) {
	t.Parallel()
	c := creds(ValueToken, canary)
	clean(t, c, *c, StaticSource(c), newTransport(t, &TransportOptions{Source: StaticSource(c)}))
	data, err := json.Marshal(c)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "canary")
	assert.True(t, c.equal(creds(ValueToken, canary)))
	assert.False(t, c.equal(creds(ValueToken, "other")))
	assert.False(t, c.equal(creds("other", canary)))
	assert.False(t, c.equal(creds(ValueToken, canary, "more", "x")))
	assert.Contains(t, (&PlacementError{Scheme: "s", Reason: "r", Err: fs.ErrNotExist}).Error(), "r: file does not exist")
}
