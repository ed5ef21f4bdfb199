package catalog_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

func sourceOf(t *testing.T, b *bench, p catalog.Principal, id string) auth.Source {
	t.Helper()
	src, err := b.For(p).Connections().Source(t.Context(), id)
	require.NoError(t, err)
	return src
}

// token asks a Source as a program does.
func token(t *testing.T, src auth.Source) (string, error) {
	t.Helper()
	creds, err := src.Credentials(t.Context(), nil)
	if err != nil {
		return "", err
	}
	return creds.Values[auth.ValueToken].Reveal(), nil
}

func TestC10_SourceHasTheChecksOfClient(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	conn := b.connect(t, viewerP, "slack", "c")
	theirs := b.For(otherP).Connections()
	for _, id := range []string{conn.ID, "nope", ""} { // C5
		_, err := theirs.Source(t.Context(), id)
		require.ErrorIs(t, err, catalog.ErrNotFound)
	}
	_, err := b.For(nobodyP).Connections().Source(t.Context(), conn.ID)
	require.ErrorIs(t, err, catalog.ErrForbidden)
	mine := b.For(viewerP).Connections()
	require.NoError(t, mine.Disable(t.Context(), conn.ID, "holiday"))
	var state *catalog.StateError
	_, err = mine.Source(t.Context(), conn.ID)
	require.ErrorAs(t, err, &state)
	assert.Equal(t, catalog.ConnectionDisabled, state.State)
	require.NoError(t, mine.Enable(t.Context(), conn.ID))
	got, err := token(t, sourceOf(t, b, viewerP, conn.ID))
	require.NoError(t, err)
	assert.Equal(t, canary, got)
	b.close(t)
	_, err = mine.Source(t.Context(), conn.ID)
	require.ErrorIs(t, err, catalog.ErrClosed)
}

// What a Source has answered it answers again without asking the store, and without
// being let off any check.
func TestG13_SourceIsStoppedByWhatItsCatalogDoes(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	tests := []struct {
		name string
		do   func(b *bench, mine *catalog.Connections, id string) error
		want error // nil: goes on, with what is then stored
		then string
	}{
		{"quarantine", func(b *bench, _ *catalog.Connections, id string) error { return b.admin.Quarantine(ctx, id, "leaked") }, catalog.ErrForbidden, ""},
		{"disable", func(_ *bench, mine *catalog.Connections, id string) error { return mine.Disable(ctx, id, "") }, catalog.ErrForbidden, ""},
		{"delete", func(_ *bench, mine *catalog.Connections, id string) error { return mine.Delete(ctx, id) }, catalog.ErrNotFound, ""},
		{"authenticate again", func(_ *bench, mine *catalog.Connections, id string) error {
			_, err := mine.Reauthenticate(ctx, id, &catalog.ReauthRequest{Params: map[string]any{"token": "next"}})
			return err
		}, nil, "next"},
		{"rename", func(_ *bench, mine *catalog.Connections, id string) error { return mine.Rename(ctx, id, "other") }, nil, canary},
		{"another connection", func(b *bench, mine *catalog.Connections, _ string) error {
			_, err := mine.Create(ctx, "slack", "token", request("other"))
			return err
		}, nil, canary},
		{"close", func(b *bench, _ *catalog.Connections, _ string) error { return b.Close() }, catalog.ErrClosed, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			store := catalogtest.NewFaultStore(catalog.NewMemStore(nil))
			b := connectable(t, func(o *catalog.Options) { o.Store = store })
			conn := b.connect(t, viewerP, "slack", "c")
			src := sourceOf(t, b, viewerP, conn.ID)
			_, err := token(t, src)
			require.NoError(t, err)
			var read atomic.Int32
			store.Add(catalogtest.StoreFault{Method: catalogtest.StoreGet, Key: "conn/", Times: -1, Do: func(context.Context) error { read.Add(1); return nil }})
			for range 10 {
				got, err := token(t, src)
				require.NoError(t, err)
				require.Equal(t, canary, got)
			}
			require.Zero(t, read.Load(), "it is remembered")
			require.NoError(t, tt.do(b, b.For(viewerP).Connections(), conn.ID))
			got, err := token(t, src)
			if tt.want == nil {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, tt.want)
			}
			assert.Equal(t, tt.then, got)
		})
	}
}

// Who asks while another is being answered has the same answer; who goes away meanwhile changes nothing for the rest.
func TestC9_ManyWhoAskAtOnceReadOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := catalogtest.NewFaultStore(catalog.NewMemStore(nil))
		b := connectable(t, func(o *catalog.Options) { o.Store = store })
		defer b.close(t)
		src := sourceOf(t, b, viewerP, b.connect(t, viewerP, "slack", "c").ID)
		var read atomic.Int32
		answer := make(chan struct{})
		store.Add(catalogtest.StoreFault{Method: catalogtest.StoreGet, Key: "conn/", Times: -1, Do: func(context.Context) error {
			read.Add(1)
			<-answer
			return nil
		}})
		first, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { _, err := src.Credentials(first, nil); left <- err }()
		synctest.Wait()
		var rest errgroup.Group
		for range 100 {
			rest.Go(func() error { _, err := src.Credentials(t.Context(), nil); return err })
		}
		synctest.Wait()
		leave()
		require.ErrorIs(t, <-left, context.Canceled)
		close(answer)
		require.NoError(t, rest.Wait())
		assert.EqualValues(t, 1, read.Load())
		_, err := src.Credentials(first, &auth.Credentials{})
		require.ErrorIs(t, err, context.Canceled, "nothing is begun for nobody")
	})
}

// A connection that is shared no longer is hidden from the others (C5), also from their Sources.
func TestC5_SourceIsStoppedWhenNoLongerShared(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	conn := b.connect(t, viewerP, "slack", "c")
	mine := b.For(viewerP).Connections()
	require.NoError(t, mine.Share(t.Context(), conn.ID, true))
	colleague := catalog.Principal{Tenant: "acme", User: "cole", Roles: []string{catalog.RoleViewer}}
	src := sourceOf(t, b, colleague, conn.ID)
	_, err := token(t, src)
	require.NoError(t, err)
	require.NoError(t, mine.Share(t.Context(), conn.ID, false))
	_, err = token(t, src)
	require.ErrorIs(t, err, catalog.ErrNotFound)
}

// A change between the reading of the records and the remembering of what was read counts.
func TestG13_QuarantineWhileASourceReads(t *testing.T) {
	t.Parallel()
	store := catalogtest.NewFaultStore(catalog.NewMemStore(nil))
	b := connectable(t, func(o *catalog.Options) { o.Store = store })
	conn := b.connect(t, viewerP, "slack", "c")
	src := sourceOf(t, b, viewerP, conn.ID)
	store.Add(catalogtest.StoreFault{Method: catalogtest.StoreGet, Key: "connsecret/", Do: func(ctx context.Context) error {
		return b.admin.Quarantine(ctx, conn.ID, "leaked")
	}})
	_, err := token(t, src)
	require.NoError(t, err, "it was asked before")
	_, err = token(t, src)
	require.ErrorIs(t, err, catalog.ErrForbidden)
}

// A change counts from when its call returns, also if it could not be read back, and if nobody could tell whether
// it was made.
func TestG13_QuarantineThatIsNotReadBack(t *testing.T) {
	t.Parallel()
	lost := errors.New("lost")
	for name, fault := range map[string]catalogtest.StoreFault{
		"not read back": {Method: catalogtest.StoreChanges, Times: -1, Err: lost},
		"reply lost":    {Method: catalogtest.StoreApply, Key: "conn/", After: true, Err: lost},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mem := catalog.NewMemStore(nil)
			store := catalogtest.NewFaultStore(mem)
			b := connectable(t, func(o *catalog.Options) { o.Store = struct{ catalog.Store }{store} })
			defer store.Heal()
			conn := b.connect(t, viewerP, "slack", "c")
			src := sourceOf(t, b, viewerP, conn.ID)
			_, err := token(t, src)
			require.NoError(t, err)
			_, err = mem.Apply(t.Context(), catalog.Put("elsewhere", nil, catalog.Any())) // so that there is something to be read
			require.NoError(t, err)
			store.Add(fault)
			if err := b.admin.Quarantine(t.Context(), conn.ID, "leaked"); fault.Method == catalogtest.StoreApply {
				require.ErrorIs(t, err, lost)
			} else {
				require.NoError(t, err)
			}
			_, err = token(t, src)
			require.ErrorIs(t, err, catalog.ErrForbidden)
		})
	}
}

// What another process changes is known within FollowEvery.
func TestG13_AnotherProcessStopsASourceWithinFollowEvery(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := connectable(t, func(o *catalog.Options) {
			o.FollowEvery = time.Second
			o.Store = struct{ catalog.Store }{catalog.NewMemStore(nil)} // no Watcher
		})
		defer b.close(t)
		conn := b.connect(t, viewerP, "slack", "c")
		b.store = b.opts.Store
		other := b.second(t)
		defer other.close(t)
		src := sourceOf(t, b, viewerP, conn.ID)
		_, err := token(t, src)
		require.NoError(t, err)
		require.NoError(t, other.admin.Quarantine(t.Context(), conn.ID, "leaked"))
		time.Sleep(time.Second)
		synctest.Wait()
		_, err = token(t, src)
		require.ErrorIs(t, err, catalog.ErrForbidden)
	})
}

// A process that cannot follow the store, because that fails or never answers, asks it again at every use.
func TestG13_SourceFailsClosedWhenTheStoreIsNotFollowed(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]catalogtest.StoreFault{
		"fails":   {Method: catalogtest.StoreChanges, Times: -1, Err: errors.New("down")},
		"silence": {Method: catalogtest.StoreChanges, Times: -1, Delay: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				mem := catalog.NewMemStore(nil)
				store := catalogtest.NewFaultStore(mem)
				b := connectable(t, func(o *catalog.Options) { o.Store, o.FollowEvery = struct{ catalog.Store }{store}, time.Second })
				defer b.close(t)
				conn := b.connect(t, viewerP, "slack", "c")
				b.store = mem
				other := b.second(t)
				defer other.close(t)
				src := sourceOf(t, b, viewerP, conn.ID)
				_, err := token(t, src)
				require.NoError(t, err)
				store.Add(fault)
				require.NoError(t, other.admin.Quarantine(t.Context(), conn.ID, "leaked"))
				time.Sleep(time.Second)
				synctest.Wait()
				_, err = token(t, src)
				require.NoError(t, err, "nothing was heard of it, and not for long yet")
				time.Sleep(5 * time.Second)
				synctest.Wait()
				_, err = token(t, src)
				require.ErrorIs(t, err, catalog.ErrForbidden)
				require.NoError(t, other.admin.Release(t.Context(), conn.ID))
				_, err = token(t, src)
				require.NoError(t, err, "as the store says")
			})
		})
	}
}

// Nothing is remembered for longer than a minute, however seldom the store is asked.
func TestC8_SourceReadsAnewEveryMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := catalogtest.NewFaultStore(catalog.NewMemStore(nil))
		b := connectable(t, func(o *catalog.Options) { o.Store = store })
		defer b.close(t)
		src := sourceOf(t, b, viewerP, b.connect(t, viewerP, "slack", "c").ID)
		_, err := token(t, src)
		require.NoError(t, err)
		read := 0
		store.Add(catalogtest.StoreFault{Method: catalogtest.StoreGet, Key: "conn/", Times: -1, Do: func(context.Context) error { read++; return nil }})
		time.Sleep(50 * time.Second)
		_, err = token(t, src)
		require.NoError(t, err)
		assert.Zero(t, read)
		time.Sleep(11 * time.Second)
		synctest.Wait()
		_, err = token(t, src)
		require.NoError(t, err)
		assert.Equal(t, 1, read)
	})
}

// A token is not given again after its end, by the clock that was given or by that of the machine, nor one that was refused.
func TestC9_SourceRenewsWhatHasEnded(t *testing.T) {
	t.Parallel()
	for _, own := range []bool{true, false} {
		t.Run(map[bool]string{true: "own clock", false: "default clock"}[own], func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				lifetime := auth.DefaultTokenSkew + 20*time.Second // less than what is remembered anyway
				f := newOAuth(t, &authtest.ServerOptions{Lifetime: lifetime}, func(o *catalog.Options) {
					if !own {
						o.Clock = nil
					}
				})
				defer f.close(t)
				if !own {
					f.now = time.Now()
				}
				pass := func(d time.Duration) {
					f.pass(d)
					time.Sleep(d)
					synctest.Wait()
				}
				conn, err := f.For(viewerP).Connections().Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: "robot"})
				require.NoError(t, err)
				src := sourceOf(t, f.bench, viewerP, conn.ID)
				first, err := token(t, src)
				require.NoError(t, err)
				f.server.Forget()
				pass(5 * time.Second)
				again, err := token(t, src)
				require.NoError(t, err)
				assert.Equal(t, first, again)
				assert.Zero(t, f.server.Count(authtest.Token))
				pass(lifetime)
				next, err := token(t, src)
				require.NoError(t, err)
				assert.NotEqual(t, first, next)
				assert.Equal(t, 1, f.server.Count(authtest.Token))
				pass(15 * time.Second)
				refused, err := src.Credentials(t.Context(), nil)
				require.NoError(t, err)
				newer, err := src.Credentials(t.Context(), refused)
				require.NoError(t, err)
				assert.NotEqual(t, next, newer.Values[auth.ValueToken].Reveal())
				kept, err := token(t, src)
				require.NoError(t, err)
				assert.Equal(t, newer.Values[auth.ValueToken].Reveal(), kept)
				assert.Equal(t, 2, f.server.Count(authtest.Token))
			})
		})
	}
}
