package catalog_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryStoreFailureIsReported makes each call that each method makes of the
// store fail in turn. Whatever comes of it is either success or a *catalog.Error that
// wraps the store's; and the catalog works on as soon as the store does.
func TestEveryStoreFailureIsReported(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(t *testing.T, b *bench) error{
		"refresh": func(t *testing.T, b *bench) error {
			b.feed.Edit("a", func(c *connector.Connector) { c.Description += "x" })
			return b.admin.Refresh(t.Context())
		},
		"plan": func(t *testing.T, b *bench) error {
			_, err := b.admin.Plan(t.Context(), catalog.Pick("a", "2.0.0"))
			return err
		},
		"install": func(t *testing.T, b *bench) error {
			plan, err := b.admin.Plan(t.Context(), catalog.Pick("b", "2.0.0"))
			if err != nil {
				return err
			}
			op, err := b.admin.Install(t.Context(), plan)
			if err == nil {
				_, err = op.Wait(within(t, 10*time.Second))
			}
			return err
		},
		"prune": func(t *testing.T, b *bench) error { _, err := b.admin.Prune(t.Context(), "a"); return err },
		"sweep": func(t *testing.T, b *bench) error { _, err := b.admin.Sweep(t.Context()); return err },
		"verify": func(t *testing.T, b *bench) error {
			for _, err := range b.admin.Verify(t.Context(), "") {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"skip": func(t *testing.T, b *bench) error {
			eff, err := b.admin.Skip(t.Context(), "a", &catalog.Skip{Versions: "2.0.0", Reason: "r"})
			if err != nil {
				return err
			}
			return b.admin.Unskip(t.Context(), eff.ID)
		},
		"operations": func(t *testing.T, b *bench) error {
			for op, err := range b.admin.Operations(t.Context()) {
				if err != nil {
					return err
				}
				if _, err = op.Wait(t.Context()); err != nil {
					return err
				}
				if _, err = b.admin.Operation(t.Context(), op.ID); err != nil {
					return err
				}
			}
			return nil
		},
		"audit":  func(t *testing.T, b *bench) error { return last(b.admin.Audit(t.Context(), nil)) },
		"detail": func(t *testing.T, b *bench) error { _, err := b.admin.Connector(t.Context(), "b"); return err },
	} {
		for _, method := range []catalogtest.StoreMethod{catalogtest.StoreGet, catalogtest.StoreList, catalogtest.StoreApply, catalogtest.StoreChanges, catalogtest.StoreNow} {
			t.Run(fmt.Sprintf("%s/%s", name, method), func(t *testing.T) {
				t.Parallel()
				for nth := 1; nth < 60; nth++ {
					b := newBench(t, []string{"a@1.0.0", "a@2.0.0", "b@1.0.0", "b@2.0.0"}, func(o *catalog.Options) { o.Lease = time.Minute })
					b.install(t, "a@1.0.0")
					b.install(t, "a@2.0.0", "b@1.0.0")
					newest(t, b) // all closed
					store := catalogtest.NewFaultStore(struct{ catalog.Store }{b.store})
					b.reopen(t, func(o *catalog.Options) { o.Store, o.Lease = store, 200*time.Millisecond })
					before := store.Calls(method)
					store.Add(catalogtest.StoreFault{Method: method, Nth: nth})
					err := call(t, b)
					if err != nil {
						require.ErrorIs(t, err, catalogtest.ErrFault, "call %d", nth)
						var e *catalog.Error
						require.ErrorAs(t, err, &e, "call %d", nth)
					}
					reached := store.Calls(method)-before >= nth
					store.Heal()
					newest(t, b) // what was interrupted has ended
					b.offer("b@3.0.0")
					b.refresh(t)
					b.install(t, "b@3.0.0")
					checkChain(t, b)
					b.close(t)
					if !reached {
						return
					}
				}
				t.Error("the method never ends calling the store")
			})
		}
	}
}

func last[T any](seq func(func(T, error) bool)) (err error) {
	seq(func(_ T, e error) bool { err = e; return true })
	return err
}

// A record that cannot be read is named; nothing is made up in its place.
func TestDamagedRecordIsNamed(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		"feed/main", "index/main/a", "pub/a", "ready/a", "inst/a@1.0.0", "seen/a@1.0.0", "skip/x", "pin/x",
	} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, []string{"a@1.0.0"})
			b.install(t, "a")
			running := b.second(t)
			b.close(t)
			_, err := b.store.Apply(t.Context(), catalog.Put(key, []byte(`{"`), catalog.Any()))
			require.NoError(t, err)
			_, err = catalog.Open(t.Context(), &b.opts)
			require.ErrorContains(t, err, `"`+key+`" is damaged`)
			require.ErrorContains(t, running.admin.Refresh(t.Context()), `"`+key+`" is damaged`)
			assert.Equal(t, []string{"a@1.0.0"}, running.published(t), "what was read before stays")
			_, err = b.store.Apply(t.Context(), catalog.Delete(key, catalog.Any()))
			require.NoError(t, err)
			require.NoError(t, running.admin.Refresh(t.Context()))
		})
	}
}

func TestDamagedHistoryIsNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0"})
	op, err := b.admin.Install(t.Context(), b.plan(t, "a"))
	require.NoError(t, err)
	_, err = op.Wait(t.Context())
	require.NoError(t, err)
	newest(t, b)
	_, err = b.store.Apply(t.Context(), catalog.Put("audit/00000000000000000001", nil, catalog.Any()),
		catalog.Put("opitem/"+op.ID+"/000000", nil, catalog.Any()))
	require.NoError(t, err)
	require.ErrorContains(t, first(b.admin.Audit(t.Context(), nil)), "is damaged")
	_, err = op.Status(t.Context())
	require.ErrorContains(t, err, "is damaged")
	_, err = b.store.Apply(t.Context(), catalog.Delete("opitem/"+op.ID+"/000000", catalog.Any()))
	require.NoError(t, err)
	_, err = op.Status(t.Context())
	require.ErrorContains(t, err, "0 of 1 items")
}
