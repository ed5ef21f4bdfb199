package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/examples/internal/steps"
	"github.com/patchbay/patchbay/governance"
	"github.com/patchbay/patchbay/internal/integration/browser"
	"github.com/patchbay/patchbay/internal/integration/oidcserver"
)

func (w *walker) publish(ctx context.Context, r *steps.Result) error {
	plan, err := w.admin.Plan(ctx, catalog.Pick(key, ""))
	if err != nil {
		return err
	}
	op, err := w.admin.Install(ctx, plan)
	if err != nil {
		return err
	}
	if _, err := op.Wait(ctx); err != nil {
		return err
	}
	page, err := w.cat.For(user()).Connector(ctx, key)
	if err != nil {
		return err
	}
	for _, s := range page.Connections.Schemes {
		r.Say("%s %s is published. It connects by %s (%s).", page.Name, page.Version, s.ID, s.Type)
	}
	r.Fact("version", page.Version)
	// One registration with the provider serves all tenants that have none of their own.
	app, err := w.register(ctx, "", "everybodys-notes")
	if err != nil {
		return err
	}
	r.Say("Whoever has no app of their own goes by %s.", app.ClientID)
	return steps.Must(page.Version == release && len(page.Connections.Schemes) == 1, "the connector is published")
}

// register registers an app: with the provider, where that is a form which somebody
// fills in, and then with the catalog.
func (w *walker) register(ctx context.Context, tenant, clientID string) (*catalog.App, error) {
	secret := rand.Text()
	w.server.Register(&oidcserver.Client{ID: clientID, Secret: secret, RedirectURIs: []string{redirectURI(tenant, key)}})
	return w.admin.PutApp(ctx, &catalog.App{
		Tenant: tenant, Connector: key, Scheme: scheme, App: auth.App{ClientID: clientID, ClientSecret: auth.NewSecret(secret)},
	})
}

// policy is one that requires the tenant's own app.
func policy() *governance.Policy {
	return &governance.Policy{
		ID: "acme-rules", Name: "Rules of Acme",
		Connectors: []governance.Rule{{Match: key, Effect: governance.Enable, OwnApp: true}},
	}
}

func (w *walker) require(ctx context.Context, r *steps.Result) error {
	p, err := w.admin.PutPolicy(ctx, policy())
	if err != nil {
		return err
	}
	if _, err := w.admin.Assign(ctx, governance.Tenant("acme"), p.ID); err != nil {
		return err
	}
	_, refused := w.conns.Begin(ctx, key, scheme, w.request("Ada's notes"))
	r.Refused(refused)
	_, others := w.cat.For(stranger()).Connections().Begin(ctx, key, scheme, w.request("Sam's notes"))
	r.Say("Tenant globex, which the policy does not bind, may begin: %v.", others == nil)
	return errors.Join(
		steps.Must(errors.Is(refused, catalog.ErrNoApp) && strings.Contains(refused.Error(), p.ID), "everybody's app is not enough"),
		steps.Must(others == nil, "for another tenant it is: %v", others))
}

func (w *walker) app(ctx context.Context, r *steps.Result) error {
	app, err := w.register(ctx, "acme", clientID)
	if err != nil {
		return err
	}
	r.Say("Client %s of tenant %s. Its secret reads %q.", app.ClientID, app.Tenant, app.ClientSecret.Reveal())
	r.Fact("client", app.ClientID)
	return steps.Must(app.ClientSecret.IsZero() && app.ID != "", "the secret does not come back")
}

// request is what the user's program asks for. The browser is known by a cookie.
func (w *walker) request(name string) *catalog.ConnectionRequest {
	return &catalog.ConnectionRequest{Name: name, Browser: w.cookie}
}

func (w *walker) begin(ctx context.Context, r *steps.Result) error {
	begun, err := w.conns.Begin(ctx, key, scheme, w.request("Ada's notes"))
	if err != nil {
		return err
	}
	at, err := url.Parse(begun.URL)
	if err != nil {
		return err
	}
	r.Say("The browser goes to %s with client %s and a challenge by %s.",
		at.Host+at.Path, at.Query().Get("client_id"), at.Query().Get("code_challenge_method"))
	back, err := w.browser.Visit(ctx, begun.URL, browser.Allow)
	if err != nil {
		return err
	}
	r.Say("It comes back to %s.", back.Host+back.Path)
	_, elsewhere := w.conns.Complete(ctx, begun.ID, back, auth.NewSecret("the cookie of another browser"))
	r.Refused(elsewhere)
	_, byOther := w.cat.For(colleague()).Connections().Complete(ctx, begun.ID, back, w.cookie)
	r.Refused(byOther)
	w.begun, w.back = begun, back
	return errors.Join(
		steps.Must(at.Query().Get("code_challenge_method") == "S256", "the code is bound to a verifier"),
		steps.Must(errors.Is(elsewhere, catalog.ErrForbidden), "another browser cannot finish it"),
		steps.Must(errors.Is(byOther, catalog.ErrNotFound), "another user does not find it"))
}

func (w *walker) complete(ctx context.Context, r *steps.Result) error {
	conn, err := w.conns.Complete(ctx, w.begun.ID, w.back, w.cookie)
	if err != nil {
		return err
	}
	r.Say("Connection %q is %s, by the tenant's own app: %v. Policy %s, revision %d, has admitted it.",
		conn.Name, conn.State, conn.OwnApp, conn.Admitted.Policy, conn.Admitted.Revision)
	_, again := w.conns.Complete(ctx, w.begun.ID, w.back, w.cookie)
	r.Refused(again)
	w.conn = conn
	r.Fact("connection", conn.Name)
	r.Fact("policy", conn.Admitted.Policy)
	return errors.Join(
		steps.Must(conn.State == catalog.ConnectionActive && conn.OwnApp, "the connection is active and goes by the own app"),
		steps.Must(conn.Admitted.Policy == policy().ID, "it remembers the policy"),
		steps.Must(errors.Is(again, catalog.ErrUsed), "an authorization is for one use"))
}

func (w *walker) deny(ctx context.Context, r *steps.Result) error {
	begun, err := w.conns.Begin(ctx, key, scheme, w.request("Never made"))
	if err != nil {
		return err
	}
	back, err := w.browser.Visit(ctx, begun.URL, browser.Deny)
	if err != nil {
		return err
	}
	_, refused := w.conns.Complete(ctx, begun.ID, back, w.cookie)
	r.Refused(refused)
	n := 0
	for _, err := range w.conns.List(ctx, nil) {
		if err != nil {
			return err
		}
		n++
	}
	return errors.Join(
		steps.Must(errors.Is(refused, auth.ErrAccessDenied), "the person has refused"),
		steps.Must(n == 1, "there is one connection, not %d", n))
}

// account asks the API who the connection's token stands for.
func (w *walker) account(ctx context.Context) (*oidcserver.Account, error) {
	client, err := w.conns.Client(ctx, w.conn.ID)
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	resp, err := get(ctx, client, w.server.URL()+oidcserver.PathAPI)
	if err != nil {
		return nil, err
	}
	account := &oidcserver.Account{}
	err = json.NewDecoder(resp.Body).Decode(account)
	return account, errors.Join(err, resp.Body.Close())
}

// get sends a request and takes everything but 200 for an error.
func get(ctx context.Context, client *http.Client, at string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, errors.Join(errors.New("the API says "+resp.Status), resp.Body.Close())
	}
	return resp, nil
}

func (w *walker) call(ctx context.Context, r *steps.Result) error {
	account, err := w.account(ctx)
	if err != nil {
		return err
	}
	r.Say("The API knows %s, by client %s, with %v.", account.Subject, account.Client, account.Scopes)
	r.Fact("account", account)
	client, err := w.conns.Client(ctx, w.conn.ID)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	_, outside := get(ctx, client, "https://collect.example.net/") //nolint:bodyclose // it is refused
	r.Refused(outside)
	test, err := w.conns.Test(ctx, w.conn.ID)
	if err != nil {
		return err
	}
	_, isHost := errors.AsType[*auth.HostError](outside)
	return errors.Join(
		steps.Must(account.Subject == oidcserver.Person && account.Client == clientID, "it is the person who has agreed"),
		steps.Must(isHost, "no other host is reached"),
		steps.Must(test.OK && test.Probed, "the application confirms it"))
}
