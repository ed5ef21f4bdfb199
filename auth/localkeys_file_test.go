package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func unused(context.Context, string) (bool, error) { return false, nil }

func newKeyFile(t *testing.T) (path string, keys *LocalKeys) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "keys.json")
	keys, err := OpenKeyFile(t.Context(), path, &KeyFileOptions{Create: true})
	require.NoError(t, err)
	return path, keys
}

func reopen(t *testing.T, path string) *LocalKeys {
	t.Helper()
	keys, err := OpenKeyFile(t.Context(), path, nil)
	require.NoError(t, err)
	return keys
}

func unixOnly(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes or files")
	}
}

func TestC8_KeyFileOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	path, keys := newKeyFile(t)
	sealed, err := NewSealer(keys, nil).SealBytes(t.Context(), place, []byte("x"))
	require.NoError(t, err)
	_, err = keys.Rotate(t.Context())
	require.NoError(t, err)
	again := reopen(t, path)
	assert.Equal(t, keys.KeyIDs(), again.KeyIDs())
	_, err = NewSealer(again, nil).OpenBytes(t.Context(), place, sealed)
	require.NoError(t, err)
	same, err := OpenKeyFile(t.Context(), path, &KeyFileOptions{Create: true})
	require.NoError(t, err)
	assert.Equal(t, keys.KeyIDs(), same.KeyIDs(), "Create leaves an existing file alone")
	require.NoError(t, keys.Destroy(t.Context(), keys.KeyIDs()[1], unused))
	assert.Len(t, reopen(t, path).KeyIDs(), 1)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(string(text), `"key"`), "the key is destroyed in the file, too")
}

func TestKeyFileIsNotMadeUnasked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, o := range []*KeyFileOptions{nil, {}} {
		keys, err := OpenKeyFile(t.Context(), filepath.Join(dir, "keys"), o)
		require.ErrorIs(t, err, fs.ErrNotExist)
		assert.Nil(t, keys)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
	_, err = OpenKeyFile(t.Context(), filepath.Join(dir, "missing", "keys"), &KeyFileOptions{Create: true})
	require.ErrorIs(t, err, fs.ErrNotExist)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = OpenKeyFile(ended, filepath.Join(dir, "keys"), &KeyFileOptions{Create: true})
	require.ErrorIs(t, err, context.Canceled)
}

func TestKeyFileIsPrivate(t *testing.T) {
	t.Parallel()
	unixOnly(t)
	path, keys := newKeyFile(t)
	_, err := keys.Rotate(t.Context())
	require.NoError(t, err)
	for _, name := range []string{path, path + ".lock"} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), name)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o644, 0o620, 0o602, 0o610, 0o601, 0o666, 0o777} {
		require.NoError(t, os.Chmod(path, mode))
		_, err := OpenKeyFile(t.Context(), path, &KeyFileOptions{Create: true})
		require.ErrorIs(t, err, fs.ErrPermission, "%o", mode)
		require.ErrorContains(t, err, fmt.Sprintf("%#o", mode))
	}
	for _, mode := range []fs.FileMode{0o600, 0o400, 0o700} {
		require.NoError(t, os.Chmod(path, mode))
		reopen(t, path)
	}
}

func TestKeyFileIsARegularFileOfItsSize(t *testing.T) {
	t.Parallel()
	unixOnly(t)
	dir := t.TempDir()
	_, err := OpenKeyFile(t.Context(), dir, &KeyFileOptions{Create: true})
	require.ErrorIs(t, err, fs.ErrInvalid)
	large := filepath.Join(dir, "large")
	require.NoError(t, os.WriteFile(large, make([]byte, maxKeyFileBytes+1), 0o600))
	_, err = OpenKeyFile(t.Context(), large, nil)
	require.ErrorIs(t, err, fs.ErrInvalid)
	require.ErrorContains(t, err, "longer than")

	path, keys := newKeyFile(t)
	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink(path, link))
	linked := reopen(t, link)
	assert.Equal(t, keys.KeyIDs(), linked.KeyIDs())
	_, err = linked.Rotate(t.Context())
	require.ErrorIs(t, err, fs.ErrInvalid, "the link would be replaced by a file")
	assert.Equal(t, keys.KeyIDs(), reopen(t, path).KeyIDs())
}

func TestKeyFileHoldsAsManyKeysAsAllowed(t *testing.T) {
	t.Parallel()
	ring := keyring(nil)
	for range maxLocalKeys {
		var err error
		ring, err = ring.rotated()
		require.NoError(t, err)
	}
	text, err := encodeKeys(ring)
	require.NoError(t, err)
	assert.LessOrEqual(t, len(text), maxKeyFileBytes)
	got, err := decodeKeys(text)
	require.NoError(t, err)
	assert.Equal(t, ring.ids(), got.ids())
}

// A damaged file is refused whole, with every fault and no key in the message.
func TestKeyFileIsReadStrictly(t *testing.T) {
	t.Parallel()
	ring, err := keyring(nil).rotated()
	require.NoError(t, err)
	ring, err = ring.rotated()
	require.NoError(t, err)
	text, err := encodeKeys(ring)
	require.NoError(t, err)
	var good keyDocument
	require.NoError(t, json.Unmarshal(text, &good))
	edit := func(change func(*keyDocument)) string {
		doc := good
		doc.Keys = slices.Clone(good.Keys)
		change(&doc)
		out, err := json.Marshal(doc)
		require.NoError(t, err)
		return string(out)
	}
	replace := func(from, to string) string { return strings.Replace(string(text), from, to, 1) }
	short := base64.StdEncoding.EncodeToString(make([]byte, 31))
	for want, broken := range map[string]string{
		"byte 0":                          "",
		"at byte":                         string(text[:len(text)-3]),
		"byte 0, 4":                       "null" + string(text),
		"at byte 15":                      replace("patchbay", "\x00"),
		"format: is not patchbay.keys/v1": edit(func(d *keyDocument) { d.Format = "patchbay.keys/v2" }),
		"keys: are none":                  edit(func(d *keyDocument) { d.Keys = []keyEntry{} }),
		"current: is not the first key":   edit(func(d *keyDocument) { d.Current = d.Keys[1].ID }),
		"keys/1: occurs twice":            edit(func(d *keyDocument) { d.Keys[1] = d.Keys[0] }),
		"keys/0: is not 32 bytes":         edit(func(d *keyDocument) { d.Keys[0].Key = short }),
		"keys/1: is not 32 bytes":         edit(func(d *keyDocument) { d.Keys[1].Key = d.Keys[1].Key[1:] }),
		"keys/0: is damaged":              edit(func(d *keyDocument) { d.Keys[0].Key = d.Keys[1].Key }),
		"keys/1: is damaged":              edit(func(d *keyDocument) { d.Keys[1].ID = "x" }),
		"format: is not patchbay.keys/v1; keys/0: is damaged: its id is not its fingerprint; keys/1: is not 32 bytes in base64; current: is not the first key": edit(func(d *keyDocument) { *d = keyDocument{Keys: []keyEntry{{"x", d.Keys[0].Key}, {}}} }),
		"byte 2,":    `{"` + good.Keys[0].Key + `":"` + good.Keys[0].Key + `"}`,
		"byte 1":     " " + good.Keys[0].Key,
		"at byte 36": replace(`"current"`, `"format"`),
	} {
		got, err := decodeKeys([]byte(broken))
		require.ErrorIs(t, err, fs.ErrInvalid, want)
		assert.Nil(t, got, want)
		for _, k := range good.Keys {
			assert.NotContains(t, err.Error(), k.Key[:8])
		}
		if !strings.Contains(err.Error(), want) && want != "byte 2," {
			t.Errorf("%v; want %q", err, want)
		}
	}
}

func TestKeyFileNoticesEveryFlippedBit(t *testing.T) {
	t.Parallel()
	ring, err := keyring(nil).rotated()
	require.NoError(t, err)
	text, err := encodeKeys(ring)
	require.NoError(t, err)
	for i := range len(text) * 8 {
		flipped := slices.Clone(text)
		flipped[i/8] ^= 1 << (i % 8)
		if got, err := decodeKeys(flipped); err == nil && got[0].reveal.Reveal() != ring[0].reveal.Reveal() {
			t.Fatalf("another key after bit %d of byte %d", i%8, i/8)
		}
	}
}

// What another process does to the file is seen: a new key by opening with it at
// once, by wrapping within a second.
func TestC8_KeyFileIsFollowed(t *testing.T) {
	t.Parallel()
	path, keys := newKeyFile(t)
	synctest.Test(t, func(t *testing.T) {
		one, other := reopen(t, path), reopen(t, path)
		id, err := other.Rotate(t.Context())
		require.NoError(t, err)
		sealed, err := NewSealer(other, nil).SealBytes(t.Context(), place, []byte("x"))
		require.NoError(t, err)
		current, err := one.CurrentKey(t.Context())
		require.NoError(t, err)
		assert.Equal(t, keys.KeyIDs()[0], current, "the file is not looked at for every record")
		time.Sleep(time.Second)
		current, err = one.CurrentKey(t.Context())
		require.NoError(t, err)
		assert.Equal(t, id, current)

		_, err = NewSealer(keys, nil).OpenBytes(t.Context(), place, sealed)
		require.NoError(t, err)
		assert.Equal(t, id, keys.KeyIDs()[0])
		require.NoError(t, one.Destroy(t.Context(), keys.KeyIDs()[1], unused))
		time.Sleep(time.Second)
		_, err = other.CurrentKey(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []string{id}, other.KeyIDs())
	})
}

// Nothing is sealed with a key that would be lost with this process; what was
// sealed still opens.
func TestC8_NothingIsSealedWithoutTheFile(t *testing.T) {
	t.Parallel()
	unixOnly(t)
	for name, spoil := range map[string]func(t *testing.T, path string) (mend func(), want error){
		"gone": func(t *testing.T, path string) (func(), error) {
			require.NoError(t, os.Rename(path, path+".away"))
			return func() { require.NoError(t, os.Rename(path+".away", path)) }, fs.ErrNotExist
		},
		"open to others": func(t *testing.T, path string) (func(), error) {
			require.NoError(t, os.Chmod(path, 0o644))
			return func() { require.NoError(t, os.Chmod(path, 0o600)) }, fs.ErrPermission
		},
		"damaged": func(t *testing.T, path string) (func(), error) {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, text[1:], 0o600))
			return func() { require.NoError(t, os.WriteFile(path, text, 0o600)) }, fs.ErrInvalid
		},
	} {
		path, _ := newKeyFile(t)
		synctest.Test(t, func(t *testing.T) {
			keys := reopen(t, path)
			s := NewSealer(keys, &SealerOptions{CacheSize: -1})
			sealed, err := s.SealBytes(t.Context(), place, []byte("x"))
			require.NoError(t, err)
			mend, want := spoil(t, path)
			time.Sleep(time.Second)
			for range 2 {
				_, err = s.SealBytes(t.Context(), place, []byte("x"))
				require.ErrorIs(t, err, want, name)
			}
			_, err = keys.Rotate(t.Context())
			require.ErrorIs(t, err, want, name)
			_, err = s.OpenBytes(t.Context(), place, sealed)
			require.NoError(t, err, name)
			_, err = keys.Unwrap(t.Context(), WrappedKey{KeyID: "other", Bytes: []byte("x")})
			require.ErrorIs(t, err, want, "%s: nobody knows whether it is gone", name)
			mend()
			time.Sleep(time.Second)
			_, err = s.SealBytes(t.Context(), place, []byte("x"))
			require.NoError(t, err, name)
		})
	}
}
