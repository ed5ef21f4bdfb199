package soak_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
)

// tally counts one kind.
type tally struct{ done, refused int }

// sample is what the process has in use while nothing is done.
type sample struct {
	goroutines int
	heap       uint64
}

// gauge looks at what must always hold.
type gauge struct {
	*world

	mu      sync.Mutex
	done    map[string]*tally
	anchor  catalog.AuditAnchor
	samples []sample
}

func (g *gauge) count(name string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.done[name] == nil {
		g.done[name] = &tally{}
	}
	g.done[name].done++
	if err != nil {
		g.done[name].refused++
	}
}

// check is called while no worker works.
func (g *gauge) check(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var err error
	g.anchor, err = g.places[0].admin.VerifyAudit(ctx, g.anchor)
	require.NoError(t, err)
	for _, p := range g.places {
		for v, err := range p.admin.Verify(ctx, "") {
			require.NoError(t, err)
			require.NoError(t, v.Err, "%s@%s", v.Key, v.Version)
		}
		for op, err := range p.admin.Operations(ctx) {
			require.NoError(t, err)
			st, err := op.Status(ctx)
			require.NoError(t, err)
			require.True(t, st.Finished, "operation %s has not ended: %+v", op.ID, st)
		}
	}
	require.Zero(t, g.server.Reused(), "a code or refresh token was sent twice")
	g.same(ctx, t)
	g.names(ctx, t)
	g.server.Forget()

	runtime.GC()
	runtime.GC() // what the first one finalized
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	g.samples = append(g.samples, sample{runtime.NumGoroutine(), m.HeapAlloc})
}

// same holds the catalogs to showing one and the same, as soon as they have heard of each other's last changes.
func (g *gauge) same(ctx context.Context, t *testing.T) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		a, b := g.places[0].shown(ctx, t), g.places[1].shown(ctx, t)
		if slices.Equal(a, b) {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			require.Equal(t, a, b)
		}
	}
}

func (p *place) shown(ctx context.Context, t *testing.T) (lines []string) {
	t.Helper()
	lines = slices.Concat(
		lined(t, p.admin.Available(ctx, nil)), lined(t, p.admin.Skips(ctx, "")),
		lined(t, p.admin.Policies(ctx)), lined(t, p.admin.Assignments(ctx)),
	)
	for _, who := range people {
		lines = append(lines, lined(t, p.For(who).Published(ctx, nil))...)
		lines = append(lines, lined(t, p.For(who).Connections().List(ctx, nil))...)
	}
	return lines
}

func lined[T any](t *testing.T, list iter.Seq2[T, error]) (lines []string) {
	t.Helper()
	for v, err := range list {
		require.NoError(t, err)
		text, err := json.Marshal(v)
		require.NoError(t, err)
		lines = append(lines, string(text))
	}
	return lines
}

// names holds connections to C4: a name is there once in a tenant, folder and connector.
func (g *gauge) names(ctx context.Context, t *testing.T) {
	t.Helper()
	ids := map[string]string{}
	for _, who := range people {
		for c, err := range g.places[0].For(who).Connections().List(ctx, nil) {
			require.NoError(t, err)
			name := strings.ToLower(fmt.Sprintf("%s/%s/%s/%s", c.Tenant, c.Folder, c.Connector, c.Name))
			if other, ok := ids[name]; ok {
				require.Equal(t, other, c.ID, "two connections are called %s", name)
			}
			ids[name] = c.ID
		}
	}
}

// report says what was done, and holds the process to using no more than in the beginning.
func (g *gauge) report(t *testing.T) {
	t.Helper()
	total := 0
	for _, name := range slices.Sorted(maps.Keys(g.done)) {
		t.Logf("%-10s %7d, refused %d", name, g.done[name].done, g.done[name].refused)
		total += g.done[name].done
	}
	t.Logf("%d operations in %v, %d entries in the audit log", total, *during, g.anchor.Seq)
	var before sample
	for i, s := range g.samples {
		t.Logf("%2d: %d goroutines, heap %.1f MB", i, s.goroutines, float64(s.heap)/1e6)
		if i <= len(g.samples)/3 {
			before.goroutines, before.heap = max(before.goroutines, s.goroutines), max(before.heap, s.heap)
		}
	}
	last := g.samples[len(g.samples)-1]
	assert.LessOrEqual(t, last.goroutines, before.goroutines*3/2+10)
	assert.LessOrEqual(t, last.heap, before.heap*3/2+10_000_000)
}
