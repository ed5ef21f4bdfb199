package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func sealOne(t *testing.T) Sealed {
	t.Helper()
	sealed, err := NewSealer(memoryKeys(t), nil).SealBytes(t.Context(), place, []byte("x"))
	require.NoError(t, err)
	return sealed
}

func TestSealedPrintsAsMask(t *testing.T) {
	t.Parallel()
	sealed := sealOne(t)
	for _, verb := range "vsqxXdT" {
		for _, flag := range []string{"", "+", "#", "20"} {
			if verb == 'T' {
				continue
			}
			assert.Equal(t, "[sealed] [sealed]", fmt.Sprintf("%"+flag+string(verb)+" %"+flag+string(verb), sealed, &sealed))
		}
	}
	assert.Equal(t, "[sealed][sealed]", sealed.String()+sealed.GoString())
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "s", sealed, "p", &sealed)
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "s", sealed, "p", &sealed)
	assert.Equal(t, 4, strings.Count(out.String(), "[sealed]"))
	assert.NotContains(t, out.String(), base64.StdEncoding.EncodeToString(sealed.Bytes())[:20])
}

func TestSealedIsStoredAsJSON(t *testing.T) {
	t.Parallel()
	type record struct {
		Secret Sealed  `json:"secret"`
		None   Sealed  `json:"none,omitzero"`
		Zero   Sealed  `json:"zero"`
		Null   *Sealed `json:"null"`
	}
	in := record{Secret: sealOne(t)}
	text, err := json.Marshal(in)
	require.NoError(t, err)
	want := `{"secret":"` + base64.StdEncoding.EncodeToString(in.Secret.Bytes()) + `","zero":"","null":null}`
	assert.Equal(t, want, string(text))
	var out record
	require.NoError(t, json.Unmarshal(text, &out))
	assert.Empty(t, cmp.Diff(in, out))
	assert.True(t, out.Zero.IsZero())

	out.Secret = in.Secret
	for _, bad := range []string{
		`"!"`, `"` + Redacted + `"`, `"[sealed]"`, `"` + base64.StdEncoding.EncodeToString([]byte("plaintext")) + `"`,
		strings.Replace(string(text[10:60]), `"`, "", 1) + `\n"`, `"` + base64.StdEncoding.EncodeToString([]byte(envelopeMagic+"\x01")) + `"`,
		`"` + base64.StdEncoding.EncodeToString(in.Secret.Bytes())[:40] + `\n` + base64.StdEncoding.EncodeToString(in.Secret.Bytes())[40:] + `"`,
		`"` + base64.URLEncoding.EncodeToString(bytes.Repeat([]byte{0x8e, 0xff}, 60)) + `"`,
	} {
		err := json.Unmarshal([]byte(`{"secret":`+bad+`}`), &out)
		require.Error(t, err, bad)
		assert.True(t, out.Secret.Equal(in.Secret), "the value before is gone after %s", bad)
	}
}

// There is one text for each Sealed.
func TestSealedTextHasOneForm(t *testing.T) {
	t.Parallel()
	s := NewSealer(memoryKeys(t), nil)
	padded := 0
	for n := range 3 {
		sealed, err := s.SealBytes(t.Context(), place, make([]byte, n))
		require.NoError(t, err)
		text, err := sealed.MarshalText()
		require.NoError(t, err)
		var back Sealed
		require.NoError(t, back.UnmarshalText(text))
		i := len(bytes.TrimRight(text, "="))
		if i == len(text) {
			continue
		}
		padded++
		require.ErrorIs(t, back.UnmarshalText(text[:i]), ErrNotSealed)
		text[i-1]++ // a bit that no byte has
		require.ErrorIs(t, back.UnmarshalText(text), ErrNotSealed)
	}
	assert.Equal(t, 2, padded)
}

func TestSealedIsImmutable(t *testing.T) {
	t.Parallel()
	sealed := sealOne(t)
	stored := sealed.Bytes()
	again, err := ParseSealed(stored)
	require.NoError(t, err)
	clear(stored)
	clear(sealed.Bytes())
	assert.True(t, again.Equal(sealed))
	assert.False(t, again.Equal(Sealed{}))
	assert.False(t, again.Equal(sealOne(t)))
	assert.Nil(t, Sealed{}.Bytes())
	assert.True(t, Sealed{}.IsZero())
	assert.False(t, sealed.IsZero())
}

func TestSealedNamesItsKey(t *testing.T) {
	t.Parallel()
	keys := memoryKeys(t)
	sealed, err := NewSealer(keys, nil).SealBytes(t.Context(), place, nil)
	require.NoError(t, err)
	assert.Equal(t, keys.KeyIDs()[0], sealed.KeyID())
	assert.Empty(t, Sealed{}.KeyID())
}
