package archive_test

import (
	"archive/tar"
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/internal/archive"
)

// counting counts what is read.
type counting struct {
	*bytes.Reader

	n int
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Reader.ReadAt(p, off)
	c.n += n
	return n, err
}

// TestContentIsReadOnce: where nothing is compressed, the pass that looks for
// faults passes over the content, and finds the same faults.
func TestContentIsReadOnce(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	data := tarOf(&tar.Header{Name: "a", Typeflag: tar.TypeReg, Mode: 0o644, Size: size})()
	src := &counting{Reader: bytes.NewReader(data)}
	stats, err := archive.Unpack(t.Context(), src, int64(len(data)), archive.Tar, archive.NewMemory(), nil)
	require.NoError(t, err)
	assert.Equal(t, archive.Stats{Files: 1, Bytes: size}, stats)
	assert.Less(t, src.n, size+size/4)

	_, err = archive.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), archive.Tar, nil, &archive.Options{Limits: archive.Limits{Output: size + 1}})
	require.ErrorIs(t, err, archive.ErrLimit)
	_, err = archive.Unpack(t.Context(), bytes.NewReader(data), size, archive.Tar, nil, nil) // the Sink is not reached
	var refused *archive.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "a", refused.Entry)
	assert.ErrorIs(t, err, archive.ErrFormat)
}
