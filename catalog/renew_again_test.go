package catalog_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A 401 of the application is worth one new token, and not another one for each call.
func TestC9_A401RenewsOnce(t *testing.T) {
	t.Parallel()
	no := authtest.Reply(401, nil, "")
	f := newOAuth(t, nil)
	id := f.connect(t, viewerP, "mine").ID
	f.server.Forget()
	try := func(steps ...authtest.Step) int {
		t.Helper()
		f.server.Script(authtest.API, steps...)
		before := f.server.Count(authtest.API)
		status, err := f.call(t.Context(), f.Catalog, viewerP, id)
		require.NoError(t, err)
		assert.LessOrEqual(t, f.server.Count(authtest.API)-before, 2)
		return status
	}
	renewals := func() int { return f.server.Count(authtest.Token) }

	assert.Equal(t, http.StatusUnauthorized, try(no), "it is new")
	assert.Zero(t, renewals())
	f.pass(10 * time.Second)
	assert.Equal(t, http.StatusOK, try(no))
	assert.Equal(t, 1, renewals())
	f.pass(9 * time.Second)
	for range 5 {
		assert.Equal(t, http.StatusUnauthorized, try(no))
	}
	assert.Equal(t, 1, renewals())
	f.pass(time.Second)
	assert.Equal(t, http.StatusUnauthorized, try(no, no), "also the new one is refused")
	assert.Equal(t, 2, renewals())

	f.pass(-time.Hour) // a clock that was set back does not tell how old a token is
	assert.Equal(t, http.StatusOK, try(no))
	assert.Equal(t, http.StatusUnauthorized, try(no))
	assert.Equal(t, 3, renewals())

	f.pass(10 * time.Second) // many at a time
	f.server.RevokeAll()     // the refresh token as well
	for _, err := range f.callAll(t.Context(), 100, id, f.Catalog) {
		var state *catalog.StateError
		require.ErrorAs(t, err, &state)
	}
	assert.Equal(t, 4, renewals())
	f.lost(t, id)
	assert.Zero(t, f.server.Reused())
}

// Many that are refused at once, with the same old token, need one new token.
func TestC9_ManyRefusedAtOnceRenewOnce(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, &authtest.ServerOptions{Lifetime: -1}) // nobody says when it ends
	id := f.connect(t, viewerP, "mine").ID
	f.server.Forget()
	f.pass(time.Hour)
	steps := make([]authtest.Step, 200)
	for i := range steps {
		steps[i] = authtest.Reply(401, nil, "")
	}
	f.server.Script(authtest.API, steps...)
	var all []error
	for range 2 {
		all = append(all, f.callAll(t.Context(), 200, id, f.Catalog)...)
	}
	for _, err := range all {
		require.NoError(t, err)
	}
	assert.Equal(t, 1, f.server.Count(authtest.Token))
	assert.Zero(t, f.server.Reused())
}

// A reply that leaves out the refresh token leaves it as it was; the scopes too.
func TestC9_AKeptRefreshTokenIsNotLost(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, &authtest.ServerOptions{KeepRefresh: true})
	store := &hookStore{Store: f.store, prefix: "renewal/"}
	f.reopen(t, func(o *catalog.Options) { o.Store = store })
	id := f.expired(t)
	for range 4 {
		f.server.Script(authtest.Token, authtest.Edit(func(reply map[string]any) { delete(reply, "scope") }))
		f.works(t, f.bench, id)
		f.pass(2 * time.Hour)
	}
	asked := f.server.Requests(authtest.Token)
	require.Len(t, asked, 4)
	for _, r := range asked {
		assert.Equal(t, asked[0].Form.Get("refresh_token"), r.Form.Get("refresh_token"))
		assert.NotContains(t, r.Form, "scope", "the same as before")
	}
	writes := 0
	store.arm(func() { writes++ })
	f.works(t, f.bench, id)
	assert.Equal(t, 1, writes, "no journal, only its end")
	f.noTrace(t)
}

// A machine needs nobody: its token is asked for as often as it ends, and what its
// provider says costs no connection.
func TestC9_AMachineAsksAgain(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	conn, err := f.For(viewerP).Connections().Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: "robot"})
	require.NoError(t, err)
	f.pass(2 * time.Hour)
	f.server.Forget()
	for _, step := range []authtest.Step{authtest.DropAfter(), authtest.Refuse(400, "invalid_grant", ""), authtest.Redirect(307, "/token")} {
		f.server.Script(authtest.Token, step)
		for range 3 {
			var failed *catalog.RenewalError
			require.ErrorAs(t, f.callAll(t.Context(), 1, conn.ID, f.Catalog)[0], &failed)
		}
		f.pass(time.Minute)
	}
	for _, err := range f.callAll(t.Context(), 100, conn.ID, f.Catalog) {
		require.NoError(t, err)
	}
	assert.Equal(t, 4, f.server.Count(authtest.Token))
	f.leftNothing(t, conn.ID)
}
