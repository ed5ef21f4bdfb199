package catalog_test

import (
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// released is a connection under erp@1.0.0 with a parameter, and erp@2.0.0 as edit makes it.
func released(t *testing.T, edit ...func(*connector.Manifest)) (*oauth, *catalog.Connection) {
	t.Helper()
	f := newOAuth(t, nil)
	f.publish(t, "erp@1.0.0", asks(auth.Param{Key: "site"}))
	f.putApp(t, "code")
	a, err := f.mine().Begin(t.Context(), "erp", "code", &catalog.ConnectionRequest{Name: "mine", Browser: browser, Params: map[string]any{"site": "a1"}})
	require.NoError(t, err)
	conn, err := f.mine().Complete(t.Context(), a.ID, f.agree(t, a), browser)
	require.NoError(t, err)
	f.publish(t, "erp@2.0.0", append([]func(*connector.Manifest){asks(auth.Param{Key: "site"})}, edit...)...)
	f.pass(time.Minute)
	return f, conn
}

func moreScopes(s *auth.Scheme) { s.Scopes = []string{"read", "write", "admin"} }

func TestC7_AMoveToAnotherRelease(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		edit   func(*connector.Manifest)
		want   error
		text   string // of the error or of the reason
		again  bool   // it needs to authenticate
		params map[string]any
	}{
		"the same scheme":    {edit: func(m *connector.Manifest) { m.DocsURL = "https://docs.example" }},
		"more scopes":        {edit: scheme("code", moreScopes), again: true, text: "scopes"},
		"a parameter less":   {edit: asks(), again: true, text: "params/site"},
		"a parameter more":   {edit: asks(auth.Param{Key: "site"}, auth.Param{Key: "zone", Role: auth.RoleRequired}), again: true, text: "params/zone", params: map[string]any{"zone": "z"}},
		"a secret now":       {edit: asks(auth.Param{Key: "site", Secret: true}), again: true, text: "params/site", params: map[string]any{"site": "b2"}},
		"what does not fit":  {edit: asks(auth.Param{Key: "site", Pattern: "^[a-z]+$"}), want: catalog.ErrInvalid, text: "site"},
		"no such scheme":     {edit: func(m *connector.Manifest) { m.Auth = m.Auth[1:] }, want: catalog.ErrNotFound, text: "code"},
		"another type":       {edit: func(m *connector.Manifest) { m.Auth[1].ID, m.Auth[0].ID = "code", "other" }, want: catalog.ErrInvalid, text: "type"},
		"a scheme elsewhere": {edit: scheme("device", moreScopes)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, conn := released(t, tt.edit)
			before, stored := f.server.Count(""), f.stored(t, conn.ID)
			f.put(t, deny("house", "erp")) // no policy is asked (G5)
			f.assign(t, governance.Tenant("acme"), "house")
			got, err := f.mine().MoveToRelease(t.Context(), conn.ID, "2.0.0")
			assert.Equal(t, before, f.server.Count(""), "nobody was asked")
			if tt.want != nil {
				require.ErrorIs(t, err, tt.want)
				require.ErrorContains(t, err, tt.text)
				assert.NotContains(t, err.Error(), "a1")
				assert.Equal(t, stored, f.stored(t, conn.ID))
				_, err = f.admin.Prune(t.Context(), "erp", "1.0.0")
				require.ErrorIs(t, err, catalog.ErrInUse)
				status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
				require.NoError(t, err)
				assert.Equal(t, 200, status)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, "2.0.0", got.Release)
			assert.Equal(t, conn.Admitted, got.Admitted)
			if tt.again {
				assert.Equal(t, []any{catalog.ConnectionNeedsReauth, f.time()}, []any{got.State, got.Since})
				assert.Contains(t, got.Reason, tt.text)
				assert.Contains(t, got.Reason, "2.0.0")
				a, back := f.agreeAgain(t, conn.ID, tt.params)
				got, err = f.mine().Complete(t.Context(), a.ID, back, browser)
				require.NoError(t, err)
			}
			assert.Equal(t, catalog.ConnectionActive, got.State)
			status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
			require.NoError(t, err)
			assert.Equal(t, 200, status)
			gone, err := f.admin.Prune(t.Context(), "erp")
			require.NoError(t, err)
			assert.Equal(t, []string{"1.0.0"}, gone, "P21: nobody holds it any more")
			f.whole(t, name)
		})
	}
}

func TestC7_OnlyTheActiveReleaseIsMovedTo(t *testing.T) {
	t.Parallel()
	f, conn := released(t)
	f.publish(t, "erp@3.0.0", asks(auth.Param{Key: "site"}))
	for _, v := range []string{"1.0.0", "2.0.0", "4.0.0", "x"} {
		_, err := f.mine().MoveToRelease(t.Context(), conn.ID, v)
		require.ErrorIs(t, err, catalog.ErrInvalid, v)
	}
	for range 2 { // the second has nothing to do
		got, err := f.mine().MoveToRelease(t.Context(), conn.ID, "")
		require.NoError(t, err)
		assert.Equal(t, "3.0.0", got.Release)
	}
	require.NoError(t, f.admin.Quarantine(t.Context(), conn.ID, "leaked"))
	_, err := f.mine().MoveToRelease(t.Context(), conn.ID, "")
	require.ErrorIs(t, err, catalog.ErrForbidden)
}

// A release that becomes active in between is where the connection goes.
func TestC7_AnUpgradeDuringTheMove(t *testing.T) {
	t.Parallel()
	f, conn := released(t)
	hook := &hookStore{Store: f.store, prefix: "conn/"}
	other := f.another(t, func(o *catalog.Options) { o.Store = hook })
	hook.arm(func() { f.publish(t, "erp@3.0.0", asks(auth.Param{Key: "site"})) })
	got, err := other.For(viewerP).Connections().MoveToRelease(t.Context(), conn.ID, "")
	require.NoError(t, err)
	assert.False(t, hook.armed())
	assert.Equal(t, "3.0.0", got.Release)
	gone, err := f.admin.Prune(t.Context(), "erp")
	require.NoError(t, err)
	assert.Equal(t, []string{"1.0.0", "2.0.0"}, gone)
	f.whole(t, "moved")
}

func TestC7_TriggersThatDoNotFit(t *testing.T) {
	t.Parallel()
	old := []connector.TriggerType{
		{Name: "gone", Mode: connector.Polling},
		{Name: "stricter", Mode: connector.Polling, Params: []auth.Param{{Key: "channel"}}},
		{Name: "own", Mode: connector.Polling},
		{Name: "fits", Mode: connector.Polling, Params: []auth.Param{
			{Key: "channel"}, {Key: "limit", Kind: auth.KindInteger, Default: 5}, {Key: "api", Role: auth.RoleHidden, Default: "v1"},
		}},
	}
	next := []connector.TriggerType{
		{Name: "stricter", Mode: connector.Polling, Params: []auth.Param{{Key: "channel", Role: auth.RoleRequired}}},
		{Name: "own", Mode: connector.Polling, NeedsOwnApp: true},
		{Name: "fits", Mode: connector.Polling, Params: []auth.Param{
			{Key: "channel"}, {Key: "limit", Kind: auth.KindInteger, Default: 9}, {Key: "api", Role: auth.RoleHidden, Default: "v2"}, {Key: "depth", Kind: auth.KindInteger, Default: 2},
		}},
	}
	f := newOAuth(t, nil)
	f.publish(t, "erp@1.0.0", func(m *connector.Manifest) { m.Triggers = old })
	f.putApp(t, "code")
	conn := f.made(t)
	triggers := f.mine().Triggers(conn.ID)
	ids := map[string]string{}
	for _, typ := range old {
		req := &catalog.TriggerRequest{Name: "my " + typ.Name, Filters: []catalog.Filter{{Field: "n", Op: catalog.Greater, Value: 3}}}
		if typ.Name == "fits" {
			req.Params = map[string]any{"channel": "c"}
		}
		made, err := triggers.Create(t.Context(), typ.Name, req)
		require.NoError(t, err)
		ids[made.ID] = typ.Name
	}
	f.publish(t, "erp@2.0.0", func(m *connector.Manifest) { m.Triggers = next })
	before := f.stored(t, conn.ID)
	_, err := f.mine().MoveToRelease(t.Context(), conn.ID, "")
	var misfit *catalog.TriggerError
	require.ErrorAs(t, err, &misfit)
	for id, typ := range ids {
		if typ == "fits" {
			assert.NotContains(t, err.Error(), "my fits")
			continue
		}
		require.ErrorContains(t, err, "my "+typ, "all at once")
		require.NoError(t, triggers.Delete(t.Context(), id))
	}
	before["triggers"] = 1.0
	assert.Equal(t, before, f.stored(t, conn.ID), "nothing was changed")
	got, err := f.mine().MoveToRelease(t.Context(), conn.ID, "")
	require.NoError(t, err)
	assert.Equal(t, "2.0.0", got.Release)
	left := listTriggers(t, triggers)
	require.Len(t, left, 1)
	assert.Equal(t, map[string]any{"channel": "c", "limit": 5.0, "api": "v2", "depth": 2.0}, left[0].Params, "what is hidden is the release's")
	assert.True(t, left[0].Enabled)
}

// A preset for a parameter that the scheme did not have when the connection was made binds nobody when a
// later release has one.
func TestC7_AMovedConnectionIsNotHeldToWhatNoPolicyGave(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	zone := []auth.Param{{Key: "zone", Role: auth.RoleRequired}}
	f.publish(t, "erp@1.0.0", scheme("machine", func(s *auth.Scheme) { s.Params = zone }))
	f.putApp(t, "code")
	f.put(t, &governance.Policy{ID: "house", Connectors: []governance.Rule{{Match: "erp", Effect: governance.Enable, Presets: []governance.Preset{
		{Param: "zone", Value: "eu", Mode: governance.PresetFixed},
	}}}})
	f.assign(t, governance.Tenant("acme"), "house")
	conn := f.made(t)
	f.publish(t, "erp@2.0.0", scheme("code", func(s *auth.Scheme) { s.Params = zone }))
	_, err := f.mine().MoveToRelease(t.Context(), conn.ID, "")
	require.NoError(t, err)
	a, back := f.agreeAgain(t, conn.ID, map[string]any{"zone": "us"})
	got, err := f.mine().Complete(t.Context(), a.ID, back, browser)
	require.NoError(t, err)
	assert.Equal(t, "us", got.Params["zone"])
}

func TestC7_AnUpgradeListsWhoMustAuthenticateAgain(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	f.publish(t, "erp@1.0.0")
	for _, id := range []string{"code", "machine"} {
		f.putApp(t, id)
	}
	oda := catalog.Principal{Tenant: "other", User: "oda", Roles: viewerP.Roles}
	mine := f.made(t)
	a, err := f.For(oda).Connections().Begin(t.Context(), "erp", "code", &catalog.ConnectionRequest{Name: "hers", Browser: browser})
	require.NoError(t, err)
	hers, err := f.For(oda).Connections().Complete(t.Context(), a.ID, f.agree(t, a), browser)
	require.NoError(t, err)
	robot, err := f.mine().Create(t.Context(), "erp", "machine", &catalog.ConnectionRequest{Name: "robot"})
	require.NoError(t, err)
	list := func(version string) map[string][]string {
		got := map[string][]string{}
		for r, err := range f.admin.Reauthentications(t.Context(), "erp", version) {
			require.NoError(t, err)
			got[r.Connection.ID] = r.Changes
		}
		return got
	}
	assert.Empty(t, list("1.0.0"), "they are there already")
	edits := []func(*connector.Manifest){
		scheme("code", moreScopes), func(m *connector.Manifest) { m.Auth = m.Auth[:2] }, // without "machine"
	}
	f.offer("erp@2.0.0", func(r *connector.Release) {
		f.schemes(r.Manifest)
		for _, e := range edits {
			e(r.Manifest)
		}
	})
	f.refresh(t)
	want := map[string][]string{mine.ID: {"scopes"}, hers.ID: {"scopes"}, robot.ID: {"removed"}}
	assert.Equal(t, want, list("2.0.0"), "before the upgrade")
	f.publish(t, "erp@2.0.0", edits...)
	assert.Equal(t, want, list("2.0.0"), "and after it")
	_, err = f.mine().MoveToRelease(t.Context(), mine.ID, "")
	require.NoError(t, err)
	delete(want, mine.ID)
	assert.Equal(t, want, list("2.0.0"))
	assert.Equal(t, map[string][]string{mine.ID: {"scopes"}}, list("1.0.0"))

	for _, tt := range []struct{ key, version string }{{"erp", "9.0.0"}, {"nope", "1.0.0"}} {
		n := 0
		for _, err := range f.admin.Reauthentications(t.Context(), tt.key, tt.version) {
			require.ErrorIs(t, err, catalog.ErrNotFound)
			n++
		}
		assert.Equal(t, 1, n)
	}
	for _, err := range f.admin.Reauthentications(t.Context(), "erp", "2.0.0") {
		require.NoError(t, err)
		break // may be left
	}
}

func TestP21_WhatConnectionsHoldIsNotPruned(t *testing.T) {
	t.Parallel()
	f, conn := released(t, scheme("code", moreScopes))
	_, err := f.admin.Prune(t.Context(), "erp")
	require.ErrorIs(t, err, catalog.ErrInUse)
	require.ErrorContains(t, err, conn.ID)
	f.pass(2 * time.Hour)
	status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
	require.NoError(t, err)
	assert.Equal(t, 200, status, "it is renewed as its own release says")
	requests := f.server.Requests(authtest.Token)
	assert.NotContains(t, requests[len(requests)-1].Form.Get("scope"), "admin")
	_, err = f.mine().MoveToRelease(t.Context(), conn.ID, "")
	require.NoError(t, err)
	_, err = f.admin.Prune(t.Context(), "erp", "1.0.0")
	require.NoError(t, err)
	_, err = f.admin.Prune(t.Context(), "erp", "2.0.0")
	require.ErrorIs(t, err, catalog.ErrInUse)
	f.reopen(t)
	f.whole(t, "reopened")
}

// An upgrade while a person agrees.
func TestC7_AnUpgradeBetweenBeginAndComplete(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		edit  func(*connector.Manifest)
		prune bool
		want  error
		posts int
	}{
		"the same scheme":            {edit: func(m *connector.Manifest) { m.DocsURL = "https://docs.example" }, posts: 1},
		"another scheme changed":     {edit: scheme("device", moreScopes), posts: 1},
		"the scheme changed":         {edit: scheme("code", moreScopes), want: catalog.ErrConflict, posts: 1},
		"a parameter more":           {edit: asks(auth.Param{Key: "zone"}), want: catalog.ErrConflict, posts: 1},
		"a required one":             {edit: asks(auth.Param{Key: "zone", Role: auth.RoleRequired}), want: catalog.ErrInvalid, posts: 1},
		"the scheme removed":         {edit: func(m *connector.Manifest) { m.Auth = m.Auth[1:] }, want: catalog.ErrNotFound, posts: 1},
		"the old one pruned as well": {edit: func(*connector.Manifest) {}, prune: true, want: catalog.ErrConflict},
	} {
		for _, moment := range []string{"before", "during the commit"} {
			if tt.prune && moment != "before" {
				continue
			}
			t.Run(name+"/"+moment, func(t *testing.T) {
				t.Parallel()
				f := newOAuth(t, nil)
				hook := &hookStore{Store: f.store, prefix: "conn/"}
				other := f.another(t, func(o *catalog.Options) { o.Store = hook })
				a, back := f.begin(t, viewerP, "mine")
				upgrade := func() { f.publish(t, "crm@2.0.0", tt.edit) }
				if moment == "before" {
					upgrade()
				} else {
					hook.arm(upgrade)
				}
				if tt.prune {
					_, err := f.admin.Prune(t.Context(), "crm")
					require.NoError(t, err)
				}
				got, err := other.For(viewerP).Connections().Complete(t.Context(), a.ID, back, browser)
				assert.False(t, hook.armed())
				assert.Equal(t, tt.posts, f.server.Count(authtest.Token))
				if tt.want != nil {
					require.ErrorIs(t, err, tt.want)
					f.nothingMade(t)
					f.givenBack(t, tt.posts)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, "2.0.0", got.Release, "it is made with what is active at the commit")
				f.whole(t, name)
			})
		}
	}
}
