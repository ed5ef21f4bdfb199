package crash_test

import (
	"cmp"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// bed is where scenarios begin, and which calls they make.
type bed struct {
	root  string
	calls map[string]map[call]int // how often: the least of some times
	keys  map[string]string       // the id of the key that there is
}

// newBed prepares every scenario and counts its calls.
func newBed(t *testing.T) *bed {
	t.Helper()
	b := &bed{root: t.TempDir(), calls: map[string]map[call]int{}, keys: map[string]string{}}
	for i := range scenarios {
		s := &scenarios[i]
		require.NoError(t, os.Mkdir(b.prepared(s), 0o700))
		require.NoError(t, writeFeed(b.prepared(s)))
		if s.prepare != nil {
			h, err := openHome(t.Context(), b.prepared(s))
			require.NoError(t, err)
			b.keys[s.name] = h.keys.KeyIDs()[0]
			require.NoError(t, errors.Join(s.prepare(t.Context(), h), h.close()))
		}
		b.count(t, s)
	}
	return b
}

// requireEnv is 1 where a system that forbids tracing is a failure.
const requireEnv = "PATCHBAY_REQUIRE_TRACE"

// count learns which calls a scenario makes whenever it is done.
func (b *bed) count(t *testing.T, s *scenario) {
	t.Helper()
	var least map[call]int
	for range 3 {
		seen, said, dir, err := b.work(t, run{s: s})
		if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSYS) {
			give := t.Skipf
			if os.Getenv(requireEnv) == "1" {
				give = t.Fatalf
			}
			give("NOT TESTED: this system does not let one process trace another (%v). "+
				"A container needs a seccomp profile that allows ptrace, or CAP_SYS_PTRACE.", err)
		}
		require.NoError(t, err)
		require.Zero(t, seen.code, "%s: %s", s.name, said)
		require.NoError(t, os.RemoveAll(dir))
		if least == nil {
			least = seen.calls
		}
		for c := range least {
			if least[c] = min(least[c], seen.calls[c]); least[c] == 0 {
				delete(least, c)
			}
		}
	}
	n := 0
	for _, times := range least {
		n += times
	}
	t.Logf("%s makes %d mutating calls, of %d kinds", s.name, n, len(least))
	b.calls[s.name] = least
}

func (b *bed) prepared(s *scenario) string { return filepath.Join(b.root, s.name) }

// work lets a worker do the scenario in a directory of its own, which is returned.
func (b *bed) work(t *testing.T, r run) (seen *traced, said, dir string, err error) {
	t.Helper()
	dir = filepath.Join(b.root, rand.Text())
	if err := os.CopyFS(dir, os.DirFS(b.prepared(r.s))); err != nil {
		return nil, "", dir, err
	}
	if err := os.Chmod(filepath.Join(dir, keyFile), 0o600); err != nil && r.s.prepare != nil {
		return nil, "", dir, err // CopyFS gives every file all modes
	}
	patience := 20 * lease
	if r.fault.lasting {
		patience = 3 * lease // it cannot succeed
	}
	p, err := newProgram(r.s.name, dir, patience)
	if err != nil {
		return nil, "", dir, err
	}
	seen, err = trace(p, r.fault, r.at)
	return seen, p.said(), dir, err
}

// sortRuns gives runs an order that is always the same.
func sortRuns(runs []run) {
	slices.SortFunc(runs, func(a, b run) int {
		return cmp.Or(cmp.Compare(a.s.name, b.s.name), cmp.Compare(a.fault.name, b.fault.name),
			cmp.Compare(a.at.name, b.at.name), cmp.Compare(a.at.path, b.at.path), cmp.Compare(a.at.nth, b.at.nth))
	})
}
