package dirinstaller

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/installertest"
)

// unsynced is a disk that does not flush, to set up quickly.
type unsynced struct{ disk }

func (unsynced) Sync(string) error { return nil }

func (d unsynced) Sub(dir string) (disk, error) {
	sub, err := d.disk.Sub(dir)
	return unsynced{sub}, err
}

// quick returns an Installer whose packages would not survive a power cut.
func quick(dir string) *Installer {
	in := New(dir, nil)
	in.open = func(create bool) (disk, error) {
		d, err := openDisk(dir, create)
		return unsynced{d}, err
	}
	return in
}

func mail(version string) *installer.Package {
	return installertest.Package("mail", version,
		installertest.File{Name: "bin/run", Body: "run " + version, Mode: 0o755}, installertest.File{Name: "lib/a/b", Body: "x"})
}

// leftovers lists what lies below stage.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, stageDir, "*"))
	require.NoError(t, err)
	return names
}

// TestP12_EveryFaultLeavesTheOldState fails every single operation of an
// installation in turn, as a full or a bad disk would.
func TestP12_EveryFaultLeavesTheOldState(t *testing.T) {
	t.Parallel()
	hits := map[string]int{}
	for _, full := range []error{syscall.ENOSPC, syscall.EIO} {
		for at := 1; ; at++ {
			dir := t.TempDir()
			old, err := quick(dir).Install(t.Context(), mail("1.0.0"), nil)
			require.NoError(t, err)

			f := &faults{at: at, err: full}
			r, err := f.install(dir).Install(t.Context(), mail("2.0.0"), nil)
			if f.hit == "" {
				require.NoError(t, err)
				t.Logf("%d operations: %v", at-1, hits)
				break
			}
			hits[f.hit]++
			where := fmt.Sprintf("operation %d, %s", at, f.hit)
			healthy := quick(dir)
			require.NoError(t, healthy.Verify(t.Context(), old), where)
			if err == nil { // what failed was not needed
				require.NoError(t, healthy.Verify(t.Context(), r), where)
				assert.Empty(t, leftovers(t, dir), where)
				continue
			}
			require.ErrorIs(t, err, full, where)
			_, ok := errors.AsType[*installer.Error](err)
			assert.True(t, ok, "%s: %v", where, err)
			assert.Nil(t, r)
			if f.hit != "RemoveAll" {
				assert.Empty(t, leftovers(t, dir), where)
			}
			requireVersions(t, dir, "1.0.0")

			r, err = healthy.Install(t.Context(), mail("2.0.0"), nil)
			require.NoError(t, err, where)
			assert.Empty(t, leftovers(t, dir), where)
			require.NoError(t, healthy.Verify(t.Context(), r), where)
		}
	}
	for _, op := range []string{"open", "Mkdir", "MkdirAll", "Create", "Write", "ReadAt", "Close", "Sync", "Rename", "Sub", "Sink", "Open"} {
		assert.Positive(t, hits[op], "no %s failed", op)
	}
}

// requireVersions sees that exactly these versions of mail are installed, and
// whole.
func requireVersions(t *testing.T, dir string, want ...string) {
	t.Helper()
	var got []string
	for _, r := range installed(t, dir) {
		got = append(got, r.Version)
	}
	slices.Sort(got)
	require.Equal(t, want, got)
}

// installed verifies everything below content and returns its receipts.
func installed(t *testing.T, dir string) []*installer.Receipt {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, contentDir, "*", "*"))
	require.NoError(t, err)
	in := New(dir, nil)
	var all []*installer.Receipt
	for _, name := range names {
		d, err := openDisk(dir, false)
		require.NoError(t, err)
		rel, err := filepath.Rel(dir, name)
		require.NoError(t, err)
		r, err := readReceipt(d, filepath.ToSlash(rel))
		require.NoError(t, err, "%s is not whole", rel)
		require.NoError(t, d.Close())
		require.NoError(t, in.Verify(t.Context(), r), "%s does not verify", rel)
		require.True(t, strings.HasSuffix(string(r.Digest), filepath.Base(name)))
		all = append(all, r)
	}
	return all
}

// TestP12_ADeadMachineLeavesTheOldState stops at every single operation and does
// nothing any more, not even clean up, as a kill would. The next Install heals it.
func TestP12_ADeadMachineLeavesTheOldState(t *testing.T) {
	t.Parallel()
	for at := 1; ; at++ {
		dir := t.TempDir()
		old, err := quick(dir).Install(t.Context(), mail("1.0.0"), nil)
		require.NoError(t, err)

		f := &faults{at: at, after: true, err: syscall.EIO}
		_, err = f.install(dir).Install(t.Context(), mail("2.0.0"), nil)
		if f.hit == "" {
			require.NoError(t, err)
			break
		}
		for _, r := range installed(t, dir) { // whatever is there is whole
			assert.Contains(t, []string{"1.0.0", "2.0.0"}, r.Version)
		}
		in := quick(dir)
		require.NoError(t, in.Verify(t.Context(), old))
		_, err = in.Install(t.Context(), mail("2.0.0"), nil)
		require.NoError(t, err)
		assert.Empty(t, leftovers(t, dir), "operation %d, %s", at, f.hit)
		requireVersions(t, dir, "1.0.0", "2.0.0")
	}
}

// TestReplacingIsSafe fails every operation of replacing a package that does
// not verify any more.
func TestReplacingIsSafe(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		for at := 1; ; at++ {
			dir := t.TempDir()
			other, err := quick(dir).Install(t.Context(), mail("1.0.0"), nil)
			require.NoError(t, err)
			r, err := quick(dir).Install(t.Context(), mail("2.0.0"), nil)
			require.NoError(t, err)
			content, err := contentPath(r.Digest)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, content, filesDir, "bin", "run"), []byte("changed"), 0o755))

			f := &faults{at: at, after: after, err: syscall.EIO}
			_, err = f.install(dir).Install(t.Context(), mail("2.0.0"), nil)
			if f.hit == "" {
				require.NoError(t, err)
				break
			}
			where := fmt.Sprintf("operation %d, %s, dead %v: %v", at, f.hit, after, err)
			in := quick(dir)
			require.NoError(t, in.Verify(t.Context(), other), where)
			state := in.Verify(t.Context(), r)
			switch {
			case err == nil:
				require.NoError(t, state, where)
			case !after:
				require.ErrorIs(t, state, installer.ErrCorrupt, where) // as it was
			case state != nil && !errors.Is(state, fs.ErrNotExist):
				require.ErrorIs(t, state, installer.ErrCorrupt, where)
			}
			_, err = in.Install(t.Context(), mail("2.0.0"), nil)
			require.NoError(t, err, where)
			requireVersions(t, dir, "1.0.0", "2.0.0")
			assert.Empty(t, leftovers(t, dir), where)
		}
	}
}

// TestRemovingIsSafe fails every operation of Remove and Sweep. What is left is
// whole or gone, and doing it again ends it.
func TestRemovingIsSafe(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(*Installer, *installer.Receipt, *installer.Receipt) error{
		"Remove": func(in *Installer, _, r *installer.Receipt) error { return in.Remove(t.Context(), r) },
		"Sweep": func(in *Installer, keep, _ *installer.Receipt) error {
			_, err := in.Sweep(t.Context(), []*installer.Receipt{keep})
			return err
		},
	} {
		for at := 1; ; at++ {
			dir := t.TempDir()
			keep, err := quick(dir).Install(t.Context(), mail("1.0.0"), nil)
			require.NoError(t, err)
			r, err := quick(dir).Install(t.Context(), mail("2.0.0"), nil)
			require.NoError(t, err)

			f := &faults{at: at, after: true, err: syscall.EIO}
			err = remove(f.install(dir), keep, r)
			if f.hit == "" {
				require.NoError(t, err)
				break
			}
			where := fmt.Sprintf("%s, operation %d, %s", name, at, f.hit)
			require.ErrorIs(t, err, syscall.EIO, where)
			installed(t, dir)
			in := quick(dir)
			require.NoError(t, remove(in, keep, r), where)
			require.ErrorIs(t, in.Verify(t.Context(), r), fs.ErrNotExist, where)
			require.NoError(t, in.Verify(t.Context(), keep), where)
			assert.Empty(t, leftovers(t, dir), where)
		}
	}
}
