package integration_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
)

// aviary collects whatever leaves the library, to be searched for canaries.
type aviary struct {
	mu  sync.Mutex
	out bytes.Buffer
}

func (a *aviary) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.out.Write(p)
}

// see takes down every form in which values can be shown: fmt, JSON, slog, and the text of
// a panic.
func (a *aviary) see(values ...any) {
	log := slog.New(slog.NewJSONHandler(a, nil))
	for _, v := range values {
		a.show("%v\n%+v\n%#v\n%s\n%q\n", v, v, v, v, v)
		text, err := json.Marshal(v)
		a.show("%s %v\n", text, err)
		log.Info("seen", "value", v)
		func() {
			defer func() { a.show("%v %+v\n", recover(), v) }()
			panic(v)
		}()
		if err, ok := v.(error); ok {
			for ; err != nil; err = errors.Unwrap(err) {
				a.show("%v %#v\n", err, err)
			}
		}
	}
}

func (a *aviary) show(format string, args ...any) { _, _ = fmt.Fprintf(a, format, args...) }

// No secret is found anywhere but inside what is sealed: through every flow, in
// results, errors, logs, panics, the audit log, and in the very bytes of the database and its
// write-ahead log (C8, G11).
func TestC8_CanariesAreFoundNowhere(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	seen := &aviary{}
	own := map[string]string{ // what this test hands in; the server adds its own
		"parameter": "canary-parameter-1", "parameter again": "canary-parameter-2", "preset": "canary-preset",
		"app": "canary-app-secret", "browser": "canary-browser", "machine": "canary-machine-secret", "refused": "canary-refused",
	}
	cat := catalogtest.NewWith(t, func(o *catalog.Options) {
		o.Store = openStore(t, path)
		o.Logger = slog.New(slog.NewJSONHandler(seen, &slog.HandlerOptions{Level: slog.LevelDebug}))
		o.Tokens.Extra = []string{"refresh_token", "team.id"}
	})
	cat.Offer("crm@1.0.0", func(r *connector.Release) {
		device, machine := cat.Auth.Scheme(auth.Device), cat.Auth.Scheme(auth.ClientCredentials)
		device.ID, machine.ID = "device", "machine"
		machine.Params = []auth.Param{{Key: "client_id"}, {Key: "client_secret", Secret: true}}
		r.Manifest.Auth = append(r.Manifest.Auth, *device, *machine)
		r.Manifest.Auth[0].Params = append(r.Manifest.Auth[0].Params, auth.Param{Key: "extra", Secret: true}, auth.Param{Key: "site"})
	})
	f := &flight{T: t, Catalog: cat, seen: seen, own: own, user: catalogtest.Principal(catalog.RoleViewer)}
	f.note(nil, cat.Admin.Refresh(t.Context()))
	cat.Install(t, "crm")
	f.govern()
	f.parameters()
	f.browser()
	f.device()
	f.machine()
	f.faults()
	f.delete()

	ctx := t.Context()
	for e, err := range cat.Admin.Audit(ctx, nil) {
		f.note(e, err)
	}
	for app, err := range cat.Admin.Apps(ctx) {
		f.note(app, err)
	}
	for p, err := range cat.Admin.Policies(ctx) {
		f.note(p, err)
	}
	for conn, err := range cat.For(f.user).Connections().List(ctx, nil) {
		f.note(conn, err)
	}
	page, err := cat.For(f.user).Connector(ctx, "crm")
	f.note(page, err)
	if err := cat.Close(); err != nil {
		t.Fatal(err)
	}

	places := map[string][]byte{"results, errors, logs and panics": seen.out.Bytes()}
	for _, file := range []string{path, path + "-wal"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("the database is to be searched: %v", err)
		}
		places[strings.TrimPrefix(file, path)+" of the database"] = data
	}
	canaries := cat.Auth.Secrets()
	for _, c := range own {
		canaries = append(canaries, c)
	}
	t.Logf("%d canaries, %d bytes of what was shown", len(canaries), seen.out.Len())
	if len(canaries) < 25 || seen.out.Len() < 50_000 {
		t.Error("too little was done to show anything")
	}
	for where, data := range places {
		for _, c := range canaries {
			for form, text := range map[string]string{"plain": c, "in a query": url.QueryEscape(c), "in JSON": quoted(c)} {
				if len(c) > 3 && bytes.Contains(data, []byte(text)) {
					t.Errorf("the canary %q is in the %s (%s)", c, where, form)
				}
			}
		}
	}
	if !bytes.Contains(slices.Concat(places[" of the database"], places["-wal of the database"]), []byte("canary-site")) {
		t.Error("what is no secret should be found: else this test cannot see anything")
	}
}

func quoted(s string) string {
	text, _ := json.Marshal(s)
	return strings.Trim(string(text), `"`)
}

// flight is one walk through every flow.
type flight struct {
	*testing.T
	*catalogtest.Catalog

	seen *aviary
	own  map[string]string
	user catalog.Principal
}

func (f *flight) note(v any, err error) { f.seen.see(v, err) }

func (f *flight) must(v any, err error) {
	f.Helper()
	f.note(v, err)
	if err != nil {
		f.Fatal(err)
	}
}

func (f *flight) conns() *catalog.Connections { return f.For(f.user).Connections() }

func (f *flight) secret(name string) auth.Secret { return auth.NewSecret(f.own[name]) }

func (f *flight) govern() {
	ctx := f.Context()
	p := &governance.Policy{ID: "p", Connectors: []governance.Rule{{
		Match: "crm", Effect: governance.Enable,
		Presets: []governance.Preset{{Scheme: "key", Param: "extra", Secret: governance.NewSecret(f.secret("preset")), Mode: governance.PresetFixed, Hidden: true}},
	}}}
	f.note(p, nil)
	stored, err := f.Admin.PutPolicy(ctx, p)
	f.must(stored, err)
	assigned, err := f.Admin.Assign(ctx, governance.Tenant("acme"), "p")
	f.must(assigned, err)
	_, err = f.Admin.PutPolicy(ctx, p) // stale, with the secret in hand
	f.note(nil, err)
	impact, err := f.Admin.Preview(ctx, governance.Put(stored))
	f.note(impact, err)
	why, err := f.Admin.ExplainAccess(ctx, f.user, "crm")
	f.must(why, err)
	for _, s := range []string{"oauth2", "device"} {
		f.must(f.Register(f.T, "", "crm", s), nil)
	}
	app := &catalog.App{Tenant: "acme", Connector: "crm", Scheme: "oauth2", App: auth.App{ClientID: "x y", ClientSecret: f.secret("app")}}
	f.note(app, nil)
	_, err = f.Admin.PutApp(ctx, app) // refused: the id
	f.note(nil, err)
}

func (f *flight) parameters() {
	ctx := f.Context()
	req := &catalog.ConnectionRequest{Name: "by key", Params: map[string]any{"api_key": f.own["parameter"], "site": "canary-site"}}
	conn, err := f.conns().Create(ctx, "crm", "key", req)
	f.must(conn, err)
	_, err = f.conns().Create(ctx, "crm", "key", &catalog.ConnectionRequest{Name: "by key", Params: map[string]any{"api_key": f.secret("refused")}})
	f.note(nil, err)
	_, err = f.conns().Create(ctx, "crm", "key", &catalog.ConnectionRequest{Name: "", Params: map[string]any{"api_key": []any{f.own["refused"]}, "nothing": f.own["refused"]}})
	f.note(nil, err)
	again, err := f.conns().Reauthenticate(ctx, conn.ID, &catalog.ReauthRequest{Params: map[string]any{"api_key": f.own["parameter again"]}})
	f.must(again, err)
	f.call(conn.ID, "https://api.example.com/") // fails: there is no such host here
	f.call(conn.ID, "https://elsewhere.example.com/")
	result, err := f.conns().Test(ctx, conn.ID)
	f.note(result, err)
}

func (f *flight) call(id, target string) {
	client, err := f.conns().Client(f.Context(), id)
	f.note(client, err)
	if err != nil {
		return
	}
	req, err := http.NewRequestWithContext(f.Context(), http.MethodGet, target, nil)
	if err != nil {
		f.Fatal(err)
	}
	resp, err := client.Do(req)
	f.note(resp, err)
	if err == nil {
		f.note(resp.Request, resp.Body.Close())
	}
}

func (f *flight) browser() {
	ctx := f.Context()
	req := &catalog.ConnectionRequest{Name: "by browser", Browser: f.secret("browser")}
	a, err := f.conns().Begin(ctx, "crm", "oauth2", req)
	f.must(req, err)
	back := f.Agree(f.T, a)
	_, err = f.conns().Complete(ctx, a.ID, back, auth.NewSecret("another"))
	f.note(nil, err)
	_, err = f.conns().Complete(ctx, "wrong", back, f.secret("browser"))
	f.note(nil, err)
	conn, err := f.conns().Complete(ctx, a.ID, back, f.secret("browser"))
	f.must(conn, err)
	f.Clock.Advance(2 * time.Hour)
	f.call(conn.ID, f.Auth.URL+"/api")
	again, err := f.conns().BeginReauthenticate(ctx, conn.ID, &catalog.ReauthRequest{Browser: f.secret("browser")})
	if err != nil {
		f.Fatal(err)
	}
	conn, err = f.conns().Complete(ctx, again.ID, f.Agree(f.T, again), f.secret("browser"))
	f.must(conn, err)
}

func (f *flight) device() {
	ctx := f.Context()
	a, err := f.conns().Begin(ctx, "crm", "device", &catalog.ConnectionRequest{Name: "by device"})
	f.must(nil, err) // what it shows is for the person
	_, err = f.conns().Poll(ctx, a.ID)
	f.note(nil, err)
	if err := f.Auth.ApproveDevice(a.Device.UserCode); err != nil {
		f.Fatal(err)
	}
	f.Clock.Advance(a.Device.Interval)
	conn, err := f.conns().Poll(ctx, a.ID)
	f.must(conn, err)
}

func (f *flight) machine() {
	ctx := f.Context()
	app := f.Auth.App()
	conn, err := f.conns().Create(ctx, "crm", "machine", &catalog.ConnectionRequest{
		Name: "by machine", Params: map[string]any{"client_id": app.ClientID, "client_secret": app.ClientSecret},
	})
	f.must(conn, err)
	_, err = f.conns().Create(ctx, "crm", "machine", &catalog.ConnectionRequest{
		Name: "refused", Params: map[string]any{"client_id": app.ClientID, "client_secret": f.own["machine"]},
	})
	f.note(nil, err)
}

// faults lets renewals fail in ways that quote secrets.
func (f *flight) faults() {
	quote := func(reply map[string]any) {
		for k, v := range reply {
			reply["error_description"] = fmt.Sprintf("%v: %v", k, v)
		}
		reply["error"] = "invalid_request"
	}
	for i, step := range []authtest.Step{
		authtest.Edit(quote), authtest.Redirect(307, "https://elsewhere.example.com/?code=1"), authtest.Reply(200, nil, "<html>"),
		authtest.Refuse(400, "invalid_grant", "no"), authtest.DropAfter(), authtest.Cut(),
	} {
		conn := f.Connect(f.T, f.user, "crm", fmt.Sprint("faulty ", i))
		f.Auth.Script(authtest.Token, step)
		f.Clock.Advance(2 * time.Hour)
		f.call(conn.ID, f.Auth.URL+"/api")
		result, err := f.conns().Test(f.Context(), conn.ID)
		f.note(result, err)
	}
}

func (f *flight) delete() {
	ctx := f.Context()
	f.Auth.Script(authtest.Revoke, authtest.Refuse(503, "server_error", "no"))
	var ids []string
	for conn, err := range f.conns().List(ctx, nil) {
		f.must(conn, err)
		ids = append(ids, conn.ID)
	}
	for _, id := range ids[:2] {
		f.note(nil, f.conns().Delete(ctx, id))
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	f.note(nil, f.conns().Delete(ended, ids[2]))
}
