package catalog

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// ErrNoApp means that an authorization needs a registration with the provider and that
// there is none: neither the tenant's own, nor the catalog's, nor one among the parameters. Admin.PutApp
// adds one. It wraps fs.ErrNotExist.
var ErrNoApp error = &sentinel{"no app is registered with the provider", fs.ErrNotExist}

// App is a registration with a provider, by which connections of one scheme are made:
// what RFC 6749 section 2 calls a client. A tenant's own goes before the catalog's,
// and that before one that users state among the parameters. Connections stay
// with the app they were made with.
type App struct {
	// Tenant is whose own it is. Empty: the catalog's, for every tenant that has
	// none of its own, unless a policy requires that (G4).
	Tenant    string
	Connector connector.Key
	Scheme    string

	// App is the registration itself. Its secrets are sealed, and never readable again: they
	// are empty in what the catalog returns. For OAuth1 they are the consumer's.
	auth.App

	// RedirectURI is the one registered with the provider. Empty: that of
	// Options.RedirectURI.
	RedirectURI string
	// Endpoints supplies those that the scheme leaves empty. Nil: they are asked of the
	// scheme's issuer, where it has one.
	Endpoints *auth.Metadata

	ID       string    // minted by the catalog
	Since    time.Time // when it was registered
	Revision int64     // what a change is based on; 0 for a new one
	// Retired are the client ids that were registered before and that connections
	// still hold.
	Retired []string
}

// PutApp registers an app for one scheme of a published connector, or changes
// it, and returns it as it is stored. a.Revision is the one it is based on, 0 for a
// new one, or the error wraps ErrConflict. Secrets left empty stay as they are
// while client id and endpoints are the same. With others it is another app: connections made
// with the one before keep it. Everything wrong is returned at once as *ParamError; without
// Options.Keys the error wraps auth.ErrNoKey.
func (a *Admin) PutApp(ctx context.Context, app *App) (*App, error) {
	const op = "put app"
	if app == nil {
		app = &App{}
	}
	if err := a.allow(ctx, op, ActionGovern, string(app.Connector)); err != nil {
		return nil, err
	}
	for {
		stored, err := a.putApp(ctx, app)
		if conflictedUnder(err, prefixAppUse) {
			continue // somebody has connected by the one before; ctx bounds the retries
		}
		if err != nil {
			return nil, &Error{Op: op, Key: string(app.Connector), Err: err}
		}
		return stored, nil
	}
}

func (a *Admin) putApp(ctx context.Context, app *App) (*App, error) {
	scheme, err := a.cat.checkApp(app)
	if err != nil {
		return nil, err
	}
	place := appPlace{app.Tenant, app.Connector, app.Scheme}
	rec, rev, err := get[appRecord](ctx, a.cat, place.key())
	if err := ignore(err, ErrNotFound); err != nil {
		return nil, err
	}
	if rev != Revision(app.Revision) {
		return nil, fmt.Errorf("the app is at revision %d, not %d: %w", rev, app.Revision, ErrConflict)
	}
	before := encodeIf(rev > 0, rec)
	ops, err := a.cat.replaceApp(ctx, &rec, app, place, scheme)
	if err != nil {
		return nil, err
	}
	after := encode(rec)
	entry := AuditEntry{By: a.principal, Action: "put app", Key: app.Connector, Target: place.String(), Before: digestOf(before), After: digestOf(after)}
	at, err := a.cat.commitAt(ctx, entry, append(ops, Put(place.key(), after, atRevision(rev)))...)
	if err != nil {
		return nil, err
	}
	return rec.app(place, at), nil
}

// checkApp returns the scheme of an app that is fit to be stored.
func (c *Catalog) checkApp(app *App) (*auth.Scheme, error) {
	e, err := c.snapshot().findPublished(string(app.Connector))
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(e.schemes(), func(s auth.Scheme) bool { return s.ID == app.Scheme })
	if i < 0 {
		return nil, fmt.Errorf("scheme %q: %w", app.Scheme, ErrNotFound)
	}
	scheme := &e.schemes()[i]
	if !scheme.Type.NeedsApp() {
		return nil, fmt.Errorf("%w: scheme %q of type %s goes by no app", ErrInvalid, scheme.ID, scheme.Type)
	}
	if app.Tenant != "" {
		if err := (Principal{Tenant: app.Tenant}).check(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		if err := checkTenant(Principal{Tenant: app.Tenant}); err != nil {
			return nil, err
		}
	}
	if app.RedirectURI != "" {
		if err := auth.CheckRedirectURI(app.RedirectURI); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
	}
	return scheme, nil
}

// Apps lists the registrations, without secrets: of each tenant, and the catalog's own.
func (a *Admin) Apps(ctx context.Context) iter.Seq2[*App, error] {
	const op = "list apps"
	return func(yield func(*App, error) bool) {
		if err := a.allow(ctx, op, ActionManage, ""); err != nil {
			yield(nil, err)
			return
		}
		for stored, err := range a.cat.list(ctx, prefixApp) {
			var rec appRecord
			var place appPlace
			if err == nil {
				place, err = appPlaceOf(stored.Key)
			}
			if err == nil {
				rec, err = decode[appRecord](stored)
			}
			if err != nil {
				yield(nil, &Error{Op: op, Err: err})
				return
			}
			if !yield(rec.app(place, stored.Revision), nil) {
				return
			}
		}
	}
}

// DeleteApp removes a registration: a tenant's, or with an empty tenant the
// catalog's. revision is the one that the decision is based on, or the error wraps ErrConflict. One that
// connections hold is refused with ErrInUse, naming some of them.
func (a *Admin) DeleteApp(ctx context.Context, tenant, key, scheme string, revision int64) error {
	const op = "delete app"
	if err := a.allow(ctx, op, ActionGovern, key); err != nil {
		return err
	}
	for {
		err := a.deleteApp(ctx, appPlace{tenant, connector.Key(key), scheme}, Revision(revision))
		if conflictedUnder(err, prefixAppUse) {
			continue // somebody has connected by it; ctx bounds the retries
		}
		if err != nil {
			return &Error{Op: op, Key: key, Err: err}
		}
		return nil
	}
}

func (a *Admin) deleteApp(ctx context.Context, place appPlace, revision Revision) error {
	if len(place.key()) > MaxStoreKey {
		return ErrNotFound
	}
	rec, rev, err := get[appRecord](ctx, a.cat, place.key())
	if err != nil {
		return plainNotFound(err)
	}
	if rev != revision {
		return fmt.Errorf("the app is at revision %d, not %d: %w", rev, revision, ErrConflict)
	}
	var ops []Op
	for _, app := range append(rec.Retired, rec.Current) {
		users, unheld, err := a.cat.appUsers(ctx, &app)
		if err != nil {
			return err
		}
		if len(users) > 0 {
			return fmt.Errorf("client %q is held by connections %v: %w", app.ClientID, users, ErrInUse)
		}
		ops = append(ops, unheld)
	}
	entry := AuditEntry{By: a.principal, Action: "delete app", Key: place.Connector, Target: place.String(), Before: digestOf(encode(rec))}
	return a.cat.commit(ctx, entry, append(ops, Delete(place.key(), At(rev)))...)
}
