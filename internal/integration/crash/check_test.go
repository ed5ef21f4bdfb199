package crash_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// audit collects what is not as it was promised.
type audit struct {
	*home

	s      *scenario
	key    string // the only one there was before; "": none
	faults []string
}

func (a *audit) fault(format string, args ...any) {
	a.faults = append(a.faults, fmt.Sprintf(format, args...))
}

func (a *audit) must(what string, err error) bool {
	if err != nil {
		a.fault("%s: %v", what, err)
	}
	return err == nil
}

// heal opens what a worker left, without faults, and waits until nothing is under way.
func heal(ctx context.Context, dir string) (*home, error) {
	h, err := openHome(ctx, dir)
	if err != nil {
		return nil, err
	}
	if err := h.quiet(ctx); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

// quiet waits until nothing is under way.
func (h *home) quiet(ctx context.Context) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		left, err := h.underWay(ctx)
		if err == nil && len(left) == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("still under way: %q", left), err)
		}
	}
}

// underWay lists the records of work that is not done.
func (h *home) underWay(ctx context.Context) ([]string, error) {
	var keys []string
	for _, prefix := range []string{"opopen/", "trash/", "lease/"} {
		recs, err := h.store.List(ctx, prefix, "", 10)
		if err != nil {
			return nil, err
		}
		for _, rec := range recs {
			keys = append(keys, rec.Key)
		}
	}
	return keys, nil
}

// invariants are what holds whatever was interrupted.
func (a *audit) invariants(ctx context.Context) {
	a.operations(ctx)
	active := a.versions(ctx)
	for _, key := range connectors {
		if v := active[string(key)]; !slices.Contains(a.s.version, v) {
			a.fault("%s is at version %q", key, v)
		}
	}
	removed, err := a.admin.Sweep(ctx)
	if a.must("sweep", err) && removed != 0 {
		a.fault("sweep finds %d strays", removed)
	}
	a.connections(ctx)
	a.records(ctx)
	_, err = a.admin.VerifyAudit(ctx)
	a.must("audit log", err)
	var sound string
	a.must("integrity_check", a.db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&sound))
	if sound != "ok" {
		a.fault("integrity_check: %s", sound)
	}
}

func (a *audit) operations(ctx context.Context) {
	for op, err := range a.admin.Operations(ctx) {
		if !a.must("operations", err) {
			return
		}
		st, err := op.Status(ctx)
		if a.must("operation", err) && !st.Finished {
			a.fault("operation %s is not finished", op.ID)
		}
	}
}

// versions checks what is installed, and that nothing else lies where packages do. It
// returns which versions are active.
func (a *audit) versions(ctx context.Context) map[string]string {
	active, installed := map[string]string{}, 0
	for v, err := range a.admin.Verify(ctx, "") {
		if !a.must("verify", err) || !a.must(fmt.Sprintf("verify %s@%s", v.Key, v.Version), v.Err) {
			continue
		}
		installed++
		if v.Active {
			active[string(v.Key)] = v.Version
		}
	}
	for dir, want := range map[string]int{"stage": 0, "content/sha256": installed} {
		entries, err := os.ReadDir(filepath.Join(a.dir, packages, dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			a.fault("packages: %v", err)
		}
		if len(entries) != want {
			a.fault("%d entries in %s, want %d", len(entries), dir, want)
		}
	}
	return active
}

// connections opens every connection and looks at the secret it carries.
func (a *audit) connections(ctx context.Context) (names []string) {
	for conn, err := range a.conns().List(ctx, nil) {
		if !a.must("connections", err) {
			return names
		}
		names = append(names, conn.Name)
		if conn.State != catalog.ConnectionActive {
			a.fault("connection %q is %s", conn.Name, conn.State)
		}
		got, err := a.carried(ctx, conn.ID)
		if a.must("connection "+conn.Name, err) && got != secretOf(conn.Name) {
			a.fault("connection %q carries %q", conn.Name, got)
		}
	}
	slices.Sort(names)
	want := slices.Sorted(slices.Values(a.s.made))
	if a.s.makes != "" && slices.Contains(names, a.s.makes) {
		want = append(want, a.s.makes)
	}
	if slices.Sort(want); !slices.Equal(names, want) {
		a.fault("connections are %q, want %q", names, want)
	}
	return names
}

// records sees that no connection is half there.
func (a *audit) records(ctx context.Context) {
	ids := map[string][]string{}
	for prefix, id := range map[string]func(catalog.Record) string{
		"conn/": lastOfKey, "connsecret/": lastOfKey, "connid/": lastOfKey, "connuse/": lastOfKey,
		"connname/": func(r catalog.Record) string { return strings.Trim(string(r.Value), `"`) },
	} {
		recs, err := a.store.List(ctx, prefix, "", 100)
		a.must(prefix, err)
		for _, rec := range recs {
			ids[prefix] = append(ids[prefix], id(rec))
		}
		slices.Sort(ids[prefix])
	}
	for prefix, of := range ids {
		if !slices.Equal(of, ids["conn/"]) {
			a.fault("%s is of %q, and there are connections %q", prefix, of, ids["conn/"])
		}
	}
}

func lastOfKey(r catalog.Record) string { return r.Key[strings.LastIndexByte(r.Key, '/')+1:] }

// again does the scenario once more, and sees that it has come to its end.
func (a *audit) again(ctx context.Context) {
	a.must("again", a.s.do(ctx, a.home))
	a.must("again", a.quiet(ctx))
	a.done(ctx, "done again")
	a.invariants(ctx)
}

// nothingMade sees that no connection was made by a call that returned an error (C2).
func (a *audit) nothingMade(ctx context.Context) {
	if a.s.makes != "" && slices.Contains(a.connections(ctx), a.s.makes) {
		a.fault("an error was returned, but there is a connection %q", a.s.makes)
	}
}

// done sees that the scenario has come to its end.
func (a *audit) done(ctx context.Context, when string) {
	active := a.versions(ctx)
	for _, key := range connectors {
		if v := active[string(key)]; v != a.s.version[len(a.s.version)-1] {
			a.fault("%s, but %s is at version %q", when, key, v)
		}
	}
	if names := a.connections(ctx); a.s.makes != "" && !slices.Contains(names, a.s.makes) {
		a.fault("%s, but there is no connection %q", when, a.s.makes)
	}
	if ids := a.keys.KeyIDs(); len(ids) != 1 || a.key != "" && (ids[0] != a.key) != a.s.rotates {
		a.fault("%s, but the keys are %q, and %q before", when, ids, a.key)
	}
}

// strays are files that should not lie in a directory in which nothing is open.
func strays(dir string) ([]string, error) {
	known := []string{dbFile, keyFile, keyFile + ".lock", packages, feedDir}
	entries, err := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		if !slices.Contains(known, e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, err
}
