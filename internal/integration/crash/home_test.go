package crash_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/catalog/fsfeed"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer/dirinstaller"
	"github.com/patchbay/patchbay/installer/installertest"
)

// lease is how long the work of a process that died may stay undone.
const lease = 300 * time.Millisecond

// What lies in a directory.
const (
	dbFile   = "catalog.db"
	keyFile  = "keys"
	packages = "connectors"
	feedDir  = "feed"
)

// home is a catalog, with all it keeps in one directory.
type home struct {
	dir   string
	db    *sql.DB
	store *sqlstore.Store
	keys  *auth.LocalKeys
	cat   *catalog.Catalog
	admin *catalog.Admin
}

func openHome(ctx context.Context, dir string) (h *home, err error) {
	h = &home{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.close())
		}
	}()
	if h.keys, err = auth.OpenKeyFile(ctx, filepath.Join(dir, keyFile), &auth.KeyFileOptions{Create: true}); err != nil {
		return h, err
	}
	if h.db, err = sql.Open("sqlite", filepath.Join(dir, dbFile)); err != nil {
		return h, err
	}
	if h.store, err = sqlstore.Open(ctx, h.db, sqlstore.SQLite, nil); err != nil {
		return h, err
	}
	h.cat, err = catalog.Open(ctx, &catalog.Options{
		Store: h.store, Keys: h.keys, Lease: lease, Parallel: 1, RefreshEvery: time.Hour,
		Feeds:     []catalog.Feed{fsfeed.New("folder", os.DirFS(filepath.Join(dir, feedDir)), nil)},
		Installer: dirinstaller.New(filepath.Join(dir, packages), nil),
		Transport: &auth.TransportOptions{Base: echo{}},
	})
	if err != nil {
		return h, err
	}
	h.admin, err = h.cat.Manage(catalogtest.Principal(catalog.RoleAdmin))
	return h, err
}

// close closes what is open.
func (h *home) close() error {
	var errs []error
	if h.cat != nil {
		errs = append(errs, h.cat.Close())
	}
	if h.store != nil {
		errs = append(errs, h.store.Close())
	}
	if h.db != nil {
		errs = append(errs, h.db.Close())
	}
	return errors.Join(errs...)
}

func (h *home) conns() *catalog.Connections {
	return h.cat.For(catalogtest.Principal(catalog.RoleViewer)).Connections()
}

// echo answers every request with the key that it carries.
type echo struct{}

func (echo) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(r.Header.Get("X-Key"))), Request: r}, nil
}

// connectors are what the feed offers, each in versions 1.0.0 and 2.0.0.
var connectors = []connector.Key{"slack", "jira"}

const (
	older = "1.0.0"
	newer = "2.0.0"
)

// writeFeed writes the feed into a directory.
func writeFeed(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, feedDir), 0o755); err != nil {
		return err
	}
	index := connector.Index{Format: connector.IndexFormat, Version: 1}
	for _, key := range connectors {
		c := connector.Connector{Key: key, Name: string(key)}
		for _, v := range []string{older, newer} {
			m := &connector.Manifest{
				Key: key, Version: v, Hosts: []string{"https://api.example.com"}, BuildTargets: []string{"portable"},
				Auth: []auth.Scheme{{
					ID: "key", Type: auth.APIKey, In: auth.InHeader, Name: "X-Key",
					Params: []auth.Param{{Key: "token", Secret: true, Role: auth.RoleRequired}},
				}},
				Activities: []connector.Activity{{Name: "send"}},
			}
			data := installertest.TarGz(installertest.ManifestFile(m), installertest.File{Name: "bin/run", Body: "run " + v, Mode: 0o755})
			name := string(key) + "-" + v + ".tgz"
			if err := os.WriteFile(filepath.Join(dir, feedDir, name), data, 0o600); err != nil {
				return err
			}
			c.Releases = append(c.Releases, connector.Release{
				Version: v, Manifest: m, Artifact: connector.Artifact{URL: name, Digest: connector.DigestOf(data), Size: int64(len(data))},
			})
		}
		index.Connectors = append(index.Connectors, c)
	}
	f, err := os.Create(filepath.Join(dir, feedDir, fsfeed.DefaultPath))
	if err != nil {
		return err
	}
	return errors.Join(index.Encode(f), f.Close())
}
