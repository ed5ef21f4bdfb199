package npmfeed

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/internal/readfile"
)

// Dir returns a Feed of a folder. It holds packuments, named like the path of a
// package at a registry with ".json" behind: "name.json" or "@scope%2fname.json".
// Beside them the folder "tarballs" holds the tarballs, each named like the last
// element of its "dist.tarball". o may be nil.
//
// Load fails when there is no packument at all: an empty folder looks like one
// that was not copied yet.
func Dir(fsys fs.FS, o *Options) *Feed {
	s := o.settled()
	return &Feed{name: s.Name, src: &folder{fsys: fsys, opts: s}}
}

// folder is a source of files.
type folder struct {
	fsys fs.FS
	opts Options
}

const suffix = ".json"

func (f *folder) packages(context.Context) ([]string, error) {
	entries, err := fs.ReadDir(f.fsys, ".")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), suffix); ok && !strings.HasPrefix(name, ".") {
			names = append(names, strings.Replace(name, slash, "/", 1))
		}
	}
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("folder has no packument: %w", fs.ErrNotExist)
	case len(names) > MaxPackages:
		return nil, fmt.Errorf("folder has %d packuments, more than %d: %w", len(names), MaxPackages, catalog.ErrInvalid)
	}
	return names, nil
}

func (f *folder) packument(ctx context.Context, name string) ([]byte, error) {
	return readfile.Read(ctx, f.fsys, escaped(name)+suffix, f.opts.MaxBytes)
}

func (f *folder) locate(tarball string) (string, error) { return inFolder(tarball) }

// parallel is 1: there is nothing to wait for but the disk.
func (f *folder) parallel() int { return 1 }

func (f *folder) open(ctx context.Context, url string) (io.ReadCloser, int64, error) {
	name, ok := strings.CutPrefix(url, tarballFolder+"/")
	if !ok || !fileName(name) {
		return nil, 0, fmt.Errorf("open artifact %q: not in this folder: %w", clip(url), fs.ErrPermission)
	}
	return readfile.Open(ctx, f.fsys, url, f.opts.MaxArtifactBytes)
}
