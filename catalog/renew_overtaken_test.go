package catalog_test

import (
	"context"
	"fmt"
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

// A holder whose lease has run out while it waits for the provider changes nothing any more. The
// one that takes over cannot know what became of a refresh token that is for one use, and
// does not send it again; one that stays as it is, it does.
func TestC9_AStalledHolderChangesNothing(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		for name, answer := range map[string]struct{ status int }{"renewed": {200}, "503": {503}, "invalid_grant": {400}} {
			t.Run(fmt.Sprintf("%s, kept=%t", name, keep), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					way := &between{}
					f := newOAuth(t, &authtest.ServerOptions{KeepRefresh: keep}, through(way))
					defer f.close(t)
					id := f.keeper(t)
					healthy := f.second(t)
					defer healthy.close(t)
					store := f.faulty(t)
					awake := make(chan struct{})
					way.arm(nil, func() {
						store.Add(catalogtest.StoreFault{Key: "lease/", Times: -1})
						<-awake
					})
					switch answer.status {
					case 503:
						f.server.Script(authtest.Token, authtest.Reply(503, nil, ""))
					case 400:
						f.server.Script(authtest.Token, authtest.Refuse(400, "invalid_grant", ""))
					}
					stalled := make(chan error, 1)
					go func() { stalled <- f.callAll(t.Context(), 1, id, f.Catalog)[0] }()
					synctest.Wait()
					start := time.Now()
					other := f.callAll(t.Context(), 10, id, healthy.Catalog)
					assert.LessOrEqual(t, time.Since(start), 2*f.opts.Lease)
					before := f.conn(t, id)
					store.Heal()
					close(awake)
					err := <-stalled
					assert.Zero(t, f.server.Reused())
					assert.Equal(t, before, f.conn(t, id), "nothing stale is written")
					if keep {
						require.NoError(t, err)
						for _, err := range other {
							require.NoError(t, err)
						}
						assert.Equal(t, 2, f.server.Count(authtest.Token))
						f.works(t, f.bench, id)
						return
					}
					for _, err := range append(other, err) {
						var state *catalog.StateError
						require.ErrorAs(t, err, &state)
					}
					assert.Equal(t, 1, f.server.Count(authtest.Token))
					f.lost(t, id)
					assert.Zero(t, auditCount(t, f.bench, "renew token")-1, "the first renewal only")
				})
			})
		}
	}
}

// While the other one is still at work it changes nothing either, and waits like others.
func TestC9_AStalledHolderWaitsForTheOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		way := &between{}
		f := newOAuth(t, &authtest.ServerOptions{KeepRefresh: true}, through(way))
		defer f.close(t)
		id := f.keeper(t)
		healthy := f.second(t)
		defer healthy.close(t)
		store := f.faulty(t)
		way.arm(nil, func() {
			store.Add(catalogtest.StoreFault{Key: "lease/", Times: -1})
			f.server.Script(authtest.Token, authtest.Delay(5*time.Second))
			go func() { assert.NoError(t, f.callAll(t.Context(), 1, id, healthy.Catalog)[0]) }()
			time.Sleep(time.Second)
			store.Heal()
		})
		start := time.Now()
		f.works(t, f.bench, id)
		assert.Greater(t, time.Since(start), 5*time.Second)
		assert.Equal(t, 2, auditCount(t, f.bench, "renew token"))
		assert.Equal(t, 2, f.server.Count(authtest.Token))
	})
}

// One that is stalled before it has asked anybody does not ask any more, but waits like others.
func TestC9_AHolderThatIsStalledEarlyAsksNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newOAuth(t, nil)
		defer f.close(t)
		id := f.expired(t)
		healthy := f.second(t)
		defer healthy.close(t)
		store := f.faulty(t)
		store.Add(catalogtest.StoreFault{Method: catalogtest.StoreNow, Nth: 2, Times: -1}) // it keeps no lease
		store.Add(catalogtest.StoreFault{Key: "renewal/", Do: func(context.Context) error {
			time.Sleep(2 * f.opts.Lease)
			f.works(t, healthy, id)
			return nil
		}})
		f.works(t, f.bench, id)
		assert.Equal(t, 1, f.server.Count(authtest.Token))
		assert.Zero(t, f.server.Reused())
		f.leftNothing(t, id)
	})
}

// Nor does it ask when it wakes up while the other one does.
func TestC9_AHolderThatWakesUpAsksNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newOAuth(t, nil)
		defer f.close(t)
		id := f.expired(t)
		healthy := f.second(t)
		defer healthy.close(t)
		store := f.faulty(t)
		store.Add(catalogtest.StoreFault{Method: catalogtest.StoreNow, Nth: 2, Times: 3}) // it keeps no lease
		store.Add(catalogtest.StoreFault{Key: "renewal/", Do: func(context.Context) error {
			time.Sleep(2 * f.opts.Lease)
			return nil
		}})
		f.server.Script(authtest.Token, authtest.Delay(5*time.Second))
		stalled := make(chan error, 1)
		go func() { stalled <- f.callAll(t.Context(), 1, id, f.Catalog)[0] }()
		synctest.Wait()
		f.works(t, healthy, id)
		require.NoError(t, <-stalled)
		assert.Equal(t, 1, f.server.Count(authtest.Token))
		assert.Zero(t, f.server.Reused())
	})
}

// overtaking is what can happen to a connection while its token is being renewed.
type overtaking struct {
	do func(t *testing.T, f *oauth, id string) error
	// What the connection is then, by what the provider answers to the renewal.
	renewed, later, refused, lost string
}

// TestC9_WhatHappensMeanwhile lets something else happen to the connection before the request of a
// renewal, and between its answer and the commit. Neither undoes the other; what the provider said of a
// refresh token counts only while it is the connection's.
func TestC9_WhatHappensMeanwhile(t *testing.T) {
	t.Parallel()
	const (
		active = "active" // and works without another request
		asks   = "asks"   // active, and works after one request more
		gone   = "gone"
	)
	needs, disabled, quarantined := string(catalog.ConnectionNeedsReauth), string(catalog.ConnectionDisabled), string(catalog.ConnectionQuarantined)
	conns := func(f *oauth) *catalog.Connections { return f.For(viewerP).Connections() }
	for name, c := range map[string]overtaking{
		"rename": {
			do:      func(t *testing.T, f *oauth, id string) error { return conns(f).Rename(t.Context(), id, "other") },
			renewed: active, later: asks, refused: needs, lost: needs,
		},
		"share": {
			do:      func(t *testing.T, f *oauth, id string) error { return conns(f).Share(t.Context(), id, true) },
			renewed: active, later: asks, refused: needs, lost: needs,
		},
		"disable": {
			do:      func(t *testing.T, f *oauth, id string) error { return conns(f).Disable(t.Context(), id, "r") },
			renewed: disabled, later: disabled, refused: disabled, lost: disabled,
		},
		"disable and enable": {
			do: func(t *testing.T, f *oauth, id string) error {
				if err := conns(f).Disable(t.Context(), id, "r"); err != nil {
					return err
				}
				return conns(f).Enable(t.Context(), id)
			},
			renewed: active, later: asks, refused: needs, lost: needs,
		},
		"quarantine": {
			do:      func(t *testing.T, f *oauth, id string) error { return f.admin.Quarantine(t.Context(), id, "r") },
			renewed: quarantined, later: quarantined, refused: quarantined, lost: quarantined,
		},
		"delete": {
			do:      func(t *testing.T, f *oauth, id string) error { return conns(f).Delete(t.Context(), id) },
			renewed: gone, later: gone, refused: gone, lost: gone,
		},
		"reauthenticate": {
			do:      func(t *testing.T, f *oauth, id string) error { return f.again(t, id) },
			renewed: active, later: active, refused: active, lost: active,
		},
	} {
		for answer, step := range map[string]authtest.Step{
			"renewed": authtest.Usual(), "later": authtest.Reply(503, nil, ""),
			"refused": authtest.Refuse(400, "invalid_grant", ""), "lost": authtest.DropAfter(),
		} {
			for _, late := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s, late=%t", name, answer, late), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						way := &between{}
						f := newOAuth(t, nil, through(way))
						defer f.close(t)
						id := f.expired(t)
						step, own := step, 0
						do := func() {
							before := f.server.Count(authtest.Token)
							if err := c.do(t, f, id); err != nil {
								t.Error(err)
							}
							own = f.server.Count(authtest.Token) - before
						}
						if late {
							f.server.Script(authtest.Token, step)
							way.arm(nil, do)
						} else {
							way.arm(func() { do(); f.server.Script(authtest.Token, step) }, nil)
						}
						_, err := f.call(t.Context(), f.Catalog, viewerP, id)
						synctest.Wait()
						posts := f.server.Count(authtest.Token) - own
						assert.Equal(t, 1, posts, "requests of the renewal")
						switch want := map[string]string{"renewed": c.renewed, "later": c.later, "refused": c.refused, "lost": c.lost}[answer]; want {
						case active:
							require.NoError(t, err)
							f.works(t, f.bench, id)
						case asks:
							var failed *catalog.RenewalError
							require.ErrorAs(t, err, &failed)
							f.pass(time.Minute)
							f.works(t, f.bench, id)
							posts++
						case gone:
							require.ErrorIs(t, err, catalog.ErrNotFound)
							f.nothingOf(t, id)
							if answer == "renewed" {
								assert.Equal(t, 2, f.server.Count(authtest.Revoke), "the old token and the new one")
							}
						default:
							var state *catalog.StateError
							if answer == "later" {
								require.ErrorIs(t, err, auth.ErrTransient)
							} else if assert.ErrorAs(t, err, &state) {
								assert.Equal(t, want, string(state.State))
							}
							assert.Equal(t, want, string(f.conn(t, id).State))
						}
						if name == "rename" {
							assert.Equal(t, "other", f.conn(t, id).Name)
						}
						if name == "disable" { // the renewal counts all the same
							require.NoError(t, conns(f).Enable(t.Context(), id))
							f.pass(time.Minute)
							switch answer {
							case "renewed":
								f.works(t, f.bench, id)
							case "later":
								f.works(t, f.bench, id)
								posts++
							default:
								f.lost(t, id)
							}
						}
						assert.Equal(t, posts+own, f.server.Count(authtest.Token))
						if name != "quarantine" || answer != "later" { // there it waits for its end
							f.leftNothing(t, id)
						}
						checkChain(t, f.bench)
					})
				})
			}
		}
	}
}

// A failure that is noted just when it has become somebody else's leaves no note.
func TestC9_WhatHappensBeforeAFailureIsNoted(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(t *testing.T, f *oauth, id string) error{
		"delete": func(t *testing.T, f *oauth, id string) error {
			return f.For(viewerP).Connections().Delete(t.Context(), id)
		},
		"reauthenticate": func(t *testing.T, f *oauth, id string) error { return f.again(t, id) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOAuth(t, nil)
			id := f.expired(t)
			healthy := f.second(t)
			store := f.faulty(t)
			store.Add(catalogtest.StoreFault{Key: "renewal/", Nth: 2, Do: func(context.Context) error { // the first is the journal
				return do(t, &oauth{bench: healthy, server: f.server}, id)
			}})
			f.server.Script(authtest.Token, authtest.Reply(503, nil, ""))
			err := f.callAll(t.Context(), 1, id, f.Catalog)[0]
			if name == "delete" {
				require.ErrorIs(t, err, catalog.ErrNotFound)
			} else {
				require.NoError(t, err)
			}
			f.leftNothing(t, id)
		})
	}
}

// What happens before the refresh token is on its way is heeded: who may not use the connection any
// more costs no request.
func TestC9_WhatHappensBeforeTheJournal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do    func(ctx context.Context, f *oauth, id string) error
		is    error
		posts int
	}{
		"rename": {
			do: func(ctx context.Context, f *oauth, id string) error {
				return f.For(viewerP).Connections().Rename(ctx, id, "other")
			},
			posts: 1,
		},
		"quarantine": {
			do: func(ctx context.Context, f *oauth, id string) error { return f.admin.Quarantine(ctx, id, "r") },
			is: catalog.ErrForbidden,
		},
		"delete": {
			do: func(ctx context.Context, f *oauth, id string) error {
				return f.For(viewerP).Connections().Delete(ctx, id)
			},
			is: catalog.ErrNotFound,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOAuth(t, nil)
			id := f.expired(t)
			store := f.faulty(t)
			store.Add(catalogtest.StoreFault{Key: "renewal/", Do: func(ctx context.Context) error { return c.do(ctx, f, id) }})
			err := f.callAll(t.Context(), 1, id, f.Catalog)[0]
			if c.is == nil {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, c.is)
			}
			assert.Equal(t, c.posts, f.server.Count(authtest.Token))
			f.leftNothing(t, id)
		})
	}
}

// again lets the owner agree again.
func (f *oauth) again(t *testing.T, id string) error {
	t.Helper()
	conns := f.For(viewerP).Connections()
	a, err := conns.BeginReauthenticate(t.Context(), id, &catalog.ReauthRequest{Browser: browser})
	if err != nil {
		return err
	}
	_, err = conns.Complete(t.Context(), a.ID, f.agree(t, a), browser)
	return err
}

// nothingOf holds the store to no trace of a connection, but for the audit log.
func (f *oauth) nothingOf(t *testing.T, id string) {
	t.Helper()
	list, err := f.store.List(t.Context(), "", "", 1000)
	require.NoError(t, err)
	for _, rec := range list {
		assert.NotContains(t, rec.Key, id)
	}
}
