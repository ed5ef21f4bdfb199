//go:build unix

package archive_test

import (
	"bytes"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/internal/archive"
)

// TestTheUmaskDecidesNothing changes the process's umask, so it runs alone.
func TestTheUmaskDecidesNothing(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	old := syscall.Umask(0o277)
	data := packed()[archive.Tar]
	_, err = archive.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), archive.Tar, sinkOn(t, root), nil)
	syscall.Umask(old)
	require.NoError(t, err)
	checkSample(t, root.FS())
	require.NoError(t, root.Close())
}

// TestLinksOnTheDiskAreNotFollowed: the sink makes only what does not exist.
func TestLinksOnTheDiskAreNotFollowed(t *testing.T) {
	t.Parallel()
	outside, inside := t.TempDir(), t.TempDir()
	require.NoError(t, os.Symlink(outside, inside+"/lib"))
	root, err := os.OpenRoot(inside)
	require.NoError(t, err)
	data := packed()[archive.Tar]
	_, err = archive.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), archive.Tar, sinkOn(t, root), nil)
	require.ErrorIs(t, err, os.ErrExist)
	require.NoError(t, root.Close())
	entries, err := os.ReadDir(outside)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

// processorTime returns what the process has used, whatever else runs.
func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
