package auth

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the signature methods of RFC 5849
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"hash"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The signature methods of OAuth 1.0: RFC 5849 section 3.4, and the SHA-256 that
// providers have added in its manner. PLAINTEXT would show the secret.
const (
	hmacSHA1   = "HMAC-SHA1"
	hmacSHA256 = "HMAC-SHA256"
	rsaSHA1    = "RSA-SHA1"
)

// oauth1 is what one OAuth 1.0 signature is made of.
type oauth1 struct {
	consumer, consumerSecret string
	token, tokenSecret       string // empty before there is one
	realm, method            string
	privateKey               string // PEM, RSA-SHA1 only
	nonce                    string
	at                       time.Time
	extra                    map[string]string // further parameters, such as oauth_callback
}

// placeOAuth1 follows RFC 5849 section 3.5.1.
func placeOAuth1(req *http.Request, c *Credentials) string {
	o := &oauth1{
		consumer: c.value(ValueConsumerKey), consumerSecret: c.value(ValueConsumerSecret),
		token: c.value(ValueOAuthToken), tokenSecret: c.value(ValueTokenSecret),
		realm: c.value(ValueRealm), method: c.value(ValueSignatureMethod), privateKey: c.value(ValuePrivateKey),
		nonce: rand.Text(), at: time.Now(),
	}
	header, reason := o.authorization(req)
	if reason == "" {
		req.Header.Set("Authorization", header)
	}
	return reason
}

// authorization returns the Authorization header of req.
func (o *oauth1) authorization(req *http.Request) (header, reason string) {
	if o.method == "" {
		o.method = hmacSHA1
	}
	switch {
	case o.consumer == "":
		return "", "the consumer key is missing"
	case o.consumerSecret == "" && o.method != rsaSHA1:
		return "", "the consumer secret is missing"
	case o.realm != "" && !printable(o.realm, `"\`):
		return "", "the realm is not visible ASCII"
	}
	params := o.params()
	base, reason := signatureBase(req, params)
	if reason != "" {
		return "", reason
	}
	signature, reason := o.sign(base)
	if reason != "" {
		return "", reason
	}
	params.Set("oauth_signature", signature)
	list := joinPairs(encodePairs(nil, params)) // escaped, so that '&' only separates
	header = `OAuth `
	if o.realm != "" {
		header += `realm="` + o.realm + `", `
	}
	return header + strings.ReplaceAll(strings.ReplaceAll(list, "=", `="`), "&", `", `) + `"`, ""
}

// params returns the protocol parameters without the signature, RFC 5849 section
// 3.1.
func (o *oauth1) params() url.Values {
	p := url.Values{
		"oauth_consumer_key":     {o.consumer},
		"oauth_signature_method": {o.method},
		"oauth_timestamp":        {strconv.FormatInt(o.at.Unix(), 10)},
		"oauth_nonce":            {o.nonce},
		"oauth_version":          {"1.0"},
	}
	if o.token != "" {
		p.Set("oauth_token", o.token)
	}
	for name, value := range o.extra {
		p.Set(name, value)
	}
	return p
}

// sign makes the signature of a base string.
func (o *oauth1) sign(base string) (signature, reason string) {
	newHash := sha1.New
	switch o.method {
	case hmacSHA1:
	case hmacSHA256:
		newHash = sha256.New
	case rsaSHA1:
		return signRSA(o.privateKey, base)
	default:
		return "", "the signature method is none of HMAC-SHA1, HMAC-SHA256 and RSA-SHA1"
	}
	return signHMAC(newHash, encodeStrict(o.consumerSecret)+"&"+encodeStrict(o.tokenSecret), base), ""
}

func signHMAC(newHash func() hash.Hash, key, base string) string {
	mac := hmac.New(newHash, []byte(key))
	mac.Write([]byte(base))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signRSA follows RFC 5849 section 3.4.3.
func signRSA(privateKey, base string) (signature, reason string) {
	block, _ := pem.Decode([]byte(privateKey))
	if block == nil {
		return "", "the private key is not PEM"
	}
	var key *rsa.PrivateKey
	if parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		key, _ = parsed.(*rsa.PrivateKey)
	} else if parsed, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		key = parsed
	}
	if key == nil {
		return "", "the private key is no RSA key"
	}
	digest := sha1.Sum([]byte(base)) //nolint:gosec // RFC 5849 section 3.4.3
	raw, err := rsa.SignPKCS1v15(nil, key, crypto.SHA1, digest[:])
	if err != nil {
		return "", "the private key cannot sign"
	}
	return base64.StdEncoding.EncodeToString(raw), ""
}
