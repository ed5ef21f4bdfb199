package dirinstaller

import (
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSpool: what was written can be read, wherever it lies, and only what is
// large lies in a file.
func TestSpool(t *testing.T) {
	t.Parallel()
	d, err := openDisk(t.TempDir(), true)
	require.NoError(t, err)
	defer func() { require.NoError(t, d.Close()) }()
	m := &memory{size: 8}
	for _, c := range []struct {
		writes []string
		inFile bool
	}{
		{nil, false},
		{[]string{"1234", "567"}, false},
		{[]string{"1234", "5678"}, true},
		{[]string{"1234", "56789"}, true},
		{[]string{"123456789"}, true},
		{[]string{"1234", "5678", "9", "0"}, true},
		{[]string{strings.Repeat("0123456789", 3)}, true},
		{[]string{"abc"}, false}, // a buffer that was used before
	} {
		s := &spool{memory: m, disk: d, name: "artifact"}
		want := ""
		for _, w := range c.writes {
			n, err := s.Write([]byte(w))
			require.NoError(t, err)
			require.Equal(t, len(w), n)
			want += w
		}
		_, err := d.Lstat("artifact")
		assert.Equal(t, c.inFile, err == nil, c.writes)
		got, err := io.ReadAll(io.NewSectionReader(s, 0, 100))
		require.NoError(t, err)
		assert.Equal(t, want, string(got))
		for from := range want {
			for to := from; to <= len(want); to++ {
				part := make([]byte, to-from)
				n, err := s.ReadAt(part, int64(from))
				require.NoError(t, err)
				assert.Equal(t, want[from:to], string(part[:n]), "bytes %d to %d", from, to)
			}
		}
		require.NoError(t, s.Close())
		_, err = d.Lstat("artifact")
		require.ErrorIs(t, err, fs.ErrNotExist)
	}
}

// noFiles is a disk that makes none.
type noFiles struct{ disk }

var errNoFiles = errors.New("no files")

func (noFiles) Create(string) (file, error) { return nil, errNoFiles }

func TestSpoolThatCannotSpill(t *testing.T) {
	t.Parallel()
	s := &spool{memory: &memory{size: 1}, disk: noFiles{}, name: "artifact"}
	_, err := s.Write([]byte("12"))
	require.ErrorIs(t, err, errNoFiles)
	require.NoError(t, s.Close())
}

// TestAReaderThatFailedKeepsTheBuffer: one that ends with its context may leave somebody behind who still
// writes, and must not do so to another package that is verified already.
func TestAReaderThatFailedKeepsTheBuffer(t *testing.T) {
	t.Parallel()
	m := &memory{size: 8}
	s := &spool{memory: m}
	_, err := s.ReadFrom(iotest.ErrReader(io.ErrClosedPipe))
	require.ErrorIs(t, err, io.ErrClosedPipe)
	require.NoError(t, s.Close())
	assert.Nil(t, m.buffers.Get())
}
