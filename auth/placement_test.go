package auth

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
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

func TestCustomPlacer(t *testing.T) {
	t.Parallel()
	scheme := &Scheme{ID: "mine", Type: Custom}
	n := newNet(t, ok)
	for name, c := range map[string]struct {
		place PlacerFunc
		want  string
	}{
		"fails":   {func(*http.Request, *Credentials) error { return fs.ErrNotExist }, "its Placer failed"},
		"says it": {func(_ *http.Request, c *Credentials) error { return errors.New(c.value("k")) }, "showed the credentials"},
		"host":    {func(r *http.Request, _ *Credentials) error { r.URL.Host = "away.example.net"; return nil }, "changed where"},
		"scheme":  {func(r *http.Request, _ *Credentials) error { r.URL.Scheme = "http"; return nil }, "changed where"},
		"front":   {func(r *http.Request, _ *Credentials) error { r.Host = "away.example.net"; return nil }, "changed where"},
		"opaque":  {func(r *http.Request, _ *Credentials) error { r.URL.Opaque = "//away.example.net"; return nil }, "changed where"},
		"user": {func(r *http.Request, _ *Credentials) error {
			r.URL.User = parsed(t, "https://u@x").User
			return nil
		}, "changed where"},
		"replaces": {func(r *http.Request, _ *Credentials) error { r.Header.Set("X-Own", "x"); return nil }, "header X-Own"},
		"removes":  {func(r *http.Request, _ *Credentials) error { r.Header.Del("X-Own"); return nil }, "header X-Own"},
		"query":    {func(r *http.Request, _ *Credentials) error { r.URL.RawQuery = "own=2"; return nil }, "query parameter"},
	} {
		o := &TransportOptions{
			Scheme: scheme, Source: StaticSource(creds("k", canary)), Hosts: hosts(t, "api.example.com"), Base: n.base,
			Placers: map[string]Placer{"mine": c.place},
		}
		req := request(t, "GET", home+"/?own=1", "")
		req.Header.Set("X-Own", "1")
		_, err := do(newTransport(t, o).RoundTrip, req)
		require.ErrorContains(t, err, c.want, name)
		clean(t, err)
		if name == "fails" {
			require.ErrorIs(t, err, fs.ErrNotExist)
		}
	}
	all, dials := n.take()
	assert.Empty(t, all)
	assert.Empty(t, dials)

	o := &TransportOptions{
		Scheme: &Scheme{ID: "mine", Type: Bearer}, Source: StaticSource(creds(ValueToken, "t")), Hosts: hosts(t, "api.example.com"),
		Base: n.base, Placers: map[string]Placer{"mine": PlacerFunc(func(*http.Request, *Credentials) error { panic("not custom") })},
	}
	_, err := get(newTransport(t, o).Client(), home)
	require.NoError(t, err)
}

func TestMTLSCertificateIsReplaced(t *testing.T) {
	t.Parallel()
	n := newNet(t, ok)
	cert1, key1 := clientPEM(t, "first")
	cert2, key2 := clientPEM(t, "second")
	o := &TransportOptions{Scheme: &Scheme{ID: "s", Type: MTLS}, Hosts: hosts(t, "api.example.com"), Base: n.base}
	source := &switching{}
	o.Source = source
	tr := newTransport(t, o)
	for _, c := range []struct {
		creds *Credentials
		want  string
		dials int
	}{
		{creds(ValueCertificate, cert1, ValuePrivateKey, key1), "first", 1},
		{creds(ValueCertificate, cert1, ValuePrivateKey, key1), "first", 0},
		{creds(ValueCertificate, cert2+key2), "second", 1}, // both in one
	} {
		source.now = c.creds
		_, err := get(tr.Client(), home)
		require.NoError(t, err)
		all, dials := n.take()
		assert.Equal(t, c.want, all[0].cert)
		assert.Len(t, dials, c.dials)
	}
	assert.Empty(t, n.base.TLSClientConfig.Certificates, "the caller's transport is not changed")

	o.Base = roundTrip(func(*http.Request) (*http.Response, error) { return reply(200, nil), nil })
	_, err := get(newTransport(t, o).Client(), home)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	clean(t, err)
}

// switching is a Source whose credentials a test exchanges.
type switching struct{ now *Credentials }

func (s *switching) Credentials(context.Context, *Credentials) (*Credentials, error) {
	return s.now, nil
}

// TestMTLSOverTheGuardedTransport connects to a server on this machine.
func TestMTLSOverTheGuardedTransport(t *testing.T) {
	t.Parallel()
	var names []string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		names = append(names, r.TLS.PeerCertificates[0].Subject.CommonName)
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	server.EnableHTTP2, server.Config.ErrorLog = true, log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	cert, key := clientPEM(t, "guarded")
	o := &TransportOptions{
		Scheme: &Scheme{ID: "s", Type: MTLS}, Source: StaticSource(creds(ValueCertificate, cert, ValuePrivateKey, key)),
		Hosts: hosts(t, parsed(t, server.URL).Host), AllowPrivate: true,
		RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs,
	}
	resp, err := get(newTransport(t, o).Client(), server.URL)
	require.NoError(t, err)
	assert.Equal(t, 2, resp.ProtoMajor)
	assert.Equal(t, []string{"guarded"}, names)

	o.Base = &http.Transport{}
	_, err = get(newTransport(t, o).Client(), server.URL)
	require.ErrorContains(t, err, "certificate signed by unknown authority", "a Base has its own roots")
}

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
