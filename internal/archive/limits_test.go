package archive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/internal/archive"
)

// TestLimitsAreExact unpacks what just fits, and what is one too much.
func TestLimitsAreExact(t *testing.T) {
	t.Parallel()
	files := []installertest.File{{Name: "a/b/c", Body: "12345"}, {Name: "d", Body: "123"}}
	tarball, zipped := installertest.Tar(files...), installertest.Zip(files...)
	for name, c := range map[string]struct {
		format archive.Format
		data   []byte
		fits   archive.Limits
		less   archive.Limits
	}{
		"input":          {archive.Tar, tarball, archive.Limits{Input: int64(len(tarball))}, archive.Limits{Input: int64(len(tarball)) - 1}},
		"output of tar":  {archive.Tar, tarball, archive.Limits{Output: int64(len(tarball))}, archive.Limits{Output: int64(len(tarball)) - 1}},
		"output of zip":  {archive.Zip, zipped, archive.Limits{Output: 8}, archive.Limits{Output: 7}},
		"file":           {archive.Tar, tarball, archive.Limits{File: 5}, archive.Limits{File: 4}},
		"file of zip":    {archive.Zip, zipped, archive.Limits{File: 5}, archive.Limits{File: 4}},
		"entries":        {archive.Tar, tarball, archive.Limits{Entries: 4}, archive.Limits{Entries: 3}},
		"entries of zip": {archive.Zip, zipped, archive.Limits{Entries: 4}, archive.Limits{Entries: 3}},
		"depth":          {archive.Tar, tarball, archive.Limits{Depth: 3}, archive.Limits{Depth: 2}},
		"names":          {archive.Tar, tarball, archive.Limits{Names: 1 + 3 + 5 + 1}, archive.Limits{Names: 9}},
		"names of zip":   {archive.Zip, zipped, archive.Limits{Names: 10}, archive.Limits{Names: 5}},
	} {
		_, _, err := unpack(t, c.format, c.data, &archive.Options{Limits: c.fits})
		require.NoError(t, err, name)
		_, _, err = unpack(t, c.format, c.data, &archive.Options{Limits: c.less})
		require.ErrorIs(t, err, archive.ErrLimit, name)
		var limit *archive.LimitError
		require.ErrorAs(t, err, &limit)
		assert.Positive(t, limit.Max)
	}
}

func TestRatioIsAskedAboveTheFloor(t *testing.T) {
	t.Parallel()
	zeros := []installertest.File{{Name: "zeros", Body: string(make([]byte, 1<<20))}}
	for format, data := range map[archive.Format][]byte{
		archive.TarGzip: installertest.TarGz(zeros...),
		archive.Zip:     installertest.Zip(zeros...),
	} {
		_, _, err := unpack(t, format, data, &archive.Options{Limits: archive.Limits{Ratio: 10}})
		require.NoError(t, err, "%s: 1 MiB is below the floor", format)
		_, _, err = unpack(t, format, data, &archive.Options{Limits: archive.Limits{Ratio: 10, Floor: 1 << 19}})
		require.ErrorIs(t, err, archive.ErrLimit, format)
		_, _, err = unpack(t, format, data, &archive.Options{Limits: archive.Limits{Ratio: 1032, Floor: 1}})
		require.NoError(t, err, format)
	}
	data := installertest.Tar(zeros...)
	_, _, err := unpack(t, archive.Tar, data, &archive.Options{Limits: archive.Limits{Ratio: 1, Floor: 1}})
	require.NoError(t, err, "what is not compressed has no ratio")
}

func TestNegativeLimitsMeanDefaults(t *testing.T) {
	t.Parallel()
	l := archive.Limits{Input: -1, Output: -1, File: -1, Entries: -1, Depth: -1, Names: -1, Ratio: -1, Floor: -1}
	_, _, err := unpack(t, archive.Tar, installertest.Tar(sample...), &archive.Options{Limits: l})
	require.NoError(t, err)
}

// zeros is an endless file of zeros behind a beginning.
type zeros struct{ start []byte }

func (z zeros) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	if off < int64(len(z.start)) {
		copy(p, z.start[off:])
	}
	return len(p), nil
}

// discard is a Sink that keeps nothing and looks at the heap now and then.
type discard struct {
	files int
	peak  uint64
}

func (d *discard) Mkdir(string) error { return nil }

func (d *discard) Create(string, bool) (io.WriteCloser, error) {
	if d.files++; d.files%10_000 == 0 {
		d.peak = max(d.peak, heap())
	}
	return nopWriter{}, nil
}

type nopWriter struct{}

func (nopWriter) Write(p []byte) (int, error) { return len(p), nil }
func (nopWriter) Close() error                { return nil }

// heap returns the bytes that are held.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestMemoryIsBounded unpacks much and sees that little is held. It does not
// run beside other tests, whose memory it would see.
func TestMemoryIsBounded(t *testing.T) {
	const mib = 1 << 20
	t.Run("a file of 256 MiB", func(t *testing.T) {
		start := installertest.Tar(installertest.File{Name: "big", Body: "x"})[:512]
		copy(start[124:136], fmt.Sprintf("%011o\x00", 256*mib))
		copy(start[148:156], "        ")
		sum := 0
		for _, b := range start {
			sum += int(b)
		}
		copy(start[148:156], fmt.Sprintf("%06o\x00 ", sum))

		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := archive.Unpack(t.Context(), zeros{start}, 257*mib, archive.Tar, &discard{}, nil)
		require.NoError(t, err)
		runtime.ReadMemStats(&after)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(mib), "allocated on the way")
	})
	if raceEnabled {
		return // what follows handles much, and holds what the detector adds
	}
	for format, data := range map[archive.Format][]byte{
		archive.Tar: installertest.Tar(manyFiles()...), archive.Zip: installertest.Zip(manyFiles()...),
	} {
		t.Run("as many and as long names as there may be, "+string(format), func(t *testing.T) {
			base := heap()
			d := &discard{}
			stats, err := archive.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), format, d, nil)
			require.NoError(t, err)
			assert.Equal(t, 99_999, stats.Files)
			t.Logf("peak %d MiB above %d MiB", (d.peak-base)/mib, base/mib)
			assert.Less(t, d.peak-base, uint64(32*mib)) // so that the heap, with garbage, stays below 64 MiB
			runtime.KeepAlive(data)
		})
	}
}

// manyFiles are 99,999 empty files in one directory, whose paths take all but a
// little of DefaultNames.
func manyFiles() []installertest.File {
	files := make([]installertest.File, 99_999)
	for i := range files {
		files[i].Name = fmt.Sprintf("%s/%s%06d", strings.Repeat("d", 99), strings.Repeat("n", 61), i)
	}
	return files
}

// cancellingSink ends the context with the first file.
type cancellingSink struct {
	*archive.Memory

	cancel func()
}

func (s cancellingSink) Create(name string, executable bool) (io.WriteCloser, error) {
	s.cancel()
	return s.Memory.Create(name, executable)
}

var errEnough = errors.New("enough")

func contextThatEndsAtFirstFile(t *testing.T) (context.Context, func()) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	return ctx, func() { cancel(errEnough) }
}
