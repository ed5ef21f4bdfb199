package catalog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// ItemState is where one item of an operation stands (P10).
type ItemState string

// The states of an item. Done, Failed and Skipped are final.
const (
	Queued     ItemState = "queued"
	Fetching   ItemState = "fetching"
	Verifying  ItemState = "verifying"
	Installing ItemState = "installing"
	Activating ItemState = "activating"
	Done       ItemState = "done"
	Failed     ItemState = "failed"
	Skipped    ItemState = "skipped" // there was nothing to do
)

// Final reports whether an item in this state will not move any more.
func (s ItemState) Final() bool { return s == Done || s == Failed || s == Skipped }

// ItemStatus is one item of an operation as of now.
type ItemStatus struct {
	Index  int // in the plan
	Key    connector.Key
	Name   string // the display name
	From   string
	To     string
	Digest connector.Digest
	State  ItemState
	Bytes  int64  // received so far, from Fetching on; 0 again when State is final
	Total  int64  // expected; 0 when not known
	Note   string // such as "already active"
	Err    string // why it Failed
}

// OperationStatus is a whole operation as of now.
type OperationStatus struct {
	ID    string
	By    Principal
	At    time.Time // when it was started
	Items []ItemStatus
	// Finished says that every item is in a final state.
	Finished bool
}

// Failed counts the items that failed.
func (s *OperationStatus) Failed() int {
	n := 0
	for i := range s.Items {
		if s.Items[i].State == Failed {
			n++
		}
	}
	return n
}

// Err is nil, or joins an *Error with key and reason for each item that failed.
func (s *OperationStatus) Err() error {
	var errs []error
	for i := range s.Items {
		if it := &s.Items[i]; it.State == Failed {
			errs = append(errs, &Error{Op: "install", Key: string(it.Key), Err: errors.New(it.Err)})
		}
	}
	return errors.Join(errs...)
}

// Operation is an installation under way or finished. Any process with the
// same store can take it up by its ID: see Admin.Operation.
type Operation struct {
	ID  string
	cat *Catalog
}

// Operation returns the operation with that id, or an error wrapping
// ErrNotFound.
func (a *Admin) Operation(ctx context.Context, id string) (*Operation, error) {
	const op = "get operation"
	if err := a.allow(ctx, op, ActionManage, ""); err != nil {
		return nil, err
	}
	if _, _, err := get[opRecord](ctx, a.cat, prefixOp+id); err != nil {
		return nil, &Error{Op: op, Key: id, Err: err}
	}
	return &Operation{ID: id, cat: a.cat}, nil
}

// Operations lists every operation of the catalog, in no particular order.
func (a *Admin) Operations(ctx context.Context) iter.Seq2[*Operation, error] {
	const op = "list operations"
	return func(yield func(*Operation, error) bool) {
		if err := a.allow(ctx, op, ActionManage, ""); err != nil {
			yield(nil, err)
			return
		}
		for rec, err := range a.cat.list(ctx, prefixOp) {
			if err != nil {
				yield(nil, &Error{Op: op, Err: err})
				return
			}
			if !yield(&Operation{ID: rec.Key[len(prefixOp):], cat: a.cat}, nil) {
				return
			}
		}
	}
}

// Status reads the operation as of now. When it is Finished, every other method of
// the catalog shows its outcome.
func (o *Operation) Status(ctx context.Context) (*OperationStatus, error) {
	rec, _, err := get[opRecord](ctx, o.cat, prefixOp+o.ID)
	if err != nil {
		return nil, &Error{Op: "get operation", Key: o.ID, Err: err}
	}
	st := &OperationStatus{ID: rec.ID, By: rec.By, At: rec.At, Finished: true}
	for r, err := range o.cat.list(ctx, prefixItem+o.ID+"/") {
		var item itemRecord
		if err == nil {
			item, err = decode[itemRecord](r)
		}
		if err != nil {
			return nil, &Error{Op: "get operation", Key: o.ID, Err: err}
		}
		status := item.status(len(st.Items))
		if !status.State.Final() {
			st.Finished = false
			o.cat.hub.overlay(o.ID, &status)
		}
		st.Items = append(st.Items, status)
	}
	if len(st.Items) != rec.Items {
		return nil, &Error{Op: "get operation", Key: o.ID, Err: fmt.Errorf("%d of %d items found", len(st.Items), rec.Items)}
	}
	if st.Finished {
		if err := o.cat.sync(ctx); err != nil {
			return nil, &Error{Op: "get operation", Key: o.ID, Err: err}
		}
	}
	return st, nil
}

// Wait returns when every item is in a final state, or ctx ends. An item that failed is no error
// of Wait: see OperationStatus.Err.
func (o *Operation) Wait(ctx context.Context) (*OperationStatus, error) {
	for _, err := range o.Progress(ctx) {
		if err != nil {
			return nil, err
		}
	}
	return o.Status(ctx)
}

func (r *itemRecord) status(n int) ItemStatus {
	return ItemStatus{
		Index: n, Key: r.Item.Key, Name: r.Item.Name, From: r.Item.From, To: r.Item.To, Digest: r.Item.Digest,
		State: r.State, Total: r.Item.Size, Note: r.Note, Err: r.Error,
	}
}
