//go:build unix

package linear_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/integration/pgcluster"
)

const (
	patience = time.Minute // for the orders of one run
	least    = 100         // operations per second
)

func TestS2_SQLiteIsLinearizable(t *testing.T) { //nolint:paralleltest // it needs the processors
	for i := range *runs {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			run(t, job{File: filepath.Join(t.TempDir(), "catalog.db"), Clients: 1, Users: 2}, 8)
		})
	}
}

func TestS2_PostgreSQLIsLinearizable(t *testing.T) { //nolint:paralleltest // it needs the processors
	for i := range *runs {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			p := pgcluster.New(t)
			run(t, job{DSN: p.DSN, Schema: p.Schema, Clients: 2, Users: 2}, 3)
		})
	}
}

// run lets a crew work, and judges what it was told.
func run(t *testing.T, j job, processes int) {
	t.Helper()
	chance := *seed
	if chance == 0 {
		chance = rand.Uint64()
	}
	publish(t, j)
	c := newCrew(t, j, processes, chance)
	c.work(*during)
	var plainLogs, catalogLogs []string
	for _, log := range c.logs {
		plainLogs, catalogLogs = append(plainLogs, log+plainLog), append(catalogLogs, log+catalogLog)
	}
	asked, err := history[ask, told](plainLogs)
	require.NoError(t, err)
	wished, err := history[wish, reply](catalogLogs)
	require.NoError(t, err)
	done := 0
	for _, call := range asked {
		if call.Out != nil && call.Out.Err != late && call.Out.Err != doubt {
			done++
		}
	}
	for _, call := range wished {
		if call.Out != nil && call.Out.Err != late && call.Out.Err != doubt {
			done++
		}
	}
	ends, last := lastOfStore(t, j)
	first := judgeStore(append(asked, ends...), last, groups, patience)
	ended, audit, auditFault := lastOfCatalog(t, j)
	second := judgeCatalog(append(wished, ended...), audit, patience)
	if auditFault != nil {
		second.fault("%v", auditFault)
	}
	rate := float64(done) / during.Seconds()
	t.Logf("%d operations (%d of a store, %d of a catalog), %.0f/s; %d kills, %d stops, %d+%d pending; %d illegal, %d unknown, %d faults; checked in %v and %v; seed %d",
		done, len(asked), len(wished), rate, c.kills, c.stops, first.pending, second.pending, first.illegal+second.illegal, first.unknown+second.unknown,
		len(first.faults)+len(second.faults), first.took.Round(time.Millisecond), second.took.Round(time.Millisecond), chance)
	for _, f := range append(first.faults, second.faults...) {
		t.Error(f)
	}
	require.GreaterOrEqual(t, rate, float64(least), "operations per second")
}

// publish publishes a connector to which everybody can connect.
func publish(t *testing.T, j job) {
	t.Helper()
	var c closers
	s, err := j.store(&c, catalogPrefix)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.close()) })
	cat := catalogtest.NewWith(t, func(o *catalog.Options) { o.Store = s })
	cat.Offer(connectorKey+"@1.0.0", func(r *connector.Release) {
		r.Manifest.Auth = append(r.Manifest.Auth, auth.Scheme{ID: scheme, Type: auth.None, Params: []auth.Param{{Key: "mark"}}})
	})
	require.NoError(t, cat.Admin.Refresh(t.Context()))
	cat.Install(t, connectorKey)
}

// lastOfStore reads what there is at the end.
func lastOfStore(t *testing.T, j job) (calls []storeCall, last []row) {
	t.Helper()
	var c closers
	s, err := j.store(&c, plainPrefix)
	require.NoError(t, err)
	defer func() { require.NoError(t, c.close()) }()
	me := &client{id: finally, store: s}
	for g := range groups {
		begun := monotonic()
		out, err := me.answer(t.Context(), ask{Do: "list", Group: g})
		require.NoError(t, err)
		calls = append(calls, storeCall{Client: finally, In: ask{Do: "list", Group: g}, Begun: begun, Out: &out, Ended: monotonic()})
	}
	page, _, err := s.Changes(t.Context(), 0, catalog.MaxStorePage)
	require.NoError(t, err)
	return calls, rowsOf(page)
}

// lastOfCatalog reads what there is at the end: all connections, none besides, all policies, and the audit log.
func lastOfCatalog(t *testing.T, j job) (calls []catalogCall, audit log, fault error) {
	t.Helper()
	var c closers
	cat, err := j.catalog(&c)
	require.NoError(t, err)
	defer func() { require.NoError(t, c.close()) }()
	me, err := newUser(cat, finally, 0)
	require.NoError(t, err)
	do := func(w wish) {
		begun := monotonic()
		out := me.ask(context.WithoutCancel(t.Context()), w)
		calls = append(calls, catalogCall{Client: finally, In: w, Begun: begun, Out: &out, Ended: monotonic()})
	}
	for i := range places {
		do(wish{Do: "list", Place: i})
		do(wish{Do: "read policy", Place: i})
	}
	_, fault = me.admin.VerifyAudit(t.Context())
	audit = log{}
	for e, err := range me.admin.Audit(t.Context(), nil) {
		if err != nil {
			return calls, audit, errors.Join(fault, err)
		}
		switch e.Action {
		case "connect", "rename connection", "delete connection", "put policy", "delete policy":
			audit[[2]string{e.Action, e.Target}]++
		}
	}
	return calls, audit, fault
}
