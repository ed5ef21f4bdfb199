package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/catalog"
)

// apply does r in a transaction together with whatever else waits (S4). Whoever gets the turn leads: takes the
// lock for all, and then takes up all that have come meanwhile.
func (w *writer) apply(r *request) {
	if err := w.queue.join(r, w.waiter.closing); err != nil {
		r.err = err // nobody else knows r
		return
	}
	defer w.queue.leave()
	for {
		var err error
		select {
		case <-r.done:
			return
		case w.turn <- struct{}{}:
			w.lead(r)
			<-w.turn
			continue
		case <-w.waiter.closing:
			err = catalog.ErrClosed
		case <-r.ctx.Done():
			err = r.ctx.Err()
		}
		if w.queue.withdraw(r) {
			r.err = err
			return
		}
		select { // a transaction has taken it up: its end must be waited for
		case <-r.done:
			return
		case <-r.back:
		}
	}
}

// lead does r and others in one transaction, unless somebody else has done it.
func (w *writer) lead(r *request) {
	if r.finished() {
		return
	}
	var group []*request
	run := func() error {
		return w.transact(r.ctx, r.since, (*transaction).lock, func(tx *transaction) (bool, error) {
			if group == nil {
				group = w.queue.take(r)
			}
			return tx.serve(group)
		})
	}
	err := run()
	if err != nil && len(group) > 1 && !errors.Is(err, ErrInDoubt) {
		// Nothing has changed. Whose fault it is nobody knows, so each is tried alone.
		if r.ctx.Err() == nil && !w.waiter.closed() {
			for _, each := range group {
				each.alone = true
			}
		}
		w.queue.putBack(group[1:])
		if group = group[:1]; r.alone {
			err = run()
		}
	}
	if group == nil {
		w.queue.withdraw(r)
		group = []*request{r}
	}
	newest := catalog.Revision(0)
	for _, each := range group {
		if err != nil {
			each.err, each.refused = err, nil
		} else if each.changed {
			newest = each.rev
		}
		close(each.done)
	}
	if newest != 0 {
		w.committed(newest)
	}
}

func (r *request) finished() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// serve does the requests one after another, each on what those before have come to; one whose preconditions
// do not hold has no part in it.
func (tx *transaction) serve(group []*request) (bool, error) {
	tx.caller = group[0].ctx
	if len(group) > 1 {
		tx.caller = context.WithoutCancel(tx.caller) // it is short, and the others have a right to it
		for _, r := range group[1:] {
			tx.hurryFor(r.ctx)
		}
	}
	p := newPending(tx.st)
	var ops []catalog.Op
	for _, r := range group {
		ops = append(ops, r.ops...)
		if err := tx.read(p, r.keys); err != nil {
			return false, err
		}
	}
	if err := tx.load(p, ops); err != nil {
		return false, err
	}
	for _, r := range group {
		before := p.st.revision
		if err := tx.judge(p, r); err != nil {
			return false, err
		}
		r.rev, r.changed = p.st.revision, p.st.revision != before
	}
	if p.st.revision == tx.st.revision {
		return false, nil
	}
	return true, tx.write(p, tx.writer.deletions)
}

// judge does r if its preconditions hold. An error is not r's, but the transaction's.
func (tx *transaction) judge(p *pending, r *request) error {
	ops := r.ops
	if r.err, r.refused = nil, nil; r.compose != nil {
		made, err := r.made(p.records(r.keys))
		if err == nil {
			ops = slices.Concat(made, r.ops)
			err = catalog.ValidateApply(ops...)
		}
		if err != nil {
			r.refused = err
			return nil //nolint:nilerr // it is r's
		}
		if err := tx.load(p, made); err != nil {
			return err
		}
	}
	r.err = p.apply(ops)
	return nil
}

// made calls compose. Whoever leads is not to blame if that panics: the one who brought it is, in do.
func (r *request) made(current []catalog.Record) (ops []catalog.Op, err error) {
	defer func() {
		if r.panicked = recover(); r.panicked != nil {
			err = fmt.Errorf("compose panicked: %v", r.panicked)
		}
	}()
	return r.compose(current)
}
