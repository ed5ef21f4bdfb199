package auth

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestC8_SwappedBetweenPlacesIsRefused(t *testing.T) {
	t.Parallel()
	places := []Binding{
		place,
		{Tenant: "other", Connection: "c1", Field: "credential", Generation: 7},
		{Tenant: "acme", Connection: "c2", Field: "credential", Generation: 7},
		{Tenant: "acme", Connection: "c1", Field: "preset", Generation: 7},
		{Tenant: "acme", Connection: "c1", Field: "credential", Generation: 8},
		{Tenant: "acme", Connection: "c1", Field: "credential"},
		{Tenant: "c1", Connection: "acme", Field: "credential", Generation: 7},
		{Tenant: "acmec", Connection: "1", Field: "credential", Generation: 7},
		{Tenant: "acme", Connection: "c1c", Field: "redential", Generation: 7},
		{Tenant: "ACME", Connection: "c1", Field: "credential", Generation: 7},
		{Tenant: "acme\x00", Connection: "c1", Field: "credential", Generation: 7},
		{Tenant: "acme", Connection: "c1", Field: "credential", Generation: 7 << 8},
	}
	for name, s := range sealers(memoryKeys(t)) {
		for i, from := range places {
			sealed, err := s.SealBytes(t.Context(), from, []byte("secret"))
			require.NoError(t, err)
			_, err = s.OpenBytes(t.Context(), from, sealed)
			require.NoError(t, err)
			for j, to := range places {
				if i == j {
					continue
				}
				got, err := s.OpenBytes(t.Context(), to, sealed)
				require.ErrorIs(t, err, ErrTampered, "%s: %+v opened in %+v", name, from, to)
				assert.Nil(t, got)
			}
		}
	}
}

// The parts of two records of one place, put together, do not open.
func TestC8_PartsOfTwoRecordsDoNotFit(t *testing.T) {
	t.Parallel()
	for name, s := range sealers(memoryKeys(t)) {
		parts := make([]envelope, 2)
		for i := range parts {
			sealed, err := s.SealBytes(t.Context(), place, []byte("secret"))
			require.NoError(t, err)
			_, err = s.OpenBytes(t.Context(), place, sealed)
			require.NoError(t, err)
			parts[i], err = parseEnvelope(sealed.envelope)
			require.NoError(t, err)
		}
		mixed, err := ParseSealed(slices.Concat(parts[0].header, parts[1].sealed))
		require.NoError(t, err)
		_, err = s.OpenBytes(t.Context(), place, mixed)
		require.ErrorIs(t, err, ErrTampered, name)
	}
}

func TestC8_EveryChangedBitIsRefused(t *testing.T) {
	t.Parallel()
	for name, s := range sealers(memoryKeys(t)) {
		sealed, err := s.SealBytes(t.Context(), place, []byte("a secret of some length"))
		require.NoError(t, err)
		_, err = s.OpenBytes(t.Context(), place, sealed)
		require.NoError(t, err)
		original := sealed.Bytes()
		for i := range len(original) * 8 {
			altered := slices.Clone(original)
			altered[i/8] ^= 1 << (i % 8)
			refused(t, s, altered, fmt.Sprintf("%s: bit %d of byte %d changed", name, i%8, i/8))
		}
		for i := range original {
			altered := slices.Clone(original)
			altered[i] = ^altered[i]
			refused(t, s, altered, fmt.Sprintf("%s: byte %d inverted", name, i))
			refused(t, s, slices.Delete(slices.Clone(original), i, i+1), fmt.Sprintf("%s: byte %d left out", name, i))
			refused(t, s, slices.Insert(slices.Clone(original), i, 0), fmt.Sprintf("%s: a byte put in at %d", name, i))
		}
	}
}

func TestC8_EveryTruncationIsRefused(t *testing.T) {
	t.Parallel()
	for name, s := range sealers(memoryKeys(t)) {
		sealed, err := s.SealBytes(t.Context(), place, []byte("a secret of some length"))
		require.NoError(t, err)
		_, err = s.OpenBytes(t.Context(), place, sealed)
		require.NoError(t, err)
		original := sealed.Bytes()
		for n := range original {
			refused(t, s, original[:n], fmt.Sprintf("%s: cut to %d bytes", name, n))
			refused(t, s, original[n+1:], fmt.Sprintf("%s: the first %d bytes gone", name, n+1))
		}
		refused(t, s, append(slices.Clone(original), 0), name+": a byte more")
		refused(t, s, slices.Concat(original, original), name+": twice")
	}
}

// refused asserts that altered opens nowhere, with an error that a caller knows.
func refused(t *testing.T, s *Sealer, altered []byte, what string) {
	t.Helper()
	sealed, err := ParseSealed(altered)
	if err == nil {
		var plaintext []byte
		if plaintext, err = s.OpenBytes(t.Context(), place, sealed); plaintext != nil {
			t.Fatalf("%s: opened", what)
		}
	}
	switch {
	case err == nil:
		t.Fatalf("%s: no error", what)
	case !errors.Is(err, ErrTampered) && !errors.Is(err, ErrNotSealed) && !errors.Is(err, ErrUnknownKey):
		t.Fatalf("%s: %v", what, err)
	case strings.Contains(err.Error(), "secret"):
		t.Fatalf("%s: %v shows the plaintext", what, err)
	}
}

// Where the fault lies is not told.
func TestC8_TamperingIsAlwaysTheSameError(t *testing.T) {
	t.Parallel()
	s := NewSealer(memoryKeys(t), &SealerOptions{CacheSize: -1})
	sealed, err := s.SealBytes(t.Context(), place, []byte("secret"))
	require.NoError(t, err)
	e, err := parseEnvelope(sealed.envelope)
	require.NoError(t, err)
	texts := map[string]bool{}
	for _, at := range []int{
		len(e.header) - len(e.wrapped), len(e.header) - 1, len(e.header), len(e.header) + nonceBytes, len(sealed.envelope) - 1,
	} {
		altered := sealed.Bytes()
		altered[at] ^= 1
		changed, err := ParseSealed(altered)
		require.NoError(t, err)
		_, err = s.OpenBytes(t.Context(), place, changed)
		require.ErrorIs(t, err, ErrTampered)
		texts[err.Error()] = true
	}
	_, err = s.OpenBytes(t.Context(), Binding{"other", "c", "f", 0}, sealed)
	require.Error(t, err)
	texts[err.Error()] = true
	assert.Len(t, texts, 1)
}
