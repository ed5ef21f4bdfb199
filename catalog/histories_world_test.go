package catalog_test

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// histKeys are the connectors of the histories. All have the same schemes.
var histKeys = []string{"acme/crm", "acme/desk", "slack"}

// histPeople are in groups, and the last is in another tenant.
var histPeople = []catalog.Principal{
	{Tenant: "acme", User: "vic", Groups: []string{"staff"}, Roles: []string{catalog.RoleViewer}},
	{Tenant: "acme", User: "wim", Groups: []string{"night", "staff"}, Roles: []string{catalog.RoleViewer}},
	{Tenant: "other", User: "vic", Groups: []string{"staff"}, Roles: []string{catalog.RoleViewer}},
}

// histWorld is one sequence: two catalogs on one store, of which neither hears of the
// other until it asks, and the model.
type histWorld struct {
	*histTemplate

	store   *catalog.MemStore
	cats    [2]*catalog.Catalog
	admins  [2]*catalog.Admin
	server  *authtest.Server
	model   *histModel
	conns   []*histConn
	begun   []*histSession
	before  map[string]catalog.Record // records of connections
	names   int
	counts  map[string]int
	tracing bool // whether trace is wanted: it costs more than the steps
	trace   []string
	clockMu sync.Mutex
	clock   time.Time
}

func (h *histTemplate) open(ctx context.Context) (*histWorld, error) {
	w := &histWorld{
		histTemplate: h, store: catalog.NewMemStore(nil), model: &histModel{policies: map[string]histPolicy{}},
		before: map[string]catalog.Record{}, counts: map[string]int{}, clock: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	w.server = histServer(w.now)
	if _, err := w.store.Apply(ctx, h.records...); err != nil {
		return nil, err
	}
	for i := range w.cats {
		cat, err := catalog.Open(ctx, &catalog.Options{
			Store: spyStore{w.store}, Keys: h.keys, RefreshEvery: -1, FollowEvery: time.Hour, Clock: w.now,
			Tokens:    &auth.TokenOptions{HTTPClient: w.server.HTTPClient()},
			Transport: &auth.TransportOptions{Base: w.server.Transport()},
			RedirectURI: func(tenant string, key connector.Key) string {
				return "https://app.example/" + tenant + "/" + url.PathEscape(string(key))
			},
		})
		if err != nil {
			return nil, err
		}
		w.cats[i] = cat
		if w.admins[i], err = cat.Manage(adminP); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *histWorld) close() error { return errors.Join(w.cats[0].Close(), w.cats[1].Close()) }

func (w *histWorld) now() time.Time {
	w.clockMu.Lock()
	defer w.clockMu.Unlock()
	return w.clock
}

func (w *histWorld) pass(d time.Duration) {
	w.clockMu.Lock()
	defer w.clockMu.Unlock()
	w.clock = w.clock.Add(d)
}

func (w *histWorld) scheme(id string) *auth.Scheme {
	for i := range w.schemes {
		if w.schemes[i].ID == id {
			return &w.schemes[i]
		}
	}
	return nil
}
