package fsfeed

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A digest is made again unless nobody can have written to the file meanwhile.
func TestSameOnlyWithoutDoubt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := time.Now()
	stat := func(name string, size int64, at time.Time) fs.FileInfo {
		path := filepath.Join(dir, name)
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		require.NoError(t, err)
		require.NoError(t, f.Truncate(size))
		require.NoError(t, f.Close())
		require.NoError(t, os.Chtimes(path, at, at))
		info, err := os.Stat(path)
		require.NoError(t, err)
		return info
	}
	first := stat("a", large, at)
	assert.True(t, same(first, stat("a", large, at)))
	assert.False(t, same(first, stat("a", large, at.Add(time.Millisecond))), "written to")
	assert.False(t, same(first, stat("a", large+1, at)), "longer")
	assert.False(t, same(first, stat("b", large, at)), "another file")
	small := stat("c", large-1, at)
	assert.False(t, same(small, small), "too small to tell")
	assert.False(t, same(nil, first))
}
