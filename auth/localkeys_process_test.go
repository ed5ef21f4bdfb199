package auth

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	rotations    = 5
	keyFileByEnv = "PATCHBAY_TEST_KEY_FILE"
)

// TestKeyFileHelper is what the processes of the next test run.
func TestKeyFileHelper(t *testing.T) {
	t.Parallel()
	path := os.Getenv(keyFileByEnv)
	if path == "" {
		t.Skip("only run by TestC8_NoKeyIsLostBetweenProcesses")
	}
	keys, err := OpenKeyFile(t.Context(), path, &KeyFileOptions{Create: true})
	require.NoError(t, err)
	for range rotations {
		_, err = keys.Rotate(t.Context())
		require.NoError(t, err)
	}
}

// Processes that make and rotate one file at once lose no key of each other: what
// was sealed with a lost key would be lost.
func TestC8_NoKeyIsLostBetweenProcesses(t *testing.T) {
	t.Parallel()
	exe, err := os.Executable()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "keys")
	const processes = 3
	outputs, errs := make([]string, processes), make([]error, processes)
	var wg sync.WaitGroup
	for i := range processes {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), exe, "-test.run=^TestKeyFileHelper$", "-test.count=1")
			cmd.Env = append(os.Environ(), keyFileByEnv+"="+path)
			out, err := cmd.CombinedOutput()
			outputs[i], errs[i] = string(out), err
		})
	}
	var here []*LocalKeys
	for range 2 { // and two in this process
		keys, err := OpenKeyFile(t.Context(), path, &KeyFileOptions{Create: true})
		require.NoError(t, err)
		here = append(here, keys)
		wg.Go(func() {
			for range rotations {
				if _, err := keys.Rotate(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for i := range errs {
		require.NoError(t, errs[i], outputs[i])
	}
	assert.Len(t, reopen(t, path).KeyIDs(), 1+rotations*(processes+len(here)))
}

func TestKeyFileWaitsForTheLockAsLongAsTheContext(t *testing.T) {
	t.Parallel()
	path, keys := newKeyFile(t)
	unlock, err := osKeyDisk{}.Lock(t.Context(), path+".lock")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 3*lockPoll)
	defer cancel()
	_, err = keys.Rotate(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Len(t, keys.KeyIDs(), 1)
	_, err = keys.Wrap(t.Context(), make([]byte, DataKeyBytes))
	require.NoError(t, err, "who uses the keys does not wait")
	time.AfterFunc(2*lockPoll, unlock)
	_, err = keys.Rotate(t.Context())
	require.NoError(t, err)
	assert.Len(t, keys.KeyIDs(), 2)
}
