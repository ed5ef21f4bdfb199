//go:build unix

package linear_test

import (
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/internal/integration/pgcluster"
)

const (
	patience = time.Minute // for one order
	least    = 100         // operations per second
)

func TestS2_SQLiteIsLinearizable(t *testing.T) {
	for range *runs {
		storeRun(t, job{File: filepath.Join(t.TempDir(), "catalog.db"), Clients: 1}, 8)
	}
}

func TestS2_PostgreSQLIsLinearizable(t *testing.T) {
	for range *runs {
		p := pgcluster.New(t)
		storeRun(t, job{DSN: p.DSN, Schema: p.Schema, Clients: 4}, 3)
	}
}

// storeRun is one run of clients that ask the store itself.
func storeRun(t *testing.T, j job, processes int) {
	t.Helper()
	j.Level = "store"
	chance := *seed
	if chance == 0 {
		chance = rand.Uint64()
	}
	c := newCrew(t, j, processes, chance)
	c.work(*during)
	calls, err := history[ask, told](c.logs)
	require.NoError(t, err)
	last := c.lastOf(&calls)
	v := judgeStore(calls, last, groups, patience)
	done := 0
	for _, call := range calls {
		if call.Out != nil && call.Out.Err != late && call.Out.Err != doubt {
			done++
		}
	}
	rate := float64(done) / during.Seconds()
	t.Logf("%d operations, %.0f/s; %d kills, %d stops, %d pending; %d illegal, %d unknown, %d faults; checked in %v; seed %d",
		done, rate, c.kills, c.stops, v.pending, v.illegal, v.unknown, len(v.faults), v.took.Round(time.Millisecond), chance)
	for _, f := range v.faults {
		t.Error(f)
	}
	require.GreaterOrEqual(t, rate, float64(least), "operations per second")
}

// lastOf reads what there is at the end, as one more client, and adds that to the calls.
func (c *crew) lastOf(calls *[]storeCall) []row {
	c.t.Helper()
	s, closing, err := c.job.open(c.t.Context())
	require.NoError(c.t, err)
	defer func() { require.NoError(c.t, closing()) }()
	me := &client{id: c.started * c.job.Clients, store: s, rand: c.rand}
	for g := range groups {
		begun := monotonic()
		out, err := me.answer(c.t.Context(), ask{Do: "list", Group: g})
		require.NoError(c.t, err)
		*calls = append(*calls, storeCall{Client: me.id, In: ask{Do: "list", Group: g}, Begun: begun, Out: &out, Ended: monotonic()})
	}
	page, _, err := s.Changes(c.t.Context(), 0, catalog.MaxStorePage)
	require.NoError(c.t, err)
	return rowsOf(page)
}
