package main

import (
	"context"
	"errors"

	"github.com/patchbay/patchbay/catalog"
)

// installs brings all connectors from version to version, back, and on.
func installs(ctx context.Context, w *worker) error {
	ida, err := w.Manage(admin("ida"))
	if err != nil {
		return err
	}
	for _, version := range append([]string{first, second, first}, upgrades()...) {
		var choices []catalog.Choice
		for _, key := range connectors() {
			choices = append(choices, catalog.Pick(string(key), version))
		}
		if err := w.install(ctx, ida, choices...); err != nil {
			return unless(ctx, err)
		}
	}
	<-ctx.Done()
	return nil
}

// install plans, installs and waits. From the moment that Install returns, the
// operation ends whatever becomes of this process.
func (w *worker) install(ctx context.Context, a *catalog.Admin, choices ...catalog.Choice) error {
	plan, err := a.Plan(ctx, choices...)
	if err != nil {
		return err
	}
	op, err := a.Install(ctx, plan)
	if errors.Is(err, catalog.ErrStalePlan) { // another admin was quicker: look again
		return w.install(ctx, a, choices...)
	}
	if err != nil {
		return err
	}
	if err := w.note(&act{Did: started, What: op.ID, Version: choices[0].Version}); err != nil {
		return err
	}
	for it, err := range op.Progress(ctx) {
		if err != nil {
			return err
		}
		if it.State == catalog.Done {
			if err := w.note(&act{Did: installed, What: op.ID, Key: it.Key, Version: it.To}); err != nil {
				return err
			}
		}
	}
	return nil
}

// unless returns err, unless the process was told to stop: what has begun ends without it.
func unless(stopped context.Context, err error) error {
	select {
	case <-stopped.Done():
		return nil
	default:
		return err
	}
}

// publishFirst installs what people connect to, so that they can from the beginning.
func publishFirst(ctx context.Context, cfg *config, notes *notebook) (err error) {
	p, err := cfg.open(ctx, func(string) {})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	ida, err := p.Manage(admin("ida"))
	if err != nil {
		return err
	}
	w := &worker{p, notes}
	return w.install(ctx, ida, catalog.Pick(string(mail), first), catalog.Pick(string(chat), first))
}
