package connector

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// Digest is "sha256:" or "sha512:" followed by lower-case hex of full length.
// There is one spelling of a digest, so == compares. The zero value means none.
type Digest string

// The algorithms of a Digest.
const (
	SHA256 = "sha256"
	SHA512 = "sha512"
)

// ParseDigest returns s as a Digest. The error wraps ErrInvalid and says what is
// wrong.
func ParseDigest(s string) (Digest, error) {
	if reason := digestReason(s); reason != "" {
		return "", &inputError{"digest", s, reason}
	}
	return Digest(s), nil
}

// FromSRI returns the Digest that a string of Subresource Integrity states,
// such as "sha512-" and base64 with padding (W3C SRI section 3.1). It takes
// exactly one hash, without options. The error wraps ErrInvalid.
func FromSRI(s string) (Digest, error) {
	fail := func(reason string) (Digest, error) {
		return "", &inputError{"integrity", s, reason}
	}
	if strings.ContainsAny(s, " \t\n?") {
		return fail("want one hash without options")
	}
	algorithm, sum, ok := strings.Cut(s, "-")
	size := digestSize(algorithm)
	switch {
	case s == "":
		return fail("it is missing")
	case !ok:
		return fail("want an algorithm, '-' and base64")
	case size == 0:
		return fail("the algorithm is not sha256 or sha512")
	}
	b, err := base64.StdEncoding.Strict().DecodeString(sum)
	if err != nil {
		return fail("it is not base64 with padding")
	}
	if len(b) != size {
		return fail(fmt.Sprintf("it has %d bytes, %s has %d", len(b), algorithm, size))
	}
	return Digest(algorithm + ":" + hex.EncodeToString(b)), nil
}

// DigestOf returns the SHA-256 digest of data.
func DigestOf(data []byte) Digest {
	sum := sha256.Sum256(data)
	return Digest(SHA256 + ":" + hex.EncodeToString(sum[:]))
}

// DigestSum returns the Digest of what was written to h, a hash that New or
// package sha256 or sha512 made.
func DigestSum(h hash.Hash) Digest {
	algorithm := SHA256
	if h.Size() == sha512.Size {
		algorithm = SHA512
	}
	return Digest(algorithm + ":" + hex.EncodeToString(h.Sum(nil)))
}

// Valid reports whether d is what ParseDigest accepts.
func (d Digest) Valid() bool { return digestReason(string(d)) == "" }

// Algorithm returns SHA256 or SHA512; "" for a digest that is not Valid.
func (d Digest) Algorithm() string {
	if !d.Valid() {
		return ""
	}
	algorithm, _, _ := strings.Cut(string(d), ":")
	return algorithm
}

// Hex returns the part after the colon; "" for a digest that is not Valid.
func (d Digest) Hex() string {
	if !d.Valid() {
		return ""
	}
	_, sum, _ := strings.Cut(string(d), ":")
	return sum
}

// New returns a hash to compute a digest that can be compared with d; see
// DigestSum. The error wraps ErrInvalid: d is not Valid.
func (d Digest) New() (hash.Hash, error) {
	if _, err := ParseDigest(string(d)); err != nil {
		return nil, err
	}
	if d.Algorithm() == SHA512 {
		return sha512.New(), nil
	}
	return sha256.New(), nil
}

// digestSize returns the length of an algorithm's sum in bytes, 0 for another.
func digestSize(algorithm string) int {
	switch algorithm {
	case SHA256:
		return sha256.Size
	case SHA512:
		return sha512.Size
	default:
		return 0
	}
}

// digestReason says what is wrong with a digest; empty: nothing.
func digestReason(s string) string {
	algorithm, sum, ok := strings.Cut(s, ":")
	size := digestSize(algorithm)
	switch {
	case s == "":
		return "it is missing"
	case !ok && (digestSize(algorithm[:min(6, len(algorithm))]) != 0):
		return "want a ':' between algorithm and hex; an integrity string with '-' is something else"
	case !ok:
		return `want "sha256:" and 64 hex digits, or "sha512:" and 128`
	case size == 0:
		return fmt.Sprintf("the algorithm is %s, want sha256 or sha512", quote(algorithm))
	}
	for i := range len(sum) {
		switch c := sum[i]; {
		case c-'0' < 10, c-'a' < 6:
		case c-'A' < 6:
			return "its hex is in upper case, want lower case"
		default:
			return fmt.Sprintf("byte %d of its hex is no hex digit", i)
		}
	}
	if len(sum) != 2*size {
		return fmt.Sprintf("it has %d hex digits, %s has %d", len(sum), algorithm, 2*size)
	}
	return ""
}
