package dirinstaller

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/installer"
)

// crashDir tells a test binary that it is the child of TestP12_Killed.
const crashDir = "PATCHBAY_TEST_CRASH_DIR"

// TestCrashChild installs and removes until it is killed.
func TestCrashChild(t *testing.T) {
	dir := os.Getenv(crashDir)
	if dir == "" {
		t.Skip("only as a child of TestP12_Killed")
	}
	in := New(dir, nil)
	for i := 0; ; i++ {
		r, err := in.Install(t.Context(), mail(fmt.Sprintf("1.0.%d", i%5)), nil)
		require.NoError(t, err)
		if i%3 == 2 {
			require.NoError(t, in.Remove(t.Context(), r))
		}
		_, err = fmt.Fprintln(os.Stdout, "installed", r.Version)
		require.NoError(t, err)
	}
}

// TestP12_Killed kills a process that installs, at random moments. What it
// leaves is whole packages, and leftovers that the next process removes.
func TestP12_Killed(t *testing.T) {
	t.Parallel()
	const kills = 12
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	left := 0
	for range kills {
		kill(t, dir, time.Duration(rng.Int64N(int64(15*time.Millisecond))))
		installed(t, dir) // fails the test if one is not whole
		left += len(leftovers(t, dir))

		// The next process to install a package clears what is left of it.
		if rng.IntN(2) == 0 {
			for i := range 5 {
				_, err := New(dir, nil).Install(t.Context(), mail(fmt.Sprintf("1.0.%d", i)), nil)
				require.NoError(t, err)
			}
			assert.Empty(t, leftovers(t, dir))
			requireVersions(t, dir, "1.0.0", "1.0.1", "1.0.2", "1.0.3", "1.0.4")
			continue
		}
		// So does Sweep.
		keep := installed(t, dir)
		removed, err := New(dir, nil).Sweep(t.Context(), keep)
		require.NoError(t, err)
		assert.LessOrEqual(t, removed, 1, "one process does one thing at a time")
		assert.Empty(t, leftovers(t, dir))
		assert.Len(t, installed(t, dir), len(keep))
	}
	t.Logf("%d kills left %d attempts behind", kills, left)

	_, err := New(dir, nil).Sweep(t.Context(), []*installer.Receipt{})
	require.NoError(t, err)
	var stray []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if !d.IsDir() {
			stray = append(stray, path)
		}
		return err
	}))
	assert.Empty(t, stray)
}

// kill starts a process that installs into dir and kills it some time after its
// first package is installed.
func kill(t *testing.T, dir string, after time.Duration) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestCrashChild$", "-test.count=1")
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan(), "the child says nothing")
	assert.Contains(t, lines.Text(), "installed")
	<-time.After(after)
	require.NoError(t, cmd.Process.Kill())
	for lines.Scan() {
		require.Contains(t, lines.Text(), "installed", "the child failed by itself")
	}
	require.Error(t, cmd.Wait(), "killed")
}
