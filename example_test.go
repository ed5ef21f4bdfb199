package patchbay_test //nolint:testableexamples // it needs a driver and a feed; examples/quickstart runs the like

import (
	"context"
	"database/sql"
	"fmt"
	"log"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/httpfeed"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer/dirinstaller"
)

// check ends the program; yours handles its errors.
func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func Example() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "catalog.db") // with a driver of your choice
	check(err)
	store, err := sqlstore.Open(ctx, db, sqlstore.SQLite, nil)
	check(err)
	cat, err := catalog.Open(ctx, &catalog.Options{
		Store:     store,
		Feeds:     []catalog.Feed{httpfeed.New("https://feeds.example.com/index.json", nil)},
		Installer: dirinstaller.New("connectors", nil),
	})
	check(err)
	defer cat.Close()

	admin, err := cat.Manage(catalog.Principal{Tenant: "acme", User: "ada", Roles: []string{catalog.RoleAdmin}})
	check(err) // ErrForbidden unless an admin
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
		fmt.Println(item.Key, item.State, item.Bytes, item.Total)
	}

	viewer := cat.For(catalog.Principal{Tenant: "acme", User: "vic", Roles: []string{catalog.RoleViewer}})
	page, err := viewer.Connector(ctx, "slack") // cannot reach what is not published
	check(err)
	fmt.Println(page.Version, page.Activities.Ready)
}
