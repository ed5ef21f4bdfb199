package catalog_test

import (
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// statable is a connector "erp" whose users may state an app of their own.
func statable(t *testing.T) *oauth {
	t.Helper()
	f := newOAuth(t, nil)
	f.publish(t, "erp@1.0.0", asks(
		auth.Param{Key: "credentials.client_id", Role: auth.RoleRequired},
		auth.Param{Key: "credentials.client_secret", Secret: true, Role: auth.RoleRequired}, auth.Param{Key: "site"},
	), func(m *connector.Manifest) {
		m.Triggers = []connector.TriggerType{{Name: "any", Mode: connector.Polling}, {Name: "own", Mode: connector.Webhook, NeedsOwnApp: true}}
	})
	return f
}

func (f *oauth) ownAppOnly(t *testing.T) {
	t.Helper()
	f.put(t, &governance.Policy{ID: "house", Connectors: []governance.Rule{{Match: "erp", Effect: governance.Enable, OwnApp: true}}})
	f.assign(t, governance.Tenant("acme"), "house")
}

func (f *oauth) option(t *testing.T, p catalog.Principal, id string) (catalog.SchemeOption, string) {
	t.Helper()
	page, err := f.For(p).Connector(t.Context(), "erp")
	require.NoError(t, err)
	for _, o := range page.Connections.Schemes {
		if o.ID == id {
			var fields []string
			for _, field := range o.Fields {
				fields = append(fields, field.Param.Key)
			}
			return o, strings.Join(fields, " ")
		}
	}
	require.Fail(t, "no scheme", id)
	return catalog.SchemeOption{}, ""
}

func TestG4_OwnAppOfATenantGoesBeforeTheCatalogs(t *testing.T) {
	t.Parallel()
	const all = "credentials.client_id credentials.client_secret site"
	for name, tt := range map[string]struct {
		catalogs, own, required bool
		given                   bool // as parameters
		want                    error
		ownApp, noApp           bool
		fields                  string
	}{
		"none":                      {want: catalog.ErrInvalid, fields: all},
		"stated by the user":        {given: true, fields: all},
		"the catalog's":             {catalogs: true, fields: "site"},
		"the catalog's, and stated": {catalogs: true, given: true, want: catalog.ErrInvalid, fields: "site"},
		"the tenant's":              {own: true, ownApp: true, fields: "site"},
		"both":                      {catalogs: true, own: true, ownApp: true, fields: "site"},
		"required, none":            {required: true, want: catalog.ErrNoApp, noApp: true, fields: all},
		"required, the catalog's":   {required: true, catalogs: true, want: catalog.ErrNoApp, noApp: true, fields: all},
		"required, stated":          {required: true, given: true, want: catalog.ErrNoApp, noApp: true, fields: all},
		"required, the tenant's":    {required: true, own: true, ownApp: true, fields: "site"},
		"required, both":            {required: true, own: true, catalogs: true, ownApp: true, fields: "site"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := statable(t)
			right := func(a *catalog.App) {}
			wrong := func(a *catalog.App) { a.ClientID = "not-this-one" }
			if tt.catalogs {
				use := right
				if tt.own {
					use = wrong
				}
				f.putApp(t, "machine", use)
				f.putApp(t, "code", use)
			}
			f.putApp(t, "machine", func(a *catalog.App) { a.Tenant = "other"; wrong(a) })
			if tt.own {
				own := func(a *catalog.App) { a.Tenant = "acme" }
				f.putApp(t, "machine", own)
				f.putApp(t, "code", own)
			}
			if tt.required {
				f.ownAppOnly(t)
			}
			params := map[string]any{"site": "a"}
			if tt.given {
				params["credentials.client_id"], params["credentials.client_secret"] = f.server.App().ClientID, f.server.App().ClientSecret
			}
			option, fields := f.option(t, viewerP, "machine")
			assert.Equal(t, tt.noApp, option.NoApp)
			assert.Equal(t, tt.fields, fields)
			assert.Len(t, option.Params, 3, "the scheme itself is as the manifest has it")
			made, err := f.mine().Create(t.Context(), "erp", "machine", &catalog.ConnectionRequest{Name: "robot", Params: params})
			a, err2 := f.mine().Begin(t.Context(), "erp", "code", &catalog.ConnectionRequest{Name: "mine", Params: params, Browser: browser})
			if tt.want != nil {
				require.ErrorIs(t, err, tt.want)
				require.ErrorIs(t, err2, tt.want)
				if tt.noApp {
					require.ErrorContains(t, err, `"house"`)
				}
				f.nothingMade(t)
				return
			}
			require.NoError(t, err)
			require.NoError(t, err2)
			conn, err := f.mine().Complete(t.Context(), a.ID, f.agree(t, a), browser)
			require.NoError(t, err)
			f.pass(2 * 3600e9)
			for _, c := range []*catalog.Connection{made, conn} {
				assert.Equal(t, tt.ownApp, c.OwnApp)
				status, err := f.call(t.Context(), f.Catalog, viewerP, c.ID)
				require.NoError(t, err)
				assert.Equal(t, 200, status)
				assert.NotContains(t, c.Params, "credentials.client_secret")
				_, err = f.mine().Triggers(c.ID).Create(t.Context(), "own", &catalog.TriggerRequest{Name: "t"})
				if tt.ownApp {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, catalog.ErrForbidden)
				}
				_, err = f.mine().Triggers(c.ID).Create(t.Context(), "any", &catalog.TriggerRequest{Name: "t"})
				require.NoError(t, err)
			}
			require.NoError(t, f.mine().Delete(t.Context(), made.ID))
			require.NoError(t, f.mine().Delete(t.Context(), conn.ID))
			f.givenBack(t, 2)
		})
	}
}

// A release that lets a trigger have the tenant's own app only is no place for a connection without.
func TestG4_OwnAppTriggersAfterAMove(t *testing.T) {
	t.Parallel()
	f := statable(t)
	f.putApp(t, "code")
	conn := f.made(t)
	made, err := f.mine().Triggers(conn.ID).Create(t.Context(), "any", &catalog.TriggerRequest{Name: "t"})
	require.NoError(t, err)
	f.publish(t, "erp@2.0.0", func(m *connector.Manifest) {
		m.Triggers = []connector.TriggerType{{Name: "any", Mode: connector.Webhook, NeedsOwnApp: true}}
	})
	_, err = f.mine().MoveToRelease(t.Context(), conn.ID, "")
	var misfit *catalog.TriggerError
	require.ErrorAs(t, err, &misfit)
	require.ErrorIs(t, err, catalog.ErrForbidden)
	assert.Equal(t, made.ID, misfit.ID)
}

func TestC2_SchemesThatSignGoByAnApp(t *testing.T) {
	t.Parallel()
	pem, public := signingKey(t)
	options := &authtest.ServerOptions{PublicKey: public}
	for name, tt := range map[string]struct {
		typ    auth.Type
		params []auth.Param
		app    func(f *oauth) *auth.App // nil: by parameters
		given  map[string]any
		grant  string
	}{
		"JWT bearer, registered": {auth.JWTBearer, []auth.Param{{Key: "issuer"}, {Key: "subject"}, {Key: "private_key", Secret: true}}, func(*oauth) *auth.App {
			return &auth.App{Key: &auth.SigningKey{PEM: pem}}
		}, map[string]any{"issuer": "robot@example.com", "subject": "vic@example.com"}, "urn:ietf:params:oauth:grant-type:jwt-bearer"},
		"JWT bearer, stated": {auth.JWTBearer, []auth.Param{{Key: "issuer"}, {Key: "private_key", Secret: true}}, nil,
			map[string]any{"issuer": "robot@example.com", "private_key": pem}, "urn:ietf:params:oauth:grant-type:jwt-bearer"},
		"private key JWT, registered": {auth.PrivateKeyJWT, nil, func(f *oauth) *auth.App {
			return &auth.App{ClientID: f.server.App().ClientID, Key: &auth.SigningKey{PEM: pem}}
		}, nil, "client_credentials"},
		"private key JWT, stated": {auth.PrivateKeyJWT, []auth.Param{{Key: "client_id"}, {Key: "private_key", Secret: true}}, nil,
			map[string]any{"client_id": "client-id", "private_key": pem}, "client_credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newOAuth(t, options)
			f.publish(t, "erp@1.0.0", func(m *connector.Manifest) {
				s := f.server.Scheme(tt.typ)
				s.ID, s.Params = "signed", tt.params
				m.Auth = []auth.Scheme{*s}
			})
			if tt.app != nil {
				_, err := f.mine().Create(t.Context(), "erp", "signed", &catalog.ConnectionRequest{Name: "none", Params: tt.given})
				require.ErrorIs(t, err, catalog.ErrNoApp)
				_, err = f.admin.PutApp(t.Context(), &catalog.App{Connector: "erp", Scheme: "signed", App: *tt.app(f)})
				require.NoError(t, err)
			}
			conn, err := f.mine().Create(t.Context(), "erp", "signed", &catalog.ConnectionRequest{Name: "robot", Params: tt.given})
			require.NoError(t, err)
			assert.NotContains(t, conn.Params, "private_key")
			f.pass(2 * 3600e9)
			status, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
			require.NoError(t, err)
			assert.Equal(t, 200, status)
			requests := f.server.Requests(authtest.Token)
			require.Len(t, requests, 2, "one to make it, one to renew")
			for _, r := range requests {
				assert.Equal(t, tt.grant, r.Form.Get("grant_type"))
			}
			_, err = f.mine().Reauthenticate(t.Context(), conn.ID, nil)
			require.NoError(t, err)
			assert.True(t, f.test(t, conn.ID).OK)
			f.whole(t, name)
		})
	}
}

// For OAuth 1.0a the app is the consumer; the token is the user's.
func TestC2_OAuth1GoesByAnApp(t *testing.T) {
	t.Parallel()
	params := []auth.Param{
		{Key: "consumer_key", Role: auth.RoleRequired}, {Key: "consumer_secret", Secret: true, Role: auth.RoleRequired},
		{Key: "oauth_token", Secret: true, Role: auth.RoleRequired}, {Key: "oauth_token_secret", Secret: true, Role: auth.RoleRequired},
	}
	token := map[string]any{"oauth_token": "ot", "oauth_token_secret": canary}
	f := newOAuth(t, nil)
	f.publish(t, "erp@1.0.0", func(m *connector.Manifest) {
		m.Auth = []auth.Scheme{{ID: "one", Type: auth.OAuth1, Params: params}}
	})
	_, fields := f.option(t, viewerP, "one")
	assert.Contains(t, fields, "consumer_key")
	_, err := f.mine().Create(t.Context(), "erp", "one", &catalog.ConnectionRequest{Name: "none", Params: token})
	require.ErrorIs(t, err, catalog.ErrInvalid)
	f.ownAppOnly(t)
	stated := map[string]any{"consumer_key": "ck", "consumer_secret": "cs", "oauth_token": "ot", "oauth_token_secret": "os"}
	_, err = f.mine().Create(t.Context(), "erp", "one", &catalog.ConnectionRequest{Name: "none", Params: stated})
	require.ErrorIs(t, err, catalog.ErrNoApp)
	app := &catalog.App{Tenant: "acme", Connector: "erp", Scheme: "one", App: auth.App{ClientID: "our-key", ClientSecret: auth.NewSecret("our-secret")}}
	_, err = f.admin.PutApp(t.Context(), app)
	require.NoError(t, err)
	_, fields = f.option(t, viewerP, "one")
	assert.Equal(t, "oauth_token oauth_token_secret", fields)
	conn, err := f.mine().Create(t.Context(), "erp", "one", &catalog.ConnectionRequest{Name: "mine", Params: token})
	require.NoError(t, err)
	assert.True(t, conn.OwnApp)
	_, err = f.call(t.Context(), f.Catalog, viewerP, conn.ID)
	require.NoError(t, err)
	requests := f.server.Requests(authtest.API)
	header := requests[len(requests)-1].Header.Get("Authorization")
	assert.Contains(t, header, `oauth_consumer_key="our-key"`)
	assert.Contains(t, header, `oauth_token="ot"`)
	stored := f.apps(t)["acmeone"]
	require.ErrorIs(t, f.admin.DeleteApp(t.Context(), "acme", "erp", "one", stored.Revision), catalog.ErrInUse)
	assert.Zero(t, f.server.Count(authtest.Token))
}
