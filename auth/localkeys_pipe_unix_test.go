//go:build unix

package auth

import (
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeyFileIsNoPipe(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	_, err := OpenKeyFile(t.Context(), pipe, nil) // which does not wait for a writer
	require.ErrorIs(t, err, fs.ErrInvalid)
}
