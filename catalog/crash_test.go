package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// settle waits until nothing is under way, and holds the catalog to what must be
// true then: what is installed is there, nothing else is, the audit log is whole, and
// nothing is locked.
func (b *bench) settle(t *testing.T, what string) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, prefix := range []string{"opopen/", "trash/"} {
			recs, err := b.store.List(t.Context(), prefix, "", 1)
			if err != nil || len(recs) > 0 {
				return false
			}
		}
		return true
	}, patience, tick, what)
	installed := 0
	for v, err := range b.admin.Verify(t.Context(), "") {
		require.NoError(t, err)
		require.NoError(t, v.Err, "%s: %s@%s", what, v.Key, v.Version)
		installed++
	}
	require.Len(t, b.disk.held(), installed, what)
	for op, err := range b.admin.Operations(t.Context()) {
		require.NoError(t, err)
		st, err := op.Status(t.Context())
		require.NoError(t, err)
		require.True(t, st.Finished, what)
	}
	checkChain(t, b)
	require.Eventually(t, func() bool { // every lease is given back or runs out
		_, err := b.admin.Sweep(t.Context())
		return err == nil
	}, patience, tick, what)
}

// TestEveryCrashHeals makes the process die before, or just after, each of its
// writes to the store, whatever it is doing, and opens the catalog anew.
func TestEveryCrashHeals(t *testing.T) {
	t.Parallel()
	publish := publisherFunc(func(connector.Key, string, *connector.Manifest) error { return nil })
	for name, do := range map[string]func(ctx context.Context, b *bench) error{
		"refresh": func(ctx context.Context, b *bench) error {
			b.offer("c@1.0.0")
			return b.admin.Refresh(ctx)
		},
		"upgrade": func(ctx context.Context, b *bench) error { return b.installCtx(ctx, "a", "b") },
		"refused": func(ctx context.Context, b *bench) error {
			b.disk.set(func() {
				b.disk.manifest["a@3.0.0"] = func(m *connector.Manifest) { m.Hosts = []string{"https://evil.example"} }
			})
			b.offer("a@3.0.0", func(r *connector.Release) { r.Manifest = nil })
			if err := b.admin.Refresh(ctx); err != nil {
				return err
			}
			return b.installCtx(ctx, "a@3.0.0")
		},
		"rollback": func(ctx context.Context, b *bench) error { return b.installCtx(ctx, "a@1.0.0") },
		"repair": func(ctx context.Context, b *bench) error {
			b.disk.set(func() { delete(b.disk.files, connector.DigestOf([]byte("a@1.1.0"))) })
			return b.installCtx(ctx, "a@1.1.0")
		},
		"prune": func(ctx context.Context, b *bench) error { _, err := b.admin.Prune(ctx, "a"); return err },
		"sweep": func(ctx context.Context, b *bench) error { _, err := b.admin.Sweep(ctx); return err },
		"skip": func(ctx context.Context, b *bench) error {
			eff, err := b.admin.Skip(ctx, "a", &catalog.Skip{Versions: "2.0.0", Reason: "r"})
			if err != nil {
				return err
			}
			return b.admin.Unskip(ctx, eff.ID)
		},
	} {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/after=%t", name, after), func(t *testing.T) {
				t.Parallel()
				for nth := 1; nth < 40; nth++ {
					what := fmt.Sprintf("write %d", nth)
					b := newBench(t, []string{"a@1.0.0", "a@1.1.0", "a@2.0.0", "b@1.0.0"}, func(o *catalog.Options) { o.ActivityPublisher = publish })
					b.install(t, "a@1.0.0")
					b.install(t, "a@1.1.0")
					newest(t, b)
					store := catalogtest.NewFaultStore(b.store)
					b.reopen(t, func(o *catalog.Options) { o.Store = store })
					before := store.Calls(catalogtest.StoreApply)
					ctx, cancel := context.WithCancel(t.Context())
					store.Add(catalogtest.StoreFault{Nth: nth, After: after, Crash: true, Err: catalogtest.ErrFault, Do: func(context.Context) error {
						time.AfterFunc(50*time.Millisecond, cancel) // the dead do not answer who waits
						return nil
					}})
					err := do(ctx, b)
					cancel()
					reached := store.Calls(catalogtest.StoreApply)-before >= nth
					require.NoError(t, b.Close())
					b.closed = true
					b.reopen(t, func(o *catalog.Options) { o.Store = b.store })
					b.refresh(t)
					if name == "repair" {
						require.NoError(t, do(t.Context(), b)) // when it died before it began, nobody else would
					}
					b.settle(t, what)
					assert.Contains(t, b.published(t)[0], "a@")
					if !reached {
						require.NoError(t, err)
						b.close(t)
						return
					}
					b.close(t)
				}
				t.Error("it never ends")
			})
		}
	}
}

// installCtx plans, installs and waits; an item that fails is no error.
func (b *bench) installCtx(ctx context.Context, picks ...string) error {
	var choices []catalog.Choice
	for _, p := range picks {
		key, version := cut(p)
		choices = append(choices, catalog.Pick(string(key), version))
	}
	plan, err := b.admin.Plan(ctx, choices...)
	if err != nil {
		return err
	}
	op, err := b.admin.Install(ctx, plan)
	if err != nil {
		return err
	}
	st, err := op.Wait(ctx)
	if err == nil && !st.Finished {
		err = errors.New("waited for nothing")
	}
	return err
}
