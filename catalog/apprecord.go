package catalog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

const (
	prefixApp    = "app/"    // app/<tenant>/<key>/<scheme>: appRecord; an empty tenant for the catalog's
	prefixAppUse = "appuse/" // appuse/<app>/<connection>: who holds an app; appuse/<app>: that somebody began to
)

// appPlace is what an app is registered for.
type appPlace struct {
	Tenant    string
	Connector connector.Key
	Scheme    string
}

func (p appPlace) key() string {
	return tenantKey(prefixApp, p.Tenant, url.PathEscape(string(p.Connector))+"/"+p.Scheme)
}

func (p appPlace) String() string {
	if p.Tenant == "" {
		return p.Scheme + " for every tenant"
	}
	return fmt.Sprintf("%s for tenant %q", p.Scheme, p.Tenant)
}

// appPlaceOf undoes key.
func appPlaceOf(key string) (appPlace, error) {
	parts := strings.Split(strings.TrimPrefix(key, prefixApp), "/")
	if len(parts) != 3 {
		return appPlace{}, fmt.Errorf("record %q is damaged", key)
	}
	tenant, err := url.PathUnescape(parts[0])
	of, err2 := url.PathUnescape(parts[1])
	if err := errors.Join(err, err2); err != nil {
		return appPlace{}, fmt.Errorf("record %q is damaged: %w", key, err)
	}
	return appPlace{tenant, connector.Key(of), parts[2]}, nil
}

// appRecord are the apps registered for one place.
type appRecord struct {
	Current storedApp   `json:"current"`
	Retired []storedApp `json:"retired,omitempty"` // that connections still hold
}

// storedApp is an app with its secrets sealed.
type storedApp struct {
	ID          string         `json:"id"`
	ClientID    string         `json:"clientID,omitempty"`
	KeyID       string         `json:"keyID,omitempty"`
	Algorithm   string         `json:"algorithm,omitempty"`
	RedirectURI string         `json:"redirectURI,omitempty"`
	Endpoints   *auth.Metadata `json:"endpoints,omitempty"`
	Since       time.Time      `json:"since"`
	Generation  uint64         `json:"generation"` // of the secrets
	Sealed      auth.Sealed    `json:"sealed,omitzero"`
}

// appSecrets is what is sealed of an app.
type appSecrets struct {
	Secret string `json:"secret,omitempty"`
	Key    string `json:"key,omitempty"` // PEM
}

// binding is the place that the secrets are sealed for (C8).
func (a *storedApp) binding(tenant string) auth.Binding {
	if tenant == "" {
		tenant = ownTenant
	}
	return auth.Binding{Tenant: tenant, Connection: a.ID, Field: "app", Generation: a.Generation}
}

// app is the record as it is shown.
func (rec *appRecord) app(p appPlace, rev Revision) *App {
	cur := &rec.Current
	app := &App{
		Tenant: p.Tenant, Connector: p.Connector, Scheme: p.Scheme, App: auth.App{ClientID: cur.ClientID},
		RedirectURI: cur.RedirectURI, Endpoints: cur.Endpoints, ID: cur.ID, Since: cur.Since, Revision: int64(rev),
	}
	if cur.KeyID != "" || cur.Algorithm != "" {
		app.Key = &auth.SigningKey{ID: cur.KeyID, Algorithm: cur.Algorithm}
	}
	for _, old := range rec.Retired {
		app.Retired = append(app.Retired, old.ClientID)
	}
	return app
}

// find returns the app of an id, current or retired.
func (rec *appRecord) find(id string) *storedApp {
	if rec.Current.ID == id {
		return &rec.Current
	}
	for i := range rec.Retired {
		if rec.Retired[i].ID == id {
			return &rec.Retired[i]
		}
	}
	return nil
}

// replaceApp takes app into rec: in place while it is the same, and else in the place of
// one that is kept for as long as connections hold it. The ops hold the commit to nobody's
// beginning to hold one that is dropped.
func (c *Catalog) replaceApp(ctx context.Context, rec *appRecord, app *App, p appPlace, scheme *auth.Scheme) ([]Op, error) {
	next := storedApp{ID: newID(), Since: c.opts.Clock().UTC()}
	full, old := app.App, rec.Current
	if old.same(app) {
		next = old
		kept, err := c.openApp(ctx, p.Tenant, &old)
		if err != nil {
			return nil, err
		}
		full = keepSecrets(app.App, kept)
	}
	if err := c.fits(scheme, &full, app.Endpoints); err != nil {
		return nil, err
	}
	next.ClientID, next.RedirectURI, next.Endpoints = app.ClientID, app.RedirectURI, app.Endpoints
	next.Generation++
	if err := c.sealApp(ctx, p.Tenant, &next, &full); err != nil {
		return nil, err
	}
	if old.ID != "" && old.ID != next.ID {
		rec.Retired = append(rec.Retired, old)
	}
	rec.Current = next
	return c.dropUnused(ctx, rec)
}

// same reports whether app changes this one instead of taking its place. Other endpoints are
// another server: to that neither a secret that nobody can read again nor the tokens
// of connections may go.
func (a *storedApp) same(app *App) bool {
	return a.ID != "" && a.ClientID == app.ClientID && bytes.Equal(encode(a.Endpoints), encode(app.Endpoints))
}

// fits returns everything that keeps a scheme from going by an app.
func (c *Catalog) fits(scheme *auth.Scheme, app *auth.App, endpoints *auth.Metadata) error {
	if faults := app.Validate(scheme); len(faults) > 0 {
		return &ParamError{Faults: faults}
	}
	if endpoints == nil || !byToken(scheme.Type) {
		return nil
	}
	_, err := c.tokens.For(scheme, app, endpoints)
	if invalid, ok := errors.AsType[*auth.InvalidError](err); ok {
		return &ParamError{Faults: invalid.Faults}
	}
	return err
}

// keepSecrets fills in what app leaves empty.
func keepSecrets(app auth.App, kept *auth.App) auth.App {
	if app.ClientSecret.IsZero() {
		app.ClientSecret = kept.ClientSecret
	}
	switch {
	case kept.Key == nil:
	case app.Key == nil:
		app.Key = kept.Key
	case app.Key.PEM.IsZero():
		key := *app.Key
		key.PEM = kept.Key.PEM
		app.Key = &key
	}
	return app
}

func (c *Catalog) sealApp(ctx context.Context, tenant string, to *storedApp, app *auth.App) error {
	secrets := appSecrets{Secret: app.ClientSecret.Reveal()}
	to.KeyID, to.Algorithm, to.Sealed = "", "", auth.Sealed{}
	if app.Key != nil {
		secrets.Key, to.KeyID, to.Algorithm = app.Key.PEM.Reveal(), app.Key.ID, app.Key.Algorithm
	}
	if secrets == (appSecrets{}) {
		return nil // a public client
	}
	var err error
	to.Sealed, err = c.sealJSON(ctx, to.binding(tenant), secrets)
	return err
}

// openApp returns an app with its secrets.
func (c *Catalog) openApp(ctx context.Context, tenant string, a *storedApp) (*auth.App, error) {
	app := &auth.App{ClientID: a.ClientID}
	if a.Sealed.IsZero() {
		return app, nil
	}
	secrets, err := openJSON[appSecrets](ctx, c, a.binding(tenant), a.Sealed)
	if err != nil {
		return nil, err
	}
	app.ClientSecret = auth.NewSecret(secrets.Secret)
	if secrets.Key != "" {
		app.Key = &auth.SigningKey{PEM: auth.NewSecret(secrets.Key), ID: a.KeyID, Algorithm: a.Algorithm}
	}
	return app, nil
}

// encodeIf is encode of a record that is there; nil for none.
func encodeIf(there bool, v any) []byte {
	if !there {
		return nil
	}
	return encode(v)
}
