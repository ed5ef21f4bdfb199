package catalog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// whole holds every connection to be there with all of its parts, and nothing to be there without its
// connection. It returns them.
func (f *oauth) whole(t *testing.T, what string) []catalog.Connection {
	t.Helper()
	parts := map[string]int{}
	recs, err := f.store.List(t.Context(), "conn/", "", 1000)
	require.NoError(t, err)
	want := []string{}
	for _, rec := range recs {
		var r struct{ ID, Tenant, Key, Release, App string }
		require.NoError(t, json.Unmarshal(rec.Value, &r))
		want = append(want, "connid/"+r.ID, "connsecret/"+r.Tenant+"/"+r.ID, "connuse/"+r.Key+"@"+r.Release+"/"+r.ID)
		if r.App != "" {
			want = append(want, "appuse/"+r.App+"/"+r.ID)
		}
	}
	for _, k := range f.keys(t, "connid/", "connsecret/", "connuse/", "appuse/", "connname/") {
		switch {
		case strings.HasPrefix(k, "connname/"):
			parts["name"]++
		case strings.HasPrefix(k, "appuse/") && strings.Count(k, "/") == 1:
		default:
			parts["other"]++
			require.Contains(t, want, k, what)
		}
	}
	require.Equal(t, len(want), parts["other"], what)
	require.Equal(t, len(recs), parts["name"], what)
	require.Equal(t, len(recs), auditCount(t, f.bench, "connect")-auditCount(t, f.bench, "delete connection"), what)
	checkChain(t, f.bench)
	var all []catalog.Connection
	for conn, err := range f.mine().List(t.Context(), nil) {
		require.NoError(t, err, what)
		all = append(all, conn)
		status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
		if conn.State != catalog.ConnectionActive {
			require.ErrorIs(t, err, catalog.ErrForbidden, what)
			continue
		}
		require.NoError(t, err, what)
		require.Equal(t, 200, status, what)
	}
	return all
}

// TestC2_NoCrashLeavesHalfAConnection makes the process die before, or just after, each of its writes.
func TestC2_NoCrashLeavesHalfAConnection(t *testing.T) {
	t.Parallel()
	type step struct {
		// before runs in a catalog that is well; the rest is done by one that dies.
		before func(t *testing.T, f *oauth) func(ctx context.Context) error
		most   int // connections that may be there then
	}
	secret := map[string]any{"pin": "two"}
	for name, s := range map[string]step{
		"begin": {func(_ *testing.T, f *oauth) func(ctx context.Context) error {
			return func(ctx context.Context) error {
				_, err := f.mine().Begin(ctx, "erp", "code", &catalog.ConnectionRequest{Name: "mine", Browser: browser})
				return err
			}
		}, 0},
		"complete": {func(t *testing.T, f *oauth) func(ctx context.Context) error {
			t.Helper()
			a, err := f.mine().Begin(t.Context(), "erp", "code", &catalog.ConnectionRequest{Name: "mine", Browser: browser})
			require.NoError(t, err)
			back := f.agree(t, a)
			return func(ctx context.Context) error {
				_, err := f.mine().Complete(ctx, a.ID, back, browser)
				return err
			}
		}, 1},
		"poll": {func(t *testing.T, f *oauth) func(ctx context.Context) error {
			t.Helper()
			a := f.device(t, "erp", &catalog.ConnectionRequest{Name: "mine"})
			return func(ctx context.Context) error {
				_, err := f.mine().Poll(ctx, a.ID)
				return err
			}
		}, 1},
		"create": {func(_ *testing.T, f *oauth) func(ctx context.Context) error {
			return func(ctx context.Context) error {
				_, err := f.mine().Create(ctx, "erp", "machine", &catalog.ConnectionRequest{Name: "mine"})
				return err
			}
		}, 1},
		"reauthenticate": {func(t *testing.T, f *oauth) func(ctx context.Context) error {
			t.Helper()
			conn, err := f.mine().Create(t.Context(), "erp", "machine", &catalog.ConnectionRequest{Name: "mine"})
			require.NoError(t, err)
			return func(ctx context.Context) error {
				_, err := f.mine().Reauthenticate(ctx, conn.ID, &catalog.ReauthRequest{Params: secret})
				return err
			}
		}, 1},
		"complete a reauthentication": {func(t *testing.T, f *oauth) func(ctx context.Context) error {
			t.Helper()
			conn := f.made(t)
			a, back := f.agreeAgain(t, conn.ID, secret)
			return func(ctx context.Context) error {
				_, err := f.mine().Complete(ctx, a.ID, back, browser)
				return err
			}
		}, 1},
		"move": {func(t *testing.T, f *oauth) func(ctx context.Context) error {
			t.Helper()
			conn := f.made(t)
			_, err := f.mine().Triggers(conn.ID).Create(t.Context(), "received", &catalog.TriggerRequest{Name: "t"})
			require.NoError(t, err)
			f.publish(t, "erp@2.0.0", asks(auth.Param{Key: "pin", Secret: true}))
			return func(ctx context.Context) error {
				_, err := f.mine().MoveToRelease(ctx, conn.ID, "")
				return err
			}
		}, 1},
		"delete": {func(t *testing.T, f *oauth) func(ctx context.Context) error {
			t.Helper()
			conn := f.made(t)
			return func(ctx context.Context) error { return f.mine().Delete(ctx, conn.ID) }
		}, 1},
	} {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/after=%t", name, after), func(t *testing.T) {
				t.Parallel()
				for nth := 1; nth < 20; nth++ {
					what := fmt.Sprintf("write %d", nth)
					f := newOAuth(t, nil)
					f.publish(t, "erp@1.0.0", asks(auth.Param{Key: "pin", Secret: true}))
					for _, id := range []string{"code", "device", "machine"} {
						f.putApp(t, id)
					}
					do := s.before(t, f)
					store := catalogtest.NewFaultStore(f.store)
					f.reopen(t, func(o *catalog.Options) { o.Store = store })
					writes := store.Calls(catalogtest.StoreApply)
					store.Add(catalogtest.StoreFault{Nth: nth, After: after, Crash: true})
					err := do(t.Context())
					reached := store.Calls(catalogtest.StoreApply)-writes >= nth
					f.reopen(t, func(o *catalog.Options) { o.Store = f.store })
					all := f.whole(t, what)
					if name == "delete" && len(all) == 0 {
						all = append(all, catalog.Connection{})
						assert.Empty(t, f.keys(t, "conn", "trigger/"), what)
					}
					require.LessOrEqual(t, len(all), s.most, what)
					if len(all) == 0 && s.most > 0 {
						f.made(t) // the name is free
					}
					f.close(t)
					if !reached {
						require.NoError(t, err)
						return
					}
				}
				t.Error("it never ends")
			})
		}
	}
}

// made makes a connection of "erp" in a browser.
func (f *oauth) made(t *testing.T) *catalog.Connection {
	t.Helper()
	a, err := f.mine().Begin(t.Context(), "erp", "code", &catalog.ConnectionRequest{Name: "mine", Browser: browser})
	require.NoError(t, err)
	conn, err := f.mine().Complete(t.Context(), a.ID, f.agree(t, a), browser)
	require.NoError(t, err)
	return conn
}

// A store whose answer was lost has stored the connection: its token stays, and is what is told.
func TestC2_ALostAnswerOfTheStoreGivesNoTokenBack(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(t *testing.T, f *oauth, fault func()) (*catalog.Connection, error){
		"complete": func(t *testing.T, f *oauth, fault func()) (*catalog.Connection, error) {
			t.Helper()
			a, back := f.begin(t, viewerP, "mine")
			fault()
			return f.mine().Complete(t.Context(), a.ID, back, browser)
		},
		"create": func(t *testing.T, f *oauth, fault func()) (*catalog.Connection, error) {
			t.Helper()
			fault()
			return f.mine().Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: "mine"})
		},
		"reauthenticate": func(t *testing.T, f *oauth, fault func()) (*catalog.Connection, error) {
			t.Helper()
			conn := f.connect(t, viewerP, "mine")
			f.server.RevokeAll()
			a, back := f.agreeAgain(t, conn.ID, nil)
			fault()
			return f.mine().Complete(t.Context(), a.ID, back, browser)
		},
	} {
		for _, lost := range []catalogtest.StoreFault{
			{Key: "conn/", After: true},                                            // the write itself
			{Method: catalogtest.StoreChanges, Times: -1},                          // what is read back after it
			{Method: catalogtest.StoreGet, Key: "conndefault/", Nth: 2, Times: -1}, // what is shown
		} {
			t.Run(fmt.Sprintf("%s/%s %s", name, lost.Method, lost.Key), func(t *testing.T) {
				t.Parallel()
				f := newOAuth(t, nil)
				store := catalogtest.NewFaultStore(f.store)
				f.reopen(t, func(o *catalog.Options) { o.Store = store })
				conn, err := do(t, f, func() {
					if lost.Method == catalogtest.StoreChanges { // from the write on
						store.Add(catalogtest.StoreFault{Key: "conn/", Do: func(context.Context) error {
							store.Add(lost)
							return nil
						}})
						return
					}
					store.Add(lost)
				})
				require.NoError(t, err)
				store.Heal()
				status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
				require.NoError(t, err)
				assert.Equal(t, 200, status)
				assert.Len(t, f.whole(t, name), 1)
				f.close(t) // ends what is in the background
				assert.Zero(t, f.server.Count(authtest.Revoke))
			})
		}
	}
}

// A store that fails before the write has stored nothing, and the token is given back.
func TestC2_AFailedCommitGivesTheTokenBack(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	store := catalogtest.NewFaultStore(f.store)
	f.reopen(t, func(o *catalog.Options) { o.Store = store })
	a, back := f.begin(t, viewerP, "mine")
	store.Add(catalogtest.StoreFault{Key: "conn/"})
	_, err := f.mine().Complete(t.Context(), a.ID, back, browser)
	require.ErrorIs(t, err, catalogtest.ErrFault)
	f.nothingMade(t)
	f.givenBack(t, 1)

	store.Add(catalogtest.StoreFault{Key: "conn/"})
	_, err = f.mine().Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: "robot"})
	require.ErrorIs(t, err, catalogtest.ErrFault)
	f.nothingMade(t)
	f.givenBack(t, 2)
}

// A name that somebody takes while a person agrees costs the agreement, and nothing stays behind.
func TestC1_ANameTakenMeanwhile(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	a, back := f.begin(t, viewerP, "mine")
	_, err := f.mine().Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: "MINE"})
	require.NoError(t, err)
	_, err = f.mine().Complete(t.Context(), a.ID, back, browser)
	require.ErrorIs(t, err, catalog.ErrExists)
	require.Eventually(t, func() bool { return f.server.Count(authtest.Revoke) == 1 && f.live() == 1 }, patience, tick)
}

// Numbers and structured parameters are the same before and after they were kept.
func TestC2_ParametersSurviveTheWaitForThePerson(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	f.publish(t, "erp@1.0.0", asks(
		auth.Param{Key: "limit", Kind: auth.KindInteger}, auth.Param{Key: "rate", Kind: auth.KindNumber},
		auth.Param{Key: "extra", Kind: auth.KindJSON},
	))
	f.putApp(t, "code")
	a, err := f.mine().Begin(t.Context(), "erp", "code", &catalog.ConnectionRequest{Name: "mine", Browser: browser, Params: map[string]any{
		"limit": int64(7), "rate": json.Number("1.50"), "extra": json.RawMessage(`{"b": 1, "a": [true, "<"]}`),
	}})
	require.NoError(t, err)
	conn, err := f.mine().Complete(t.Context(), a.ID, f.agree(t, a), browser)
	require.NoError(t, err)
	text, err := json.Marshal(conn.Params)
	require.NoError(t, err)
	assert.JSONEq(t, `{"limit": 7, "rate": 1.5, "extra": {"a": [true, "<"], "b": 1}}`, string(text))
}
