package catalog_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const canary = "canary-s3cret-4711"

// connectable is a bench with keys and two published connectors that ask for a secret.
func connectable(t *testing.T, edit ...func(*catalog.Options)) *bench {
	t.Helper()
	keys, err := auth.NewMemoryKeys()
	require.NoError(t, err)
	b := newBench(t, nil, append([]func(*catalog.Options){func(o *catalog.Options) { o.Keys = keys }}, edit...)...)
	for _, offer := range []string{"slack@1.0.0", "slack@2.0.0", "jira@1.0.0"} {
		b.offer(offer, func(r *connector.Release) {
			r.Manifest.Auth = []auth.Scheme{
				{ID: "token", Type: auth.Bearer, Params: []auth.Param{
					{Key: "token", Secret: true, Role: auth.RoleRequired},
					{Key: "region", Enum: []any{"eu", "us"}, Default: "eu"},
					{Key: "site", Role: auth.RoleRequired, Pattern: "^[a-z]+$"},
				}},
				{ID: "open", Type: auth.None},
				{ID: "browser", Type: auth.OAuth2Code},
			}
		})
	}
	b.refresh(t)
	b.install(t, "slack@1.0.0", "jira@1.0.0")
	return b
}

func request(name string) *catalog.ConnectionRequest {
	return &catalog.ConnectionRequest{Name: name, Params: map[string]any{"token": canary, "site": "acme"}}
}

func (b *bench) connect(t *testing.T, p catalog.Principal, key, name string) *catalog.Connection {
	t.Helper()
	conn, err := b.For(p).Connections().Create(t.Context(), key, "token", request(name))
	require.NoError(t, err)
	return conn
}

func TestC1_IdsAreMintedAndNamesAreUniqueWhateverTheirCase(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	mine := b.For(viewerP).Connections()
	first := b.connect(t, viewerP, "slack", "Team Straße K")
	assert.Len(t, first.ID, 26)
	_, err := mine.Create(t.Context(), "slack", "open", &catalog.ConnectionRequest{Name: "TEAM STRAßE \u212a"}) // the Kelvin sign
	require.ErrorIs(t, err, catalog.ErrExists)
	require.ErrorIs(t, err, fs.ErrExist)
	_, err = mine.Create(t.Context(), "slack", "open", &catalog.ConnectionRequest{Name: "Team Straße K", Folder: "other"})
	require.NoError(t, err, "another folder")
	b.connect(t, viewerP, "jira", "Team Straße K")
	b.connect(t, catalog.Principal{Tenant: "other", User: "vic", Roles: viewerP.Roles}, "slack", "Team Straße K")

	second := b.connect(t, viewerP, "slack", "second")
	require.ErrorIs(t, mine.Rename(t.Context(), second.ID, "team straße k"), catalog.ErrExists)
	require.NoError(t, mine.Rename(t.Context(), second.ID, "SECOND"))
	require.NoError(t, mine.Rename(t.Context(), second.ID, "third"))
	b.connect(t, viewerP, "slack", "Second") // the old name is free again
	require.NoError(t, mine.SetDefault(t.Context(), second.ID))
	got, err := mine.Get(t.Context(), second.ID)
	require.NoError(t, err)
	assert.Equal(t, []any{"third", true, "token", connector.Key("slack")}, []any{got.Name, got.Default, got.Scheme, got.Connector})
	require.NoError(t, mine.SetDefault(t.Context(), first.ID))
	got, err = mine.Get(t.Context(), second.ID)
	require.NoError(t, err)
	assert.False(t, got.Default)
}

func TestC2_EveryFaultOfARequestAtOnceByKey(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	_, err := b.For(viewerP).Connections().Create(t.Context(), "slack", "token", &catalog.ConnectionRequest{
		Name: " x", Folder: strings.Repeat("f", 200), Params: map[string]any{"region": "mars", "site": "A1", "what": 1},
	})
	require.ErrorIs(t, err, catalog.ErrInvalid)
	var params *catalog.ParamError
	require.ErrorAs(t, err, &params)
	keys := []string{}
	for _, f := range params.Faults {
		keys = append(keys, f.Field)
	}
	assert.Equal(t, []string{"token", "region", "site", "what"}, keys)
	require.ErrorContains(t, err, "Name")
	require.ErrorContains(t, err, "Folder")
	for _, tt := range []struct {
		key, scheme string
		want        error
	}{
		{"nope", "token", catalog.ErrNotFound}, {"slack", "nope", catalog.ErrNotFound}, {"slack", "browser", errors.ErrUnsupported},
	} {
		_, err := b.For(viewerP).Connections().Create(t.Context(), tt.key, tt.scheme, request("n"))
		require.ErrorIs(t, err, tt.want)
	}
	_, err = b.For(nobodyP).Connections().Create(t.Context(), "slack", "token", request("n"))
	require.ErrorIs(t, err, catalog.ErrForbidden)
	_, err = b.For(viewerP).Connections().Create(t.Context(), "slack", "open", nil)
	require.ErrorIs(t, err, catalog.ErrInvalid)
	for _, err := range b.For(viewerP).Connections().List(t.Context(), nil) {
		t.Error("nothing was made", err)
	}
}

func TestC2_CommitIsOneStep(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	conn := b.connect(t, viewerP, "slack", "one")
	assert.Equal(t, map[string]any{"region": "eu", "site": "acme"}, conn.Params, "defaults are filled in, secrets are apart")
	assert.Equal(t, []any{"1.0.0", catalog.ConnectionActive, "vic", "acme"}, []any{conn.Release, conn.State, conn.Owner, conn.Tenant})
	recs, err := b.store.List(t.Context(), "", "", 1000)
	require.NoError(t, err)
	revisions := map[catalog.Revision]bool{}
	for _, r := range recs {
		if strings.Contains(r.Key, conn.ID) {
			revisions[r.Revision] = true
		}
		assert.NotContains(t, string(r.Value), canary, r.Key)
		assert.NotContains(t, r.Key, canary)
	}
	assert.Len(t, revisions, 1)
	assert.Equal(t, 1, auditCount(t, b, "connect"))
}

func TestC5_ForeignHiddenAndMissingLookTheSame(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	conn := b.connect(t, viewerP, "slack", "mine")
	same := catalog.Principal{Tenant: "acme", User: "eve", Roles: viewerP.Roles}
	foreign := catalog.Principal{Tenant: "other", User: "vic", Roles: viewerP.Roles}
	for _, p := range []catalog.Principal{same, foreign} {
		theirs := b.For(p).Connections()
		for name, call := range map[string]func(id string) error{
			"get":     func(id string) error { _, err := theirs.Get(t.Context(), id); return err },
			"rename":  func(id string) error { return theirs.Rename(t.Context(), id, "x") },
			"share":   func(id string) error { return theirs.Share(t.Context(), id, true) },
			"default": func(id string) error { return theirs.SetDefault(t.Context(), id) },
			"disable": func(id string) error { return theirs.Disable(t.Context(), id, "r") },
			"enable":  func(id string) error { return theirs.Enable(t.Context(), id) },
			"delete":  func(id string) error { return theirs.Delete(t.Context(), id) },
		} {
			hidden, missing := call(conn.ID), call("MISSING")
			require.ErrorIs(t, hidden, catalog.ErrNotFound, name)
			assert.Equal(t, missing.Error(), strings.ReplaceAll(hidden.Error(), conn.ID, "MISSING"), name)
		}
		for _, err := range theirs.List(t.Context(), nil) {
			t.Error("a hidden connection is listed", err)
		}
	}
	mine := b.For(viewerP).Connections()
	require.NoError(t, mine.Share(t.Context(), conn.ID, true))
	_, err := b.For(same).Connections().Get(t.Context(), conn.ID)
	require.NoError(t, err)
	require.ErrorIs(t, b.For(same).Connections().Delete(t.Context(), conn.ID), catalog.ErrForbidden, "shared is to use, not to change")
	_, err = b.For(foreign).Connections().Get(t.Context(), conn.ID)
	require.ErrorIs(t, err, catalog.ErrNotFound)
	require.NoError(t, mine.SetDefault(t.Context(), conn.ID))
	require.NoError(t, mine.Delete(t.Context(), conn.ID))
	_, err = mine.Get(t.Context(), conn.ID)
	require.ErrorIs(t, err, fs.ErrNotExist)
	recs, err := b.store.List(t.Context(), "conn", "", 1000)
	require.NoError(t, err)
	assert.Empty(t, recs, "nothing of it is left")
}

func TestC6_StatesAndTheirReasons(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	conn := b.connect(t, viewerP, "slack", "c")
	mine := b.For(viewerP).Connections()
	state := func() string {
		got, err := mine.Get(t.Context(), conn.ID)
		require.NoError(t, err)
		return fmt.Sprint(got.State, " ", got.Reason)
	}
	require.ErrorIs(t, mine.Enable(t.Context(), conn.ID), catalog.ErrInvalid)
	require.NoError(t, mine.Disable(t.Context(), conn.ID, "holiday"))
	assert.Equal(t, "disabled holiday", state())
	require.NoError(t, mine.Enable(t.Context(), conn.ID))
	assert.Equal(t, "active ", state())
}

func TestG13_QuarantineIsTheOneWayToStopAConnection(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	conn := b.connect(t, viewerP, "slack", "c")
	mine := b.For(viewerP).Connections()
	require.ErrorIs(t, b.admin.Quarantine(t.Context(), conn.ID, ""), catalog.ErrInvalid)
	require.ErrorIs(t, b.admin.Quarantine(t.Context(), "nope", "r"), catalog.ErrNotFound)
	require.ErrorIs(t, b.admin.Release(t.Context(), conn.ID), catalog.ErrInvalid)
	require.NoError(t, b.admin.Quarantine(t.Context(), conn.ID, "leaked"))
	got, err := mine.Get(t.Context(), conn.ID)
	require.NoError(t, err)
	assert.Equal(t, []any{catalog.ConnectionQuarantined, "leaked"}, []any{got.State, got.Reason})
	require.ErrorIs(t, mine.Disable(t.Context(), conn.ID, "x"), catalog.ErrForbidden, "its owner cannot end it by a detour")
	assert.Equal(t, 1, auditCount(t, b, "quarantine"))
	require.NoError(t, b.admin.Release(t.Context(), conn.ID))
	got, err = mine.Get(t.Context(), conn.ID)
	require.NoError(t, err)
	assert.Equal(t, catalog.ConnectionActive, got.State)
}

func TestC7_ConnectionKeepsItsReleaseAndP21HoldsIt(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	conn := b.connect(t, viewerP, "slack", "c")
	b.install(t, "slack@2.0.0")
	got, err := b.For(viewerP).Connections().Get(t.Context(), conn.ID)
	require.NoError(t, err)
	assert.Equal(t, "1.0.0", got.Release)
	_, err = b.admin.Prune(t.Context(), "slack", "1.0.0")
	require.ErrorIs(t, err, catalog.ErrInUse)
	require.ErrorContains(t, err, conn.ID, "its users are named")
	require.NoError(t, b.For(viewerP).Connections().Delete(t.Context(), conn.ID))
	_, err = b.admin.Prune(t.Context(), "slack", "1.0.0")
	require.NoError(t, err)
}

func TestC8_WithoutKeysSecretsAreRefusedNeverStoredInTheClear(t *testing.T) {
	t.Parallel()
	b := connectable(t, func(o *catalog.Options) { o.Keys = nil })
	_, err := b.For(viewerP).Connections().Create(t.Context(), "slack", "token", request("c"))
	require.ErrorIs(t, err, auth.ErrNoKey)
	require.ErrorContains(t, err, "Options.Keys is nil", "it says what to do about it")
	assert.NotContains(t, err.Error(), canary)
	recs, err := b.store.List(t.Context(), "conn", "", 1000)
	require.NoError(t, err)
	assert.Empty(t, recs)
	_, err = b.For(viewerP).Connections().Create(t.Context(), "slack", "open", &catalog.ConnectionRequest{Name: "no secret"})
	require.NoError(t, err)
}

func TestG5_OnlyNewConnectionsAreAffected(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	before := b.put(t, &governance.Policy{ID: "p"})
	b.assign(t, governance.Tenant("acme"), "p")
	conn := b.connect(t, viewerP, "slack", "old")
	assert.Equal(t, []any{"p", before.Revision, true}, []any{conn.Admitted.Policy, conn.Admitted.Revision, conn.Admitted.Allowed})
	raw := func() string {
		recs, err := b.store.List(t.Context(), "conn", "", 1000)
		require.NoError(t, err)
		return fmt.Sprint(recs)
	}
	was := raw()
	tight := deny("p", "slack")
	tight.Revision = before.Revision
	b.put(t, tight)
	assert.Equal(t, was, raw(), "byte for byte")
	_, err := b.For(viewerP).Connections().Create(t.Context(), "slack", "token", request("new"))
	require.ErrorIs(t, err, catalog.ErrDisabledByPolicy)
	require.ErrorContains(t, err, `"p"`)
	mine := b.For(viewerP).Connections()
	require.NoError(t, mine.Rename(t.Context(), conn.ID, "still mine"))
	require.NoError(t, mine.SetDefault(t.Context(), conn.ID))
	impact, err := b.admin.Preview(t.Context(), governance.Delete("p"))
	require.Error(t, err, "it is assigned")
	assert.Nil(t, impact)
	impact, err = b.admin.Preview(t.Context())
	require.NoError(t, err)
	require.Len(t, impact.Tenants, 1)
	assert.Equal(t, conn.ID, impact.Tenants[0].Refused[0].Connection.ID, "G7: existing ones that would be refused today")
}

func TestG6_PolicyBindsWhenItsWriteReturnsInEveryProcess(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	other := &bench{feed: b.feed, disk: b.disk, opts: b.opts, now: b.now}
	other.opts.Store = struct{ catalog.Store }{b.store} // hears of nothing until it asks
	other.open(t)
	defer other.close(t)
	other.connect(t, viewerP, "slack", "before")
	b.put(t, deny("p", "slack"))
	b.assign(t, governance.Organization(), "p")
	_, err := other.For(viewerP).Connections().Create(t.Context(), "slack", "token", request("after"))
	require.ErrorIs(t, err, catalog.ErrDisabledByPolicy)
}

// TestG6_TightenedDuringTheCommit writes the policy between the decision and
// the commit.
func TestG6_TightenedDuringTheCommit(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	b.put(t, deny("p", "slack"))
	hook := &hookStore{Store: b.store, prefix: "conn/"}
	other := &bench{feed: b.feed, disk: b.disk, opts: b.opts, now: b.now}
	other.opts.Store = hook
	other.open(t)
	defer other.close(t)
	hook.arm(func() { b.assign(t, governance.Organization(), "p") })
	_, err := other.For(viewerP).Connections().Create(t.Context(), "slack", "token", request("c"))
	require.ErrorIs(t, err, catalog.ErrDisabledByPolicy)
	assert.False(t, hook.armed(), "the hook ran")
}

func TestC1_ConcurrentCreationsOfOneNameGiveOneConnection(t *testing.T) {
	t.Parallel()
	b := connectable(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	made := 0
	for range 16 {
		wg.Go(func() {
			_, err := b.For(viewerP).Connections().Create(t.Context(), "slack", "token", request("one"))
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				made++
				return
			}
			assert.ErrorIs(t, err, catalog.ErrExists)
		})
	}
	wg.Wait()
	assert.Equal(t, 1, made)
}
