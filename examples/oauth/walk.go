package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/examples/internal/steps"
	"github.com/patchbay/patchbay/internal/integration/browser"
	"github.com/patchbay/patchbay/internal/integration/oidcserver"
)

// walker goes through the steps. Each step leaves things as the next one expects
// them.
type walker struct {
	server  *oidcserver.Server
	browser *browser.Browser
	cookie  auth.Secret // of the user's session with the program
	cat     *catalog.Catalog
	admin   *catalog.Admin
	conns   *catalog.Connections // the user's
	ahead   atomic.Int64         // how far the program's clock is before the server's

	begun *catalog.Authorization // that another step finishes
	back  *url.URL
	conn  *catalog.Connection
}

func (w *walker) steps() []steps.Step {
	return []steps.Step{
		{Name: "publish", Says: "The admin installs a connector. Its manifest says where to agree and who may see the token.", Do: w.publish},
		{Name: "require", Says: "A policy wants the tenant to go by its own registration with the provider.", Do: w.require},
		{Name: "app", Says: "The tenant registers its own app. Its secret goes in, and never comes out.", Do: w.app},
		{Name: "begin", Says: "A user begins; the browser is sent to the provider. Nobody else can finish that.", Do: w.begin},
		{Name: "complete", Says: "The person agrees, the browser comes back, and the connection is made.", Do: w.complete},
		{Name: "deny", Says: "A person who does not agree leaves nothing behind.", Do: w.deny},
		{Name: "call", Says: "The program calls the API, and never sees the token.", Do: w.call},
		{Name: "refresh", Says: "The token ends while many use it: it is renewed once, and the refresh token rotates.", Do: w.refresh},
		{Name: "preview", Says: "What would happen if a policy disabled the connector? Asking changes nothing.", Do: w.preview},
		{Name: "tighten", Says: "The policy disables it. What has begun under the old one is judged when it ends.", Do: w.tighten},
		{Name: "keep", Says: "The old connection goes on working, and renews its token, as if nothing had happened.", Do: w.keep},
		{Name: "reauthenticate", Says: "The person takes the access away, then agrees again: policies do not ask.", Do: w.reauthenticate},
		{Name: "explain", Says: "Why is the connector disabled? Every assignment that applies, and the one that decides.", Do: w.explain},
		{Name: "delete", Says: "The connection is deleted, and the provider told to forget its tokens.", Do: w.remove},
	}
}

// The tenant's registration with the provider.
const clientID = "acme-notes"

// start starts the server and opens the catalog.
func start(ctx context.Context, dir string) (_ *walker, err error) {
	w := &walker{cookie: auth.NewSecret(rand.Text())}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()
	if w.server, err = oidcserver.Start(nil); err != nil {
		return nil, err
	}
	w.browser = browser.New(w.server.Roots())
	if err := writeFeed(filepath.Join(dir, "feed"), w.server.URL()); err != nil {
		return nil, err
	}
	if w.cat, err = open(ctx, dir, w.server, w.now); err != nil {
		return nil, err
	}
	if w.admin, err = w.cat.Manage(admin()); err != nil {
		return nil, err
	}
	w.conns = w.cat.For(user()).Connections()
	return w, nil
}

// now is the program's time, and pass lets it pass.
func (w *walker) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

func (w *walker) pass(d time.Duration) { w.ahead.Add(int64(d)) }

// Close closes what start has opened.
func (w *walker) Close() error {
	var err error
	if w.cat != nil {
		err = w.cat.Close()
	}
	if w.browser != nil {
		w.browser.Close()
	}
	if w.server != nil {
		w.server.Close()
	}
	return err
}
