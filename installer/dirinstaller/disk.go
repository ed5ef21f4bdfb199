package dirinstaller

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/patchbay/patchbay/internal/archive"
)

// disk is what the installer asks of a file system. Names are slash-separated,
// relative and inside. Tests put faults behind it.
type disk interface {
	place

	Mkdir(name string, perm fs.FileMode) error
	MkdirAll(name string, perm fs.FileMode) error
	Create(name string) (file, error) // fails if there is one; only its owner can read it
	Rename(oldName, newName string) error
	RemoveAll(name string) error
	Sync(name string) error    // flushes a file, or a directory's names
	Sink() (sinkCloser, error) // unpacks into it
}

// place is what a disk shows.
type place interface {
	FS() fs.FS // to read
	Lstat(name string) (fs.FileInfo, error)
	Sub(dir string) (disk, error) // below it: what is asked of that walks no path to there
	Close() error
}

type file interface {
	syncer
	io.ReaderAt
}

type sinkCloser interface {
	archive.Sink
	io.Closer
}

// rootDisk is a directory of the operating system. Its root keeps every path
// inside.
type rootDisk struct {
	*os.Root
}

func openDisk(dir string, create bool) (disk, error) {
	root, err := os.OpenRoot(dir)
	if create && errors.Is(err, fs.ErrNotExist) {
		if err := makeDir(dir, syncDir); err != nil {
			return nil, fmt.Errorf("make directory: %w", err)
		}
		root, err = os.OpenRoot(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("open directory: %w", err)
	}
	return rootDisk{root}, nil
}

// makeDir makes a directory, and those above it that are missing, and flushes the names of all
// that it made: what is durable in a directory is lost with the directory's own name.
func makeDir(dir string, flush func(dir string) error) error {
	var parents []string
	for at := filepath.Clean(dir); at != filepath.Dir(at); at = filepath.Dir(at) {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) { //nolint:gosec // the host says where
			break
		}
		parents = append(parents, filepath.Dir(at))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // packages are no secret
		return err
	}
	for _, parent := range parents {
		if err := flush(parent); err != nil {
			return err
		}
	}
	return nil
}

func syncDir(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	return errors.Join(rootDisk{root}.Sync("."), root.Close())
}

func (d rootDisk) Create(name string) (file, error) {
	f, err := d.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (d rootDisk) Sub(dir string) (disk, error) {
	sub, err := d.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return rootDisk{sub}, nil
}

func (d rootDisk) Sink() (sinkCloser, error) { return archive.NewRootSink(d.Root), nil }

func (d rootDisk) Sync(name string) error {
	flag := os.O_RDONLY
	if runtime.GOOS == "windows" {
		info, err := d.Lstat(name)
		if err != nil || info.IsDir() {
			return err // it flushes no directories
		}
		flag = os.O_RDWR // and no file that is open for reading only
	}
	f, err := d.OpenFile(name, flag, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// list returns what is in a directory, which need not exist.
func list(d disk, name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(d.FS(), name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list %s: %w", name, err)
	}
	return entries, nil
}
