package catalog_test

import (
	"context"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// historiesEnv names the variable that repeats histories: "seed", or "seed/n" for one of
// them.
const historiesEnv = "PATCHBAY_HISTORIES"

// TestG5G6_RandomHistories holds random sequences of policy changes, creations,
// authorizations, re-authentications and uses, of three people in two tenants, against
// a model that decides in the plainest way. Two catalogs share a store, and one in three steps is
// interrupted, before any of its calls of the store, by a change that the other makes.
//
// A connection is made if the policies in force at its commit admit it, records them, and has
// the parameters that they fix; whatever is refused leaves nothing. The records of all others stay byte for byte
// what they are, at every step.
func TestG5G6_RandomHistories(t *testing.T) {
	t.Parallel()
	h := histories{histTemplate: newHistTemplate(t), seed: rand.Uint64(), sequences: 10_000, counts: map[string]int{}}
	switch {
	case raceEnabled:
		h.sequences = 500
	case testing.Short():
		h.sequences = 1000
	}
	first := 0
	if text := os.Getenv(historiesEnv); text != "" {
		seed, one, single := strings.Cut(text, "/")
		var err error
		h.seed, err = strconv.ParseUint(seed, 10, 64)
		require.NoError(t, err)
		if single {
			first, err = strconv.Atoi(one)
			require.NoError(t, err)
			h.sequences = first + 1
		}
	}
	t.Logf("%s=%d", historiesEnv, h.seed)
	var next atomic.Int64
	next.Store(int64(first))
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				n := int(next.Add(1)) - 1
				if n >= h.sequences || t.Failed() {
					return
				}
				h.sequence(t, n)
			}
		})
	}
	workers.Wait()
	t.Logf("what came up: %v", h.counts)
	for _, what := range histOutcomes {
		if h.counts[what] < 5 && first == 0 && h.sequences >= 10_000 && !t.Failed() {
			t.Errorf("%q came up %d times only", what, h.counts[what])
		}
	}
}

// histOutcomes have to come up now and then, or the test has lost its meaning.
var histOutcomes = []string{
	"changed", "change refused", "interrupted",
	"made token ungoverned", "made token noPolicy", "made token enabled", "made token default", "made open enabled",
	"made machine enabled", "made code enabled", "made code ungoverned", "made device enabled",
	"refused: disabled by policy", "refused: no app is registered with the provider", "refused: invalid", "refused: changed by someone else",
	"reauthenticated token", "reauthenticated machine", "reauthenticated code", "reauthenticated device", "reauthentication refused",
	"used open", "used token", "used code", "renewed code", "renewed device", "renewed machine",
}

// histories are many sequences.
type histories struct {
	*histTemplate

	seed      uint64
	sequences int

	mu     sync.Mutex
	counts map[string]int
}

// sequence does one, and shortens it if it fails.
func (h *histories) sequence(t *testing.T, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(h.seed, uint64(n)))
	steps := make([]uint64, 5+r.IntN(12))
	for i := range steps {
		steps[i] = r.Uint64()
	}
	w, err := h.play(t.Context(), steps, false)
	if err == nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		for what, n := range w.counts {
			h.counts[what] += n
		}
		return
	}
	w, err = h.play(t.Context(), steps, true)
	for i := 0; i < len(steps); { // a step that is not needed to fail is left out
		less := slices.Delete(slices.Clone(steps), i, i+1)
		shorter, err2 := h.play(t.Context(), less, true)
		if err2 == nil {
			i++
			continue
		}
		w, err, steps, i = shorter, err2, less, 0
	}
	t.Errorf("%s=%d/%d fails:\n%s\n%v", historiesEnv, h.seed, n, strings.Join(w.trace, "\n"), err)
}

// play does the steps from the beginning. They take milliseconds; what goes round in circles ends.
func (h *histories) play(ctx context.Context, steps []uint64, tracing bool) (w *histWorld, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	w, err = h.open(ctx)
	if err != nil {
		return nil, err
	}
	w.tracing = tracing
	for _, seed := range steps {
		if err = w.run(ctx, histGen{rand.New(rand.NewPCG(seed, 0))}); err != nil {
			break
		}
	}
	if closed := w.close(); err == nil {
		err = closed
	}
	return w, err
}
