package archive_test

import (
	"archive/tar"
	"bytes"
	"io/fs"
	"testing"

	"github.com/patchbay/patchbay/internal/archive"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What "tar -C folder -cf x.tar ." writes.
func TestFolderPackedAsDot(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range []*tar.Header{
		{Name: "./", Typeflag: tar.TypeDir, Mode: 0o755}, {Name: "./sub/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "./sub/x", Typeflag: tar.TypeReg, Mode: 0o644, Size: 1}, {Name: "./y", Typeflag: tar.TypeReg, Mode: 0o644, Size: 1},
	} {
		require.NoError(t, w.WriteHeader(h))
		if h.Size > 0 {
			_, err := w.Write([]byte("1"))
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	mem, _, err := unpack(t, archive.Tar, b.Bytes(), nil)
	require.NoError(t, err)
	var names []string
	require.NoError(t, fs.WalkDir(mem, ".", func(name string, _ fs.DirEntry, err error) error {
		names = append(names, name)
		return err
	}))
	assert.Equal(t, []string{".", "sub", "sub/x", "y"}, names)
}
