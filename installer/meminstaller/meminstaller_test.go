package meminstaller

import (
	"context"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/installertest"
)

func TestInstaller(t *testing.T) {
	t.Parallel()
	installertest.TestInstaller(t,
		func(testing.TB) installer.Installer { return New(nil) },
		&installertest.KitOptions{
			Reopen:  func(_ testing.TB, in installer.Installer) installer.Installer { return in },
			Corrupt: corrupt,
		})
}

// corrupt puts other files in the place of a package's.
func corrupt(tb testing.TB, in installer.Installer, r *installer.Receipt) {
	tb.Helper()
	mem := in.(*Installer)
	mem.mu.Lock()
	defer mem.mu.Unlock()
	h := *mem.packages[r.Digest]
	h.files = fstest.MapFS{connector.ManifestFile: {Data: []byte("{}")}}
	mem.packages[r.Digest] = &h
}

func TestMaxBytesIsKept(t *testing.T) {
	t.Parallel()
	big := installertest.File{Name: "big", Body: string(make([]byte, 100_000))}
	in := New(&Options{MaxBytes: 250_000})
	first, err := in.Install(t.Context(), installertest.Package("mail", "1.0.0", big), nil)
	require.NoError(t, err)
	second, err := in.Install(t.Context(), installertest.Package("mail", "2.0.0", big), nil)
	require.NoError(t, err)
	used := in.budget.used

	_, err = in.Install(t.Context(), installertest.Package("mail", "3.0.0", big), nil)
	require.ErrorIs(t, err, installer.ErrLimit)
	var limit *installer.LimitError
	require.ErrorAs(t, err, &limit)
	assert.Equal(t, int64(250_000), limit.Max)
	assert.Equal(t, used, in.budget.used, "a failed install gives back what it took")
	require.NoError(t, in.Verify(t.Context(), first))

	require.NoError(t, in.Remove(t.Context(), second))
	_, err = in.Install(t.Context(), installertest.Package("mail", "3.0.0", big), nil)
	require.NoError(t, err, "there is room again")
	_, err = in.Sweep(t.Context(), nil)
	require.NoError(t, err)
	assert.Zero(t, in.budget.used)

	// The bytes of an artifact on its way count, too.
	incompressible := installertest.FromBytes("mail", "4.0.0", connector.MediaPackageTar, installertest.Tar(
		installertest.ManifestFile(&connector.Manifest{Key: "mail", Version: "4.0.0"}), big, installertest.File{Name: "more", Body: big.Body}))
	_, err = in.Install(t.Context(), incompressible, nil)
	require.ErrorIs(t, err, installer.ErrLimit)
	assert.Zero(t, in.budget.used)
}

// TestSameBytesOfAnotherType: what the same bytes unpack to depends on the media
// type, so one does not pass for the other.
func TestSameBytesOfAnotherType(t *testing.T) {
	t.Parallel()
	const other = "application/vnd.example.package"
	in := New(&Options{Media: map[string]installer.Media{other: {Format: installer.FormatTarGzip}}})
	pkg := installertest.Package("mail", "1.0.0")
	r, err := in.Install(t.Context(), pkg, nil)
	require.NoError(t, err)
	pkg.Artifact.MediaType = other
	_, err = in.Install(t.Context(), pkg, nil)
	require.ErrorIs(t, err, installer.ErrIdentity)
	require.NoError(t, in.Verify(t.Context(), r))
	require.NoError(t, in.Remove(t.Context(), r))
	_, err = in.Install(t.Context(), pkg, nil)
	require.NoError(t, err)
}

// TestTheLastMomentToCancel is just before the commit.
func TestTheLastMomentToCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	in := New(&Options{Media: map[string]installer.Media{connector.MediaPackageTarGzip: {
		Format: installer.FormatTarGzip,
		Manifest: func(ctx context.Context, files fs.FS) (*connector.Manifest, error) {
			cancel()
			return installer.NativeManifest(ctx, files)
		},
	}}})
	_, err := in.Install(ctx, installertest.Package("mail", "1.0.0"), nil)
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, in.packages)
	assert.Zero(t, in.budget.used)
}

func TestFilesCannotBeChanged(t *testing.T) {
	t.Parallel()
	in := New(&Options{MaxBytes: -1})
	r, err := in.Install(t.Context(), installertest.Package("mail", "1.0.0"), nil)
	require.NoError(t, err)
	files, err := in.Open(t.Context(), r)
	require.NoError(t, err)
	_, ok := files.(installer.Stage)
	assert.False(t, ok)
	require.NoError(t, fstest.TestFS(files, connector.ManifestFile))

	require.NoError(t, in.Remove(t.Context(), r))
	_, err = fs.ReadFile(files, connector.ManifestFile)
	require.NoError(t, err, "what is open stays readable")
}
