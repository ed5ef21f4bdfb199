package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/examples/internal/sample"
)

// walker goes through the steps. Each step leaves the catalog as the next one
// expects it.
type walker struct {
	cfg    *config
	out    *output
	sample *sample.Feed
	p      *program
	ada    *catalog.Admin  // manages
	vic    *catalog.Viewer // only looks
}

type step struct {
	name string
	says string
	do   func(ctx context.Context, r *result) error
}

func (w *walker) steps() []step {
	return []step{
		{"empty", "A fresh catalog publishes nothing. Feeds only make connectors available.", w.empty},
		{"manage", "The admin's view: every connector, with the version that would be installed.", w.manage},
		{"install", "Several connectors at once, some of them not in the newest version.", w.install},
		{"published", "What everybody sees: only what is installed.", w.published},
		{"skip", "A version is left out of every choice, with a reason.", w.skip},
		{"upgrade", "An upgrade that breaks something says so, and moved logins need approval.", w.upgrade},
		{"failed-upgrade", "A package arrives damaged: the version before stays.", w.failedUpgrade},
		{"rollback", "Back to the version before, without a download.", w.rollback},
		{"viewer", "Somebody who is no admin can neither manage nor see what is not published.", w.viewer},
		{"govern", "A policy closes a connector for new connections; one that exists goes on.", w.govern},
		{"reopen", "The program ends and starts again: everything is as it was.", w.reopen},
	}
}

// walk goes through the steps with the sample feed. It ends with the first step
// that does not hold.
func walk(ctx context.Context, cfg *config, server *sampleServer, out *output) (ok bool, err error) {
	w := &walker{cfg: cfg, out: out, sample: server.content}
	if err := w.open(ctx); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, w.p.Close()) }()
	for i, s := range w.steps() {
		out.printf("\n%d. %s: %s\n", i+1, s.name, s.says)
		r := &result{Step: s.name}
		if err := s.do(ctx, r); err != nil {
			r.Error = err.Error()
			out.object(r)
			return false, fmt.Errorf("step %s: %w", s.name, err)
		}
		r.OK = true
		out.object(r)
	}
	out.printf("\nAll steps hold. See what is left with\n\n\tgo run ./examples/quickstart -list -dir %s\n", cfg.dir)
	return true, nil
}

func (w *walker) open(ctx context.Context) (err error) {
	if w.p, err = w.cfg.open(ctx); err != nil {
		return err
	}
	w.vic = w.p.For(viewer())
	if w.ada, err = w.p.Manage(admin()); err != nil {
		return errors.Join(err, w.p.Close())
	}
	return nil
}

// carryOut plans, installs and shows. Approved says that changed schemes and
// moved origins are accepted.
func (w *walker) carryOut(ctx context.Context, r *result, approved bool, choices ...catalog.Choice) (*catalog.OperationStatus, error) {
	plan, err := w.ada.Plan(ctx, choices...)
	if err != nil {
		return nil, err
	}
	if approved {
		for _, it := range plan.Items {
			plan.Approve(it.Key)
		}
	}
	r.Plan = w.out.plan(plan)
	st, err := carryOut(ctx, w.ada, plan, w.out)
	if err != nil {
		return nil, err
	}
	r.Items = installLines(st)
	return st, nil
}

// row returns the line of one connector in the manage view.
func (w *walker) row(ctx context.Context, key string) (rowLine, error) {
	d, err := w.ada.Connector(ctx, key)
	if err != nil {
		return rowLine{}, err
	}
	return newRowLine(&d.Row), nil
}

// must fails a step when what it shows is not what it claims.
func must(holds bool, format string, args ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf("does not hold: "+format, args...)
}

// allIn reports whether every item ended in that state.
func allIn(st *catalog.OperationStatus, want catalog.ItemState) bool {
	return !slices.ContainsFunc(st.Items, func(it catalog.ItemStatus) bool { return it.State != want })
}
