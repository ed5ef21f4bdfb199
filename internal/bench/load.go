package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	repo "helm.sh/helm/v4/pkg/repo/v1"
	_ "modernc.org/sqlite" // the driver that a program would choose

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/fsfeed"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

// loadWorks read an index for the first time, and say what is kept of it. Each
// side does so in a process of its own.
func loadWorks() []work {
	return []work{
		{name: "load/first", path: "first load of a JSON index (193 MB), until rows can be shown", grows: "bytes", setup: firstTrial},
		{name: "memory", path: "heap kept by a catalog that was loaded", grows: "connectors", setup: memoryTrial},
	}
}

func firstTrial(b *bed) (*trial, error) {
	d, err := b.documentsOf(b.connectors(), false)
	if err != nil {
		return nil, err
	}
	fewer, err := b.documentsOf(b.connectors()/10, false)
	if err != nil {
		return nil, err
	}
	return &trial{
		same:   func() error { _, err := alone("load/same", d.ours)(); return err },
		ours:   side{name: "ours", alone: alone("load/ours", d.ours)},
		peers:  []side{{name: helm, alone: alone("load/helm", d.helm)}},
		goals:  []goal{faster(helm, 5), allocated(helm, 0.25)},
		growth: &growth{small: side{name: "fewer", alone: alone("load/ours", fewer.ours)}, factor: 10, law: linear},
		rounds: 3,
	}, nil
}

// memoryTrial keeps the catalog's records on disk, as programs do whose catalog
// is to outlive them; so the heap has what the catalog answers from.
func memoryTrial(b *bed) (*trial, error) {
	d, err := b.documentsOf(b.connectors(), false)
	if err != nil {
		return nil, err
	}
	heap := func(measure func() (figures, error)) func() (figures, error) {
		return func() (figures, error) {
			f, err := measure()
			return figures{Kept: f.Kept, Peak: f.Peak}, err
		}
	}
	return &trial{
		same:   func() error { _, err := alone("memory/same", d.ours)(); return err },
		ours:   side{name: "ours", alone: heap(alone("memory/ours", d.ours))},
		peers:  []side{{name: helm, alone: heap(alone("load/helm", d.helm))}},
		goals:  []goal{kept(helm, 0.1)},
		rounds: 2,
	}, nil
}

// loadOurs opens a catalog with an index in the file system as its only feed.
func loadOurs(ctx context.Context, fsys fs.FS, path string, store catalog.Store) (*catalog.Catalog, error) {
	return catalog.Open(ctx, &catalog.Options{
		Store: store, Feeds: []catalog.Feed{fsfeed.New("index", fsys, &fsfeed.Options{Path: path})}, RefreshEvery: time.Hour,
	})
}

// inMemory is a catalog whose store is its default.
func inMemory(ctx context.Context, file string) (*catalog.Catalog, func() error, error) {
	cat, err := loadOurs(ctx, os.DirFS(filepath.Dir(file)), filepath.Base(file), nil)
	if err != nil {
		return nil, nil, err
	}
	return cat, cat.Close, nil
}

// onDisk is a catalog whose store is a SQLite database of its own.
func onDisk(ctx context.Context, file string) (cat *catalog.Catalog, release func() error, err error) {
	dir, err := os.MkdirTemp(filepath.Dir(file), "store")
	if err != nil {
		return nil, nil, err
	}
	undo := []func() error{func() error { return os.RemoveAll(dir) }}
	release = func() error {
		var errs []error
		for _, last := range slices.Backward(undo) {
			errs = append(errs, last())
		}
		return errors.Join(errs...)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "catalog.db"))
	if err != nil {
		return nil, nil, errors.Join(err, release())
	}
	undo = append(undo, db.Close)
	store, err := sqlstore.Open(ctx, db, sqlstore.SQLite, nil)
	if err != nil {
		return nil, nil, errors.Join(err, release())
	}
	undo = append(undo, store.Close)
	cat, err = loadOurs(ctx, os.DirFS(filepath.Dir(file)), filepath.Base(file), store)
	if err != nil {
		return nil, nil, errors.Join(err, release())
	}
	undo = append(undo, cat.Close)
	return cat, release, nil
}

// sameLoaded compares what both sides show of an index: every connector, how many
// releases it has, and which is the newest.
func sameLoaded(ctx context.Context, cat *catalog.Catalog, helmFile string) error {
	x, err := repo.LoadIndexFile(helmFile)
	if err != nil {
		return err
	}
	admin, err := cat.Manage(operator) //nolint:contextcheck // it takes none
	if err != nil {
		return err
	}
	rows := 0
	for row, err := range admin.Available(ctx, nil) {
		if err != nil {
			return err
		}
		rows++
		v, err := x.Get(string(row.Key), "")
		if err != nil {
			return err
		}
		if v.Version != row.Newest {
			return fmt.Errorf("%s: newest is %q, helm has %q", row.Key, row.Newest, v.Version)
		}
		if rows%100 != 1 {
			continue
		}
		detail, err := admin.Connector(ctx, string(row.Key))
		if err != nil {
			return err
		}
		if len(detail.Versions) != len(x.Entries[string(row.Key)]) {
			return fmt.Errorf("%s: %d releases, helm has %d", row.Key, len(detail.Versions), len(x.Entries[string(row.Key)]))
		}
	}
	if rows != len(x.Entries) {
		return fmt.Errorf("%d connectors, helm has %d", rows, len(x.Entries))
	}
	return nil
}
