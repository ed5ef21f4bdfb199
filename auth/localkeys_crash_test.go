package auth

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var errBroken = errors.New("disk is broken")

// brokenDisk lets its n-th operation fail, half done where that is possible, and
// if dead, all later ones.
type brokenDisk struct {
	osKeyDisk

	mu      sync.Mutex
	n, at   int
	dead    bool
	history []string
}

func (d *brokenDisk) strike(op string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n++
	d.history = append(d.history, op)
	if d.n == d.at || d.dead && d.n > d.at && d.at > 0 {
		return errBroken
	}
	return nil
}

func (d *brokenDisk) Stat(name string) (fs.FileInfo, error) {
	if err := d.strike("stat"); err != nil {
		return nil, err
	}
	return d.osKeyDisk.Stat(name)
}

func (d *brokenDisk) Lstat(name string) (fs.FileInfo, error) {
	if err := d.strike("lstat"); err != nil {
		return nil, err
	}
	return d.osKeyDisk.Lstat(name)
}

func (d *brokenDisk) Open(name string) (keyHandle, error) {
	if err := d.strike("open"); err != nil {
		return nil, err
	}
	f, err := d.osKeyDisk.Open(name)
	return brokenFile{f, d}, err
}

func (d *brokenDisk) Create(name string) (keyHandle, error) {
	if err := d.strike("create"); err != nil {
		return nil, err
	}
	f, err := d.osKeyDisk.Create(name)
	return brokenFile{f, d}, err
}

func (d *brokenDisk) Rename(a, b string) error {
	if err := d.strike("rename"); err != nil {
		return err
	}
	return d.osKeyDisk.Rename(a, b)
}

func (d *brokenDisk) Remove(name string) error {
	if err := d.strike("remove"); err != nil {
		return err
	}
	return d.osKeyDisk.Remove(name)
}

func (d *brokenDisk) SyncDir(name string) error {
	if err := d.strike("sync directory"); err != nil {
		return err
	}
	return d.osKeyDisk.SyncDir(name)
}

func (d *brokenDisk) Lock(ctx context.Context, name string) (func(), error) {
	if err := d.strike("lock"); err != nil {
		return nil, err
	}
	return d.osKeyDisk.Lock(ctx, name)
}

type brokenFile struct {
	keyHandle

	d *brokenDisk
}

func (f brokenFile) Stat() (fs.FileInfo, error) {
	if err := f.d.strike("file stat"); err != nil {
		return nil, err
	}
	return f.keyHandle.Stat()
}

func (f brokenFile) Read(p []byte) (int, error) {
	if err := f.d.strike("read"); err != nil {
		return 0, err
	}
	return f.keyHandle.Read(p)
}

func (f brokenFile) Write(p []byte) (int, error) {
	if err := f.d.strike("write"); err != nil {
		n, _ := f.keyHandle.Write(p[:len(p)/2])
		return n, err
	}
	return f.keyHandle.Write(p)
}

func (f brokenFile) Sync() error {
	if err := f.d.strike("sync"); err != nil {
		return err
	}
	return f.keyHandle.Sync()
}

func (f brokenFile) Close() error {
	err := f.keyHandle.Close()
	if struck := f.d.strike("close"); struck != nil {
		return struck
	}
	return err
}

// At whatever operation the disk breaks, and whether it breaks for a moment or for
// good: the next process finds the old keys or the new ones, whole; what was sealed
// opens; and everything works again.
func TestC8_KeyFileSurvivesEveryFault(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*testing.T, *LocalKeys) error{
		"rotate": func(t *testing.T, l *LocalKeys) error {
			t.Helper()
			_, err := l.Rotate(t.Context())
			return err
		},
		"destroy": func(t *testing.T, l *LocalKeys) error {
			t.Helper()
			return l.Destroy(t.Context(), l.KeyIDs()[1], unused)
		},
	}
	for name, change := range changes {
		for _, dead := range []bool{false, true} {
			failures, struck := 0, true
			at := 0
			for ; struck; at++ {
				path, first := newKeyFile(t)
				_, err := first.Rotate(t.Context())
				require.NoError(t, err)
				s := NewSealer(first, nil)
				sealed, err := s.SealBytes(t.Context(), place, []byte("x"))
				require.NoError(t, err)

				disk := &brokenDisk{dead: dead}
				keys, err := openKeyFile(t.Context(), path, nil, disk)
				require.NoError(t, err)
				before := keys.KeyIDs()
				disk.n, disk.at, disk.history = 0, at+1, nil
				err = change(t, keys)
				struck = disk.n >= disk.at
				if err != nil {
					failures++
					require.ErrorIs(t, err, errBroken, "%s, operation %d: %v", name, at, disk.history)
				}
				disk.at = 0

				// What this process goes on to seal, the next one opens.
				mine, sealErr := NewSealer(keys, nil).SealBytes(t.Context(), place, []byte("x"))
				again := reopen(t, path)
				after := again.KeyIDs()
				switch grown := len(after) - len(before); {
				case err == nil:
					assert.NotZero(t, grown)
				case grown != 0 && !slices.Contains(disk.history, "rename"):
					t.Errorf("%s failed at operation %d %v and changed the keys", name, at, disk.history)
				}
				if name == "rotate" && len(after) == len(before) {
					assert.Equal(t, before, after)
				}
				reader := NewSealer(again, nil)
				_, openErr := reader.OpenBytes(t.Context(), place, sealed)
				require.NoError(t, openErr)
				if sealErr == nil {
					_, openErr = reader.OpenBytes(t.Context(), place, mine)
					require.NoError(t, openErr, "%s, operation %d: %v", name, at, disk.history)
				}
				_, err = again.Rotate(t.Context())
				require.NoError(t, err)
			}
			t.Logf("%s, dead %t: %d operations, %d of them made it fail", name, dead, at-1, failures)
			assert.Greater(t, failures, 10)
		}
	}
}

// What a power failure leaves depends on the order: bytes before the name, the name
// before anybody uses the keys, whoever put it there.
func TestC8_KeyFileIsFlushedBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	path, _ := newKeyFile(t)
	disk := &brokenDisk{}
	keys, err := openKeyFile(t.Context(), path, nil, disk)
	require.NoError(t, err)
	history := slices.DeleteFunc(disk.history, func(op string) bool { return strings.HasSuffix(op, "stat") || op == "read" })
	assert.Equal(t, []string{"open", "sync", "sync directory", "close"}, history)
	disk.history = nil
	_, err = keys.Rotate(t.Context())
	require.NoError(t, err)
	history = slices.DeleteFunc(disk.history, func(op string) bool { return strings.HasSuffix(op, "stat") || op == "read" })
	assert.Equal(t, []string{
		"lock", "remove", "create", "write", "sync", "close", "rename", "sync directory",
		"open", "sync", "sync directory", "close",
	}, history)
}

func TestKeyFileDoesNotWriteIntoWhatIsThere(t *testing.T) {
	t.Parallel()
	path, _ := newKeyFile(t)
	_, err := osKeyDisk{}.Create(path)
	require.ErrorIs(t, err, fs.ErrExist)
}

func TestKeyFileIsMadeWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	for at := 1; ; at++ {
		path := t.TempDir() + "/keys"
		disk := &brokenDisk{at: at, dead: true}
		keys, err := openKeyFile(t.Context(), path, &KeyFileOptions{Create: true}, disk)
		if err == nil && disk.n < at {
			assert.Greater(t, at, 12)
			return
		}
		if err == nil {
			continue // closing what was only read failed
		}
		require.ErrorIs(t, err, errBroken, "operation %d: %v", at, disk.history)
		assert.Nil(t, keys)
		keys, err = OpenKeyFile(t.Context(), path, &KeyFileOptions{Create: true})
		require.NoError(t, err, "operation %d: %v", at, disk.history)
		assert.Equal(t, keys.KeyIDs(), reopen(t, path).KeyIDs())
	}
}
