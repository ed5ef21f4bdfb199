package catalog_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func isAny(err error, targets ...error) bool {
	return slices.ContainsFunc(targets, func(t error) bool { return errors.Is(err, t) })
}

// tightened is one policy that comes in between.
type tightened struct {
	rule governance.Rule
	want error
}

func tightenings() map[string]tightened {
	enable := func(edit func(*governance.Rule)) governance.Rule {
		r := governance.Rule{Match: "erp", Effect: governance.Enable}
		edit(&r)
		return r
	}
	return map[string]tightened{
		"connector disabled": {governance.Rule{Match: "erp", Effect: governance.Disable}, catalog.ErrDisabledByPolicy},
		"scheme disabled":    {enable(func(r *governance.Rule) { r.SchemeDefault = governance.Disable }), catalog.ErrDisabledByPolicy},
		"own app required":   {enable(func(r *governance.Rule) { r.OwnApp = true }), catalog.ErrNoApp},
		"preset changed": {enable(func(r *governance.Rule) {
			r.Presets = []governance.Preset{{Param: "region", Value: "us", Mode: governance.PresetFixed}}
		}), catalog.ErrConflict},
		"preset secret changed": {enable(func(r *governance.Rule) {
			r.Presets = []governance.Preset{
				{Param: "region", Value: "eu", Mode: governance.PresetFixed},
				{Param: "pin", Secret: governance.NewSecret(auth.NewSecret("two")), Mode: governance.PresetFixed},
			}
		}), catalog.ErrConflict},
	}
}

// governed is a connector "erp" under policy "house", by which region and pin are preset.
func governed(t *testing.T) *oauth {
	t.Helper()
	f := newOAuth(t, nil)
	f.publish(t, "erp@1.0.0", asks(auth.Param{Key: "region"}, auth.Param{Key: "pin", Secret: true}))
	for _, id := range []string{"code", "device", "machine"} {
		f.putApp(t, id)
	}
	f.put(t, &governance.Policy{ID: "house", Connectors: []governance.Rule{{Match: "erp", Effect: governance.Enable, Presets: []governance.Preset{
		{Param: "region", Value: "eu", Mode: governance.PresetFixed},
		{Param: "pin", Secret: governance.NewSecret(auth.NewSecret("one")), Mode: governance.PresetFixed},
	}}}})
	f.assign(t, governance.Tenant("acme"), "house")
	return f
}

func (f *oauth) tighten(t *testing.T, rule governance.Rule) {
	t.Helper()
	p, err := f.admin.Policy(t.Context(), "house")
	require.NoError(t, err)
	next := p.Clone()
	next.Connectors = []governance.Rule{rule}
	f.put(t, next)
}

// G6: an authorization begun before and finished after is judged at the commit.
func TestG6_PolicyTightenedBetweenBeginAndTheCommit(t *testing.T) {
	t.Parallel()
	flows := map[string]func(t *testing.T, f *oauth) func(c *catalog.Catalog) (*catalog.Connection, error){
		"browser": func(t *testing.T, f *oauth) func(c *catalog.Catalog) (*catalog.Connection, error) {
			t.Helper()
			a, err := f.mine().Begin(t.Context(), "erp", "code", &catalog.ConnectionRequest{Name: "mine", Browser: browser})
			require.NoError(t, err)
			back := f.agree(t, a)
			return func(c *catalog.Catalog) (*catalog.Connection, error) {
				return c.For(viewerP).Connections().Complete(t.Context(), a.ID, back, browser)
			}
		},
		"device": func(t *testing.T, f *oauth) func(c *catalog.Catalog) (*catalog.Connection, error) {
			t.Helper()
			a := f.device(t, "erp", &catalog.ConnectionRequest{Name: "mine"})
			return func(c *catalog.Catalog) (*catalog.Connection, error) {
				return c.For(viewerP).Connections().Poll(t.Context(), a.ID)
			}
		},
	}
	moments := map[string]func(t *testing.T, f *oauth, tighten func()) *catalog.Catalog{
		"before": func(_ *testing.T, f *oauth, tighten func()) *catalog.Catalog {
			tighten()
			return f.Catalog
		},
		"during the commit": func(t *testing.T, f *oauth, tighten func()) *catalog.Catalog {
			t.Helper()
			hook := &hookStore{Store: f.store, prefix: "conn/"}
			other := f.another(t, func(o *catalog.Options) { o.Store = hook })
			hook.arm(tighten)
			t.Cleanup(func() { assert.False(t, hook.armed(), "the hook ran") })
			return other.Catalog
		},
		"in another process": func(t *testing.T, f *oauth, tighten func()) *catalog.Catalog {
			t.Helper()
			other := f.another(t)
			tighten()
			return other.Catalog
		},
	}
	for name, tt := range tightenings() {
		for flow, begin := range flows {
			for moment, when := range moments {
				t.Run(name+"/"+flow+"/"+moment, func(t *testing.T) {
					t.Parallel()
					f := governed(t)
					finish := begin(t, f)
					_, err := finish(when(t, f, func() { f.tighten(t, tt.rule) }))
					require.ErrorIs(t, err, tt.want)
					require.ErrorContains(t, err, `policy "house"`)
					f.nothingMade(t)
					f.givenBack(t, 1)
					_, err = finish(f.Catalog)
					require.ErrorIs(t, err, catalog.ErrUsed)
				})
			}
		}
	}
}

// Create is judged at the commit as well, and what it obtained is given back.
func TestG6_PolicyTightenedWhileATokenIsObtained(t *testing.T) {
	t.Parallel()
	for name, tt := range tightenings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := governed(t)
			hook := &hookStore{Store: f.store, prefix: "conn/"}
			other := f.another(t, func(o *catalog.Options) { o.Store = hook })
			hook.arm(func() { f.tighten(t, tt.rule) })
			conn, err := other.For(viewerP).Connections().Create(t.Context(), "erp", "machine", &catalog.ConnectionRequest{Name: "robot"})
			assert.False(t, hook.armed())
			if errors.Is(tt.want, catalog.ErrConflict) { // nobody has agreed to anything: it is made by the new presets
				require.NoError(t, err)
				assert.Equal(t, tt.rule.Presets[0].Value, conn.Params["region"])
				require.Eventually(t, func() bool { return f.server.Count(authtest.Revoke) == 1 && f.live() == 1 }, patience, tick)
				status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
				require.NoError(t, err)
				assert.Equal(t, 200, status)
				return
			}
			require.ErrorIs(t, err, tt.want)
			require.ErrorContains(t, err, `policy "house"`)
			f.nothingMade(t)
			f.givenBack(t, 1)
		})
	}
}

// What changes about a policy without changing the answer costs nobody an agreement.
func TestG6_AnAnswerThatStaysIsNotRefused(t *testing.T) {
	t.Parallel()
	f := governed(t)
	hook := &hookStore{Store: f.store, prefix: "conn/"}
	other := f.another(t, func(o *catalog.Options) { o.Store = hook })
	a, err := f.mine().Begin(t.Context(), "erp", "code", &catalog.ConnectionRequest{Name: "mine", Browser: browser})
	require.NoError(t, err)
	hook.arm(func() {
		p, err := f.admin.Policy(t.Context(), "house")
		require.NoError(t, err)
		next := p.Clone()
		next.Description = "the same"
		f.put(t, next)
	})
	conn, err := other.For(viewerP).Connections().Complete(t.Context(), a.ID, f.agree(t, a), browser)
	require.NoError(t, err)
	assert.False(t, hook.armed())
	now, err := f.admin.Policy(t.Context(), "house")
	require.NoError(t, err)
	assert.Equal(t, now.Revision, conn.Admitted.Revision, "it is admitted by what was in force at the commit")
	assert.Equal(t, 1, f.server.Count(authtest.Token))
}

// Who may no longer connect to this connector when the browser comes back is refused, though the call
// itself names none.
func TestP2_TheAuthorizerIsAskedAgainAtTheEnd(t *testing.T) {
	t.Parallel()
	var closed atomic.Bool
	f := newOAuth(t, nil, func(o *catalog.Options) {
		o.Authorizer = catalog.AuthorizerFunc(func(ctx context.Context, p catalog.Principal, a catalog.Action, resource string) error {
			if closed.Load() && a == catalog.ActionConnect && resource == "crm" {
				return errors.New("not to crm")
			}
			return catalog.RoleAuthorizer().Authorize(ctx, p, a, resource)
		})
	})
	a, back := f.begin(t, viewerP, "mine")
	closed.Store(true)
	_, err := f.mine().Complete(t.Context(), a.ID, back, browser)
	require.ErrorIs(t, err, catalog.ErrForbidden)
	f.nothingMade(t)
	f.givenBack(t, 1)
}

// A token of the user's own app, stated by parameters, is given back by that app.
func TestG6_WhatTheUsersOwnAppObtainedIsGivenBack(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	f.publish(t, "erp@1.0.0", asks(auth.Param{Key: "client_id"}, auth.Param{Key: "client_secret", Secret: true}))
	app := f.server.App()
	a, err := f.mine().Begin(t.Context(), "erp", "code", &catalog.ConnectionRequest{Name: "mine", Browser: browser, Params: map[string]any{
		"client_id": app.ClientID, "client_secret": app.ClientSecret,
	}})
	require.NoError(t, err)
	f.put(t, deny("house", "erp"))
	f.assign(t, governance.Tenant("acme"), "house")
	_, err = f.mine().Complete(t.Context(), a.ID, f.agree(t, a), browser)
	require.ErrorIs(t, err, catalog.ErrDisabledByPolicy)
	f.nothingMade(t)
	f.givenBack(t, 1)
}
