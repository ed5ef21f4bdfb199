package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the database is the program's choice, not the library's

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/dirinstaller"
	"github.com/patchbay/patchbay/installer/refinstaller"
)

// program is what embeds the catalog, as far as the catalog is concerned.
type program struct {
	*catalog.Catalog

	db    *sql.DB
	store catalog.Store
}

// open opens the catalog that lies in dir.
func (cfg *config) open(ctx context.Context) (*program, error) {
	if err := os.MkdirAll(cfg.dir, 0o750); err != nil { //nolint:gosec // the folder is the user's choice
		return nil, err
	}
	db, err := sql.Open("sqlite", filepath.Join(cfg.dir, "catalog.db"))
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	store, err := sqlstore.Open(ctx, db, sqlstore.SQLite, nil)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	// Secrets of connections are sealed with a key that lies apart from the database.
	keys, err := auth.OpenKeyFile(ctx, filepath.Join(cfg.dir, "keys"), &auth.KeyFileOptions{Create: true})
	if err != nil {
		return nil, errors.Join(err, store.Close(), db.Close())
	}
	// Packages are unpacked into a folder; references, such as container images,
	// are only recorded.
	packages := dirinstaller.New(filepath.Join(cfg.dir, "connectors"), nil)
	references := refinstaller.New(nil)
	cat, err := catalog.Open(ctx, &catalog.Options{
		Store:     store,
		Feeds:     cfg.feeds,
		Installer: installer.Route(map[string]installer.Installer{connector.MediaReference: references}, packages),
		Keys:      keys,
		Preview:   catalog.PreviewIfNoGA,
		Lease:     cfg.lease,
	})
	if err != nil {
		return nil, errors.Join(err, store.Close(), db.Close())
	}
	return &program{Catalog: cat, db: db, store: store}, nil
}

// Close closes the catalog, then what it stands on.
func (p *program) Close() error {
	return errors.Join(p.Catalog.Close(), p.store.Close(), p.db.Close())
}

// admin and viewer are two people of one tenant. A program makes Principals of
// whoever has signed in.
func admin() catalog.Principal {
	return catalog.Principal{Tenant: "acme", User: "ada", Roles: []string{catalog.RoleAdmin}}
}

func viewer() catalog.Principal {
	return catalog.Principal{Tenant: "acme", User: "vic", Roles: []string{catalog.RoleViewer}}
}
