package catalog_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestC3_AnAuthorizationIsForOneUse(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	a, back := f.begin(t, viewerP, "mine")
	_, err := f.mine().Complete(t.Context(), a.ID, back, browser)
	require.NoError(t, err)
	_, err = f.mine().Complete(t.Context(), a.ID, back, browser)
	require.ErrorIs(t, err, catalog.ErrUsed)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	assert.Equal(t, 1, f.server.Count(authtest.Token))
	assert.Empty(t, f.keys(t, "session/"))
	assert.NotContains(t, err.Error(), a.ID)
}

func TestC3_OfManyCompletionsAtOnceOneWins(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	other := f.another(t)
	a, back := f.begin(t, viewerP, "mine")
	var all sync.WaitGroup
	outcomes := make(chan error, 20)
	for i := range 20 {
		conns := f.mine()
		if i%2 == 0 {
			conns = other.For(viewerP).Connections()
		}
		all.Go(func() {
			_, err := conns.Complete(t.Context(), a.ID, back, browser)
			outcomes <- err
		})
	}
	all.Wait()
	close(outcomes)
	won := 0
	for err := range outcomes {
		if err == nil {
			won++
			continue
		}
		require.ErrorIs(t, err, catalog.ErrUsed)
	}
	assert.Equal(t, 1, won)
	assert.Equal(t, 1, f.server.Count(authtest.Token), "one POST")
	assert.Zero(t, f.server.Count(authtest.Revoke))
}

// The same, with the other just before one's own write.
func TestC3_WhoComesSecondIsTold(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	hook := &hookStore{Store: f.store, prefix: "session/"}
	other := f.another(t, func(o *catalog.Options) { o.Store = hook })
	theirs := other.For(viewerP).Connections()
	a, back := f.begin(t, viewerP, "mine")
	hook.arm(func() {
		_, err := f.mine().Complete(t.Context(), a.ID, back, browser)
		assert.NoError(t, err)
	})
	_, err := theirs.Complete(t.Context(), a.ID, back, browser)
	require.ErrorIs(t, err, catalog.ErrUsed)
	assert.Equal(t, 1, f.server.Count(authtest.Token))

	d := f.device(t, "crm", &catalog.ConnectionRequest{Name: "tv"})
	hook.arm(func() {
		_, err := f.mine().Poll(t.Context(), d.ID)
		assert.NoError(t, err)
	})
	_, err = theirs.Poll(t.Context(), d.ID)
	require.ErrorIs(t, err, auth.ErrAuthorizationPending)
	_, err = theirs.Poll(t.Context(), d.ID)
	require.ErrorIs(t, err, catalog.ErrUsed)
	assert.False(t, hook.armed())
	assert.Equal(t, 2, f.server.Count(authtest.Token))
	assert.Zero(t, f.server.Count(authtest.Revoke))
}

// What belongs to an authorization uses it up, whatever comes of it.
func TestC3_EveryAnswerUsesItUp(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer func(f *oauth, a *catalog.Authorization) string
		before func(t *testing.T, f *oauth)
		want   error
		posts  int
	}{
		"denied": {func(f *oauth, a *catalog.Authorization) string {
			q, _ := f.server.Deny(a.URL, "access_denied")
			return q
		}, nil, auth.ErrAccessDenied, 0},
		"another issuer": {func(f *oauth, a *catalog.Authorization) string {
			q, _ := f.server.Approve(a.URL)
			v, _ := url.ParseQuery(q)
			v.Set("iss", "https://evil.example")
			return v.Encode()
		}, nil, auth.ErrBadCallback, 0},
		"a made-up code": {func(_ *oauth, a *catalog.Authorization) string {
			return url.Values{"state": {a.ID}, "code": {"made-up"}}.Encode()
		}, nil, auth.ErrInvalidGrant, 1},
		"a server in trouble": {func(f *oauth, a *catalog.Authorization) string {
			q, _ := f.server.Approve(a.URL)
			f.server.Script(authtest.Token, authtest.Refuse(503, "temporarily_unavailable", ""))
			return q
		}, nil, auth.ErrTransient, 1},
		"a lost answer": {func(f *oauth, a *catalog.Authorization) string {
			q, _ := f.server.Approve(a.URL)
			f.server.Script(authtest.Token, authtest.DropAfter())
			return q
		}, nil, auth.ErrTransient, 1},
		"an app that is gone": {func(f *oauth, a *catalog.Authorization) string {
			q, _ := f.server.Approve(a.URL)
			return q
		}, func(t *testing.T, f *oauth) {
			t.Helper()
			require.NoError(t, f.admin.DeleteApp(t.Context(), "", "crm", "code", f.apps(t)["code"].Revision))
		}, catalog.ErrConflict, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOAuth(t, nil)
			a, back := f.begin(t, viewerP, "mine")
			back.RawQuery = tt.answer(f, a)
			if tt.before != nil {
				tt.before(t, f)
			}
			_, err := f.mine().Complete(t.Context(), a.ID, back, browser)
			require.ErrorIs(t, err, tt.want)
			f.nothingMade(t)
			_, err = f.mine().Complete(t.Context(), a.ID, back, browser)
			require.ErrorIs(t, err, catalog.ErrUsed)
			assert.Equal(t, tt.posts, f.server.Count(authtest.Token))
		})
	}
}

func (f *oauth) apps(t *testing.T) map[string]*catalog.App {
	t.Helper()
	apps := map[string]*catalog.App{}
	for app, err := range f.admin.Apps(t.Context()) {
		require.NoError(t, err)
		apps[app.Tenant+app.Scheme] = app
	}
	return apps
}

func TestC3_AnAuthorizationExpiresAndIsTidied(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	a, back := f.begin(t, viewerP, "mine")
	f.pass(a.Expires.Sub(f.time()) - time.Nanosecond)
	b, later := f.begin(t, viewerP, "later")
	assert.Len(t, f.keys(t, "session/"), 2)
	f.pass(time.Nanosecond)
	_, err := f.mine().Complete(t.Context(), a.ID, back, browser)
	require.ErrorIs(t, err, auth.ErrExpired)
	assert.Zero(t, f.server.Count(authtest.Token))
	f.begin(t, viewerP, "third")
	assert.Len(t, f.keys(t, "session/"), 2, "the one that has ended is gone")
	_, err = f.mine().Complete(t.Context(), a.ID, back, browser)
	require.ErrorIs(t, err, catalog.ErrUsed)
	_, err = f.mine().Complete(t.Context(), b.ID, later, browser)
	require.NoError(t, err)
}

func TestC3_OneUserHasAHundredUnderWay(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	for i := range 100 {
		f.begin(t, viewerP, fmt.Sprint(i))
	}
	begin := func(p catalog.Principal) error {
		_, err := f.For(p).Connections().Begin(t.Context(), "crm", "code", &catalog.ConnectionRequest{Name: "more", Browser: browser})
		return err
	}
	require.ErrorIs(t, begin(viewerP), catalog.ErrInvalid)
	require.NoError(t, begin(catalog.Principal{Tenant: "acme", User: "wim", Roles: viewerP.Roles}), "others are not in the way")
	f.pass(auth.DefaultAuthorizationTTL)
	require.NoError(t, begin(viewerP))
	assert.Len(t, f.keys(t, "session/"), 1)
}

// While the keys rotate, what is under way is sealed anew, and stays what it is.
func TestC3_RewrappingSpoilsNoAuthorization(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	hook := &hookStore{Store: f.store, prefix: "session/"}
	other := f.another(t, func(o *catalog.Options) { o.Store = hook })
	a, back := f.begin(t, viewerP, "mine")
	hook.arm(func() {
		rec, err := f.store.Get(t.Context(), f.keys(t, "session/")[0])
		require.NoError(t, err)
		_, err = f.store.Apply(t.Context(), catalog.Put(rec.Key, rec.Value, catalog.At(rec.Revision)))
		require.NoError(t, err)
	})
	_, err := other.For(viewerP).Connections().Complete(t.Context(), a.ID, back, browser)
	require.NoError(t, err)
	assert.False(t, hook.armed())
}

func TestC3_BeginRefuses(t *testing.T) {
	t.Parallel()
	named := func(edit ...func(*catalog.ConnectionRequest)) *catalog.ConnectionRequest {
		r := &catalog.ConnectionRequest{Name: "n", Browser: browser}
		for _, e := range edit {
			e(r)
		}
		return r
	}
	for name, tt := range map[string]struct {
		options func(*catalog.Options)
		key, id string
		req     *catalog.ConnectionRequest
		want    error
		text    string
	}{
		"no browser":      {nil, "crm", "code", named(func(r *catalog.ConnectionRequest) { r.Browser = auth.Secret{} }), catalog.ErrInvalid, "Browser"},
		"no keys":         {func(o *catalog.Options) { o.Keys = nil }, "crm", "code", named(), auth.ErrNoKey, ""},
		"no redirect URI": {func(o *catalog.Options) { o.RedirectURI = nil }, "crm", "code", named(), catalog.ErrInvalid, "RedirectURI"},
		"a bad redirect URI": {func(o *catalog.Options) {
			o.RedirectURI = func(string, connector.Key) string { return "http://app.example" }
		}, "crm", "code", named(), fs.ErrInvalid, "redirectURI"},
		"no such connector":    {nil, "nope", "code", named(), catalog.ErrNotFound, ""},
		"no such scheme":       {nil, "crm", "nope", named(), catalog.ErrNotFound, ""},
		"nobody has to agree":  {nil, "crm", "machine", named(), errors.ErrUnsupported, "Create"},
		"no name":              {nil, "crm", "code", &catalog.ConnectionRequest{Browser: browser}, catalog.ErrInvalid, "Name"},
		"nothing at all":       {nil, "crm", "code", nil, catalog.ErrInvalid, "Name"},
		"unknown parameter":    {nil, "crm", "code", named(func(r *catalog.ConnectionRequest) { r.Params = map[string]any{"x": 1} }), catalog.ErrInvalid, "x"},
		"the name is taken":    {nil, "crm", "code", named(func(r *catalog.ConnectionRequest) { r.Name = "Taken" }), catalog.ErrExists, ""},
		"device without keys":  {func(o *catalog.Options) { o.Keys = nil }, "crm", "device", named(), auth.ErrNoKey, ""},
		"machine without keys": {func(o *catalog.Options) { o.Keys = nil }, "crm", "machine", named(), errors.ErrUnsupported, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOAuth(t, nil)
			f.connect(t, viewerP, "taken")
			before := f.server.Count("")
			if tt.options != nil {
				f.reopen(t, tt.options)
			}
			_, err := f.mine().Begin(t.Context(), tt.key, tt.id, tt.req)
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, tt.text)
			assert.Empty(t, f.keys(t, "session/"))
			assert.Equal(t, before, f.server.Count(""), "nobody was asked")
		})
	}
}
