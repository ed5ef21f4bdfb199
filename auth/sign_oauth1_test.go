package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOAuth1_RFC5849Section3411BaseString(t *testing.T) {
	t.Parallel()
	req := request(t, "POST", "http://EXAMPLE.com:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", "c2&a3=2+q")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	base, reason := signatureBase(req, url.Values{
		"oauth_consumer_key": {"9djdj82h48djs9d2"}, "oauth_token": {"kkk9d7dh3k39sjv7"}, "oauth_signature_method": {"HMAC-SHA1"},
		"oauth_timestamp": {"137131201"}, "oauth_nonce": {"7d8f3e4a"},
	})
	require.Empty(t, reason)
	assert.Equal(t, "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26"+
		"c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26"+
		"oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7", base)
}

// TestOAuth1_RFC5849Section12 signs the photo request of the RFC, which has no
// oauth_version.
func TestOAuth1_RFC5849Section12(t *testing.T) {
	t.Parallel()
	o := &oauth1{
		consumer: "dpf43f3p2l4k3l03", consumerSecret: "kd94hf93k423kf44", token: "nnch734d00sl2jdk", tokenSecret: "pfkkdhi9sl3r4s00",
		method: hmacSHA1, nonce: "chapoH", at: time.Unix(137131202, 0),
	}
	params := o.params()
	params.Del("oauth_version")
	base, reason := signatureBase(request(t, "GET", "http://photos.example.net/photos?file=vacation.jpg&size=original", ""), params)
	require.Empty(t, reason)
	signature, reason := o.sign(base)
	require.Empty(t, reason)
	assert.Equal(t, "MdpQcU8iPSUjWoN/UDMsK2sui9I=", signature)
}

// TestOAuth1_DocumentedHeader is the example of a large provider's guide to
// creating signatures.
func TestOAuth1_DocumentedHeader(t *testing.T) {
	t.Parallel()
	req := request(t, "POST", "https://api.twitter.com/1/statuses/update.json?include_entities=true",
		"status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	o := &oauth1{
		consumer: "xvz1evFS4wEEPTGEFPHBog", consumerSecret: "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
		token: "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", tokenSecret: "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
		nonce: "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", at: time.Unix(1318622958, 0),
	}
	header, reason := o.authorization(req)
	require.Empty(t, reason)
	assert.Equal(t, `OAuth oauth_consumer_key="xvz1evFS4wEEPTGEFPHBog", oauth_nonce="kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", `+
		`oauth_signature="tnnArxj06cWHq44gCs1OSKk%2FjLY%3D", oauth_signature_method="HMAC-SHA1", oauth_timestamp="1318622958", `+
		`oauth_token="370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", oauth_version="1.0"`, header)

	o.realm, o.extra = "Photos", map[string]string{"oauth_callback": "https://app.example.com/cb"}
	header, reason = o.authorization(req)
	require.Empty(t, reason)
	assert.True(t, strings.HasPrefix(header, `OAuth realm="Photos", oauth_callback="https%3A%2F%2Fapp.example.com%2Fcb", oauth_`), header)
}

func pemOf(t *testing.T, kind string, der []byte, err error) string {
	t.Helper()
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestOAuth1_RSASHA1(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	for _, text := range []string{
		pemOf(t, "PRIVATE KEY", pkcs8, err),
		pemOf(t, "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key), nil),
	} {
		o := &oauth1{consumer: "c", method: rsaSHA1, privateKey: text, nonce: "n", at: time.Unix(1, 0)}
		signature, reason := o.sign("base")
		require.Empty(t, reason)
		raw, err := base64.StdEncoding.DecodeString(signature)
		require.NoError(t, err)
		digest := sha1.Sum([]byte("base"))
		require.NoError(t, rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA1, digest[:], raw))
		header, reason := o.authorization(request(t, "GET", "https://api.example.com/", ""))
		require.Empty(t, reason, "the consumer secret is not used")
		assert.Contains(t, header, `oauth_signature_method="RSA-SHA1"`)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	ecDER, err := x509.MarshalPKCS8PrivateKey(ec)
	for text, want := range map[string]string{
		"":                                  "is not PEM",
		pemOf(t, "PRIVATE KEY", ecDER, err): "no RSA key",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n": "no RSA key",
	} {
		_, reason := signRSA(text, "base")
		assert.Contains(t, reason, want)
	}
}

func TestOAuth1_HMACSHA256(t *testing.T) {
	t.Parallel()
	o := &oauth1{consumer: "c", consumerSecret: "s", method: hmacSHA256, nonce: "n", at: time.Unix(1, 0)}
	signature, reason := o.sign("base")
	require.Empty(t, reason)
	raw, err := base64.StdEncoding.DecodeString(signature)
	require.NoError(t, err)
	assert.Equal(t, hmacSum([]byte("s&"), "base"), raw)
}

func TestOAuth1_Refusals(t *testing.T) {
	t.Parallel()
	good := func() *oauth1 { return &oauth1{consumer: "c", consumerSecret: "s", nonce: "n", at: time.Unix(1, 0)} }
	get := func(target string) *http.Request { return request(t, "GET", target, "") }
	form := func(change func(*http.Request)) *http.Request {
		req := request(t, "POST", "https://api.example.com/", "a=b")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		change(req)
		return req
	}
	body := func(r io.Reader) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) { return io.NopCloser(r), nil }
	}
	for i, c := range []struct {
		change func(*oauth1)
		req    *http.Request
		want   string
	}{
		{func(o *oauth1) { o.consumer = "" }, get("https://api.example.com/"), "consumer key is missing"},
		{func(o *oauth1) { o.consumerSecret = "" }, get("https://api.example.com/"), "consumer secret is missing"},
		{func(o *oauth1) { o.realm = "a\"b" }, get("https://api.example.com/"), "realm"},
		{func(o *oauth1) { o.method = "PLAINTEXT" }, get("https://api.example.com/"), "signature method"},
		{func(*oauth1) {}, get("https://api.example.com/?%zz"), "query is malformed"},
		{func(*oauth1) {}, form(func(r *http.Request) { r.GetBody = nil }), "set GetBody"},
		{func(*oauth1) {}, form(func(r *http.Request) { r.GetBody = body(strings.NewReader("%zz")) }), "form is malformed"},
		{func(*oauth1) {}, form(func(r *http.Request) { r.GetBody = body(iotestErr{}) }), "cannot be read"},
		{func(*oauth1) {}, form(func(r *http.Request) {
			r.GetBody = func() (io.ReadCloser, error) { return nil, io.ErrUnexpectedEOF }
		}), "cannot be read"},
		{func(*oauth1) {}, form(func(r *http.Request) {
			r.GetBody = body(strings.NewReader(strings.Repeat("a", maxFormBytes+1)))
		}), "too long"},
	} {
		o := good()
		c.change(o)
		_, reason := o.authorization(c.req)
		assert.Contains(t, reason, c.want, "%d", i)
	}
	_, reason := good().authorization(form(func(r *http.Request) { r.Header.Set("Content-Type", "application/json"); r.GetBody = nil }))
	assert.Empty(t, reason, "only forms are signed")
}
