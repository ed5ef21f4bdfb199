package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"
)

const (
	maxKeyFileBytes = 64 << 10
	keyFileCheck    = time.Second // how long a change by another process may go unseen
)

// KeyFileOptions say how OpenKeyFile opens. nil and the zero value mean: what is
// there already.
type KeyFileOptions struct {
	// Create makes a file with one random key if there is none. Without it a missing file
	// is an error, because new keys open nothing that older ones have sealed.
	Create bool
}

// OpenKeyFile returns keys that are kept in the file at path. o may be nil.
//
// The file must be a regular one that nobody but its owner may read or write
// (0600; not asked of Windows). It is replaced as a whole, never in part: a
// crash leaves the old keys or the new ones. Several processes may use one file; those
// that change it take turns by locking a file beside it, path + ".lock". Back
// the file up: without it everything sealed is lost.
//
// Its errors wrap the file system's, such as fs.ErrNotExist; fs.ErrPermission if
// others may read the file; fs.ErrInvalid if it is no key file or is damaged.
func OpenKeyFile(ctx context.Context, path string, o *KeyFileOptions) (*LocalKeys, error) {
	return openKeyFile(ctx, path, o, osKeyDisk{})
}

func openKeyFile(ctx context.Context, path string, o *KeyFileOptions, disk keyDisk) (*LocalKeys, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("auth: open key file: %w", err)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("auth: open key file: %w", err)
	}
	l := &LocalKeys{file: &keyFile{path: path, disk: disk, opened: time.Now()}}
	l.state.Store(&localState{})
	err = l.refresh().err
	if errors.Is(err, fs.ErrNotExist) && o != nil && o.Create {
		err = l.create(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("auth: open key file: %w", err)
	}
	return l, nil
}

// create makes the file unless another process was faster.
func (l *LocalKeys) create(ctx context.Context) error {
	unlock, err := l.file.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.newest().err; !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	ring, err := keyring(nil).rotated()
	if err != nil {
		return err
	}
	if err := l.file.write(ring); err != nil {
		return err
	}
	return l.newest().err
}

// refresh reads the file again if it has changed, and returns what is known now.
func (l *LocalKeys) refresh() *localState {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.newest()
}

// newest is refresh for who holds l.mu.
func (l *LocalKeys) newest() *localState {
	state := l.state.Load()
	if l.file == nil {
		return state
	}
	info, err := l.file.disk.Stat(l.file.path)
	if err == nil && state.err == nil && state.info != nil && sameFile(info, state.info) {
		return state
	}
	ring, info, err := l.file.read()
	if err != nil {
		state = &localState{ring: state.ring, err: err} // what is known still unwraps
	} else {
		state = &localState{ring: ring, info: info}
	}
	l.state.Store(state)
	return state
}

// sameFile reports whether nothing was done to a file between two looks at it.
func sameFile(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.Mode() == b.Mode() && a.ModTime().Equal(b.ModTime())
}

// keyFile is where LocalKeys are kept.
type keyFile struct {
	path   string // absolute
	disk   keyDisk
	opened time.Time
	looked atomic.Int64 // when it was last looked at, in nanoseconds after opened
}

// due reports, to one caller, that it is time to look at the file.
func (f *keyFile) due() bool {
	now, last := int64(time.Since(f.opened)), f.looked.Load()
	return now-last >= int64(keyFileCheck) && f.looked.CompareAndSwap(last, now)
}

func (f *keyFile) lock(ctx context.Context) (unlock func(), err error) {
	return f.disk.Lock(ctx, f.path+".lock")
}

// read returns the keys in the file and what the file was.
func (f *keyFile) read() (keyring, fs.FileInfo, error) {
	// Looked at before it is opened: opening a pipe can wait for ever.
	info, err := f.disk.Stat(f.path)
	if err == nil {
		err = private(info)
	}
	if err != nil {
		return nil, nil, err
	}
	file, err := f.disk.Open(f.path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	if info, err = file.Stat(); err == nil {
		err = private(info)
	}
	if err != nil {
		return nil, nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxKeyFileBytes+1))
	defer clear(text)
	if err == nil && len(text) > maxKeyFileBytes {
		err = fmt.Errorf("key file %s: %w", tooLong(maxKeyFileBytes), fs.ErrInvalid)
	}
	if err != nil {
		return nil, nil, err
	}
	// Another process may have put it there this moment. What is sealed with its
	// keys must not outlive them when the power fails now.
	if err := errors.Join(file.Sync(), f.disk.SyncDir(filepath.Dir(f.path))); err != nil {
		return nil, nil, err
	}
	ring, err := decodeKeys(text)
	return ring, info, err
}

// private refuses what others than the owner can read or write.
func private(info fs.FileInfo) error {
	switch {
	case !info.Mode().IsRegular():
		return fmt.Errorf("key file is not a regular file: %w", fs.ErrInvalid)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("key file has mode %#o, so others have access to it; want 0600: %w", info.Mode().Perm(), fs.ErrPermission)
	case info.Size() > maxKeyFileBytes:
		return fmt.Errorf("key file %s: %w", tooLong(maxKeyFileBytes), fs.ErrInvalid)
	}
	return nil
}

// write replaces the file by one with these keys. The caller has the lock.
func (f *keyFile) write(ring keyring) error {
	switch info, err := f.disk.Lstat(f.path); {
	case err == nil && info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("key file is a link; open what it leads to in order to change it: %w", fs.ErrInvalid)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	fresh := f.path + ".new"
	if err := f.disk.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // left by a process that was killed, and cannot be removed
	}
	text, err := encodeKeys(ring)
	if err != nil {
		return err
	}
	defer clear(text)
	file, err := f.disk.Create(fresh)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = f.disk.Rename(fresh, f.path)
	}
	if err != nil {
		return errors.Join(err, f.disk.Remove(fresh))
	}
	return f.disk.SyncDir(filepath.Dir(f.path))
}
