package soak_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/governance"
)

const most = 30 // connections of one person

func putPolicy(w *worker) error {
	id := pick(w, "p", "q", "r")
	p := &governance.Policy{ID: id, Connectors: []governance.Rule{{Match: version.Scope(pick(w, w.key(), "acme/*")), Effect: governance.Enable}}}
	switch rule := &p.Connectors[0]; w.IntN(4) {
	case 0:
		rule.Effect = governance.Disable
	case 1:
		rule.Presets = []governance.Preset{{Scheme: personal, Param: "api_key", Secret: governance.NewSecret(auth.NewSecret("preset")), Mode: governance.PresetFixed}}
	default:
	}
	if old, err := w.admin.Policy(w.ctx, id); err == nil {
		p.Revision = old.Revision
	} else if !errors.Is(err, catalog.ErrNotFound) {
		return err
	}
	_, err := w.admin.PutPolicy(w.ctx, p)
	return err
}

func assign(w *worker) error {
	scope := pick(w, governance.Tenant("acme"), governance.User("acme", "vic"),
		governance.Group("acme", "staff").WithPriority(w.IntN(2)), governance.Group("acme", "night").WithPriority(w.IntN(2)))
	if w.IntN(2) == 0 {
		return w.admin.Unassign(w.ctx, scope)
	}
	_, err := w.admin.Assign(w.ctx, scope, pick(w, "p", "q", "r", governance.NoPolicy))
	return err
}

// mine chooses one of a person's connections; nil: there is none that fits.
func (w *worker) mine(fits func(*catalog.Connection) bool) (*catalog.Connections, *catalog.Connection, int, error) {
	p := pick(w, people...)
	conns := w.For(p).Connections()
	var list []*catalog.Connection
	owned := 0
	for c, err := range conns.List(w.ctx, nil) {
		if err != nil {
			return nil, nil, 0, err
		}
		if c.Owner == p.User {
			if owned++; fits(&c) {
				list = append(list, &c)
			}
		}
	}
	if len(list) == 0 {
		return conns, nil, owned, nil
	}
	return conns, pick(w, list...), owned, nil
}

func anyOne(*catalog.Connection) bool    { return true }
func byToken(c *catalog.Connection) bool { return c.Scheme == shared }

func (w *worker) request() *catalog.ConnectionRequest {
	return &catalog.ConnectionRequest{
		Name: fmt.Sprint(pick(w, "Name ", "NAME "), w.IntN(12)), Folder: pick(w, "", "f"), Shared: w.IntN(4) == 0, Browser: catalogtest.Browser(),
	}
}

func create(w *worker) error {
	conns, old, owned, err := w.mine(anyOne)
	if err != nil {
		return err
	}
	if owned >= most {
		return conns.Delete(w.ctx, old.ID)
	}
	req := w.request()
	req.Params = map[string]any{"api_key": "k", "site": pick(w, "a", "b")}
	_, err = conns.Create(w.ctx, w.key(), personal, req)
	return err
}

func edit(w *worker) error {
	conns, c, _, err := w.mine(anyOne)
	if err != nil || c == nil {
		return err
	}
	switch w.IntN(4) {
	case 0:
		return conns.Share(w.ctx, c.ID, !c.Shared)
	case 1:
		return conns.Delete(w.ctx, c.ID)
	case 2:
		return conns.SetDefault(w.ctx, c.ID)
	default:
		return conns.Rename(w.ctx, c.ID, w.request().Name)
	}
}

// agree makes a connection by OAuth, or gives one new tokens that waits for it.
func agree(w *worker) error {
	conns, c, owned, err := w.mine(func(c *catalog.Connection) bool { return byToken(c) && c.State == catalog.ConnectionNeedsReauth })
	if err != nil {
		return err
	}
	var a *catalog.Authorization
	switch {
	case c != nil:
		a, err = conns.BeginReauthenticate(w.ctx, c.ID, &catalog.ReauthRequest{Browser: catalogtest.Browser()})
	case owned < most:
		a, err = conns.Begin(w.ctx, w.key(), shared, w.request())
	default:
		return nil
	}
	if err != nil {
		return err
	}
	query, err := w.server.Approve(a.URL)
	if err != nil {
		return err
	}
	asked, err := url.Parse(a.URL)
	if err != nil {
		return err
	}
	back, err := url.Parse(asked.Query().Get("redirect_uri"))
	if err != nil {
		return err
	}
	back.RawQuery = query
	_, err = conns.Complete(w.ctx, a.ID, back, catalogtest.Browser())
	return atProvider(err)
}

// errProvider is what the provider has caused, as scripted.
var errProvider = errors.New("the provider failed")

func atProvider(err error) error {
	var token *auth.TokenError
	var request *auth.RequestError
	var renewal *catalog.RenewalError
	if errors.As(err, &token) || errors.As(err, &request) || errors.As(err, &renewal) {
		return errProvider
	}
	return err
}

func use(w *worker) error {
	conns, c, _, err := w.mine(byToken)
	if err != nil || c == nil {
		return err
	}
	client, err := conns.Client(w.ctx, c.ID)
	if err != nil {
		return atProvider(err)
	}
	req, err := http.NewRequestWithContext(w.ctx, http.MethodGet, w.server.URL+"/"+authtest.API, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return atProvider(err)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the application says %s to %s of %s", resp.Status, c.ID, c.Owner)
	}
	return nil
}

func quarantine(w *worker) error {
	_, c, _, err := w.mine(anyOne)
	if err != nil || c == nil {
		return err
	}
	if c.State == catalog.ConnectionQuarantined {
		return w.admin.Release(w.ctx, c.ID)
	}
	return w.admin.Quarantine(w.ctx, c.ID, "soak")
}

func rewrap(w *worker) error {
	if w.IntN(4) == 0 && len(w.keys.KeyIDs()) < 8 {
		if _, err := w.keys.Rotate(w.ctx); err != nil {
			return err
		}
	}
	_, err := w.admin.Rewrap(w.ctx)
	return err
}
