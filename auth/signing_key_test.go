package auth_test

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

// pemOf returns a private key in PKCS #8.
func pemOf(t *testing.T, key any) auth.Secret {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return auth.NewSecret(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
}

// keyPair is a private key in PEM and its public half.
type keyPair struct {
	pem    auth.Secret
	public crypto.PublicKey
}

func newRSA(t *testing.T, bits int) keyPair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	require.NoError(t, err)
	return keyPair{pemOf(t, key), &key.PublicKey}
}

func newECDSA(t *testing.T, curve elliptic.Curve) keyPair {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return keyPair{pemOf(t, key), &key.PublicKey}
}

func newEd25519(t *testing.T) keyPair {
	t.Helper()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return keyPair{pemOf(t, key), public}
}

func TestAssertionsAreSigned(t *testing.T) {
	t.Parallel()
	rsaKey := newRSA(t, 2048)
	for _, c := range []struct {
		alg, want string
		key       keyPair
	}{
		{"", auth.RS256, rsaKey},
		{auth.RS256, auth.RS256, rsaKey},
		{auth.PS256, auth.PS256, rsaKey},
		{"", auth.ES256, newECDSA(t, elliptic.P256())},
		{"", auth.EdDSA, newEd25519(t)},
	} {
		t.Run(c.alg+" "+c.want, func(t *testing.T) {
			t.Parallel()
			s := authtest.NewServer(&authtest.ServerOptions{PublicKey: c.key.public, ClientAuth: []string{"private_key_jwt"}, Now: atEpoch})
			key := &auth.SigningKey{PEM: c.key.pem, ID: "k 1", Algorithm: c.alg}

			// The client proves itself (RFC 7523 section 2.2), whatever the grant.
			for _, typ := range []auth.Type{auth.PrivateKeyJWT, auth.ClientCredentials, auth.OAuth2Code, auth.Device} {
				p := provider(t, inMemory(s), s.Scheme(typ), &auth.App{ClientID: "client-id", Key: key})
				switch typ {
				case auth.OAuth2Code:
					token := connect(t, s, p)
					require.NoError(t, p.Revoke(t.Context(), token))
				case auth.Device:
					_, err := p.AuthorizeDevice(t.Context(), nil)
					require.NoError(t, err)
				default:
					_, err := p.ClientCredentials(t.Context(), nil)
					require.NoError(t, err)
				}
			}
			for _, sent := range s.Requests("") {
				assert.Equal(t, "private_key_jwt", sent.ClientAuth, sent.Endpoint)
			}

			// The assertion is the grant (section 2.1).
			s.Forget()
			p := provider(t, inMemory(s), s.Scheme(auth.JWTBearer), &auth.App{Key: key})
			token, err := p.JWTBearer(t.Context(), &auth.Assertion{
				Issuer: "robot@example.com", Subject: "user@example.com", Lifetime: time.Minute, Claims: map[string]any{"scope": "read"},
			}, []string{"read"})
			require.NoError(t, err)
			assert.Equal(t, []string{"read"}, token.Scopes)
			sent := s.Requests(authtest.Token)[0]
			assert.Empty(t, sent.ClientAuth)
			header, claims := parts(t, sent.Form.Get("assertion"))
			assert.Equal(t, map[string]any{"alg": c.want, "typ": "JWT", "kid": "k 1"}, header)
			assert.NotEmpty(t, claims["jti"])
			delete(claims, "jti")
			assert.Equal(t, map[string]any{
				"iss": "robot@example.com", "sub": "user@example.com", "aud": s.URL + "/token", "scope": "read",
				"iat": float64(epoch.Unix()), "exp": float64(epoch.Add(time.Minute).Unix()),
			}, claims)
		})
	}
}

// Some servers take no assertion that is for their token endpoint.
func TestAssertionsAreForWhomTheSchemeSays(t *testing.T) {
	t.Parallel()
	k := newEd25519(t)
	s := authtest.NewServer(&authtest.ServerOptions{PublicKey: k.public, ClientAuth: []string{"private_key_jwt"}, Now: atEpoch})
	app := &auth.App{ClientID: "client-id", Key: &auth.SigningKey{PEM: k.pem}}
	audience := func(typ auth.Type, field string, a *auth.Assertion) any {
		scheme := s.Scheme(typ)
		scheme.Quirks = &auth.Quirks{AssertionAudience: "https://issuer.example.com"}
		p := provider(t, inMemory(s), scheme, app)
		var err error
		if typ == auth.JWTBearer {
			_, err = p.JWTBearer(t.Context(), a, nil)
		} else {
			_, err = p.ClientCredentials(t.Context(), nil)
		}
		require.Error(t, err, "this server wants its token endpoint")
		sent := s.Requests(authtest.Token)
		_, claims := parts(t, sent[len(sent)-1].Form.Get(field))
		return claims["aud"]
	}
	assert.Equal(t, "https://issuer.example.com", audience(auth.PrivateKeyJWT, "client_assertion", nil))
	assert.Equal(t, "https://issuer.example.com", audience(auth.JWTBearer, "assertion", nil))
	assert.Equal(t, "urn:x", audience(auth.JWTBearer, "assertion", &auth.Assertion{Audience: "urn:x"}), "the caller's counts more")
}

// parts returns header and claims of a compact JWS.
func parts(t *testing.T, jws string) (header, claims map[string]any) {
	t.Helper()
	p := strings.Split(jws, ".")
	require.Len(t, p, 3)
	for i, at := range []*map[string]any{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(p[i])
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(raw, at))
	}
	return header, claims
}

func TestJWTBearerDefaultsAndFaults(t *testing.T) {
	t.Parallel()
	k := newEd25519(t)
	s := authtest.NewServer(&authtest.ServerOptions{PublicKey: k.public, Now: atEpoch})
	app := s.App()
	app.Key = &auth.SigningKey{PEM: k.pem}
	p := provider(t, inMemory(s), s.Scheme(auth.JWTBearer), app)
	_, err := p.JWTBearer(t.Context(), nil, nil)
	require.NoError(t, err)
	sent := s.Requests(authtest.Token)[0]
	assert.Equal(t, "basic", sent.ClientAuth, "the key signs the grant, the secret proves the client")
	assert.Equal(t, "read write", sent.Form.Get("scope"))
	header, claims := parts(t, sent.Form.Get("assertion"))
	assert.NotContains(t, header, "kid")
	assert.Equal(t, "client-id", claims["iss"])
	assert.Equal(t, "client-id", claims["sub"])
	assert.InDelta(t, epoch.Add(auth.DefaultAssertionLifetime).Unix(), claims["exp"], 0)

	s.Forget()
	_, err = p.JWTBearer(t.Context(), &auth.Assertion{
		Lifetime: 2 * time.Hour, Claims: map[string]any{"exp": 1, "nbf": 1, "jti": "x"},
	}, nil)
	require.ErrorIs(t, err, fs.ErrInvalid)
	assert.Equal(t, "auth: lifetime: is longer than 1h0m0s; claims/exp: is set by the protocol; "+
		"claims/jti: is set by the protocol; claims/nbf: is set by the protocol", err.Error())
	_, err = p.JWTBearer(t.Context(), &auth.Assertion{Claims: map[string]any{"f": func() {}}}, nil)
	require.ErrorContains(t, err, "claims: have no JSON form")
	_, err = p.JWTBearer(t.Context(), nil, []string{"a b"})
	require.ErrorIs(t, err, fs.ErrInvalid)
	many := map[string]any{}
	for i := range auth.MaxExtraParams + 1 {
		many[strings.Repeat("x", i+1)] = 1
	}
	_, err = p.JWTBearer(t.Context(), &auth.Assertion{Claims: many}, nil)
	require.ErrorContains(t, err, "claims: has more than")
	nobody := provider(t, inMemory(s), s.Scheme(auth.JWTBearer), &auth.App{Key: app.Key})
	_, err = nobody.JWTBearer(t.Context(), nil, nil)
	require.ErrorContains(t, err, "issuer: is missing")
	assert.Zero(t, s.Count(""))
}

func TestSigningKeyFaults(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	good := newECDSA(t, elliptic.P256())
	x, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	block := func(typ, body string) auth.Secret {
		return auth.NewSecret(string(pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: []byte(body)})))
	}
	for name, c := range map[string]struct {
		key  auth.SigningKey
		want string
	}{
		"missing":      {auth.SigningKey{}, "app/key/pem: is missing"},
		"long":         {auth.SigningKey{PEM: auth.NewSecret(strings.Repeat("x", auth.MaxValueBytes+1))}, "app/key/pem: is longer than 65536 bytes"},
		"no PEM":       {auth.SigningKey{PEM: auth.NewSecret("hush")}, "app/key/pem: is not PEM"},
		"two":          {auth.SigningKey{PEM: auth.NewSecret(good.pem.Reveal() + good.pem.Reveal())}, "app/key/pem: has more than one PEM block"},
		"PKCS #1":      {auth.SigningKey{PEM: block("RSA PRIVATE KEY", "x")}, `app/key/pem: must be PKCS #8, in a block of type "PRIVATE KEY"`},
		"garbage":      {auth.SigningKey{PEM: block("PRIVATE KEY", "hush")}, "app/key/pem: is not a PKCS #8 private key"},
		"short RSA":    {auth.SigningKey{PEM: newRSA(t, 1024).pem}, "app/key/pem: is an RSA key that is not 2048 to 8192 bits long"},
		"P-384":        {auth.SigningKey{PEM: newECDSA(t, elliptic.P384()).pem}, "app/key/pem: is an ECDSA key on another curve than P-256"},
		"X25519":       {auth.SigningKey{PEM: pemOf(t, x)}, "app/key/pem: is neither an RSA, an ECDSA nor an Ed25519 key"},
		"wrong alg":    {auth.SigningKey{PEM: good.pem, Algorithm: auth.RS256}, "app/key/algorithm: is not one that the key can be used for"},
		"none":         {auth.SigningKey{PEM: good.pem, Algorithm: "none"}, "app/key/algorithm: is not one that the key can be used for"},
		"odd id":       {auth.SigningKey{PEM: good.pem, ID: "a\n"}, "app/key/id: must be visible ASCII"},
		"long id":      {auth.SigningKey{PEM: good.pem, ID: strings.Repeat("x", 129)}, "app/key/id: is longer than 128 bytes"},
		"all together": {auth.SigningKey{ID: "a\n"}, "app/key/id: must be visible ASCII; app/key/pem: is missing"},
	} {
		_, err := inMemory(s).For(s.Scheme(auth.PrivateKeyJWT), &auth.App{ClientID: "client-id", Key: &c.key}, nil)
		require.ErrorIs(t, err, fs.ErrInvalid, name)
		assert.Equal(t, "auth: "+c.want, err.Error(), name)
	}
}
