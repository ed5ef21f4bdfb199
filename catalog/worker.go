package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/installer"
)

// worker does one item of an operation.
type worker struct {
	cat   *Catalog
	op    opRecord
	n     int
	leads bool // the operation
	item  itemRecord
	lease *lease
	berth berth

	mediaType string // of the artifact, once it is known
}

// errInterrupted stops a worker that could not learn what it must know. The item is
// taken up again.
var errInterrupted = errors.New("interrupted")

// errElsewhere leaves an item to a process that knows its feed.
var errElsewhere = errors.New("of a feed that is not configured here")

// run does the item and returns nil when it is final, in this process or
// another. It is called holding a slot, which it gives back. An error means that the item is not final.
func (w *worker) run(ctx context.Context, slots, ends chan struct{}) error {
	w.berth = berth{holds: slots, ends: ends}
	defer w.berth.end()
	defer w.cat.hub.forget(w.op.ID, w.n)
	for {
		busy, err := w.begin(ctx)
		if w.lease != nil {
			if err = w.do(ctx); err != nil {
				return joinRelease(ctx, w.lease, err)
			}
			return nil
		}
		if err != nil || busy == 0 {
			return err
		}
		// Waiting for another operation on the same connector (P11) must not keep
		// other connectors waiting, so the slot is given back meanwhile.
		<-slots
		err = sleep(ctx, min(busy, max(w.cat.opts.Lease/20, 5*time.Millisecond)))
		slots <- struct{}{}
		if err != nil {
			return err
		}
	}
}

// begin takes the lease and, in the same write, lets other processes see that the
// item is worked on. Without a lease and an error the item is final, or else somebody
// has the lease who can be busy so long. The item is read each time, because they may finish it.
func (w *worker) begin(ctx context.Context) (busy time.Duration, err error) {
	key := itemKey(w.op.ID, w.n)
	item, rev, err := get[itemRecord](ctx, w.cat, key)
	if err != nil || item.State.Final() {
		return 0, err
	}
	it := &item.Item
	if it.Feed != "" && !w.cat.knows(it.Feed) && !w.leads {
		return 0, errElsewhere
	}
	item.State, item.Changed = Fetching, w.cat.opts.Clock().UTC()
	if it.Installed {
		item.State = Verifying // nothing is to be fetched, unless it is damaged (P13)
	}
	w.item = item
	w.lease, busy, err = w.cat.tryLease(ctx, it.Key, w.op.ID, Put(key, encode(item), At(rev)))
	return max(busy, 1), err
}

// do performs the item under the lease and commits its outcome, which also
// gives the lease back.
func (w *worker) do(ctx context.Context) error {
	held, stop := w.lease.keep(ctx)
	w.reportState(w.item.State)
	got, note, err := w.perform(held)
	var left *installer.Receipt
	if err != nil && held.Err() == nil && !errors.Is(err, errInterrupted) {
		left = w.cleanUp(held, got)
	}
	w.berth.move(true)
	if stopped := stop(); stopped != nil {
		return stopped // the lease is lost: somebody else does the item
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err() // closing: the next process resumes
	case errors.Is(err, errInterrupted):
		return err
	case err != nil:
		return w.fail(ctx, left, err)
	case note != "":
		return w.end(ctx, Skipped, note, nil)
	}
	w.reportState(Activating)
	err = w.activate(ctx, got)
	if conflicted(err, publishedKey(w.item.Item.Key)) {
		return w.fail(ctx, &got.Receipt, fmt.Errorf("%w: another version became active meanwhile", ErrStalePlan))
	}
	return err
}

// cleanUp takes away what the failed attempt put in place, or an earlier one that a
// crash cut short, unless it is installed. It is called under the lease, without
// which the files may be somebody else's. What could not be removed is returned.
func (w *worker) cleanUp(ctx context.Context, got *installed) (left *installer.Receipt) {
	it := &w.item.Item
	if e := w.cat.snapshot().entry(it.Key); e != nil && e.installed[it.To] != nil {
		return nil
	}
	receipt := &installer.Receipt{Key: it.Key, Version: it.To, MediaType: w.mediaType, Digest: it.Digest}
	if got != nil {
		receipt = &got.Receipt
	}
	err := w.cat.opts.Installer.Remove(ctx, receipt)
	if err == nil {
		return nil
	}
	if ctx.Err() == nil {
		w.cat.opts.Logger.WarnContext(ctx, "patchbay: cannot clean up", "connector", it.Key, "version", it.To, "error", err)
	}
	return receipt
}

// fail records the failure, and what is left to be removed.
func (w *worker) fail(ctx context.Context, left *installer.Receipt, cause error) error {
	if left == nil {
		return w.end(ctx, Failed, "", cause)
	}
	return w.end(ctx, Failed, "", cause, Put(versioned(prefixTrash, left.Key, left.Version), encode(left), Any()))
}

// end commits a final state without changing what is published.
func (w *worker) end(ctx context.Context, state ItemState, note string, cause error, more ...Op) error {
	entry := AuditEntry{By: w.op.By, Action: "install.item", Key: w.item.Item.Key, Target: w.item.Item.To, Detail: note}
	if cause != nil {
		entry.Outcome = clipText(cause.Error())
		w.item.Error = entry.Outcome
	}
	w.item.State, w.item.Note, w.item.Changed = state, note, w.cat.opts.Clock().UTC()
	return w.cat.commit(ctx, entry, append(more, w.lease.end(), w.put())...)
}

func (w *worker) put() Op {
	return Put(itemKey(w.op.ID, w.n), encode(w.item), Any())
}

// report passes on what the installer says.
func (w *worker) report(p installer.Progress) {
	if p.Phase != installer.Fetching {
		w.berth.move(false)
	}
	st := w.item.status(w.n)
	st.State, st.Bytes = ItemState(p.Phase), p.Bytes
	if p.Total > 0 {
		st.Total = p.Total
	}
	w.cat.hub.report(w.op.ID, st, false)
}

func (w *worker) reportState(s ItemState) {
	st := w.item.status(w.n)
	st.State = s
	w.cat.hub.report(w.op.ID, st, false)
}
