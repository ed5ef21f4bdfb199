package main

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/fsfeed"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/installer/dirinstaller"
)

// lease is how long the work of a process that died blocks the others. It is short so that
// this example is; what a program sets is longer than its process may ever stand still.
const lease = 2 * time.Second

// program is what every process of a fleet opens: the same options, on the same
// database, folder and keys.
type program struct {
	*catalog.Catalog

	db    *sql.DB
	store catalog.Store
}

// open opens the catalog that all processes share. fetching is told of every package that
// this process begins to fetch; with nil the process only reads, and leaves
// installing to those that have an Installer.
func (cfg *config) open(ctx context.Context, fetching func(file string)) (*program, error) {
	db, dialect, err := cfg.openDatabase()
	if err != nil {
		return nil, err
	}
	// The store orders what all processes write; they need nothing else to know of each other.
	store, err := sqlstore.Open(ctx, db, dialect, &sqlstore.Options{PollInterval: 50 * time.Millisecond})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	p := &program{db: db, store: store}
	// Every process opens the same key file, or the same key management service.
	keys, err := auth.OpenKeyFile(ctx, filepath.Join(cfg.dir, "keys"), &auth.KeyFileOptions{Create: true})
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	feed := fsfeed.New("local", os.DirFS(filepath.Join(cfg.dir, "feed")), nil)
	o := &catalog.Options{
		Store: store, Keys: keys, Lease: lease,
		Feeds: []catalog.Feed{&distant{Feed: feed, fetching: fetching}},
	}
	if fetching != nil {
		o.Installer = dirinstaller.New(filepath.Join(cfg.dir, "connectors"), nil)
	}
	if p.Catalog, err = catalog.Open(ctx, o); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// Close closes the catalog, then what it stands on.
func (p *program) Close() error {
	var err error
	if p.Catalog != nil {
		err = p.Catalog.Close()
	}
	return errors.Join(err, p.store.Close(), p.db.Close())
}

// The tenant, and who acts in it: a program makes Principals of whoever has signed in.
const (
	tenant = "acme"
	uma    = "uma" // connects
)

func admin(name string) catalog.Principal {
	return catalog.Principal{Tenant: tenant, User: name, Roles: []string{catalog.RoleAdmin}}
}

func member() catalog.Principal {
	return catalog.Principal{Tenant: tenant, User: uma, Roles: []string{catalog.RoleViewer}}
}
