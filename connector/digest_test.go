package connector

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"strings"
	"testing"
)

func TestDigest(t *testing.T) {
	t.Parallel()
	sum256, sum512 := sha256.Sum256([]byte("x")), sha512.Sum512([]byte("x"))
	for algorithm, sum := range map[string][]byte{SHA256: sum256[:], SHA512: sum512[:]} {
		s := algorithm + ":" + hex.EncodeToString(sum)
		d, err := ParseDigest(s)
		if err != nil {
			t.Fatal(err)
		}
		if d.Algorithm() != algorithm || d.Hex() != hex.EncodeToString(sum) || !d.Valid() {
			t.Error(d.Algorithm(), d.Hex())
		}
		h, err := d.New()
		if err != nil {
			t.Fatal(err)
		}
		h.Write([]byte("x"))
		if !bytes.Equal(h.Sum(nil), sum) || DigestSum(h) != d {
			t.Error(DigestSum(h))
		}
		sri, err := FromSRI(algorithm + "-" + base64.StdEncoding.EncodeToString(sum))
		if err != nil || sri != d {
			t.Error(sri, err)
		}
	}
	if DigestOf([]byte("x")) != Digest("sha256:"+hex.EncodeToString(sum256[:])) {
		t.Error(DigestOf([]byte("x")))
	}
}

func TestParseDigestRefusesAndSaysWhy(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"":                                         "missing",
		"sha256":                                   "want a ':'",
		"sha256-47DEQpj8HBSa":                      "integrity string",
		strings.Repeat("a", 64):                    `want "sha256:"`,
		"md5:" + strings.Repeat("a", 32):           `the algorithm is "md5"`,
		"sha1:" + strings.Repeat("a", 40):          `the algorithm is "sha1"`,
		"SHA256:" + strings.Repeat("a", 64):        `the algorithm is "SHA256"`,
		"sha256:" + strings.Repeat("a", 63):        "63 hex digits, sha256 has 64",
		"sha256:" + strings.Repeat("a", 128):       "128 hex digits",
		"sha512:" + strings.Repeat("a", 64):        "64 hex digits, sha512 has 128",
		"sha256:":                                  "0 hex digits",
		"sha256:" + strings.Repeat("A", 64):        "upper case",
		"sha256:" + strings.Repeat("g", 64):        "byte 0 of its hex is no hex digit",
		" sha256:" + strings.Repeat("a", 64):       `the algorithm is " sha256"`,
		"sha256:" + strings.Repeat("a", 63) + "\n": "byte 63",
	} {
		d, err := ParseDigest(s)
		if err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%q: %q %v", s, d, err)
		}
		if bad := Digest(s); bad.Valid() || bad.Algorithm() != "" || bad.Hex() != "" {
			t.Errorf("%q counts as valid", s)
		}
		if _, err := Digest(s).New(); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestFromSRIRefusesAndSaysWhy(t *testing.T) {
	t.Parallel()
	sum := sha512.Sum512(nil)
	good := "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
	for s, want := range map[string]string{
		"":                 "missing",
		good + " " + good:  "one hash",
		good + "?x":        "one hash",
		"sha512":           "want an algorithm",
		"sha1-2jmj7l5rSw0": "not sha256 or sha512",
		good[:len(good)-1]: "base64",
		"sha256-" + strings.TrimPrefix(good, "sha512-"): "64 bytes, sha256 has 32",
	} {
		if d, err := FromSRI(s); err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %q %v", s, d, err)
		}
	}
}

func FuzzParseDigest(f *testing.F) {
	f.Add("sha256:" + strings.Repeat("0f", 32))
	f.Add("sha512:" + strings.Repeat("0f", 64))
	f.Add("sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
	f.Add("md5:0")
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := FromSRI(s); err == nil && !d.Valid() {
			t.Fatalf("%q gives %q", s, d)
		}
		d, err := ParseDigest(s)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		b, err := hex.DecodeString(d.Hex())
		h, errNew := d.New()
		if err != nil || errNew != nil || h.Size() != len(b) || d.Algorithm()+":"+d.Hex() != s {
			t.Fatalf("%q", s)
		}
	})
}
