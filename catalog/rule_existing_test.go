package catalog_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// denials are the ways in which a policy comes to deny what it allowed.
func denials() []denial {
	deny := func(t *testing.T, f *bench, edit func(p *governance.Policy)) {
		t.Helper()
		p, err := f.admin.Policy(t.Context(), "p")
		require.NoError(t, err)
		p = p.Clone()
		edit(p)
		f.put(t, p)
	}
	return []denial{
		{"the connector is disabled", func(t *testing.T, f *bench) {
			deny(t, f, func(p *governance.Policy) { p.Connectors = []governance.Rule{disable("crm")} })
		}},
		{"all is disabled but an empty list", func(t *testing.T, f *bench) {
			deny(t, f, func(p *governance.Policy) { p.Default = governance.Disable })
		}},
		{"its scheme is disabled", func(t *testing.T, f *bench) {
			r := enable("crm")
			r.SchemeDefault = governance.Disable
			deny(t, f, func(p *governance.Policy) { p.Connectors = []governance.Rule{r} })
		}},
		{"an own app is required", func(t *testing.T, f *bench) {
			r := enable("crm")
			r.OwnApp = true
			deny(t, f, func(p *governance.Policy) { p.Connectors = []governance.Rule{r} })
		}},
		{"another policy is assigned to the tenant", func(t *testing.T, f *bench) {
			f.assign(t, governance.Tenant("acme"), "no")
		}},
		{"another policy is assigned to the user", func(t *testing.T, f *bench) {
			f.assign(t, governance.User("acme", "vic"), "no")
		}},
		{"the tenant inherits", func(t *testing.T, f *bench) {
			f.assign(t, governance.Organization(), "no")
			require.NoError(t, f.admin.Unassign(t.Context(), governance.Tenant("acme")))
		}},
	}
}

type denial struct {
	name string
	do   func(t *testing.T, f *bench)
}

// loose is a catalog whose policy "p" allows everything to the tenant; "no" is there to be assigned.
func loose(t *testing.T) *oauth {
	t.Helper()
	f := newOAuth(t, nil)
	f.put(t, &governance.Policy{ID: "p"})
	f.put(t, deny("no", "crm"))
	f.assign(t, governance.Tenant("acme"), "p")
	return f
}

func TestG5_WhatExistsNeverAsksALaterPolicy(t *testing.T) {
	t.Parallel()
	type made struct {
		*oauth

		conns *catalog.Connections
		id    string
	}
	uses := []struct {
		name string
		do   func(t *testing.T, m made) error
	}{
		{"get", func(t *testing.T, m made) error { _, err := m.conns.Get(t.Context(), m.id); return err }},
		{"call", func(t *testing.T, m made) error {
			status, err := m.call(t.Context(), m.Catalog, viewerP, m.id)
			assert.Equal(t, http.StatusOK, status)
			return err
		}},
		{"renew", func(t *testing.T, m made) error {
			m.pass(2 * time.Hour)
			status, err := m.call(t.Context(), m.Catalog, viewerP, m.id)
			assert.Equal(t, http.StatusOK, status)
			return err
		}},
		{"test", func(t *testing.T, m made) error {
			result, err := m.conns.Test(t.Context(), m.id)
			assert.True(t, err != nil || result.OK)
			return err
		}},
		{"authenticate again", func(t *testing.T, m made) error {
			a, err := m.conns.BeginReauthenticate(t.Context(), m.id, &catalog.ReauthRequest{Browser: browser})
			require.NoError(t, err)
			_, err = m.conns.Complete(t.Context(), a.ID, m.agree(t, a), browser)
			return err
		}},
		{"rename", func(t *testing.T, m made) error { return m.conns.Rename(t.Context(), m.id, "other") }},
		{"share", func(t *testing.T, m made) error { return m.conns.Share(t.Context(), m.id, true) }},
		{"make the default", func(t *testing.T, m made) error { return m.conns.SetDefault(t.Context(), m.id) }},
		{"disable and enable", func(t *testing.T, m made) error {
			require.NoError(t, m.conns.Disable(t.Context(), m.id, "r"))
			return m.conns.Enable(t.Context(), m.id)
		}},
		{"trigger", func(t *testing.T, m made) error {
			_, err := m.conns.Triggers(m.id).Create(t.Context(), "received", &catalog.TriggerRequest{Name: "t"})
			return err
		}},
	}
	for _, tt := range denials() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := loose(t)
			conn := f.connect(t, viewerP, "old")
			before := ofConnections(t, f.store)
			require.NotEmpty(t, before)
			tt.do(t, f.bench)
			assert.Equal(t, before, ofConnections(t, f.store), "not a byte of it")
			_, err := f.For(viewerP).Connections().Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: "new"})
			require.Error(t, err, "a new one is refused")
			for _, use := range uses {
				require.NoError(t, use.do(t, made{f, f.For(viewerP).Connections(), conn.ID}), use.name)
			}
			now, err := f.For(viewerP).Connections().Get(t.Context(), conn.ID)
			require.NoError(t, err)
			assert.Equal(t, conn.Admitted, now.Admitted)
			require.NoError(t, f.For(viewerP).Connections().Delete(t.Context(), conn.ID))
		})
	}
}

// TestG6_WhatIsTightenedBeforeTheCommitBinds changes policies in one process just before
// another commits what it has judged already.
func TestG6_WhatIsTightenedBeforeTheCommitBinds(t *testing.T) {
	t.Parallel()
	ways := []struct {
		name string
		do   func(t *testing.T, f *oauth, conns *catalog.Connections, late func()) error
	}{
		{"create", func(t *testing.T, f *oauth, conns *catalog.Connections, late func()) error {
			late()
			_, err := conns.Create(t.Context(), "crm", "machine", &catalog.ConnectionRequest{Name: "c"})
			return err
		}},
		{"complete", func(t *testing.T, f *oauth, conns *catalog.Connections, late func()) error {
			a, err := conns.Begin(t.Context(), "crm", "code", &catalog.ConnectionRequest{Name: "c", Browser: browser})
			require.NoError(t, err)
			late()
			_, err = conns.Complete(t.Context(), a.ID, f.agree(t, a), browser)
			return err
		}},
		{"poll", func(t *testing.T, f *oauth, conns *catalog.Connections, late func()) error {
			a, err := conns.Begin(t.Context(), "crm", "device", &catalog.ConnectionRequest{Name: "c"})
			require.NoError(t, err)
			require.NoError(t, f.server.ApproveDevice(a.Device.UserCode))
			f.pass(a.Device.Interval)
			late()
			_, err = conns.Poll(t.Context(), a.ID)
			return err
		}},
	}
	for _, tt := range denials() {
		for _, way := range ways {
			t.Run(way.name+": "+tt.name, func(t *testing.T) {
				t.Parallel()
				f := loose(t)
				hook := &hookStore{Store: f.store, prefix: "conn/"}
				other := &bench{feed: f.feed, disk: f.disk, opts: f.opts, now: f.now}
				other.opts.Store, other.opts.Clock = hook, f.time
				other.open(t)
				defer other.close(t)
				err := way.do(t, f, other.For(viewerP).Connections(), func() { hook.arm(func() { tt.do(t, f.bench) }) })
				assert.False(t, hook.armed(), "it came to the commit")
				if strings.Contains(tt.name, "own app") {
					require.ErrorIs(t, err, catalog.ErrNoApp)
				} else {
					require.ErrorIs(t, err, catalog.ErrDisabledByPolicy)
				}
				assert.Empty(t, ofConnections(t, f.store))
			})
		}
	}
}
