package installer_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

func file(body string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(body), Mode: 0o644} }

// TestHashTreeIsStable pins the format: receipts outlive versions of the library.
func TestHashTreeIsStable(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"a.b": file("1"), "a/b": file("2"), "a/c/d": {Mode: 0o644}, "empty": {Mode: fs.ModeDir | 0o755}}
	tree, err := installer.HashTree(t.Context(), files)
	require.NoError(t, err)
	// sha256 of "patchbay.tree/v1\n" and, each ended by NUL: "d a",
	// "f 1 <sha256 of 1> a.b", "f 1 <sha256 of 2> a/b", "d a/c", "f 0 <sha256 of nothing> a/c/d", "d empty"
	want := connector.DigestOf([]byte("patchbay.tree/v1\n" +
		"d a\x00" +
		"f 1 6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b a.b\x00" +
		"f 1 d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35 a/b\x00" +
		"d a/c\x00" +
		"f 0 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 a/c/d\x00" +
		"d empty\x00"))
	assert.Equal(t, installer.Tree{Digest: want, Files: 3}, tree)
}

// TestHashTreeTellsTreesApart changes random trees a little: another tree has
// another digest, the same tree the same.
func TestHashTreeTellsTreesApart(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	seen := map[connector.Digest]string{}
	for range 2000 {
		files := fstest.MapFS{}
		for range rng.IntN(4) {
			name := []string{"a", "b", "a b", "ab"}[rng.IntN(4)] + []string{"", "/c", "/c/d"}[rng.IntN(3)]
			files[name] = file([]string{"", "x", "xx"}[rng.IntN(3)])
			if rng.IntN(3) == 0 {
				files[name].Mode = 0o755
			}
		}
		// A file and something below it is no tree.
		maps.DeleteFunc(files, func(name string, _ *fstest.MapFile) bool {
			for other := range files {
				if len(other) > len(name) && other[:len(name)+1] == name+"/" {
					return true
				}
			}
			return false
		})
		tree, err := installer.HashTree(t.Context(), files)
		require.NoError(t, err)
		text := ""
		for _, name := range []string{"a", "b", "a b", "ab", "a/c", "b/c", "a b/c", "ab/c", "a/c/d", "b/c/d", "a b/c/d", "ab/c/d"} {
			if f := files[name]; f != nil {
				text += fmt.Sprintf("%q %q %v;", name, f.Data, f.Mode)
			}
		}
		if other, ok := seen[tree.Digest]; ok {
			require.Equal(t, other, text)
		}
		seen[tree.Digest] = text
	}
	assert.Greater(t, len(seen), 100)
}

func TestHashTreeRefusesLinks(t *testing.T) {
	t.Parallel()
	for _, mode := range []fs.FileMode{fs.ModeSymlink, fs.ModeNamedPipe, fs.ModeDevice, fs.ModeSocket} {
		_, err := installer.HashTree(t.Context(), fstest.MapFS{"ok": file("1"), "x": {Mode: mode}})
		require.ErrorIs(t, err, installer.ErrCorrupt, mode)
		require.ErrorContains(t, err, `"x"`)
	}
}

type failingFS struct {
	fs.FS

	err error
}

func (f failingFS) Open(name string) (fs.File, error) {
	if name == "bad" {
		return nil, f.err
	}
	return f.FS.Open(name)
}

func TestHashTreePassesOnErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	_, err := installer.HashTree(t.Context(), failingFS{fstest.MapFS{"bad": file("1")}, broken})
	require.ErrorIs(t, err, broken)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = installer.HashTree(ctx, fstest.MapFS{"a": file("1")})
	require.ErrorIs(t, err, context.Canceled)
	_, err = installer.HashTree(t.Context(), failingFS{fstest.MapFS{}, nil}.FS)
	require.NoError(t, err)
}
