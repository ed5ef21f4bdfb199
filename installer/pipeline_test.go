package installer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/installertest"
)

// stage is the smallest Stage: files in a map.
type stage struct {
	files fstest.MapFS
	after func(fstest.MapFS) // the unpacking
	err   error              // of everything
}

func (s *stage) Mkdir(name string) error {
	s.files[name] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
	return s.err
}

func (s *stage) Create(name string, executable bool) (io.WriteCloser, error) {
	f := file("")
	if executable {
		f.Mode = 0o755
	}
	s.files[name] = f
	return &stageFile{f}, s.err
}

func (s *stage) Spool() (installer.Spool, error) { return &spool{}, s.err }

func (s *stage) Files() (fs.FS, error) {
	if s.after != nil {
		s.after(s.files)
	}
	return s.files, s.err
}

type stageFile struct{ *fstest.MapFile }

func (f *stageFile) Write(p []byte) (int, error) {
	f.Data = append(f.Data, p...)
	return len(p), nil
}

func (*stageFile) Close() error { return nil }

type spool struct {
	bytes.Buffer

	err error // of Close
}

func (s *spool) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(s.Bytes()).ReadAt(p, off)
}
func (s *spool) Close() error { return s.err }

func run(t *testing.T, p *installer.Pipeline, pkg *installer.Package, s *stage) (*installer.Receipt, error) {
	t.Helper()
	if s == nil {
		s = &stage{}
	}
	s.files = fstest.MapFS{}
	return p.Run(t.Context(), pkg, s, nil)
}

func TestCheckTellsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	err := (&installer.Pipeline{}).Check(&installer.Package{
		Key: "Mail!", Version: "1", Artifact: connector.Artifact{Digest: "md5:00", Size: -1, MediaType: "text/plain"},
	})
	var failed *installer.Error
	require.ErrorAs(t, err, &failed)
	for _, part := range []string{"Mail!", `"1"`, "md5:00", "-1", "text/plain"} {
		require.ErrorContains(t, err, part)
	}
}

func TestTheReceiptTellsTheTime(t *testing.T) {
	t.Parallel()
	noon := time.Date(2030, 1, 2, 13, 0, 0, 0, time.FixedZone("", 3600))
	r, err := run(t, &installer.Pipeline{Now: func() time.Time { return noon }}, installertest.Package("mail", "1.0.0"), nil)
	require.NoError(t, err)
	assert.Equal(t, noon.UTC(), r.InstalledAt)
}

// TestWhatIsReadBackIsWhatWasUnpacked: a disk that keeps something else is told.
func TestWhatIsReadBackIsWhatWasUnpacked(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]func(fstest.MapFS){
		"changed": func(f fstest.MapFS) { f["a"].Data = []byte("2") },
		"gone":    func(f fstest.MapFS) { delete(f, "a") },
		"more":    func(f fstest.MapFS) { f["b"] = file("") },
		"link":    func(f fstest.MapFS) { f["a"].Mode = fs.ModeSymlink },
	} {
		_, err := run(t, &installer.Pipeline{}, installertest.Package("mail", "1.0.0", installertest.File{Name: "a", Body: "1"}), &stage{after: after})
		require.ErrorIs(t, err, installer.ErrCorrupt, name)
	}
}

func TestTheStagesErrorsAreTold(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	_, err := run(t, &installer.Pipeline{}, installertest.Package("mail", "1.0.0"), &stage{err: full})
	require.ErrorIs(t, err, full)
	require.NotErrorIs(t, err, installer.ErrRefused)
}

func TestOwnMediaTypes(t *testing.T) {
	t.Parallel()
	const mediaType = "application/vnd.example.plugin+zip"
	p := &installer.Pipeline{Media: map[string]installer.Media{
		mediaType: {Format: installer.FormatZip, Manifest: func(_ context.Context, files fs.FS) (*connector.Manifest, error) {
			name, err := fs.ReadFile(files, "NAME")
			if err != nil {
				return nil, err
			}
			return &connector.Manifest{Key: connector.Key(name), Version: "1.0.0"}, nil
		}},
		"application/nothing": {Format: installer.FormatTar, Manifest: func(context.Context, fs.FS) (*connector.Manifest, error) {
			return nil, nil //nolint:nilnil // a reader with a bug
		}},
		"application/rar":  {Format: "rar"},
		connector.MediaNPM: {Format: installer.FormatTar},
	}}
	zip := installertest.Zip(installertest.File{Name: "NAME", Body: "mail"})
	r, err := run(t, p, installertest.FromBytes("mail", "1.0.0", mediaType, zip), nil)
	require.NoError(t, err)
	assert.Equal(t, mediaType, r.MediaType)
	_, err = run(t, p, installertest.FromBytes("male", "1.0.0", mediaType, zip), nil)
	require.ErrorIs(t, err, installer.ErrIdentity)
	_, err = run(t, p, installertest.FromBytes("mail", "1.0.0", mediaType, installertest.Zip()), nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = run(t, p, installertest.FromBytes("mail", "1.0.0", "application/rar", zip), nil)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	_, err = run(t, p, installertest.FromBytes("mail", "1.0.0", "application/nothing", installertest.Tar()), nil)
	require.ErrorIs(t, err, installer.ErrRefused)

	// A type that is known can be replaced.
	native := installertest.Tar(installertest.ManifestFile(&connector.Manifest{Key: "mail", Version: "1.0.0"}))
	_, err = run(t, p, installertest.FromBytes("mail", "1.0.0", connector.MediaNPM, native), nil)
	require.NoError(t, err)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	pkg := func() *installer.Package {
		return installertest.Package("mail", "1.0.0", installertest.File{Name: "a/b/c", Body: strings.Repeat("x", 8<<20)})
	}
	for name, limits := range map[string]installer.Limits{
		"download": {Download: 100}, "unpacked": {Unpacked: 1 << 20}, "file": {File: 1 << 20},
		"entries": {Entries: 2}, "depth": {Depth: 2}, "ratio": {Ratio: 2},
	} {
		p := pkg()
		_, err := run(t, &installer.Pipeline{Limits: limits}, p, nil)
		var limit *installer.LimitError
		require.ErrorAs(t, err, &limit, name)
		require.ErrorIs(t, err, installer.ErrLimit)
		require.ErrorContains(t, err, fmt.Sprint(limit.Max))
		if name == "download" {
			p.Artifact.Size = 0 // where nothing is stated, what comes is counted
			_, err = run(t, &installer.Pipeline{Limits: limits}, p, nil)
			require.ErrorIs(t, err, installer.ErrLimit)
			require.NotErrorIs(t, err, installer.ErrCorrupt)
		} else {
			assert.NotEmpty(t, limit.Entry, name)
		}
	}
	_, err := run(t, &installer.Pipeline{Limits: installer.Limits{Ratio: 2000}}, pkg(), nil)
	require.NoError(t, err)
}

// TestTheLargestLimits: who wants no limits may write the largest numbers.
func TestTheLargestLimits(t *testing.T) {
	t.Parallel()
	p := &installer.Pipeline{Limits: installer.Limits{
		Download: math.MaxInt64, Unpacked: math.MaxInt64, File: math.MaxInt64,
		Entries: math.MaxInt, Depth: math.MaxInt, Ratio: math.MaxInt,
	}}
	for _, size := range []int64{0, math.MaxInt64} {
		pkg := installertest.Package("mail", "1.0.0", installertest.File{Name: "a", Body: "1"})
		pkg.Artifact.Size = size
		_, err := run(t, p, pkg, nil)
		if size == 0 {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, installer.ErrCorrupt, "it is shorter than stated")
		}
	}
}

// TestReportsAreThrottled reads for ten seconds of a scripted clock, a byte a
// millisecond, and sees about ten reports a second.
func TestReportsAreThrottled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		data := installertest.Tar(
			installertest.ManifestFile(&connector.Manifest{Key: "mail", Version: "1.0.0"}),
			installertest.File{Name: "a", Body: strings.Repeat("x", 7000)})
		pkg := installertest.FromBytes("mail", "1.0.0", connector.MediaPackageTar, data)
		pkg.Open = func(context.Context) (io.ReadCloser, error) { return io.NopCloser(&slow{bytes.NewReader(data)}), nil }
		start := time.Now()
		var all []installer.Progress
		_, err := (&installer.Pipeline{}).Run(t.Context(), pkg, &stage{files: fstest.MapFS{}}, func(p installer.Progress) { all = append(all, p) })
		require.NoError(t, err)
		seconds := time.Since(start).Seconds()
		assert.InDelta(t, 10*seconds, len(all), 10*seconds/4+4, "in %.1f seconds", seconds)
		assert.Zero(t, all[0].Bytes)
		assert.Equal(t, installer.Progress{Phase: installer.Installing, Bytes: int64(len(data)), Total: int64(len(data))}, all[len(all)-1])
	})
}

// slow hands out a byte each millisecond.
type slow struct{ r io.Reader }

func (s *slow) Read(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return s.r.Read(p[:1])
}

func TestErrorsSayWhatHappened(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		`installer: fetching mail@1.0.0: 5 bytes instead of 7`:                            &installer.Error{Phase: installer.Fetching, Key: "mail", Version: "1.0.0", Err: &installer.SizeError{Want: 7, Got: 5}},
		`installer: package mail@1.0.0: more than the stated 7 bytes`:                     &installer.Error{Key: "mail", Version: "1.0.0", Err: &installer.SizeError{Want: 7, Got: 8}},
		`digest is sha256:b instead of sha256:a`:                                          &installer.DigestError{Want: "sha256:a", Got: "sha256:b"},
		`limit exceeded: more than 7 entries`:                                             &installer.LimitError{Limit: "entries", Max: 7},
		`limit exceeded: more than 7 entries, at "a\n"`:                                   &installer.LimitError{Limit: "entries", Max: 7, Entry: "a\n"},
		`package refused: symbolic link`:                                                  &installer.EntryError{Entry: "a", Reason: "symbolic link"},
		`package is not what the feed says: key: "a" and "b"; version: "1.0.0" and "2.0"`: &installer.IdentityError{Differences: []string{`key: "a" and "b"`, `version: "1.0.0" and "2.0"`}},
	} {
		require.EqualError(t, err, want)
	}
	require.ErrorIs(t, installer.ErrIdentity, fs.ErrInvalid)
	require.ErrorIs(t, installer.ErrRefused, fs.ErrInvalid)
}

func TestCheckIdentity(t *testing.T) {
	t.Parallel()
	m := &connector.Manifest{Key: "mail", Version: "1.0.0"}
	pkg := installertest.Package("mail", "1.0.0")
	require.NoError(t, installer.CheckIdentity(pkg, m))
	pkg.Manifest = &connector.Manifest{Key: "male", Version: "1.0.0"}
	var identity *installer.IdentityError
	require.ErrorAs(t, installer.CheckIdentity(pkg, m), &identity)
	assert.Equal(t, []string{`the feed's manifest: key: "male" and "mail"`}, identity.Differences)
}
