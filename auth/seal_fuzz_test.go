package auth

import (
	"bytes"
	"encoding/base64"
	"errors"
	"testing"
)

// FuzzParseSealed: what is accepted keeps to its bounds, is written in one way only,
// and opens only if it is what was sealed.
func FuzzParseSealed(f *testing.F) {
	keys, err := NewMemoryKeys(NewSecret(goldenKey))
	if err != nil {
		f.Fatal(err)
	}
	s := NewSealer(keys, &SealerOptions{CacheSize: -1})
	good, err := base64.StdEncoding.DecodeString(goldenSealed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte(envelopeMagic + "\x01\x00\x01k\x00\x01w0123456789ab0123456789abcdef"))
	f.Add([]byte(envelopeMagic + "\x02"))
	f.Add([]byte(`{"access_token":"x"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		given := bytes.Clone(data)
		got, err := ParseSealed(data)
		if !bytes.Equal(given, data) {
			t.Fatal("the input was changed")
		}
		if err != nil {
			if !errors.Is(err, ErrNotSealed) && !errors.Is(err, ErrTampered) || !got.IsZero() {
				t.Fatalf("%v, %x", err, got.Bytes())
			}
			return
		}
		e, err := parseEnvelope(got.envelope)
		if err != nil || !validKeyID(e.keyID) || !validWrapped(e.wrapped) {
			t.Fatalf("accepted out of bounds: %v", err)
		}
		if again := append(appendHeader(nil, e.key()), e.sealed...); !bytes.Equal(again, data) {
			t.Fatalf("written back as %x", again)
		}
		plaintext, err := s.OpenBytes(t.Context(), place, got)
		switch {
		case err == nil && !bytes.Equal(data, good):
			t.Fatalf("opened as %q", plaintext)
		case err != nil && !errors.Is(err, ErrTampered) && !errors.Is(err, ErrUnknownKey):
			t.Fatal(err)
		}
		text, err := got.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Sealed
		if err := back.UnmarshalText(text); err != nil || !back.Equal(got) {
			t.Fatalf("text does not come back: %v", err)
		}
	})
}

// FuzzDecodeKeys: a key file that is accepted holds keys that carry their own
// fingerprint, and is written back with the same keys.
func FuzzDecodeKeys(f *testing.F) {
	f.Add([]byte(goldenFile))
	f.Add(bytes.ReplaceAll([]byte(goldenFile), []byte(" "), nil))
	f.Add([]byte(`{"format":"patchbay.keys/v1","current":"","keys":[]}`))
	f.Add([]byte(`{"format":"patchbay.keys/v1","current":"x","keys":[{"id":"x","key":""}],"current":"y"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		ring, err := decodeKeys(data)
		if err != nil {
			return
		}
		written, err := encodeKeys(ring)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeKeys(written)
		if err != nil || len(again) == 0 || len(again) != len(ring) {
			t.Fatalf("%d keys became %d: %v", len(ring), len(again), err)
		}
		for i := range ring {
			if ring[i].id != again[i].id || !ring[i].reveal.Equal(again[i].reveal) {
				t.Fatalf("key %d changed", i)
			}
		}
	})
}
