package catalog_test

import (
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A connection that begins to hold an app while that is being removed keeps it.
func TestG4_NoAppIsLostToAConnectionThatIsBeingMade(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		remove func(t *testing.T, a *catalog.Admin, app *catalog.App) error
		want   error
	}{
		"deleted": {func(t *testing.T, a *catalog.Admin, app *catalog.App) error {
			t.Helper()
			return a.DeleteApp(t.Context(), "", "crm", app.Scheme, app.Revision)
		}, catalog.ErrInUse},
		"replaced": {func(t *testing.T, a *catalog.Admin, app *catalog.App) error {
			t.Helper()
			next := *app
			next.ClientID, next.ClientSecret = "another", auth.NewSecret("theirs")
			_, err := a.PutApp(t.Context(), &next)
			return err
		}, nil},
	} {
		for _, before := range []int{0, 1} { // how often the app was held and let go before
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				f := newOAuth(t, nil)
				for range before {
					require.NoError(t, f.mine().Delete(t.Context(), f.connect(t, viewerP, "gone").ID))
					f.givenBack(t, 1)
				}
				hook := &hookStore{Store: f.store, prefix: "app/"}
				other := f.another(t, func(o *catalog.Options) { o.Store = hook })
				var conn *catalog.Connection
				hook.arm(func() { conn = f.connect(t, viewerP, "mine") })
				err := tt.remove(t, other.admin, f.apps(t)["code"])
				if tt.want != nil {
					require.ErrorIs(t, err, tt.want)
					require.ErrorContains(t, err, conn.ID)
				} else {
					require.NoError(t, err)
				}
				assert.False(t, hook.armed())
				f.pass(2 * 3600e9)
				status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
				require.NoError(t, err)
				assert.Equal(t, 200, status, "it is renewed by its app")
				f.whole(t, name)
			})
		}
	}
}

// A tenant's own app that comes while a person agrees to the catalog's.
func TestG4_OwnAppThatComesBetweenBeginAndComplete(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	a, back := f.begin(t, viewerP, "mine")
	f.register(t, "acme", "code")
	_, err := f.mine().Complete(t.Context(), a.ID, back, browser)
	require.ErrorIs(t, err, catalog.ErrConflict)
	f.nothingMade(t)
	f.givenBack(t, 1)
	assert.True(t, f.connect(t, viewerP, "mine").OwnApp)
}

// An app that goes, or becomes another, while a person agrees.
func TestG4_AnAppThatChangesBetweenBeginAndTheCommit(t *testing.T) {
	t.Parallel()
	put := func(t *testing.T, f *oauth, change func(a *catalog.App)) {
		t.Helper()
		app := f.apps(t)["code"]
		change(app)
		_, err := f.admin.PutApp(t.Context(), app)
		require.NoError(t, err)
	}
	for name, tt := range map[string]struct {
		change func(t *testing.T, f *oauth)
		want   error
		held   bool // by another connection
	}{
		"deleted": {func(t *testing.T, f *oauth) {
			t.Helper()
			require.NoError(t, f.admin.DeleteApp(t.Context(), "", "crm", "code", f.apps(t)["code"].Revision))
		}, catalog.ErrConflict, false},
		"replaced": {func(t *testing.T, f *oauth) {
			t.Helper()
			put(t, f, func(a *catalog.App) { a.ClientID, a.ClientSecret = "another", auth.NewSecret("x") })
		}, catalog.ErrConflict, false},
		"retired": {func(t *testing.T, f *oauth) {
			t.Helper()
			put(t, f, func(a *catalog.App) { a.ClientID, a.ClientSecret = "another", auth.NewSecret("x") })
		}, catalog.ErrConflict, true},
		"another tenant's own": {func(t *testing.T, f *oauth) { t.Helper(); f.register(t, "other", "code") }, nil, false},
		"its redirect URI changes": {func(t *testing.T, f *oauth) {
			t.Helper()
			put(t, f, func(a *catalog.App) { a.RedirectURI = "https://app.example/all" })
		}, nil, false},
		"its secret is put in anew": {func(t *testing.T, f *oauth) {
			t.Helper()
			put(t, f, func(a *catalog.App) { a.ClientSecret = f.server.App().ClientSecret })
		}, nil, false},
	} {
		for _, moment := range []string{"before", "during the commit"} {
			t.Run(name+"/"+moment, func(t *testing.T) {
				t.Parallel()
				f := newOAuth(t, nil)
				others := 0
				if tt.held {
					f.connect(t, viewerP, "other")
					others = 1
				}
				hook := &hookStore{Store: f.store, prefix: "conn/"}
				other := f.another(t, func(o *catalog.Options) { o.Store = hook })
				a, back := f.begin(t, viewerP, "mine")
				if moment == "before" {
					tt.change(t, f)
				} else {
					hook.arm(func() { tt.change(t, f) })
				}
				_, err := other.For(viewerP).Connections().Complete(t.Context(), a.ID, back, browser)
				assert.False(t, hook.armed())
				assert.Empty(t, f.keys(t, "session/"))
				if tt.want == nil {
					require.NoError(t, err)
					assert.Len(t, f.whole(t, name), others+1)
					return
				}
				require.ErrorIs(t, err, tt.want)
				assert.Len(t, f.whole(t, name), others)
				if others > 0 || moment == "before" { // else its app is gone, and with it what could revoke
					require.Eventually(t, func() bool { return f.live() == others }, patience, tick)
				}
			})
		}
	}
}
