package catalog_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An outage costs one request for each cooldown, however many ask, in however many processes.
// Nor is the token endpoint asked again at once, or followed elsewhere (C11).
func TestC9_AFailureIsShared(t *testing.T) {
	t.Parallel()
	const usual = 30 * time.Second
	json := http.Header{"Content-Type": {"application/json"}}
	for name, c := range map[string]struct {
		step     authtest.Step
		refused  error // instead: nothing is sent
		cooldown time.Duration
		is       error
	}{
		"503":                  {step: authtest.Reply(503, nil, "busy"), cooldown: usual, is: auth.ErrTransient},
		"503, sooner":          {step: authtest.Reply(503, http.Header{"Retry-After": {"1"}}, ""), cooldown: usual, is: auth.ErrTransient},
		"429":                  {step: authtest.Reply(429, http.Header{"Retry-After": {"90"}}, ""), cooldown: 90 * time.Second, is: auth.ErrTransient},
		"429, for a day":       {step: authtest.Reply(429, http.Header{"Retry-After": {"86400"}}, ""), cooldown: time.Hour, is: auth.ErrTransient},
		"500 and a dead grant": {step: authtest.Reply(500, json, `{"error":"invalid_grant"}`), cooldown: usual, is: auth.ErrTransient},
		"invalid_client":       {step: authtest.Refuse(401, "invalid_client", ""), cooldown: usual, is: auth.ErrInvalidClient},
		"302":                  {step: authtest.Redirect(302, "https://login.example.com/token"), cooldown: usual, is: auth.ErrRedirected},
		"307":                  {step: authtest.Redirect(307, "https://login.example.com/token"), cooldown: usual, is: auth.ErrRedirected},
		"308":                  {step: authtest.Redirect(308, "https://elsewhere.example/token"), cooldown: usual, is: auth.ErrRedirected},
		"no connection": {
			refused:  &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED},
			cooldown: usual, is: auth.ErrTransient,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				way := &between{}
				f := newOAuth(t, nil, through(way))
				defer f.close(t)
				second := f.second(t)
				defer second.close(t)
				id := f.expired(t)
				way.refuse(c.refused)
				if c.refused == nil {
					f.server.Script(authtest.Token, c.step)
				}
				causes, callers := 0, 100
				if name == "503" {
					callers = 1000
				}
				for round := range 3 {
					for _, err := range f.callAll(t.Context(), callers, id, f.Catalog, second.Catalog) {
						var failed *catalog.RenewalError
						require.ErrorAs(t, err, &failed)
						require.True(t, failed.Until.After(f.time()))
						if errors.Is(err, c.is) {
							causes++
						}
					}
					require.Equal(t, 1, way.count(), "round %d", round)
					f.pass((c.cooldown - time.Second) / 2)
				}
				assert.Positive(t, causes, "who asked knows why")
				assert.Equal(t, catalog.ConnectionActive, f.conn(t, id).State)
				f.pass(-(c.cooldown - time.Second) / 2)
				f.noTrace(t, f.callAll(t.Context(), 1, id, second.Catalog)[0].Error())
				require.Equal(t, 1, way.count(), "it is not yet time")

				way.refuse(nil) // which counts from here
				f.pass(time.Second)
				for _, err := range f.callAll(t.Context(), callers, id, f.Catalog, second.Catalog) {
					require.NoError(t, err)
				}
				assert.Equal(t, 1, way.count())
				assert.Zero(t, f.server.Reused())
			})
		})
	}
}

// What a provider says goes before a shorter cooldown, and never beyond an hour; what the host
// wants does.
func TestC9_ACooldownIsAsLongAsTheHostWants(t *testing.T) {
	t.Parallel()
	way := &between{}
	f := newOAuth(t, nil, func(o *catalog.Options) { o.RefreshCooldown = 3 * time.Hour }, through(way))
	id := f.expired(t)
	way.refuse(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED})
	require.Error(t, f.callAll(t.Context(), 1, id, f.Catalog)[0])
	revision := newest(t, f.bench)
	for range 2 {
		f.pass(time.Hour - time.Second)
		require.Error(t, f.callAll(t.Context(), 1, id, f.Catalog)[0])
	}
	f.pass(time.Hour - time.Second)
	assert.Equal(t, 1, way.count())
	assert.Equal(t, revision, newest(t, f.bench), "nor does it cost a write for each call")
	way.refuse(nil)
	f.pass(3 * time.Second)
	f.works(t, f.bench, id)
}

// A clock that is set back prolongs no cooldown.
func TestC9_ClockSetBackDoesNotProlongACooldown(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	id := f.expired(t)
	f.server.Script(authtest.Token, authtest.Reply(503, nil, ""))
	require.Error(t, f.callAll(t.Context(), 1, id, f.Catalog)[0])
	f.pass(-10 * time.Minute)
	f.works(t, f.bench, id)
	assert.Equal(t, 2, f.server.Count(authtest.Token))
}

// The server says where its endpoints are, in an answer that has nothing to do with the refresh
// token: that it cannot be had, or read, costs no connection.
func TestC9_MetadataThatFailsSpendsNothing(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]authtest.Step{
		"dropped":       authtest.DropBefore(),
		"cut":           authtest.Cut(),
		"503":           authtest.Reply(503, nil, ""),
		"invalid_grant": authtest.Refuse(503, "invalid_grant", ""),
		"gone":          authtest.Refuse(400, "invalid_grant", ""),
		"no JSON":       authtest.Reply(200, nil, "<html>"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOAuth(t, nil)
			f.undocumented(t)
			a, err := f.For(viewerP).Connections().Begin(t.Context(), "erp", "code", &catalog.ConnectionRequest{Name: "x", Browser: browser})
			require.NoError(t, err)
			conn, err := f.For(viewerP).Connections().Complete(t.Context(), a.ID, f.agree(t, a), browser)
			require.NoError(t, err)
			f.reopen(t) // else it is remembered
			f.pass(2 * time.Hour)
			f.server.Forget()
			f.server.Script(authtest.Metadata, step, step)
			for _, err := range f.callAll(t.Context(), 100, conn.ID, f.Catalog) {
				var failed *catalog.RenewalError
				require.ErrorAs(t, err, &failed)
			}
			assert.LessOrEqual(t, f.server.Count(authtest.Metadata), 2, "one for each of the two places")
			assert.Zero(t, f.server.Count(authtest.Token))
			f.pass(time.Minute)
			f.server.Script(authtest.Metadata, authtest.Usual(), authtest.Usual())
			for range 2 { // the second step may be left over
				if f.callAll(t.Context(), 1, conn.ID, f.Catalog)[0] != nil {
					f.pass(time.Minute)
				}
			}
			f.works(t, f.bench, conn.ID)
			assert.Equal(t, 1, f.server.Count(authtest.Token))
		})
	}
}

// undocumented installs a connector that leaves its endpoints to its issuer.
func (f *oauth) undocumented(t *testing.T) {
	t.Helper()
	f.offer("erp@1.0.0", func(r *connector.Release) {
		f.schemes(r.Manifest)
		r.Manifest.Auth = r.Manifest.Auth[:1]
		r.Manifest.Auth[0].TokenURL, r.Manifest.Auth[0].RevokeURL = "", ""
	})
	f.refresh(t)
	f.install(t, "erp")
	_, err := f.admin.PutApp(t.Context(), &catalog.App{Connector: "erp", Scheme: "code", App: *f.server.App()})
	require.NoError(t, err)
}

// A provider that hangs keeps nobody for longer than a request may take.
func TestC9_AProviderThatHangs(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]bool{"rotating": false, "keeping": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newOAuth(t, &authtest.ServerOptions{KeepRefresh: keep})
				defer f.close(t)
				id := f.keeper(t)
				f.server.Script(authtest.Token, authtest.Hang())
				start := time.Now()
				for _, err := range f.callAll(t.Context(), 100, id, f.Catalog) {
					require.Error(t, err)
				}
				assert.Equal(t, auth.DefaultTokenTimeout, time.Since(start))
				assert.Equal(t, 1, f.server.Count(authtest.Token))
				if !keep {
					f.lost(t, id)
					return
				}
				f.pass(time.Minute)
				f.works(t, f.bench, id)
			})
		})
	}
}

// A caller that goes away changes nothing for the rest, nor when all go.
func TestC9_ACancellationIsTheCallersOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newOAuth(t, nil)
		defer f.close(t)
		id := f.expired(t)
		ready := make(chan struct{})
		f.server.Script(authtest.Token, authtest.Hold(ready))
		first, cancel := context.WithCancel(t.Context())
		results := make(chan error, 2)
		go func() { results <- f.callAll(first, 1, id, f.Catalog)[0] }()
		synctest.Wait() // it has begun
		go func() { results <- f.callAll(t.Context(), 1, id, f.Catalog)[0] }()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-results, context.Canceled)
		close(ready)
		require.NoError(t, <-results)
		assert.Equal(t, 1, f.server.Count(authtest.Token))

		f.pass(2 * time.Hour)
		f.server.Forget()
		ready = make(chan struct{})
		f.server.Script(authtest.Token, authtest.Hold(ready))
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for _, err := range f.callAll(impatient, 10, id, f.Catalog) {
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		close(ready)
		synctest.Wait()
		f.works(t, f.bench, id)
		assert.Equal(t, 1, f.server.Count(authtest.Token))
		assert.Zero(t, f.server.Reused())
	})
}

// Closing waits for the answer that is on its way, and for nothing else. Nobody takes over
// meanwhile.
func TestC9_ClosingKeepsTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newOAuth(t, nil)
		defer f.close(t)
		waiting, other := f.second(t), f.second(t)
		defer other.close(t)
		id := f.expired(t)
		f.server.Script(authtest.Token, authtest.Delay(20*time.Second))
		results, others := make(chan error, 1), make(chan error, 1)
		go func() { results <- f.callAll(t.Context(), 1, id, f.Catalog)[0] }()
		synctest.Wait()
		go func() { others <- f.callAll(t.Context(), 1, id, waiting.Catalog)[0] }()
		synctest.Wait()
		start := time.Now()
		waiting.close(t)
		assert.Zero(t, time.Since(start), "it only waits for another process")
		require.ErrorIs(t, <-others, catalog.ErrClosed)
		go func() { others <- f.callAll(t.Context(), 1, id, other.Catalog)[0] }()
		f.close(t)
		assert.Equal(t, 20*time.Second, time.Since(start))
		require.ErrorIs(t, <-results, catalog.ErrClosed, "there is nobody who could still use it")
		require.NoError(t, <-others)
		assert.Equal(t, 1, f.server.Count(authtest.Token))
	})
}

// A failure that another process has met just before the lease is taken is shared, too.
func TestC9_AFailureJustBefore(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	id := f.expired(t)
	other := f.second(t)
	store := f.faulty(t)
	f.server.Script(authtest.Token, authtest.Reply(503, nil, ""))
	var failed *catalog.RenewalError
	store.Add(catalogtest.StoreFault{Key: "lease/~", Do: func(context.Context) error {
		assert.ErrorAs(t, f.callAll(t.Context(), 1, id, other.Catalog)[0], &failed)
		return nil
	}})
	require.ErrorAs(t, f.callAll(t.Context(), 1, id, f.Catalog)[0], &failed)
	assert.Equal(t, 1, f.server.Count(authtest.Token))
}
