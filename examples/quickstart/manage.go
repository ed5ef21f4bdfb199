package main

import (
	"context"
	"errors"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// manage does what the command line asks for: it installs, then lists.
func manage(ctx context.Context, cfg *config, out *output) (ok bool, err error) {
	p, err := cfg.open(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	ada, err := p.Manage(admin())
	if err != nil {
		return false, err
	}
	ok = true
	if cfg.all || len(cfg.choices) > 0 {
		if ok, err = install(ctx, cfg, ada, out); err != nil {
			return false, err
		}
	}
	if cfg.list {
		if err := list(ctx, ada, out); err != nil {
			return false, err
		}
	}
	read, err := reportFeeds(ctx, cfg, ada, out)
	return ok && read, err
}

// list prints the manage view.
func list(ctx context.Context, ada *catalog.Admin, out *output) error {
	var rows []rowLine
	for row, err := range ada.Available(ctx, nil) {
		if err != nil {
			return err
		}
		line := newRowLine(row)
		rows = append(rows, line)
		out.object(line)
	}
	out.rows(rows)
	return nil
}

// reportFeeds says how the feeds fare: what could not be offered, if the list
// was asked for, and which feeds could not be read.
func reportFeeds(ctx context.Context, cfg *config, ada *catalog.Admin, out *output) (read bool, err error) {
	read = true
	for st, err := range ada.Feeds(ctx) {
		if err != nil {
			return false, err
		}
		minor := 0
		for i := range st.Problems {
			p := &st.Problems[i]
			if p.Lost == connector.LostNothing {
				minor++
			} else if cfg.list {
				out.problem(newProblemLine(p))
			}
		}
		out.note("Feed %s is %s and offers %d connectors. %d of its problems cost nothing.", st.Name, st.Condition, st.Connectors, minor)
		if st.More > 0 {
			out.note("Feed %s has %d more problems.", st.Name, st.More)
		}
		if st.Err != "" {
			read = false
			out.feedError(errorLine{st.Name, st.Err})
		}
	}
	return read, nil
}

// install installs what was chosen. A choice that cannot be planned and an
// item that fails do not keep the others from being installed.
func install(ctx context.Context, cfg *config, ada *catalog.Admin, out *output) (ok bool, err error) {
	choices := cfg.choices
	if cfg.all {
		if choices, err = everything(ctx, ada); err != nil {
			return false, err
		}
	}
	plan, lines, err := planEach(ctx, ada, choices, cfg.approve, out)
	if err != nil {
		return false, err
	}
	if len(plan.Items) > 0 {
		st, err := carryOut(ctx, ada, plan, out)
		if err != nil {
			return false, err
		}
		lines = append(installLines(st), lines...)
	}
	return out.installed(lines), nil
}

// everything chooses each connector that has a version to install or to upgrade to.
func everything(ctx context.Context, ada *catalog.Admin) ([]catalog.Choice, error) {
	var choices []catalog.Choice
	for row, err := range ada.Available(ctx, nil) {
		switch {
		case err != nil:
			return nil, err
		case row.Active == "" && row.Newest != "":
			choices = append(choices, catalog.Pick(string(row.Key), ""))
		case row.Upgrade != "":
			choices = append(choices, catalog.Pick(string(row.Key), row.Upgrade))
		}
	}
	return choices, nil
}
