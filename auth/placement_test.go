package auth

import (
	"io/fs"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPlacementsRefuse: what cannot be sent as it should is not sent at all.
func TestPlacementsRefuse(t *testing.T) {
	t.Parallel()
	header := &Scheme{ID: "s", Type: APIKey, In: InHeader, Name: "X-API-Key"}
	basic := &Scheme{ID: "s", Type: Basic}
	cert, key := clientPEM(t, "a")
	_, other := clientPEM(t, "b")
	for i, c := range []struct {
		scheme *Scheme
		creds  *Credentials
		want   string
	}{
		{basic, creds(), "user name and password are missing"},
		{basic, creds(ValueUsername, "a:b", ValuePassword, canary), "contains ':'"},
		{basic, creds(ValueUsername, "a", ValuePassword, "\xff"+canary), "not UTF-8"},
		{basic, creds(ValueUsername, "a", ValuePassword, canary+"\r\nX: y"), "control character"},
		{bearer, creds(), "access token is missing"},
		{bearer, creds(ValueToken, canary+"\r\nX: y"), "not visible ASCII"},
		{bearer, creds(ValueToken, canary+"\u00fc"), "not visible ASCII"},
		{bearer, creds(ValueToken, " "+canary), "not visible ASCII"},
		{header, creds(), "the key is missing"},
		{header, creds(ValueAPIKey, canary+"\n"), "not fit for a header"},
		{header, creds(ValueAPIKey, " "+canary), "not fit for a header"},
		{header, creds(ValueAPIKey, canary+"\u00fc"), "not fit for a header"},
		{&Scheme{ID: "s", Type: APIKey, In: InQuery, Name: "k"}, creds(), "the key is missing"},
		{&Scheme{ID: "s", Type: APIKey, In: InHeader, Name: "Host"}, creds(ValueAPIKey, canary), "frames or routes"},
		{&Scheme{ID: "s", Type: APIKey}, creds(ValueAPIKey, canary), "must be header or query"},
		{&Scheme{ID: "s", Type: Custom}, creds(), "no Placer is registered"},
		{&Scheme{ID: "s", Type: "oauth3"}, creds(), "its type is not known"},
		{&Scheme{ID: "s", Type: OAuth1}, creds(), "consumer key is missing"},
		{&Scheme{ID: "s", Type: AWSSigV4}, creds(), "access key id is missing"},
		{&Scheme{ID: "s", Type: MTLS}, creds(), "certificate is missing"},
		{&Scheme{ID: "s", Type: MTLS}, creds(ValueCertificate, cert), "no pair of PEM blocks"},
		{&Scheme{ID: "s", Type: MTLS}, creds(ValueCertificate, cert, ValuePrivateKey, other), "no pair of PEM blocks"},
		{&Scheme{ID: "s", Type: MTLS}, creds(ValueCertificate, canary, ValuePrivateKey, key), "no pair of PEM blocks"},
	} {
		sent := 0
		tr := newTransport(t, &TransportOptions{
			Scheme: c.scheme, Source: StaticSource(c.creds), Hosts: hosts(t, "api.example.com"),
			Base: roundTrip(func(*http.Request) (*http.Response, error) { sent++; return reply(200, nil), nil }),
		})
		_, err := do(tr.RoundTrip, request(t, "POST", home, "body"))
		var refused *PlacementError
		require.ErrorAs(t, err, &refused, "%d", i)
		require.ErrorIs(t, err, fs.ErrInvalid)
		require.ErrorContains(t, err, c.want, "%d", i)
		clean(t, err)
		assert.Zero(t, sent, "%d", i)
	}
}

func TestPlacementsAccept(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scheme *Scheme
		creds  *Credentials
		want   string
	}{
		{&Scheme{Type: Basic}, creds(ValueUsername, "sk_key"), basicOf("sk_key", "")},
		{&Scheme{Type: Basic}, creds(ValuePassword, "p:\u00fc w"), basicOf("", "p:\u00fc w")},
		{&Scheme{Type: APIKey, In: InHeader, Name: "authorization"}, creds(ValueAPIKey, "Token abc"), "Token abc"},
		{&Scheme{Type: Device}, creds(ValueToken, "1|a_b"), "Bearer 1|a_b"},
		{&Scheme{Type: PrivateKeyJWT}, creds(ValueToken, "a b"), "Bearer a b"},
	} {
		p, reason := placement(c.scheme)
		require.Empty(t, reason)
		req := request(t, "GET", home, "")
		require.Empty(t, p(req, c.creds))
		assert.Equal(t, c.want, req.Header.Get("Authorization"))
	}
}
