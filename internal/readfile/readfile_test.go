package readfile_test

import (
	"context"
	"io/fs"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/patchbay/patchbay/internal/egress"
	"github.com/patchbay/patchbay/internal/readfile"
	"github.com/stretchr/testify/require"
)

func TestRead(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{"a/b.json": {Data: []byte("12345")}, "empty": {}}
	for _, most := range []int64{5, 6, math.MaxInt64} {
		data, err := readfile.Read(t.Context(), fsys, "a/b.json", most)
		require.NoError(t, err)
		require.Equal(t, "12345", string(data))
	}
	data, err := readfile.Read(t.Context(), fsys, "empty", 1)
	require.NoError(t, err)
	require.NotNil(t, data)
	require.Empty(t, data)

	_, err = readfile.Read(t.Context(), fsys, "a/b.json", 4)
	require.ErrorAs(t, err, new(*egress.TooLargeError))
	_, err = readfile.Read(t.Context(), fsys, "c", 4)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = readfile.Read(t.Context(), fsys, "a", 4)
	require.ErrorIs(t, err, fs.ErrInvalid)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = readfile.Read(ctx, fsys, "empty", 4)
	require.ErrorIs(t, err, context.Canceled)
}

// liar is a file that is longer than it says, or fails.
type liar struct {
	fs.File
	info fs.FileInfo
	next *strings.Reader
	stop context.CancelFunc
}

func (l *liar) Stat() (fs.FileInfo, error) { return l.info, nil }
func (l *liar) Read(p []byte) (int, error) {
	l.stop()
	return l.next.Read(p[:1])
}
func (l *liar) Close() error { return nil }
func (l *liar) Open(string) (fs.File, error) {
	return l, nil
}

func TestReadDoesNotTrustTheSizeStated(t *testing.T) {
	t.Parallel()
	info, err := fstest.MapFS{"a": {Data: []byte("1")}}.Stat("a")
	require.NoError(t, err)
	file := &liar{info: info, next: strings.NewReader("123456789"), stop: func() {}}
	_, err = readfile.Read(t.Context(), file, "a", 4)
	require.ErrorAs(t, err, new(*egress.TooLargeError))

	ctx, cancel := context.WithCancel(t.Context())
	file = &liar{info: info, next: strings.NewReader("123456789"), stop: cancel}
	_, err = readfile.Read(ctx, file, "a", 40)
	require.ErrorIs(t, err, context.Canceled)
}
