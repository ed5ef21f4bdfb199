package archive_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/internal/archive"
)

// cost is what unpacking one archive took.
type cost struct {
	peak uint64  // bytes of the heap, with garbage, above what was there before
	cpu  float64 // seconds of the processor
}

// place is a directory to unpack in, beside things that must not change.
type place struct {
	outer  string
	stage  *os.Root
	before map[string]string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	p := &place{outer: t.TempDir()}
	require.NoError(t, os.WriteFile(filepath.Join(p.outer, installertest.Outside), []byte("as it was"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(p.outer, "etc"), 0o700))
	stage := filepath.Join(p.outer, "stage")
	require.NoError(t, os.Mkdir(stage, 0o755))
	root, err := os.OpenRoot(stage)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, root.Close()) })
	p.stage = root
	p.before = p.look(t)
	return p
}

// look describes everything that is outside.
func (p *place) look(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(p.outer, func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		text := fmt.Sprint(info.Mode())
		if d.Type().IsRegular() {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			text += fmt.Sprintf(" %x %v", sha256.Sum256(data), info.ModTime())
		}
		all[path] = text
		if d.Name() == "stage" {
			return fs.SkipDir
		}
		return nil
	}))
	return all
}

// untouched holds everything outside against what it was.
func (p *place) untouched(t *testing.T) {
	t.Helper()
	require.Equal(t, p.before, p.look(t))
}

// files lists what was unpacked: directories end with a slash, executable files
// with a star. Whatever is no file or directory, has a mode that is not
// documented, or is the file outside under another name, is a fault.
func (p *place) files(t *testing.T) []string {
	t.Helper()
	outside, err := os.Stat(filepath.Join(p.outer, installertest.Outside))
	require.NoError(t, err)
	var all []string
	require.NoError(t, fs.WalkDir(p.stage.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		if path == "." {
			return nil
		}
		info, err := d.Info()
		require.NoError(t, err)
		require.False(t, os.SameFile(outside, info), path)
		mode := info.Mode()
		if runtime.GOOS == "windows" {
			mode = mode.Type() | 0o755
		}
		switch mode {
		case fs.ModeDir | 0o755:
			path += "/"
		case 0o755:
			path += "*"
		case 0o644:
		default:
			require.Fail(t, "what no package holds", "%s is %s", path, mode)
		}
		all = append(all, path)
		return nil
	}))
	return all
}

// unpack unpacks an archive on the stage and says what it took. The deadline
// ends only what would never end: how long a disk takes is not measured here.
func (p *place) unpack(t *testing.T, a *attack, data []byte) (archive.Stats, cost, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r := &watched{r: bytes.NewReader(data)}
	runtime.GC()
	base, begun := heapObjects(), processorTime()
	sink := archive.NewRootSink(p.stage)
	stats, err := archive.Unpack(ctx, r, int64(len(data)), a.format, sink, a.options)
	spent := cost{cpu: (processorTime() - begun).Seconds()}
	if peak := max(r.peak, heapObjects()); peak > base {
		spent.peak = peak - base
	}
	require.NoError(t, sink.Close())
	return stats, spent, err
}

// watched looks at the heap now and then, while an archive is read.
type watched struct {
	r     *bytes.Reader
	calls int
	peak  uint64
}

func (w *watched) ReadAt(p []byte, off int64) (int, error) {
	if w.calls++; w.calls%64 == 1 {
		w.peak = max(w.peak, heapObjects())
	}
	return w.r.ReadAt(p, off)
}

// heapObjects returns the bytes in use, and those of garbage not collected yet.
func heapObjects() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
