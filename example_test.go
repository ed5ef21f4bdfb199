package patchbay_test //nolint:testableexamples // it needs a driver and a feed; examples/quickstart runs the like

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"log"
	"net/url"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/httpfeed"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
	"github.com/patchbay/patchbay/installer/dirinstaller"
)

// check ends the program; yours handles its errors.
func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// visit stands for the browser: yours redirects there, and its request to the redirect
// URI has the callback.
func visit(string) (callback *url.URL) { return nil }

func Example() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "catalog.db") // with a driver of your choice
	check(err)
	store, err := sqlstore.Open(ctx, db, sqlstore.SQLite, nil)
	check(err)
	keys, err := auth.OpenKeyFile(ctx, "keys", &auth.KeyFileOptions{Create: true})
	check(err)
	cat, err := catalog.Open(ctx, &catalog.Options{
		Store:     store,
		Feeds:     []catalog.Feed{httpfeed.New("https://feeds.example.com/index.json", nil)},
		Installer: dirinstaller.New("connectors", nil),
		Keys:      keys, // without them, connections that hold secrets are refused
		RedirectURI: func(tenant string, key connector.Key) string {
			return fmt.Sprintf("https://app.example.com/connected/%s/%s", tenant, key)
		},
	})
	check(err)
	defer cat.Close()

	admin, err := cat.Manage(catalog.Principal{Tenant: "acme", User: "ada", Roles: []string{catalog.RoleAdmin}})
	check(err) // ErrForbidden unless an admin; an Admin acts for all tenants
	for row, err := range admin.Available(ctx, &catalog.Query{Text: "mail", Stage: connector.GA}) {
		check(err)
		fmt.Println(row.Name, row.Version, row.Tag, row.Upgrade)
	}

	_, err = admin.Skip(ctx, "slack", &catalog.Skip{Versions: "3.0.0", Reason: "breaks approvals"})
	check(err)
	plan, err := admin.Plan(ctx, catalog.Pick("slack", ""), catalog.Pick("jira", "~2.1"))
	check(err) // exact versions and digests, or why not
	op, err := admin.Install(ctx, plan)
	check(err) // durable from here on
	for item, err := range op.Progress(ctx) {
		check(err)
		fmt.Println(item.Key, item.State, item.Bytes, item.Err) // one that failed is no err
	}

	_, err = admin.PutPolicy(ctx, &governance.Policy{ID: "finance", Default: governance.Disable, Connectors: []governance.Rule{
		{Match: "slack", Effect: governance.Enable}, // and nothing else
	}})
	check(err)
	_, err = admin.Assign(ctx, governance.Tenant("acme"), "finance")
	check(err) // from now on, for new connections

	viewer := cat.For(catalog.Principal{Tenant: "acme", User: "vic", Roles: []string{catalog.RoleViewer}})
	page, err := viewer.Connector(ctx, "slack") // cannot reach what is not published
	check(err)
	fmt.Println(page.Version, page.Activities.Ready, page.Connections.Schemes[0].Decision)

	cookie := auth.NewSecret(rand.Text()) // of the browser that begins
	begun, err := viewer.Connections().Begin(ctx, "slack", "oauth2", &catalog.ConnectionRequest{Name: "Team chat", Browser: cookie})
	check(err)
	callback := visit(begun.URL) // the browser goes there and comes back
	conn, err := viewer.Connections().Complete(ctx, begun.ID, callback, cookie)
	check(err) // judged again, by the policy in force now
	client, err := viewer.Connections().Client(ctx, conn.ID)
	check(err)
	resp, err := client.Get("https://slack.com/api/team.info") // with the token, kept fresh
	check(err)
	defer resp.Body.Close()
}
