package dirinstaller

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/installertest"
)

// inside returns the path of something in a package's content directory.
func inside(t *testing.T, dir string, r *installer.Receipt, elements ...string) string {
	t.Helper()
	content, err := contentPath(r.Digest)
	require.NoError(t, err)
	return filepath.Join(append([]string{dir, filepath.FromSlash(content)}, elements...)...)
}

func TestLayout(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, err := New(dir, nil).Install(t.Context(), mail("1.0.0"), nil)
	require.NoError(t, err)
	var got []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		rel, _ := filepath.Rel(dir, path)
		got = append(got, filepath.ToSlash(rel))
		info, err := d.Info()
		require.NoError(t, err)
		if runtime.GOOS != "windows" && rel != "." {
			assert.Zero(t, info.Mode().Perm()&0o022, "%s is writable by others", rel)
		}
		return err
	}))
	content, err := contentPath(r.Digest)
	require.NoError(t, err)
	assert.Equal(t, []string{
		".", "content", "content/sha256", content, content + "/files",
		content + "/files/bin", content + "/files/bin/run", content + "/files/connector.json",
		content + "/files/lib", content + "/files/lib/a", content + "/files/lib/a/b",
		content + "/receipt.json", "stage",
	}, got)

	data, err := os.ReadFile(inside(t, dir, r, receiptFile))
	require.NoError(t, err)
	kept, err := decodeReceipt(data)
	require.NoError(t, err)
	assert.Equal(t, r, kept)
}

// TestABadDirectoryIsToldByTheFirstCall: New touches nothing.
func TestABadDirectoryIsToldByTheFirstCall(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	in := New(file, nil)
	_, err := in.Install(t.Context(), mail("1.0.0"), nil)
	var failed *installer.Error
	require.ErrorAs(t, err, &failed)
	r := &installer.Receipt{Key: "mail", Version: "1.0.0", Digest: connector.DigestOf(nil)}
	require.Error(t, in.Verify(t.Context(), r))
	require.Error(t, in.Remove(t.Context(), r))
	_, err = in.Open(t.Context(), r)
	require.Error(t, err)
	_, err = in.Sweep(t.Context(), nil)
	require.Error(t, err)

	missing := New(filepath.Join(t.TempDir(), "missing"), nil)
	require.ErrorIs(t, missing.Verify(t.Context(), r), fs.ErrNotExist)
	require.NoError(t, missing.Remove(t.Context(), r))
	n, err := missing.Sweep(t.Context(), nil)
	require.NoError(t, err)
	assert.Zero(t, n)
}

// TestDamageIsSeen changes an installed package in every way that a walk over
// its files can tell.
func TestDamageIsSeen(t *testing.T) {
	t.Parallel()
	damages := map[string]func(t *testing.T, dir string, r *installer.Receipt){
		"a file changed": func(t *testing.T, dir string, r *installer.Receipt) {
			require.NoError(t, os.WriteFile(inside(t, dir, r, filesDir, "bin", "run"), []byte("run 1.0.1"), 0o755))
		},
		"a file cut": func(t *testing.T, dir string, r *installer.Receipt) {
			require.NoError(t, os.Truncate(inside(t, dir, r, filesDir, "bin", "run"), 1))
		},
		"a file gone": func(t *testing.T, dir string, r *installer.Receipt) {
			require.NoError(t, os.Remove(inside(t, dir, r, filesDir, "bin", "run")))
		},
		"a file more": func(t *testing.T, dir string, r *installer.Receipt) {
			require.NoError(t, os.WriteFile(inside(t, dir, r, filesDir, "more"), nil, 0o600))
		},
		"a file renamed": func(t *testing.T, dir string, r *installer.Receipt) {
			require.NoError(t, os.Rename(inside(t, dir, r, filesDir, "bin", "run"), inside(t, dir, r, filesDir, "bin", "ran")))
		},
		"a directory more": func(t *testing.T, dir string, r *installer.Receipt) {
			require.NoError(t, os.Mkdir(inside(t, dir, r, filesDir, "more"), 0o755))
		},
		"a file beside the files": func(t *testing.T, dir string, r *installer.Receipt) {
			require.NoError(t, os.WriteFile(inside(t, dir, r, "more"), nil, 0o600))
		},
		"no files": func(t *testing.T, dir string, r *installer.Receipt) {
			require.NoError(t, os.RemoveAll(inside(t, dir, r, filesDir)))
		},
		"no receipt": func(t *testing.T, dir string, r *installer.Receipt) {
			require.NoError(t, os.Remove(inside(t, dir, r, receiptFile)))
		},
		"a receipt cut": func(t *testing.T, dir string, r *installer.Receipt) {
			require.NoError(t, os.Truncate(inside(t, dir, r, receiptFile), 20))
		},
		"a receipt edited": func(t *testing.T, dir string, r *installer.Receipt) {
			data, err := os.ReadFile(inside(t, dir, r, receiptFile))
			require.NoError(t, err)
			edited := bytes.Replace(data, []byte(`"application/`), []byte(`"applidation/`), 1)
			require.NotEqual(t, data, edited)
			require.NoError(t, os.WriteFile(inside(t, dir, r, receiptFile), edited, 0o600))
		},
		"a file instead": func(t *testing.T, dir string, r *installer.Receipt) {
			require.NoError(t, os.RemoveAll(inside(t, dir, r)))
			require.NoError(t, os.WriteFile(inside(t, dir, r), nil, 0o600))
		},
	}
	if runtime.GOOS != "windows" {
		damages["executable no more"] = func(t *testing.T, dir string, r *installer.Receipt) {
			require.NoError(t, os.Chmod(inside(t, dir, r, filesDir, "bin", "run"), 0o644))
		}
		damages["a link instead"] = func(t *testing.T, dir string, r *installer.Receipt) {
			name := inside(t, dir, r, filesDir, "bin", "run")
			require.NoError(t, os.Rename(name, name+"2"))
			require.NoError(t, os.Symlink("run2", name))
		}
		damages["a link that leads out"] = func(t *testing.T, dir string, r *installer.Receipt) {
			name := inside(t, dir, r, filesDir, "lib")
			require.NoError(t, os.RemoveAll(name))
			require.NoError(t, os.Symlink("/etc", name))
		}
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			in := quick(dir)
			r, err := in.Install(t.Context(), mail("1.0.0"), nil)
			require.NoError(t, err)
			damage(t, dir, r)
			require.ErrorIs(t, in.Verify(t.Context(), r), installer.ErrCorrupt)

			again, err := in.Install(t.Context(), mail("1.0.0"), nil)
			require.NoError(t, err)
			require.NoError(t, in.Verify(t.Context(), again))
			require.NoError(t, in.Verify(t.Context(), r))
			damage(t, dir, r)
			require.NoError(t, in.Remove(t.Context(), r))
			requireVersions(t, dir)
			assert.Empty(t, leftovers(t, dir))
		})
	}
}

func TestSweepRemovesStraysAndNothingElse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := quick(dir)
	keep, err := in.Install(t.Context(), mail("1.0.0"), nil)
	require.NoError(t, err)
	drop, err := in.Install(t.Context(), mail("2.0.0"), nil)
	require.NoError(t, err)
	for _, name := range []string{
		"content/file", "content/md5/x", "content/sha256/not-a-digest/x", "stage/file", "stage/dead-attempt/new/files/x",
		"somebody else's file", "other/x",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, nil, 0o600))
	}
	n, err := in.Sweep(t.Context(), []*installer.Receipt{keep})
	require.NoError(t, err)
	assert.Equal(t, 6, n)
	require.NoError(t, in.Verify(t.Context(), keep))
	require.ErrorIs(t, in.Verify(t.Context(), drop), fs.ErrNotExist)
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	for i := range names {
		names[i] = filepath.Base(names[i])
	}
	slices.Sort(names)
	assert.Equal(t, []string{"content", "other", "somebody else's file", "stage"}, names)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n, err = in.Sweep(ctx, nil)
	require.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, n)
	require.NoError(t, in.Verify(t.Context(), keep))
}

// TestInstallClearsOnlyItsOwnLeftovers: those of other packages may belong to
// somebody who is alive.
func TestInstallClearsOnlyItsOwnLeftovers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pkg := mail("1.0.0")
	own := filepath.Join(dir, stageDir, attemptPrefix(pkg.Key, pkg.Version, pkg.Artifact.Digest)+"dead")
	other := filepath.Join(dir, stageDir, attemptPrefix(pkg.Key, "2.0.0", pkg.Artifact.Digest)+"alive")
	for _, name := range []string{own, other} {
		require.NoError(t, os.MkdirAll(filepath.Join(name, filesDir), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(name, artifactFile), []byte("half of it"), 0o600))
	}
	_, err := quick(dir).Install(t.Context(), pkg, nil)
	require.NoError(t, err)
	assert.Equal(t, []string{other}, leftovers(t, dir))
}

// TestALateAttemptHarmsNothing: a process that was thought dead, and comes back
// while its successor installs the same package, fails or finds it done.
func TestALateAttemptHarmsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	late := mail("1.0.0")
	open, reached, goOn := late.Open, make(chan struct{}), make(chan struct{})
	late.Open = func(ctx context.Context) (io.ReadCloser, error) {
		close(reached)
		<-goOn
		return open(ctx)
	}
	done := make(chan error)
	go func() {
		_, err := New(dir, nil).Install(t.Context(), late, nil)
		done <- err
	}()
	<-reached
	r, err := New(dir, nil).Install(t.Context(), mail("1.0.0"), nil)
	require.NoError(t, err)
	close(goOn)
	require.Error(t, <-done)
	require.NoError(t, New(dir, nil).Verify(t.Context(), r))
	assert.Empty(t, leftovers(t, dir))
	requireVersions(t, dir, "1.0.0")
}

// TestTheLastMomentToCancel is just before the commit.
func TestTheLastMomentToCancel(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	in := New(dir, &Options{Media: map[string]installer.Media{connector.MediaPackageTarGzip: {
		Format: installer.FormatTarGzip,
		Manifest: func(ctx context.Context, files fs.FS) (*connector.Manifest, error) {
			cancel()
			return installer.NativeManifest(ctx, files)
		},
	}}})
	_, err := in.Install(ctx, mail("1.0.0"), nil)
	require.ErrorIs(t, err, context.Canceled)
	requireVersions(t, dir)
	assert.Empty(t, leftovers(t, dir))
}

func TestOpenIsAFileSystem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := quick(dir)
	r, err := in.Install(t.Context(), mail("1.0.0"), nil)
	require.NoError(t, err)
	files, err := in.Open(t.Context(), r)
	require.NoError(t, err)
	require.NoError(t, fstest.TestFS(files, "connector.json", "bin/run", "lib/a/b"))
	f, err := files.Open("bin/run")
	require.NoError(t, err)
	if w, ok := f.(io.Writer); ok {
		_, err := w.Write([]byte("x"))
		require.Error(t, err, "it is for reading")
	}
	require.NoError(t, f.Close())

	require.NoError(t, in.Remove(t.Context(), r))
	_, err = fs.ReadFile(files, "bin/run")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, os.RemoveAll(dir))
	_, err = fs.ReadFile(files, "bin/run")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// TestPathsDoNotGrow: keys and versions of any length make the same paths.
func TestPathsDoNotGrow(t *testing.T) {
	t.Parallel()
	key := connector.Key("p/" + strings.Repeat("k", connector.MaxKeyBytes-2))
	in := quick(t.TempDir())
	r, err := in.Install(t.Context(), installertest.Package(key, "1.0.0-"+strings.Repeat("x", 200)), nil)
	require.NoError(t, err)
	require.NoError(t, in.Verify(t.Context(), r))
	assert.Len(t, attemptPrefix(key, r.Version, r.Digest), 25)
}
