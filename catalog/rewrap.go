package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/patchbay/patchbay/auth"
)

// rewrapBatch is how many records are stored in one step.
const rewrapBatch = 100

// maxRewrapErrors bounds what is told of records that could not be rewrapped.
const maxRewrapErrors = 20

// RewrapStatus is what Admin.Rewrap has done.
type RewrapStatus struct {
	Key     string // the current key
	Changed int    // records that needed another one
	Already int    // records that need the current one only
	Failed  int    // records that could not be opened; the error says why
}

// Rewrap makes everything that is sealed need the current key of Options.Keys only: after
// that key was rotated, and before an older one is destroyed (C8). It works online, with all
// readers and writers at work, and does not decrypt any secret. It can be stopped at any time
// and begun again, here or in another process: what is done already is passed over.
// A record that changes meanwhile is looked at again. What cannot be rewrapped is counted and told, and does not
// stop the rest. Policies with preset secrets get a new revision by it.
func (a *Admin) Rewrap(ctx context.Context) (*RewrapStatus, error) {
	const op = "rewrap"
	if err := a.allow(ctx, op, ActionGovern, ""); err != nil {
		return nil, err
	}
	w := &rewrapping{cat: a.cat, by: a.principal}
	if err := w.run(ctx); err != nil {
		return &w.status, &Error{Op: op, Err: err}
	}
	return &w.status, nil
}

// KeyInUse reports whether anything sealed needs a key. It is what auth.LocalKeys.Destroy
// asks for.
func (a *Admin) KeyInUse(ctx context.Context, id string) (bool, error) {
	const op = "look for key"
	if err := a.allow(ctx, op, ActionGovern, ""); err != nil {
		return false, err
	}
	for _, place := range sealedPlaces() {
		for rec, err := range a.cat.list(ctx, place.prefix) {
			var found bool
			if err == nil {
				_, err = place.edit(rec, func(s auth.Sealed) (auth.Sealed, error) {
					found = found || s.KeyID() == id
					return s, nil
				})
			}
			if err != nil {
				return true, &Error{Op: op, Key: id, Err: err} // nobody knows
			}
			if found {
				return true, nil
			}
		}
	}
	return false, nil
}

// rewrapping is one run of Rewrap.
type rewrapping struct {
	cat    *Catalog
	by     Principal
	status RewrapStatus
	batch  []Op
	errs   []error
}

func (w *rewrapping) run(ctx context.Context) error {
	err := w.cat.needKeys()
	if err != nil {
		return err
	}
	if w.status.Key, err = w.cat.opts.Keys.CurrentKey(ctx); err != nil {
		return err
	}
	for _, place := range sealedPlaces() {
		for rec, err := range w.cat.list(ctx, place.prefix) {
			if err != nil {
				return errors.Join(err, errors.Join(w.errs...))
			}
			if err := w.take(ctx, place, rec); err != nil {
				return err
			}
		}
		if err := w.flush(ctx, place); err != nil {
			return err
		}
	}
	return errors.Join(w.errs...)
}

// take puts a record that needs another key into the batch.
func (w *rewrapping) take(ctx context.Context, place sealedPlace, rec Record) error {
	value, changed, err := w.rewrapped(ctx, place, rec)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		w.status.Failed++
		if len(w.errs) < maxRewrapErrors {
			w.errs = append(w.errs, fmt.Errorf("record %q: %w", rec.Key, err))
		}
		return nil
	case !changed:
		w.status.Already++
		return nil
	}
	w.batch = append(w.batch, Put(rec.Key, value, At(rec.Revision)))
	if len(w.batch) < rewrapBatch && place.prefix != prefixPolicy {
		return nil
	}
	return w.flush(ctx, place)
}

func (w *rewrapping) rewrapped(ctx context.Context, place sealedPlace, rec Record) (value []byte, changed bool, err error) {
	value, err = place.edit(rec, func(s auth.Sealed) (auth.Sealed, error) {
		next, moved, err := w.cat.sealer.Rewrap(ctx, s)
		changed = changed || moved
		return next, err
	})
	return value, changed, err
}

// flush stores the batch. Where a record has changed meanwhile, each is tried by itself, and
// that one again.
func (w *rewrapping) flush(ctx context.Context, place sealedPlace) error {
	batch := w.batch
	w.batch = nil
	if len(batch) == 0 {
		return nil
	}
	err := w.store(ctx, place, batch...)
	if errors.Is(err, ErrConflict) {
		for _, op := range batch {
			if err := w.single(ctx, place, op.Key); err != nil {
				return err
			}
		}
		return nil
	}
	if err == nil {
		w.status.Changed += len(batch)
	}
	return err
}

// single rewraps one record as it is now.
func (w *rewrapping) single(ctx context.Context, place sealedPlace, key string) error {
	for {
		rec, err := w.cat.store.Get(ctx, key)
		if err != nil {
			return ignore(err, ErrNotFound)
		}
		value, changed, err := w.rewrapped(ctx, place, rec)
		if err != nil {
			return err
		}
		if !changed {
			w.status.Already++
			return nil
		}
		err = w.store(ctx, place, Put(key, value, At(rec.Revision)))
		if errors.Is(err, ErrConflict) {
			continue
		}
		if err == nil {
			w.status.Changed++
		}
		return err
	}
}

// store writes ops with one audit entry: what is sealed stays the same, so that none is
// owed for each. A policy is written as every policy is (G6).
func (w *rewrapping) store(ctx context.Context, place sealedPlace, ops ...Op) error {
	entry := AuditEntry{By: w.by, Action: "rewrap", Detail: fmt.Sprintf("%d of %s under key %s", len(ops), place.prefix, w.status.Key)}
	if place.prefix == prefixPolicy {
		ops = append(ops, Put(keyGovern, []byte("{}"), Any()))
	}
	return w.cat.commit(ctx, entry, ops...)
}
