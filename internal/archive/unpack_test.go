package archive_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/internal/archive"
	"github.com/patchbay/patchbay/internal/realdata"
)

// unpack unpacks data into memory.
func unpack(t *testing.T, f archive.Format, data []byte, o *archive.Options) (*archive.Memory, archive.Stats, error) {
	t.Helper()
	m := archive.NewMemory()
	stats, err := archive.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), f, m, o)
	return m, stats, err
}

// sinkOn returns a sink that is closed when the test is over.
func sinkOn(t *testing.T, root *os.Root) *archive.RootSink {
	t.Helper()
	s := archive.NewRootSink(root)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

var sample = []installertest.File{
	{Name: "connector.json", Body: `{"key":"a"}`},
	{Name: "empty"},
	{Name: "bin/run", Body: "#!/bin/sh\n", Mode: 0o700},
	{Name: "lib", Mode: fs.ModeDir | 0o700},
	{Name: "lib/äöü/long.txt", Body: strings.Repeat("long ", 100_000), Mode: 0o600},
	{Name: "lib/never executed", Body: "x", Mode: 0o666},
	{Name: "nothing in it", Mode: fs.ModeDir},
}

// packed returns the sample in every format.
func packed() map[archive.Format][]byte {
	return map[archive.Format][]byte{
		archive.Tar:     installertest.Tar(sample...),
		archive.TarGzip: installertest.TarGz(sample...),
		archive.Zip:     installertest.Zip(sample...),
	}
}

func checkSample(t *testing.T, files fs.FS) {
	t.Helper()
	want := map[string]fs.FileMode{
		"bin": 0o755, "lib": 0o755, "lib/äöü": 0o755, "nothing in it": 0o755, ".": 0o755,
		"connector.json": 0o644, "empty": 0o644, "bin/run": 0o755, "lib/äöü/long.txt": 0o644, "lib/never executed": 0o644,
	}
	got := map[string]fs.FileMode{}
	require.NoError(t, fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		got[path] = info.Mode().Perm()
		return nil
	}))
	if runtime.GOOS != "windows" {
		delete(got, ".") // made by the test
		delete(want, ".")
		assert.Equal(t, want, got)
	}
	for _, f := range sample {
		if f.Mode.IsDir() {
			continue
		}
		data, err := fs.ReadFile(files, f.Name)
		require.NoError(t, err)
		assert.Equal(t, f.Body, string(data), f.Name)
	}
}

func TestUnpackIntoMemory(t *testing.T) {
	t.Parallel()
	for format, data := range packed() {
		m, stats, err := unpack(t, format, data, nil)
		require.NoError(t, err, format)
		checkSample(t, m)
		assert.Equal(t, archive.Stats{Files: 5, Dirs: 4, Bytes: 500_022}, stats, format)
		require.NoError(t, fstest.TestFS(m, "connector.json", "bin/run", "lib/äöü/long.txt"))
	}
}

func TestUnpackIntoADirectory(t *testing.T) {
	t.Parallel()
	for format, data := range packed() {
		root, err := os.OpenRoot(t.TempDir())
		require.NoError(t, err)
		_, err = archive.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), format, sinkOn(t, root), nil)
		require.NoError(t, err, format)
		checkSample(t, root.FS())

		// Nothing is written over.
		_, err = archive.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), format, sinkOn(t, root), nil)
		require.ErrorIs(t, err, fs.ErrExist)
		require.NoError(t, root.Close())
	}
}

func TestFilesAreNotOverwritten(t *testing.T) {
	t.Parallel()
	root, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, root.WriteFile("a", []byte("mine"), 0o600))
	data := installertest.Tar(installertest.File{Name: "a", Body: "theirs"})
	_, err = archive.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), archive.Tar, sinkOn(t, root), nil)
	require.ErrorIs(t, err, fs.ErrExist)
	kept, err := root.ReadFile("a")
	require.NoError(t, err)
	assert.Equal(t, "mine", string(kept))
	require.NoError(t, root.Close())
}

func TestSpecialBitsAreDropped(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for name, mode := range map[string]int64{"setuid": 0o4711, "setgid": 0o2644, "sticky": 0o1600} {
		require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Mode: mode, Typeflag: tar.TypeReg}))
	}
	require.NoError(t, w.Close())
	m, _, err := unpack(t, archive.Tar, buf.Bytes(), nil)
	require.NoError(t, err)
	for name, want := range map[string]fs.FileMode{"setuid": 0o755, "setgid": 0o644, "sticky": 0o644} {
		info, err := fs.Stat(m, name)
		require.NoError(t, err)
		assert.Equal(t, want, info.Mode(), name)
	}
}

func TestHarmlessRecordsAreDropped(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	require.NoError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "a commit"}}))
	require.NoError(t, w.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: "file", Mode: 0o644,
		PAXRecords: map[string]string{"SCHILY.xattr.user.a": "b", "VENDOR.x": "y"},
	}))
	require.NoError(t, w.Close())
	_, stats, err := unpack(t, archive.Tar, buf.Bytes(), nil)
	require.NoError(t, err)
	assert.Equal(t, archive.Stats{Files: 1}, stats)
}

func TestStripTop(t *testing.T) {
	t.Parallel()
	data := installertest.Tar(
		installertest.File{Name: "package", Mode: fs.ModeDir},
		installertest.File{Name: "package/package.json", Body: "{}"},
		installertest.File{Name: "package/lib/index.js", Body: "x"})
	m, stats, err := unpack(t, archive.Tar, data, &archive.Options{StripTop: true})
	require.NoError(t, err)
	assert.Equal(t, archive.Stats{Files: 2, Dirs: 1, Bytes: 3}, stats)
	require.NoError(t, fstest.TestFS(m, "package.json", "lib/index.js"))

	for name, files := range map[string][]installertest.File{
		"implied directory elsewhere": {{Name: "package/a"}, {Name: "other/b/c"}},
		"directory elsewhere":         {{Name: "package/a"}, {Name: "other", Mode: fs.ModeDir}},
		"file first":                  {{Name: "a"}},
	} {
		_, _, err := unpack(t, archive.Tar, installertest.Tar(files...), &archive.Options{StripTop: true})
		require.ErrorIs(t, err, archive.ErrFormat, name)
	}
}

// TestEveryPrefixIsRefused cuts archives after every byte.
func TestEveryPrefixIsRefused(t *testing.T) {
	t.Parallel()
	small := []installertest.File{{Name: "a", Body: "hello"}, {Name: "b/c", Body: strings.Repeat("x", 600)}}
	for format, data := range map[archive.Format][]byte{
		archive.Tar:     installertest.Tar(small...),
		archive.TarGzip: installertest.TarGz(small...),
		archive.Zip:     installertest.Zip(small...),
	} {
		for n := range data {
			_, _, err := unpack(t, format, data[:n], nil)
			require.ErrorIs(t, err, archive.ErrFormat, "%s of %d bytes, cut at %d", format, len(data), n)
		}
	}
}

// TestAChangedByteIsNoOtherFile flips every byte of the formats that carry
// checksums: they are refused or unpack to the same names and contents.
func TestAChangedByteIsNoOtherFile(t *testing.T) {
	t.Parallel()
	small := []installertest.File{{Name: "a", Body: "hello"}, {Name: "b/c", Body: strings.Repeat("x", 600)}}
	for format, data := range map[archive.Format][]byte{
		archive.TarGzip: installertest.TarGz(small...),
		archive.Zip:     installertest.Zip(small...),
	} {
		refused := 0
		for i := range data {
			changed := bytes.Clone(data)
			changed[i] ^= 0x11
			m, stats, err := unpack(t, format, changed, nil)
			if err != nil {
				refused++
				continue
			}
			assert.Equal(t, 2, stats.Files)
			for _, f := range small {
				got, err := fs.ReadFile(m, f.Name)
				require.NoError(t, err, "%s, byte %d", format, i)
				assert.Equal(t, f.Body, string(got), "%s, byte %d", format, i)
			}
		}
		assert.Greater(t, refused, len(data)/2)
	}
}

func TestRealPackagesAreUnpacked(t *testing.T) {
	t.Parallel()
	tarballs, err := filepath.Glob(filepath.Join(realdata.Dir(t, "npm"), "tarballs", "*.tgz"))
	require.NoError(t, err)
	require.NotEmpty(t, tarballs)
	for _, name := range tarballs {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		m, stats, err := unpack(t, archive.TarGzip, data, &archive.Options{StripTop: true})
		require.NoError(t, err, name)
		_, err = fs.Stat(m, "package.json")
		require.NoError(t, err)
		t.Logf("%s: %+v", filepath.Base(name), stats)
	}
}

// brokenReader fails after some bytes.
type brokenReader struct {
	data []byte
	err  error
}

func (b brokenReader) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > int64(len(b.data)) {
		return 0, b.err
	}
	return copy(p, b.data[off:]), nil
}

var errMedium = errors.New("the disk is on fire")

// TestTheMediumIsNotTheArchive: a disk that fails must not read as a bad archive.
func TestTheMediumIsNotTheArchive(t *testing.T) {
	t.Parallel()
	for format, data := range packed() {
		for _, n := range []int{0, len(data) / 2, len(data) - 1} {
			_, err := archive.Unpack(t.Context(), brokenReader{data[:n], errMedium}, int64(len(data)), format, archive.NewMemory(), nil)
			require.ErrorIs(t, err, errMedium, "%s at %d", format, n)
			require.NotErrorIs(t, err, archive.ErrFormat)
		}
	}
}

// brokenSink fails at one call.
type brokenSink struct {
	*archive.Memory

	mkdir, create, write, close error
}

func (s brokenSink) Mkdir(name string) error {
	if s.mkdir != nil {
		return s.mkdir
	}
	return s.Memory.Mkdir(name)
}

func (s brokenSink) Create(name string, executable bool) (io.WriteCloser, error) {
	if s.create != nil {
		return nil, s.create
	}
	w, err := s.Memory.Create(name, executable)
	return brokenFile{w, s}, err
}

type brokenFile struct {
	io.WriteCloser

	s brokenSink
}

func (f brokenFile) Write(p []byte) (int, error) {
	if f.s.write != nil {
		return 0, f.s.write
	}
	return f.WriteCloser.Write(p)
}

func (f brokenFile) Close() error { return errors.Join(f.s.close, f.WriteCloser.Close()) }

func TestTheSinkIsNotTheArchive(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]brokenSink{
		"mkdir": {mkdir: errMedium}, "create": {create: errMedium}, "write": {write: errMedium}, "close": {close: errMedium},
	} {
		for format, data := range packed() {
			s.Memory = archive.NewMemory()
			_, err := archive.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), format, s, nil)
			require.ErrorIs(t, err, errMedium, "%s of %s", name, format)
			var refused *archive.Error
			require.NotErrorAs(t, err, &refused)
		}
	}
}

func TestCancellation(t *testing.T) {
	t.Parallel()
	for format, data := range packed() {
		ctx, cancel := contextThatEndsAtFirstFile(t)
		_, err := archive.Unpack(ctx, bytes.NewReader(data), int64(len(data)), format, cancellingSink{archive.NewMemory(), cancel}, nil)
		require.ErrorIs(t, err, ctx.Err(), format)
		require.Error(t, err)
	}
}

func TestWhatIsNoArchive(t *testing.T) {
	t.Parallel()
	_, _, err := unpack(t, "rar", nil, nil)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = archive.Unpack(t.Context(), bytes.NewReader(nil), -1, archive.Tar, archive.NewMemory(), nil)
	require.ErrorIs(t, err, fs.ErrInvalid)
}
