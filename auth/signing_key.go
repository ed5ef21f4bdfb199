package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"strings"
)

// The signature algorithms of assertions: RFC 7518 section 3.1, RFC 8037 section
// 3.1.
const (
	RS256 = "RS256" // RSA PKCS #1 v1.5, SHA-256
	PS256 = "PS256" // RSA PSS, SHA-256
	ES256 = "ES256" // ECDSA on P-256, SHA-256
	EdDSA = "EdDSA" // Ed25519
)

// SigningKey is the private key that signs assertions (RFC 7523).
type SigningKey struct {
	// PEM is the key in PKCS #8 (RFC 5958), one PEM block of type "PRIVATE KEY": RSA
	// of 2048 to 8192 bits, ECDSA on P-256, or Ed25519.
	PEM Secret `json:"pem,omitzero"`
	// ID is the "kid" of the header (RFC 7515 section 4.1.4), by which the server finds
	// the public key. Empty: none.
	ID string `json:"id,omitempty"`
	// Algorithm is one of the above. Empty: RS256 for RSA, and what else the key can.
	Algorithm string `json:"algorithm,omitempty"`
}

// Bounds of an RSA key: RFC 7518 section 3.3, and what a request may cost.
const (
	minRSABits = 2048
	maxRSABits = 8192
)

// signer signs by one key. It keeps the key behind a closure, out of reach of
// printers.
type signer struct {
	alg  string
	kid  string
	sign func(input []byte) ([]byte, error)
}

// signer parses the key. No fault quotes it.
func (k *SigningKey) signer() (*signer, []Fault) {
	var f faults
	if len(k.ID) > MaxKeyBytes {
		f.add("id", tooLong(MaxKeyBytes))
	} else if !printable(strings.ReplaceAll(k.ID, " ", ""), "") {
		f.add("id", "must be visible ASCII")
	}
	s, reason := k.parse()
	if reason != "" {
		f.add("pem", reason)
	} else if s == nil {
		f.add("algorithm", "is not one that the key can be used for")
	}
	return s, f
}

// parse returns the signer, or what is wrong with the key; neither when only the
// algorithm does not fit.
func (k *SigningKey) parse() (*signer, string) {
	text := k.PEM.Reveal()
	if text == "" {
		return nil, "is missing"
	}
	if len(text) > MaxValueBytes {
		return nil, tooLong(MaxValueBytes)
	}
	block, rest := pem.Decode([]byte(text))
	switch {
	case block == nil:
		return nil, "is not PEM"
	case strings.TrimSpace(string(rest)) != "":
		return nil, "has more than one PEM block"
	case block.Type != "PRIVATE KEY":
		return nil, `must be PKCS #8, in a block of type "PRIVATE KEY"`
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, "is not a PKCS #8 private key"
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		if bits := key.N.BitLen(); bits < minRSABits || bits > maxRSABits {
			return nil, "is an RSA key that is not 2048 to 8192 bits long"
		}
		return k.rsa(key), ""
	case *ecdsa.PrivateKey:
		if key.Curve != elliptic.P256() {
			return nil, "is an ECDSA key on another curve than P-256"
		}
		return k.with(ES256, func(input []byte) ([]byte, error) { return signES256(key, input) }), ""
	case ed25519.PrivateKey:
		return k.with(EdDSA, func(input []byte) ([]byte, error) { return ed25519.Sign(key, input), nil }), ""
	default:
		return nil, "is neither an RSA, an ECDSA nor an Ed25519 key"
	}
}

func (k *SigningKey) rsa(key *rsa.PrivateKey) *signer {
	var opts crypto.SignerOpts = crypto.SHA256
	alg := RS256
	if k.Algorithm == PS256 {
		alg, opts = PS256, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256}
	}
	return k.with(alg, func(input []byte) ([]byte, error) {
		digest := sha256.Sum256(input)
		return key.Sign(rand.Reader, digest[:], opts)
	})
}

// with returns a signer for alg, or nil when another is wanted.
func (k *SigningKey) with(alg string, sign func([]byte) ([]byte, error)) *signer {
	if k.Algorithm != "" && k.Algorithm != alg {
		return nil
	}
	return &signer{alg, k.ID, sign}
}

// signES256 returns the two numbers of the signature side by side, RFC 7518 section
// 3.4.
func signES256(key *ecdsa.PrivateKey, input []byte) ([]byte, error) {
	digest := sha256.Sum256(input)
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	if err != nil {
		return nil, err
	}
	const size = 32
	out := make([]byte, 2*size)
	r.FillBytes(out[:size])
	s.FillBytes(out[size:])
	return out, nil
}
