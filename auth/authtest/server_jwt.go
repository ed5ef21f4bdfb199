package authtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"time"
)

// claims are those of an assertion, RFC 7519 section 4.1.
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	Expires  int64  `json:"exp"`
	IssuedAt int64  `json:"iat"`
	ID       string `json:"jti"`
}

// assertion verifies a JWT: signature, audience, time, and that it is new.
func (s *Server) assertion(jwt string) (*claims, error) {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return nil, errors.New("not a compact JWS")
	}
	var header struct {
		Alg string `json:"alg"`
	}
	c := &claims{}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || part(parts[0], &header) != nil || part(parts[1], c) != nil {
		return nil, errors.New("not a compact JWS")
	}
	if !verify(s.o.PublicKey, header.Alg, []byte(parts[0]+"."+parts[1]), signature) {
		return nil, errors.New("the signature is wrong")
	}
	now := s.o.Now().Unix()
	switch {
	case c.Audience != s.URL && c.Audience != s.URL+"/"+Token:
		return nil, errors.New("the audience is somebody else")
	case c.Expires <= now || c.IssuedAt > now || c.Expires > now+int64(time.Hour/time.Second):
		return nil, errors.New("the time is not right")
	case c.ID == "" || s.jtis[c.ID]:
		return nil, errors.New("the assertion is not new")
	}
	s.jtis[c.ID] = true
	return c, nil
}

func part(text string, v any) error {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// verify checks a signature: RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1.
func verify(key crypto.PublicKey, alg string, input, signature []byte) bool {
	digest := sha256.Sum256(input)
	switch key := key.(type) {
	case *rsa.PublicKey:
		switch alg {
		case "RS256":
			return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
		case "PS256":
			return rsa.VerifyPSS(key, crypto.SHA256, digest[:], signature, &rsa.PSSOptions{SaltLength: sha256.Size}) == nil
		}
	case *ecdsa.PublicKey:
		if alg != "ES256" || len(signature) != 64 {
			return false
		}
		r, t := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		return ecdsa.Verify(key, digest[:], r, t)
	case ed25519.PublicKey:
		return alg == "EdDSA" && ed25519.Verify(key, input, signature)
	}
	return false
}
