package main

import (
	"context"
	"errors"
	"strings"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

func (w *walker) empty(ctx context.Context, r *result) error {
	published, err := w.listPublished(ctx)
	if err != nil {
		return err
	}
	page, err := w.ada.AvailablePage(ctx, &catalog.Query{Limit: 1})
	if err != nil {
		return err
	}
	r.Dir, r.Published, r.Available = w.cfg.dir, &published, &page.Total
	w.out.printf("  %d connectors are available, %d are published.\n", page.Total, len(published))
	return errors.Join(
		must(len(published) == 0, "nothing is published; for the walk, -dir must be a new folder"),
		must(page.Total >= 24, "the sample has 24 connectors or more"))
}

func (w *walker) manage(ctx context.Context, r *result) error {
	for row, err := range w.ada.Available(ctx, nil) {
		if err != nil {
			return err
		}
		r.Rows = append(r.Rows, newRowLine(row))
		if err := must(row.Tag == catalog.LatestNotInstalled, "%s is %s", row.Key, catalog.LatestNotInstalled); err != nil {
			return err
		}
	}
	w.out.rows(r.Rows)
	crm, err := w.ada.AvailablePage(ctx, &catalog.Query{Category: "crm", Stage: connector.GA, Sort: catalog.ByKey, Limit: 2})
	if err != nil {
		return err
	}
	w.out.printf("  Of the category CRM, the first page of %d: %s, %s.\n", crm.Total, crm.Rows[0].Key, crm.Rows[1].Key)
	return must(crm.Total == 3 && crm.Next != "", "there are three in CRM, and another page")
}

func (w *walker) install(ctx context.Context, r *result) error {
	st, err := w.carryOut(ctx, r, false,
		catalog.Pick("jira", "~1.1"), catalog.Pick("zoom", "1.2.0"), catalog.Pick("github", "1.2.0"), // older ones, for the steps below
		catalog.Pick("slack", ""), catalog.Pick("gmail", ""), catalog.Pick("salesforce", ""), catalog.Pick("hubspot", ""),
		catalog.Pick("stripe", ""), catalog.Pick("xero", ""), catalog.Pick("notion", ""), catalog.Pick("dropbox", ""), catalog.Pick("openai", ""))
	if err != nil {
		return err
	}
	again, err := w.carryOut(ctx, &result{}, false, catalog.Pick("slack", ""))
	if err != nil {
		return err
	}
	return errors.Join(
		must(allIn(st, catalog.Done), "every item is done"),
		must(allIn(again, catalog.Skipped), "installing what is active does nothing"))
}

func (w *walker) published(ctx context.Context, r *result) error {
	published, err := w.listPublished(ctx)
	if err != nil {
		return err
	}
	for _, p := range published {
		w.out.printf("  %s %s %s\n", p.Key, p.Version, p.Stage)
	}
	page, err := w.vic.Connector(ctx, "jira")
	if err != nil {
		return err
	}
	r.Published, r.Page = &published, newPageLine(page)
	w.out.printf("  The page of %s: for %s; sign in with %s; triggers %s; activities %s.\n", page.Name, strings.Join(r.Page.BuildTargets, ", "),
		strings.Join(r.Page.Connections, ", "), strings.Join(r.Page.Triggers, ", "), strings.Join(r.Page.Activities, ", "))
	return errors.Join(
		must(len(published) == 12, "twelve connectors are published"),
		must(page.Version == "1.1.0" && page.Activities.Ready && len(page.Activities.List) > 0, "the page of jira 1.1.0 lists its activities, ready to use"))
}
