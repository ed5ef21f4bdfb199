package main

import (
	"context"
	"errors"
	"slices"

	"github.com/patchbay/patchbay/catalog"
)

func (w *walker) viewer(ctx context.Context, r *result) error {
	_, forbidden := w.p.Manage(viewer())
	r.refuse(w.out, forbidden)
	_, hidden := w.vic.Connector(ctx, "asana") // available, but not published
	r.refuse(w.out, hidden)
	published, err := w.listPublished(ctx)
	if err != nil {
		return err
	}
	r.Published = &published
	w.out.printf("  %d connectors are published.\n", len(published))
	return errors.Join(
		must(errors.Is(forbidden, catalog.ErrForbidden), "a viewer is refused Manage"),
		must(errors.Is(hidden, catalog.ErrNotFound), "a viewer does not find what is not published"),
		must(len(published) == 13, "a viewer sees the thirteen published connectors"))
}

func (w *walker) reopen(ctx context.Context, r *result) error {
	before, err := w.everything(ctx)
	if err != nil {
		return err
	}
	if err := w.p.Close(); err != nil {
		return err
	}
	if err := w.open(ctx); err != nil {
		return err
	}
	after, err := w.everything(ctx)
	if err != nil {
		return err
	}
	r.Rows, r.Published = after.rows, &after.published
	// What lies on disk is held against its receipts, file by file.
	verified := 0
	for v, err := range w.ada.Verify(ctx, "") {
		if err = errors.Join(err, v.Err); err != nil {
			return err
		}
		verified++
	}
	for _, err := range w.ada.Audit(ctx, nil) {
		if err != nil {
			return err
		}
		r.Audit++
	}
	w.out.printf("  %d rows and %d published connectors, as before. %d installed versions verify. The audit log has %d entries.\n",
		len(after.rows), len(after.published), verified, r.Audit)
	return errors.Join(
		must(slices.Equal(before.rows, after.rows), "the manage view is the same"),
		must(slices.Equal(before.published, after.published), "what is published is the same"),
		must(verified == 15, "fifteen versions are installed, superseded ones included"))
}

// seen is all that the walk can see of the catalog.
type seen struct {
	rows      []rowLine
	published []publishedLine
}

func (w *walker) everything(ctx context.Context) (s seen, err error) {
	for row, err := range w.ada.Available(ctx, nil) {
		if err != nil {
			return s, err
		}
		s.rows = append(s.rows, newRowLine(row))
	}
	s.published, err = w.listPublished(ctx)
	return s, err
}
