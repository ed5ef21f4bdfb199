package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/catalog"
)

func (l *left) operationsEnded(ctx context.Context) (string, error) {
	var errs []error
	ended := map[string]bool{}
	for op, err := range l.admin.Operations(ctx) {
		if err != nil {
			return "", err
		}
		st, err := op.Status(ctx)
		if err != nil {
			return "", err
		}
		ended[op.ID] = true
		if !st.Finished {
			errs = append(errs, fmt.Errorf("operation %s has not ended", op.ID))
		}
		if n := st.Failed(); n > 0 {
			errs = append(errs, fmt.Errorf("%d items of operation %s failed", n, op.ID))
		}
	}
	for _, a := range l.told(started) {
		if !ended[a.What] {
			errs = append(errs, fmt.Errorf("operation %s of %s is not there", a.What, a.By))
		}
	}
	return fmt.Sprintf("%d operations", len(ended)), errors.Join(errs...)
}

func (l *left) installsLogged(context.Context) (string, error) {
	var errs []error
	acts := l.told(installed)
	for _, a := range acts {
		found := l.logged(func(e *catalog.AuditEntry) bool {
			return e.Action == "install.item" && e.Outcome == "ok" && e.Key == a.Key && e.Target == a.Version && strings.Contains(e.Detail, a.What)
		})
		if found != 1 {
			errs = append(errs, fmt.Errorf("%s %s was installed by operation %s; the log says so %d times", a.Key, a.Version, a.What, found))
		}
	}
	return fmt.Sprintf("%d installations", len(acts)), errors.Join(errs...)
}

func (l *left) packagesVerify(ctx context.Context) (string, error) {
	var errs []error
	versions, active := 0, 0
	for v, err := range l.admin.Verify(ctx, "") {
		if err != nil {
			return "", err
		}
		versions++
		if v.Active {
			active++
		}
		if v.Err != nil {
			errs = append(errs, fmt.Errorf("%s %s: %w", v.Key, v.Version, v.Err))
		}
	}
	if active != len(connectors()) {
		errs = append(errs, fmt.Errorf("%d connectors are published, want %d", active, len(connectors())))
	}
	return fmt.Sprintf("%d versions of %d connectors", versions, active), errors.Join(errs...)
}

func (l *left) noStrays(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*lease)
	defer cancel()
	removed, err := l.admin.Sweep(ctx)
	for errors.Is(err, catalog.ErrInUse) && pause(ctx, lease/20) { // something is being ended
		removed, err = l.admin.Sweep(ctx)
	}
	if err == nil && removed > 0 {
		err = fmt.Errorf("%d belonged to no installed version", removed)
	}
	return "nothing to sweep", err
}

func (l *left) auditVerifies(ctx context.Context) (string, error) {
	end, err := l.admin.VerifyAudit(ctx)
	return fmt.Sprintf("%d entries", end.Seq), err
}
