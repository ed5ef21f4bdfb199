package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// faulty opens the catalog again on a store that fails when told to.
func (f *oauth) faulty(t *testing.T) *catalogtest.FaultStore {
	t.Helper()
	store := catalogtest.NewFaultStore(f.store)
	f.reopen(t, func(o *catalog.Options) { o.Store = store })
	return store
}

// after is what a process that takes over finds: it works, after so many requests more, or waits
// for its owner (-1).
type after int

// TestC9_ACrashAtEveryWrite lets the process end just before, or just after, each of its writes
// while it renews a token, and then uses the connection in the next.
func TestC9_ACrashAtEveryWrite(t *testing.T) {
	t.Parallel()
	const lost after = -1
	fine := authtest.Usual()
	for name, c := range map[string]struct {
		answer authtest.Step
		keep   bool // the provider is known to keep refresh tokens
		// before and after each write: what the next process finds
		before, after []after
		posts         []int // of the first process, at each write, before it and after it
	}{
		// The writes are the lease, the journal, and the end of both with what came of it.
		"renewed": {
			answer: fine, before: []after{1, 1, lost}, after: []after{1, lost, 0}, posts: []int{0, 0, 1},
		},
		"refused for now": {
			answer: authtest.Reply(503, nil, ""), before: []after{1, 1, lost}, after: []after{1, lost, 1}, posts: []int{0, 0, 1},
		},
		"refused for ever": {
			answer: authtest.Refuse(400, "invalid_grant", ""), before: []after{1, 1, lost}, after: []after{1, lost, lost}, posts: []int{0, 0, 1},
		},
		"answer lost": {
			answer: authtest.DropAfter(), before: []after{1, 1, lost}, after: []after{1, lost, lost}, posts: []int{0, 0, 1},
		},
		"renewed, kept": { // without a journal
			answer: fine, keep: true, before: []after{1, 1}, after: []after{1, 0}, posts: []int{0, 1},
		},
		"answer lost, kept": {
			answer: authtest.DropAfter(), keep: true, before: []after{1, 1}, after: []after{1, 1}, posts: []int{0, 1},
		},
	} {
		for i := range c.before {
			for _, late := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/write %d, late=%t", name, i+1, late), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						f := newOAuth(t, &authtest.ServerOptions{KeepRefresh: c.keep})
						defer f.close(t)
						id := f.keeper(t)
						store := f.faulty(t)
						synctest.Wait() // it is open, and at rest
						store.Add(catalogtest.StoreFault{Nth: i + 1, After: late, Crash: true})
						if c.posts[i] > 0 {
							f.server.Script(authtest.Token, c.answer)
						}
						_, err := f.call(t.Context(), f.Catalog, viewerP, id)
						require.Error(t, err)
						posts := c.posts[i]
						require.Equal(t, posts, f.server.Count(authtest.Token))

						f.reopen(t, func(o *catalog.Options) { o.Store = f.store })
						want := c.before[i]
						if late {
							want = c.after[i]
						}
						if want == lost {
							f.lost(t, id)
						} else {
							f.pass(2 * time.Minute) // longer than any cooldown
							f.works(t, f.bench, id)
							posts += int(want)
						}
						assert.Equal(t, posts, f.server.Count(authtest.Token))
						assert.Zero(t, f.server.Reused())
						checkChain(t, f.bench)
						f.leftNothing(t, id)
					})
				})
			}
		}
	}
}

// leftNothing holds the store to no trace of a renewal under way.
func (f *oauth) leftNothing(t *testing.T, id string) {
	t.Helper()
	for _, prefix := range []string{"renewal/", "lease/~"} {
		list, err := f.store.List(t.Context(), prefix, "", 10)
		require.NoError(t, err)
		for _, rec := range list {
			assert.NotContains(t, rec.Key, id)
		}
	}
}

// A store that fails once, at whatever call, costs no connection, and no second request.
func TestC9_AStoreThatFailsOnceCostsNothing(t *testing.T) {
	t.Parallel()
	for _, method := range []catalogtest.StoreMethod{catalogtest.StoreGet, catalogtest.StoreApply, catalogtest.StoreChanges, catalogtest.StoreNow} {
		for _, late := range []bool{false, true} {
			for _, outage := range []bool{false, true} { // of the provider, at the first attempt
				t.Run(fmt.Sprintf("%s/late=%t, outage=%t", method, late, outage), func(t *testing.T) {
					t.Parallel()
					for nth := 1; ; nth++ {
						require.Less(t, nth, 40, "it never ends")
						reached := false
						synctest.Test(t, func(t *testing.T) {
							f := newOAuth(t, nil)
							defer f.close(t)
							id := f.expired(t)
							store := f.faulty(t)
							synctest.Wait()
							before := store.Calls(method)
							store.Add(catalogtest.StoreFault{Method: method, Nth: nth, After: late})
							if outage {
								f.server.Script(authtest.Token, authtest.Reply(503, nil, ""))
							}
							posts := 1
							_, err := f.call(t.Context(), f.Catalog, viewerP, id)
							reached = store.Calls(method)-before >= nth
							if outage && f.server.Count(authtest.Token) > 0 {
								require.Error(t, err)
								posts++
							}
							if err != nil && !outage {
								require.ErrorIs(t, err, catalogtest.ErrFault)
							}
							store.Heal()
							f.pass(time.Minute)
							if outage && posts == 1 { // it is still to come
								require.Error(t, f.callAll(t.Context(), 1, id, f.Catalog)[0])
								posts++
								f.pass(time.Minute)
							}
							f.works(t, f.bench, id)
							assert.Equal(t, posts, f.server.Count(authtest.Token), "call %d", nth)
							assert.Zero(t, f.server.Reused(), "call %d", nth)
							checkChain(t, f.bench)
							f.leftNothing(t, id)
						})
						if !reached {
							return
						}
					}
				})
			}
		}
	}
}

// What came of a renewal is kept also by a store that is away for as long as half a lease.
func TestC9_AStoreThatIsAwayForAMoment(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]authtest.Step{"renewed": authtest.Usual(), "503": authtest.Reply(503, nil, "")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				way := &between{}
				f := newOAuth(t, nil, func(o *catalog.Options) { o.Lease = 15 * time.Second }, through(way))
				defer f.close(t)
				id := f.expired(t)
				store := f.faulty(t)
				f.server.Script(authtest.Token, step)
				way.arm(nil, func() {
					for _, m := range []catalogtest.StoreMethod{catalogtest.StoreGet, catalogtest.StoreApply, catalogtest.StoreNow} {
						store.Add(catalogtest.StoreFault{Method: m, Times: -1})
					}
					time.AfterFunc(7*time.Second, store.Heal)
				})
				_, err := f.call(t.Context(), f.Catalog, viewerP, id)
				var failed *catalog.RenewalError
				if name == "503" {
					require.ErrorAs(t, err, &failed)
					f.pass(time.Minute)
				} else {
					require.NoError(t, err)
				}
				f.works(t, f.bench, id)
				assert.Zero(t, f.server.Reused())
			})
		})
	}
}

// failingKeys is a key management service that is away at times.
type failingKeys struct {
	auth.KeyWrapper

	mu   sync.Mutex
	fail int
}

func (k *failingKeys) Wrap(ctx context.Context, dataKey []byte) (auth.WrappedKey, error) {
	k.mu.Lock()
	fail := k.fail > 0
	k.fail--
	k.mu.Unlock()
	if fail {
		return auth.WrappedKey{}, errors.New("throttled")
	}
	return k.KeyWrapper.Wrap(ctx, dataKey)
}

// So is it when the keys cannot be had for a moment. When they cannot be had at all, nothing is
// stored in the clear, and nobody is asked again.
func TestC9_KeysThatAreAway(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]int{"for a moment": 5, "for long": 1000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				keys := &failingKeys{}
				f := newOAuth(t, nil, func(o *catalog.Options) { keys.KeyWrapper, o.Keys = o.Keys, keys })
				defer f.close(t)
				id := f.expired(t)
				keys.fail = fail
				_, err := f.call(t.Context(), f.Catalog, viewerP, id)
				if name == "for a moment" {
					require.NoError(t, err)
					return
				}
				require.ErrorContains(t, err, "throttled")
				time.Sleep(time.Second) // the lease runs out
				f.lost(t, id)
				assert.Equal(t, 1, f.server.Count(authtest.Token))
				f.noTrace(t, err.Error())
			})
		})
	}
}

// A lost reply to a renewal of the lease loses neither the lease, to others who wait for it, nor the
// token.
func TestC9_ALostReplyIsNoLostLease(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]time.Duration{"and renewed again": 40 * time.Second, "and ended": 7 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newOAuth(t, nil, func(o *catalog.Options) { o.Lease, o.Tokens.Timeout = 15*time.Second, time.Minute })
				defer f.close(t)
				id := f.expired(t)
				other := f.second(t)
				defer other.close(t)
				store := f.faulty(t)
				store.Add(catalogtest.StoreFault{Key: "lease/~", Nth: 3, After: true}) // the second is the journal
				f.server.Script(authtest.Token, authtest.Delay(wait))
				first := make(chan error, 1)
				go func() { first <- f.callAll(t.Context(), 1, id, f.Catalog)[0] }()
				synctest.Wait()
				f.works(t, other, id)
				require.NoError(t, <-first)
				assert.Equal(t, 1, f.server.Count(authtest.Token))
				f.leftNothing(t, id)
			})
		})
	}
}

// Of a connection that was deleted while a process that renewed its token died, nothing is left.
func TestC9_DeletedAfterACrash(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	id := f.expired(t)
	store := f.faulty(t)
	store.Add(catalogtest.StoreFault{Key: "conn/", Nth: 2, Crash: true}) // after the journal, which checks it
	_, err := f.call(t.Context(), f.Catalog, viewerP, id)
	require.Error(t, err)
	f.reopen(t, func(o *catalog.Options) { o.Store = f.store })
	require.NoError(t, f.For(viewerP).Connections().Delete(t.Context(), id))
	f.nothingOf(t, id)
}
