package main

import (
	"context"
	"errors"
	"strings"

	"github.com/patchbay/patchbay/catalog"
)

func (w *walker) skip(ctx context.Context, r *result) error {
	effect, err := w.ada.Skip(ctx, "zoom", &catalog.Skip{Versions: "1.4.0", Reason: "loses recurring meetings"})
	if err != nil {
		return err
	}
	for _, e := range effect.Connectors {
		r.Effect = append(r.Effect, effectLine{e.Key, e.Before, e.After, e.Stranded})
		w.out.printf("  %s: the newest version to choose was %s and is now %s.\n", e.Key, e.Before, e.After)
	}
	// Asking for the version by name is refused, with the reason.
	_, err = w.ada.Plan(ctx, catalog.Pick("zoom", "1.4.0"))
	r.refuse(w.out, err)
	refused := errors.Is(err, catalog.ErrNoEligible) && strings.Contains(err.Error(), "loses recurring meetings")
	sel, err := w.ada.Explain(ctx, "zoom")
	if err != nil {
		return err
	}
	for _, v := range sel.Verdicts {
		r.Versions = append(r.Versions, versionLine{v.Version, v.Stage, v.Eligible, v.Code, v.Reason})
		w.out.printf("    %-12s %s\n", v.Version, v.Reason)
	}
	row, err := w.row(ctx, "zoom")
	return errors.Join(err,
		must(refused, "a skipped version is refused with the skip's reason"),
		must(row.Active == "1.2.0" && row.Upgrade == "1.3.1", "what is installed stays, and the upgrade is the version before"))
}

func (w *walker) upgrade(ctx context.Context, r *result) error {
	choices := []catalog.Choice{catalog.Pick("jira", ""), catalog.Pick("zoom", "")}
	plan, err := w.ada.Plan(ctx, choices...)
	if err != nil {
		return err
	}
	// Jira 2 signs in another way. Nobody's login moves without an admin's consent.
	_, err = w.ada.Install(ctx, plan)
	r.refuse(w.out, err)
	refused := errors.Is(err, catalog.ErrApprovalRequired)
	st, err := w.carryOut(ctx, r, true, choices...)
	if err != nil {
		return err
	}
	jira, err := w.ada.Connector(ctx, "jira")
	if err != nil {
		return err
	}
	r.tags(w.out, jira)
	breaking := r.Plan[0].Breaking
	return errors.Join(
		must(refused, "a changed login needs approval"),
		must(len(breaking) == 1 && breaking[0].Message != "" && breaking[0].Deadline != "", "the plan tells what breaks, and until when the old version works"),
		must(allIn(st, catalog.Done) && st.Items[1].To == "1.3.1", "zoom is upgraded to the newest version that is not skipped"),
		must(jira.Row.Active == "2.0.0" && jira.Row.Previous == "1.1.0", "jira 2.0.0 is active, 1.1.0 was before"))
}

func (w *walker) failedUpgrade(ctx context.Context, r *result) error {
	w.sample.Damage("github", "1.3.0")
	defer w.sample.Repair("github", "1.3.0")
	st, err := w.carryOut(ctx, r, false, catalog.Pick("github", "1.3.0"), catalog.Pick("trello", ""))
	if err != nil {
		return err
	}
	row, err := w.row(ctx, "github")
	if err != nil {
		return err
	}
	r.Rows = []rowLine{row}
	w.out.printf("  %s is still %s, and %s is offered as before.\n", row.Key, row.Active, row.Upgrade)
	github, trello := st.Items[0], st.Items[1]
	return errors.Join(
		must(github.State == catalog.Failed && strings.Contains(github.Err, string(github.Digest)) && strings.Count(github.Err, "sha256:") == 2,
			"the row names the digest promised and the digest received: %s", github.Err),
		must(trello.State == catalog.Done, "the other item is installed all the same"),
		must(row.Active == "1.2.0" && row.Upgrade == "1.3.0", "github 1.2.0 stays active"))
}

func (w *walker) rollback(ctx context.Context, r *result) error {
	before := w.sample.Served()
	st, err := w.carryOut(ctx, r, true, catalog.Pick("jira", "1.1.0"))
	if err != nil {
		return err
	}
	downloads := w.sample.Served() - before
	jira, err := w.ada.Connector(ctx, "jira")
	if err != nil {
		return err
	}
	r.tags(w.out, jira)
	w.out.printf("  %d packages were downloaded.\n", downloads)
	return errors.Join(
		must(allIn(st, catalog.Done) && jira.Row.Active == "1.1.0" && jira.Row.Previous == "2.0.0", "jira is back at 1.1.0"),
		must(downloads == 0, "nothing is downloaded again"))
}
