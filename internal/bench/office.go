package main

import (
	"crypto/x509"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/governance"
	"github.com/patchbay/patchbay/installer/refinstaller"
)

// office is a catalog as an organization has it: on a SQLite database, with keys
// in a file, one published connector, and a policy that governs who connects.
type office struct {
	dir     string
	cat     *catalog.Catalog
	conns   *catalog.Connections
	clock   func() time.Time // nil: the default
	cleanup []func() error
}

const (
	officeKey   = "crm"
	paramScheme = "key"
	tokenScheme = "machine"
)

// openOffice opens one below a folder. tokenURL is where its tokens come from,
// roots says whom to trust there, and clock what time it is; nil: the true one.
func openOffice(folder, tokenURL string, roots *x509.CertPool, clock func() time.Time) (o *office, err error) {
	o = &office{clock: clock}
	if o.dir, err = os.MkdirTemp(folder, "office"); err != nil {
		return nil, err
	}
	o.cleanup = append(o.cleanup, func() error { return os.RemoveAll(o.dir) })
	if err := o.open(tokenURL, roots); err != nil {
		return nil, errors.Join(err, o.close())
	}
	return o, nil
}

func (o *office) open(tokenURL string, roots *x509.CertPool) error {
	db, err := openSQLite(filepath.Join(o.dir, "catalog.db"))
	if err != nil {
		return err
	}
	o.cleanup = append(o.cleanup, db.Close)
	store, err := sqlstore.Open(background, db, sqlstore.SQLite, nil)
	if err != nil {
		return err
	}
	o.cleanup = append(o.cleanup, store.Close)
	keys, err := auth.OpenKeyFile(background, filepath.Join(o.dir, "keys"), &auth.KeyFileOptions{Create: true})
	if err != nil {
		return err
	}
	o.cat, err = catalog.Open(background, &catalog.Options{
		Store: store, Keys: keys, Installer: refinstaller.New(nil), RefreshEvery: time.Hour,
		Feeds:  []catalog.Feed{&shelf{all: []connector.Connector{officeConnector(tokenURL)}}},
		Tokens: &auth.TokenOptions{AllowPrivate: true, RootCAs: roots},
		Clock:  o.clock,
	})
	if err != nil {
		return err
	}
	o.cleanup = append(o.cleanup, o.cat.Close)
	user := catalog.Principal{Tenant: benchTenant, User: "ada", Groups: userGroups, Roles: []string{catalog.RoleViewer}}
	o.conns = o.cat.For(user).Connections()
	return o.govern()
}

// govern publishes the connector and assigns a policy of a hundred rules.
func (o *office) govern() error {
	admin, err := o.cat.Manage(operator)
	if err != nil {
		return err
	}
	if err := install(admin, catalog.Pick(officeKey, "")); err != nil {
		return err
	}
	rules, _ := policyRules(100)
	p := &governance.Policy{ID: "finance", Default: governance.Disable, Connectors: []governance.Rule{{Match: officeKey, Effect: governance.Enable}}}
	for _, r := range rules {
		p.Connectors = append(p.Connectors, governance.Rule{Match: version.Scope(r.match), Effect: governance.Enable})
	}
	if _, err := admin.PutPolicy(background, p); err != nil {
		return err
	}
	_, err = admin.Assign(background, governance.Group(benchTenant, userGroups[0]), p.ID)
	return err
}

// close undoes everything, the last first.
func (o *office) close() error {
	var errs []error
	for _, undo := range slices.Backward(o.cleanup) {
		errs = append(errs, undo())
	}
	return errors.Join(errs...)
}

func officeConnector(tokenURL string) connector.Connector {
	m := &connector.Manifest{
		Key: officeKey, Version: "1.0.0", Hosts: []string{"https://api.example.com"},
		Auth: []auth.Scheme{{
			ID: paramScheme, Type: auth.APIKey, In: auth.InHeader, Name: "X-Key",
			Params: []auth.Param{{Key: "token", Secret: true, Role: auth.RoleRequired}, {Key: "region", Role: auth.RoleRequired}},
		}},
	}
	if tokenURL != "" {
		m.Auth = append(m.Auth, auth.Scheme{
			ID: tokenScheme, Type: auth.ClientCredentials, TokenURL: tokenURL,
			Params: []auth.Param{
				{Key: "client_id", Role: auth.RoleRequired}, {Key: "client_secret", Secret: true, Role: auth.RoleRequired},
			},
		})
	}
	return connector.Connector{Key: officeKey, Name: "CRM", Releases: []connector.Release{{
		Version: "1.0.0", Manifest: m,
		Artifact: connector.Artifact{URL: "docker://bench/crm:1.0.0", MediaType: connector.MediaReference},
	}}}
}

// openSQLite opens a database as a careful program does.
func openSQLite(path string) (*sql.DB, error) {
	return sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)")
}
