package crash_test

import (
	"context"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

const (
	atOnce = 4               // runs at a time: most of each is waiting
	grace  = 5 * time.Second // for the work itself, on a machine that has others to do
	tries  = 4               // to reach a call that is not made each time
)

// faults are what happens to a call. A disk that is full stays so.
var faults = []fault{
	{name: "killed"},
	{name: "torn", torn: true},
	{name: "EIO", errno: syscall.EIO},
	{name: "ENOSPC", errno: syscall.ENOSPC, lasting: true},
}

// run is one cell of the matrix.
type run struct {
	s     *scenario
	fault fault
	at    place
	last  bool // there may be more places of its kind: they follow
}

// result is what became of a run.
type result struct {
	run

	struck bool
	said   string        // by the worker that lived on: "" if it succeeded
	healed time.Duration // after the worker's end
	faults []string
}

// The program is interrupted at its mutating system calls. Whatever it was doing, the next one finds
// everything in order within one lease, nobody has to help, and it can be done again (P12, C2, C8, S1, S3).
func TestP12_EveryInterruptedCallHeals(t *testing.T) {
	b := newBed(t)
	runs := b.runs(t)
	deadline := time.Now().Add(*during)
	work, results := make(chan run), make(chan *result)
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for r := range work {
				b.perform(t, r, results)
			}
		})
	}
	go func() {
		for _, r := range runs {
			if *full || time.Now().Before(deadline) {
				work <- r
			}
		}
		close(work)
		all.Wait()
		close(results)
	}()
	sum := &table{bed: b}
	for res := range results {
		sum.add(res)
		if len(res.faults) > 0 {
			t.Errorf("%s, %s instead of %s (%s):\n\t%s", res.s.name, res.fault.name, res.at, res.said, strings.Join(res.faults, "\n\t"))
		}
	}
	t.Log(sum)
	assert.NotEmpty(t, sum.struck)
	if *full {
		sum.complete(t)
	}
}

// runs are all there are, or as many as there is time for in an order of chance.
func (b *bed) runs(t *testing.T) []run {
	t.Helper()
	var runs []run
	for i := range scenarios {
		for c, n := range b.calls[scenarios[i].name] {
			for _, f := range faults {
				for nth := 1; nth <= n && (c.writes() || !f.torn); nth++ {
					runs = append(runs, run{&scenarios[i], f, place{c, nth}, *full && nth == n})
				}
			}
		}
	}
	if *full {
		return runs
	}
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("of %d runs, those in %v; -crash.seed=%d", len(runs), *during, *seed)
	// The same order for the same seed, although maps have none.
	sortRuns(runs)
	random := rand.New(rand.NewPCG(*seed, 0))
	random.Shuffle(len(runs), func(i, j int) { runs[i], runs[j] = runs[j], runs[i] })
	return runs
}

// perform does a run, and those that follow it.
func (b *bed) perform(t *testing.T, r run, results chan<- *result) {
	t.Helper()
	for try := 1; ; {
		res, err := b.run(t, r)
		if err != nil {
			t.Errorf("%s, %s at %s: %v", r.s.name, r.fault.name, r.at, err)
			return
		}
		results <- res
		switch {
		case res.struck && !r.last:
			return
		case res.struck:
			r.at.nth++
		case !*full || try == tries || r.at.nth > b.calls[r.s.name][r.at.call]:
			return
		default:
			try++
		}
	}
}

// run interrupts a worker, and looks at what it left.
func (b *bed) run(t *testing.T, r run) (*result, error) {
	t.Helper()
	seen, said, dir, err := b.work(t, r)
	if err != nil {
		return nil, err
	}
	defer func() { assert.NoError(t, os.RemoveAll(dir)) }()
	res := &result{run: r, said: said, struck: seen.struck}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), lease+grace)
	defer cancel()
	h, err := heal(ctx, dir)
	res.healed = time.Since(seen.ended)
	if err != nil {
		res.faults = []string{"does not heal: " + err.Error()}
		return res, nil
	}
	a := &audit{home: h, s: r.s, key: b.keys[r.s.name]}
	ctx, cancel = context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
	defer cancel()
	switch {
	case seen.code == 0:
		a.done(ctx, "the worker said so")
	case strings.HasPrefix(said, refused):
		a.nothingMade(ctx)
	}
	a.invariants(ctx)
	a.again(ctx)
	a.must("close", h.close())
	left, err := strays(dir)
	if a.must("strays", err) && len(left) > 0 {
		a.fault("stray files: %q", left)
	}
	res.faults = a.faults
	return res, nil
}
