package archive_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/internal/archive"
)

// fuzzLimits are small, so that inputs can reach them.
var fuzzLimits = archive.Limits{
	Input: 1 << 20, Output: 1 << 18, File: 1 << 17, Entries: 50, Depth: 8, Names: 2000, Ratio: 100, Floor: 1 << 12,
}

// suspicious holds what it is given against everything that Sink promises.
type suspicious struct {
	known map[string]bool // whether it is a directory
	bytes int64
	err   error
}

func (s *suspicious) fault(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}

func (s *suspicious) add(name string, dir bool) {
	if !fs.ValidPath(name) || name == "." || !filepath.IsLocal(name) || strings.ContainsAny(name, "\\:\x00") {
		s.fault("path %q", name)
	}
	if strings.Count(name, "/") >= fuzzLimits.Depth {
		s.fault("%q is too deep", name)
	}
	if _, twice := s.known[name]; twice {
		s.fault("%q comes twice", name)
	}
	for other := range s.known {
		if strings.EqualFold(other, name) {
			s.fault("%q and %q", other, name)
		}
	}
	if parent := path.Dir(name); parent != "." && !s.known[parent] {
		s.fault("%q comes before its directory", name)
	}
	s.known[name] = dir
	if len(s.known) > fuzzLimits.Entries {
		s.fault("%d entries", len(s.known))
	}
}

func (s *suspicious) Mkdir(name string) error {
	s.add(name, true)
	return nil
}

func (s *suspicious) Create(name string, _ bool) (io.WriteCloser, error) {
	s.add(name, false)
	return &suspiciousFile{s: s}, nil
}

type suspiciousFile struct {
	s     *suspicious
	bytes int64
}

func (f *suspiciousFile) Write(p []byte) (int, error) {
	f.bytes += int64(len(p))
	f.s.bytes += int64(len(p))
	if f.bytes > fuzzLimits.File || f.s.bytes > fuzzLimits.Output {
		f.s.fault("%d bytes in one file, %d in all", f.bytes, f.s.bytes)
	}
	return len(p), nil
}

func (*suspiciousFile) Close() error { return nil }

// FuzzUnpack looks for an archive that panics, breaks a promise of Sink or
// exceeds a limit.
func FuzzUnpack(f *testing.F) {
	formats := []archive.Format{archive.Tar, archive.TarGzip, archive.Zip}
	for i, format := range formats {
		f.Add(uint8(i), false, packed()[format])
	}
	for _, a := range corpus() {
		// What is large is slow to change, and what is in gzip changes to nothing.
		if data := a.build(); len(data) < 1<<15 && !strings.HasSuffix(a.name, ", in gzip") {
			f.Add(uint8(slices.Index(formats, a.format)), a.options != nil, data)
		}
	}
	f.Fuzz(func(t *testing.T, format uint8, strip bool, data []byte) {
		s := &suspicious{known: map[string]bool{}}
		stats, err := archive.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), formats[int(format)%len(formats)], s,
			&archive.Options{Limits: fuzzLimits, StripTop: strip})
		if s.err != nil {
			t.Fatal(s.err)
		}
		if err == nil && (stats.Bytes != s.bytes || stats.Files+stats.Dirs != len(s.known)) {
			t.Fatalf("stats %+v, but %d bytes in %d entries", stats, s.bytes, len(s.known))
		}
	})
}
