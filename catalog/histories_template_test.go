package catalog_test

import (
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/require"
)

// histTemplate is a catalog with three published connectors and their apps. Every
// sequence starts on a store of its own with a copy of its records: that is an open of a
// fresh catalog after a restart, and costs less than installing anew.
type histTemplate struct {
	keys    auth.KeyWrapper
	records []catalog.Op
	schemes []auth.Scheme
}

// histServer is the authorization server of one sequence. All are alike.
func histServer(now func() time.Time) *authtest.Server {
	return authtest.NewServer(&authtest.ServerOptions{ClientSecret: "the app's secret", Now: now})
}

func newHistTemplate(t *testing.T) *histTemplate {
	t.Helper()
	keys, err := auth.NewMemoryKeys()
	require.NoError(t, err)
	b := newBench(t, nil, func(o *catalog.Options) { o.Keys = keys })
	server := histServer(b.time)
	h := &histTemplate{keys: keys, schemes: []auth.Scheme{
		{ID: "token", Type: auth.Bearer, Params: []auth.Param{
			{Key: "token", Secret: true, Role: auth.RoleRequired},
			{Key: "site", Role: auth.RoleRequired, Pattern: "^[a-z]+$"},
			{Key: "region", Enum: []any{"eu", "us", "apac"}, Default: "eu"},
		}},
		{ID: "open", Type: auth.None},
	}}
	for id, kind := range map[string]auth.Type{"code": auth.OAuth2Code, "device": auth.Device, "machine": auth.ClientCredentials} {
		s := server.Scheme(kind)
		s.ID = id
		if id == "code" {
			s.Params = []auth.Param{{Key: "region", Enum: []any{"eu", "us", "apac"}, Default: "eu"}}
		}
		h.schemes = append(h.schemes, *s)
	}
	for _, key := range histKeys {
		b.offer(key+"@1.0.0", func(r *connector.Release) {
			r.Manifest.Auth, r.Manifest.Hosts = h.schemes, []string{server.URL}
		})
	}
	b.refresh(t)
	b.install(t, "acme/crm@1.0.0", "acme/desk@1.0.0", "slack@1.0.0")
	for _, s := range h.schemes[2:] {
		for _, key := range histKeys {
			h.register(t, b, server, "", key, s.ID)
		}
		h.register(t, b, server, "acme", "acme/crm", s.ID)
	}
	b.idle(t)
	b.close(t)
	recs, err := b.store.List(t.Context(), "", "", 1000)
	require.NoError(t, err)
	for _, r := range recs {
		h.records = append(h.records, catalog.Put(r.Key, r.Value, catalog.Absent()))
	}
	return h
}

func (h *histTemplate) register(t *testing.T, b *bench, server *authtest.Server, tenant, key, scheme string) {
	t.Helper()
	_, err := b.admin.PutApp(t.Context(), &catalog.App{Tenant: tenant, Connector: connector.Key(key), Scheme: scheme, App: *server.App()})
	require.NoError(t, err)
}
