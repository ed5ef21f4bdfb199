package archive

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFoldAgreesWithEqualFold holds fold against the standard library.
func TestFoldAgreesWithEqualFold(t *testing.T) {
	t.Parallel()
	runes := []rune("aAbBkKKsSſσΣςßẞäÄµμΜİıIidžDžDŽ/0_\u0345\u03b9\u1fbe")
	for _, a := range runes {
		for _, b := range runes {
			assert.Equal(t, strings.EqualFold(string(a), string(b)), fold(string(a)) == fold(string(b)), "%q and %q", a, b)
		}
	}
}

// TestNamesAgainstBruteForce claims random paths and compares with a model that
// looks at all earlier paths.
func TestNamesAgainstBruteForce(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	elements := []string{"a", "A", "b", "c", "K", "k", "\u212a"}
	for range 3000 {
		n := newNames(Limits{}.withDefaults())
		var earlier []entryModel
		for range 1 + rng.IntN(6) {
			var parts []string
			for range 1 + rng.IntN(3) {
				parts = append(parts, elements[rng.IntN(len(elements))])
			}
			e := entryModel{strings.Join(parts, "/"), rng.IntN(2) == 0}
			_, _, err := n.add(e.path, e.dir)
			require.Equal(t, e.fits(earlier), err == nil, "%v after %v: %v", e, earlier, err)
			if err != nil {
				break
			}
			earlier = append(earlier, e)
		}
	}
}

// entryModel is an entry; every path of it is one claim.
type entryModel struct {
	path string
	dir  bool
}

// claims lists the entry and the directories above it.
func (e entryModel) claims() []entryModel {
	all := []entryModel{e}
	for i := range e.path {
		if e.path[i] == '/' {
			all = append(all, entryModel{e.path[:i], true})
		}
	}
	return all
}

func (e entryModel) fits(earlier []entryModel) bool {
	for _, other := range earlier {
		if other.path == e.path {
			return false
		}
		for _, a := range e.claims() {
			for _, b := range other.claims() {
				if strings.EqualFold(a.path, b.path) && (a.path != b.path || !a.dir || !b.dir) {
					return false
				}
			}
		}
	}
	return true
}

func TestDeviceNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"con", "PRN", "Aux.c", "nul.tar.gz", "COM0", "com9.x", "LPT²", "conin$", "CONOUT$.x", "nul  .x"} {
		assert.True(t, isDevice(name), name)
	}
	for _, name := range []string{"console", "com", "com10", "lpt", "lptx", "nul_", ".nul", "xcon", "com¼"} {
		assert.False(t, isDevice(name), name)
	}
}

func TestErrorsNameTheEntry(t *testing.T) {
	t.Parallel()
	assert.Equal(t, `archive: entry 3 "a\nb": entry name not allowed: x`,
		(&Error{Entry: "a\nb", Index: 3, Err: because(ErrName, "x")}).Error())
	assert.Equal(t, `archive: entry 3: malformed archive`, (&Error{Index: 3, Err: ErrFormat}).Error())
	assert.Equal(t, `archive: limit exceeded: more than 7 entries`,
		(&Error{Index: -1, Err: &LimitError{Limit: "entries", Max: 7}}).Error())
	long := (&Error{Entry: strings.Repeat("n", 5000), Err: ErrName}).Error()
	assert.Less(t, len(long), 400)
	assert.Contains(t, long, "(5000 bytes)")
}
