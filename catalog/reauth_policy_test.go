package catalog_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stored is the record of a connection.
func (f *oauth) stored(t *testing.T, id string) map[string]any {
	t.Helper()
	rec, err := f.store.Get(t.Context(), "conn/acme/"+id)
	require.NoError(t, err)
	m := map[string]any{}
	require.NoError(t, json.Unmarshal(rec.Value, &m))
	return m
}

func TestG5_ReauthenticationAsksNoLaterPolicy(t *testing.T) {
	t.Parallel()
	for name, tt := range tightenings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := governed(t)
			conn := f.made(t)
			robot, err := f.mine().Create(t.Context(), "erp", "machine", &catalog.ConnectionRequest{Name: "robot"})
			require.NoError(t, err)
			before := map[string]map[string]any{conn.ID: f.stored(t, conn.ID), robot.ID: f.stored(t, robot.ID)}
			f.tighten(t, tt.rule)
			f.pass(1)

			a, back := f.agreeAgain(t, conn.ID, nil)
			got, err := f.mine().Complete(t.Context(), a.ID, back, browser)
			require.NoError(t, err)
			assert.Equal(t, conn.Admitted, got.Admitted)
			_, err = f.mine().Reauthenticate(t.Context(), robot.ID, nil)
			require.NoError(t, err)
			for id, was := range before {
				now := f.stored(t, id)
				for _, key := range []string{"generation", "obtained", "expires"} {
					assert.NotEqual(t, was[key], now[key], key)
					delete(was, key)
					delete(now, key)
				}
				assert.Equal(t, was, now, "what is not the credential's stays as it was")
				status, err := f.call(t.Context(), f.Catalog, viewerP, id)
				require.NoError(t, err)
				assert.Equal(t, 200, status)
			}
			assert.Zero(t, f.server.Count(authtest.Revoke))
		})
	}
}

// What a policy gave stays what it gave, for ever; so does what tells one account from another.
func TestG5_ReauthenticationChangesOnlyWhatIsTheUsers(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	params := []auth.Param{
		{Key: "region"}, {Key: "pin", Secret: true}, {Key: "site"}, {Key: "token", Secret: true}, {Key: "note"},
		{Key: "inner", Role: auth.RoleHidden, Default: "x"}, {Key: "soft"},
	}
	f.publish(t, "erp@1.0.0", asks(params...), scheme("device", func(s *auth.Scheme) { s.Params = []auth.Param{{Key: "elsewhere"}} }))
	f.putApp(t, "machine")
	f.put(t, &governance.Policy{ID: "house", Connectors: []governance.Rule{{Match: "erp", Effect: governance.Enable, Presets: []governance.Preset{
		{Param: "region", Value: "eu", Mode: governance.PresetFixed},
		{Param: "pin", Secret: governance.NewSecret(auth.NewSecret("one")), Mode: governance.PresetFixed, Hidden: true},
		{Param: "soft", Value: "s", Mode: governance.PresetDefault, Hidden: true},
		{Param: "elsewhere", Value: "1", Mode: governance.PresetFixed},
	}}}})
	f.assign(t, governance.Tenant("acme"), "house")
	conn, err := f.mine().Create(t.Context(), "erp", "machine", &catalog.ConnectionRequest{
		Name: "robot", Params: map[string]any{"site": "a", "token": "t1"},
	})
	require.NoError(t, err)
	want := map[string]any{"region": "eu", "site": "a", "inner": "x", "soft": "s"}
	assert.Equal(t, want, conn.Params)
	require.NoError(t, f.admin.Unassign(t.Context(), governance.Tenant("acme")))
	for key, value := range map[string]string{
		"region": "us", "pin": "two", "site": "b", "inner": "y", "soft": "t", "client_id": "mine", "nope": "1",
	} {
		_, err := f.mine().Reauthenticate(t.Context(), conn.ID, &catalog.ReauthRequest{Params: map[string]any{key: value}})
		require.ErrorIs(t, err, catalog.ErrInvalid, key)
		require.ErrorContains(t, err, key)
		require.NotContains(t, err.Error(), value+";")
	}
	f.server.Forget()
	_, err = f.mine().Reauthenticate(t.Context(), conn.ID, &catalog.ReauthRequest{Params: map[string]any{"region": "us", "pin": "two"}})
	var all *catalog.ParamError
	require.ErrorAs(t, err, &all)
	assert.Len(t, all.Faults, 2, "all at once")
	assert.Zero(t, f.server.Count(""), "nobody was asked")

	got, err := f.mine().Reauthenticate(t.Context(), conn.ID, &catalog.ReauthRequest{Params: map[string]any{"token": "t2", "note": "n"}})
	require.NoError(t, err)
	want["note"] = "n"
	assert.Equal(t, want, got.Params, "what had no value yet may get one")
	_, err = f.mine().Reauthenticate(t.Context(), conn.ID, &catalog.ReauthRequest{Params: map[string]any{"note": "m"}})
	require.ErrorIs(t, err, catalog.ErrInvalid)
}

// When the sealed credential is lost, what a policy gave is lost with it, and is not simply left out.
func TestG5_ALostPresetIsNotLeftOut(t *testing.T) {
	t.Parallel()
	f := governed(t)
	conn, err := f.mine().Create(t.Context(), "erp", "machine", &catalog.ConnectionRequest{Name: "robot"})
	require.NoError(t, err)
	_, err = f.store.Apply(t.Context(), catalog.Delete("connsecret/acme/"+conn.ID, catalog.Any()))
	require.NoError(t, err)
	_, err = f.mine().Reauthenticate(t.Context(), conn.ID, nil)
	require.ErrorIs(t, err, catalog.ErrInvalid)
	require.ErrorContains(t, err, "pin")

	require.NoError(t, f.admin.Unassign(t.Context(), governance.Tenant("acme")))
	free, err := f.mine().Create(t.Context(), "erp", "machine", &catalog.ConnectionRequest{Name: "free", Params: map[string]any{"pin": "x"}})
	require.NoError(t, err)
	_, err = f.store.Apply(t.Context(), catalog.Delete("connsecret/acme/"+free.ID, catalog.Any()))
	require.NoError(t, err)
	_, err = f.mine().Reauthenticate(t.Context(), free.ID, nil)
	require.NoError(t, err, "what is the owner's is given anew, or not")
	status, err := f.call(t.Context(), f.Catalog, viewerP, free.ID)
	require.NoError(t, err)
	assert.Equal(t, 200, status)
}

// An optional secret that is lost, and not given anew, leaves nothing behind that does not open.
func TestC8_ALostSecretThatIsNotGivenAnewIsGone(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	b.offer("zoom@1.0.0", func(r *connector.Release) {
		r.Manifest.Auth = []auth.Scheme{{ID: "open", Type: auth.None, Params: []auth.Param{{Key: "pin", Secret: true}}}}
	})
	b.refresh(t)
	b.install(t, "zoom@1.0.0")
	mine := b.For(viewerP).Connections()
	conns := []*catalog.Connection{}
	for _, name := range []string{"c", "d"} {
		conn, err := mine.Create(t.Context(), "zoom", "open", &catalog.ConnectionRequest{Name: name, Params: map[string]any{"pin": canary}})
		require.NoError(t, err)
		conns = append(conns, conn)
	}
	theirs, err := b.store.Get(t.Context(), "connsecret/acme/"+conns[1].ID)
	require.NoError(t, err)
	_, err = b.store.Apply(t.Context(), catalog.Put("connsecret/acme/"+conns[0].ID, theirs.Value, catalog.Any()))
	require.NoError(t, err)
	result, err := mine.Test(t.Context(), conns[0].ID)
	require.NoError(t, err)
	assert.False(t, result.OK)
	_, err = mine.Reauthenticate(t.Context(), conns[0].ID, nil)
	require.NoError(t, err)
	result, err = mine.Test(t.Context(), conns[0].ID)
	require.NoError(t, err)
	assert.True(t, result.OK, result.Reason)
}

func TestC5_ReauthenticationOfOthersLooksLikeNone(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	conn := f.connect(t, viewerP, "mine")
	robot, err := f.mine().Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: "robot"})
	require.NoError(t, err)
	calls := func(p catalog.Principal) map[string]func(id string) error {
		theirs := f.For(p).Connections()
		return map[string]func(id string) error{
			"again": func(id string) error { _, err := theirs.Reauthenticate(t.Context(), id, nil); return err },
			"begin": func(id string) error {
				_, err := theirs.BeginReauthenticate(t.Context(), id, &catalog.ReauthRequest{Browser: browser})
				return err
			},
			"move": func(id string) error { _, err := theirs.MoveToRelease(t.Context(), id, ""); return err },
			"test": func(id string) error { _, err := theirs.Test(t.Context(), id); return err },
		}
	}
	eve := catalog.Principal{Tenant: "acme", User: "eve", Roles: viewerP.Roles}
	for _, p := range []catalog.Principal{eve, {Tenant: "other", User: "vic", Roles: viewerP.Roles}} {
		for name, call := range calls(p) {
			missing := call("MISSING").Error()
			for _, id := range []string{conn.ID, robot.ID} {
				err := call(id)
				require.ErrorIs(t, err, catalog.ErrNotFound, name)
				assert.Equal(t, missing, replaceID(err, id), name)
			}
			require.ErrorIs(t, call(""), catalog.ErrNotFound)
		}
	}
	for _, id := range []string{conn.ID, robot.ID} {
		require.NoError(t, f.mine().Share(t.Context(), id, true))
		for name, call := range calls(eve) {
			if err := call(id); name == "test" {
				require.NoError(t, err, "whoever may use it may ask whether it works")
			} else {
				require.ErrorIs(t, err, catalog.ErrForbidden, name)
			}
		}
	}
	assert.Empty(t, f.keys(t, "session/"))
	was := maps.Clone(f.stored(t, conn.ID))
	delete(was, "shared")
	assert.NotContains(t, was, "lost")
}
