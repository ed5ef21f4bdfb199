//go:build unix

package linear_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

const (
	groups = 6
	pageOf = 200 // changes that a client asks for at once
)

func keyOf(group, key int) string { return fmt.Sprintf("%d/%d", group, key) }

func rowOf(r catalog.Record) row {
	out := row{Rev: int64(r.Revision), Value: string(r.Value)}
	if _, err := fmt.Sscanf(r.Key, "%d/%d", &out.Group, &out.Key); err != nil {
		out.Group = -1
	}
	return out
}

// client asks a store, of which it knows what it was told.
type client struct {
	id    int
	rand  *rand.Rand
	store catalog.Store
	known [groups][keysOfGroup]row
	at    int64 // up to where it has followed the changes
	n     int
}

// next chooses what to ask. Most of the preconditions are true, unless somebody else is quicker.
func (c *client) next() ask {
	c.n++
	g := c.rand.IntN(groups)
	switch p := c.rand.IntN(100); {
	case p < 20:
		return ask{Do: "get", Group: g, Key: c.rand.IntN(keysOfGroup)}
	case p < 35:
		return ask{Do: "list", Group: g}
	case p < 45:
		return c.more()
	}
	a := ask{Do: "apply", Group: g}
	keys := c.rand.Perm(keysOfGroup)[:1+c.rand.IntN(keysOfGroup)]
	for i, key := range keys {
		st := step{Do: "put", Key: key, If: "any", Value: fmt.Sprintf("%d.%d.%d", c.id, c.n, i)}
		switch p := c.rand.IntN(100); {
		case p < 20:
			st.Do, st.Value = "delete", ""
		case p < 30 && len(keys) > 1:
			st.Do, st.Value = "check", ""
		}
		switch known := c.known[g][key]; {
		case c.rand.IntN(100) < 25:
		case known.Rev == 0 || known.Gone:
			st.If = "absent"
		default:
			st.If, st.Rev = "at", known.Rev
		}
		a.Steps = append(a.Steps, st)
	}
	return a
}

// more asks for what has changed since it last asked.
func (c *client) more() ask { return ask{Do: "changes", Group: -1, Since: c.at, Limit: pageOf} }

// ask does what next has chosen. Once in a while it has little time.
func (c *client) ask(ctx context.Context, a ask) told {
	hurried := c.rand.IntN(50) == 0
	if hurried {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(c.rand.IntN(8000))*time.Microsecond)
		defer cancel()
	}
	out, err := c.answer(ctx, a)
	var refused *catalog.ConflictError
	switch {
	case err == nil:
	case a.Do == "get" && errors.Is(err, catalog.ErrNotFound):
		out.Err = notFound
		c.known[a.Group][a.Key] = row{}
	case a.Do == "apply" && errors.As(err, &refused):
		out.Err, out.Index = conflict, refused.Index
	case a.Do == "apply" && errors.Is(err, sqlstore.ErrInDoubt):
		out.Err = doubt
	case hurried && errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, sqlstore.ErrBusy):
		out.Err = late
	default:
		out.Err = fmt.Sprintf("%T: %v", err, err)
	}
	return out
}

func (c *client) answer(ctx context.Context, a ask) (told, error) {
	switch a.Do {
	case "get":
		r, err := c.store.Get(ctx, keyOf(a.Group, a.Key))
		if err != nil {
			return told{}, err
		}
		return c.learn(told{Rows: []row{rowOf(r)}}), nil
	case "list":
		list, err := c.store.List(ctx, keyOf(a.Group, 0)[:2], "", keysOfGroup+1)
		if err != nil {
			return told{}, err
		}
		c.known[a.Group] = [keysOfGroup]row{}
		var out told
		for _, r := range list {
			out.Rows = append(out.Rows, rowOf(r))
		}
		return c.learn(out), nil
	case "changes":
		page, next, err := c.store.Changes(ctx, catalog.Revision(a.Since), a.Limit)
		if err != nil {
			return told{}, err
		}
		c.at = int64(next)
		return c.learn(told{Rev: int64(next), Rows: rowsOf(page)}), nil
	}
	ops := make([]catalog.Op, len(a.Steps))
	for i, st := range a.Steps {
		ops[i] = st.op(a.Group)
	}
	rev, err := c.store.Apply(ctx, ops...)
	if err != nil {
		return told{}, err
	}
	for _, st := range a.Steps {
		if st.Do != "check" {
			c.known[a.Group][st.Key] = row{Rev: int64(rev), Gone: st.Do == "delete"}
		}
	}
	return told{Rev: int64(rev)}, nil
}

func (c *client) learn(t told) told {
	for _, r := range t.Rows {
		c.known[r.Group][r.Key] = r
	}
	return t
}

func (st step) op(group int) catalog.Op {
	p := map[string]catalog.Precondition{"any": catalog.Any(), "absent": catalog.Absent(), "at": catalog.At(catalog.Revision(st.Rev))}[st.If]
	switch key := keyOf(group, st.Key); st.Do {
	case "put":
		return catalog.Put(key, []byte(st.Value), p)
	case "delete":
		return catalog.Delete(key, p)
	default:
		return catalog.Check(key, p)
	}
}

func rowsOf(page []catalog.Change) []row {
	var rows []row
	for _, c := range page {
		r := rowOf(c.Record)
		r.Gone = c.Deleted
		rows = append(rows, r)
	}
	return rows
}

// askUntil asks until ctx ends, and then follows the changes to their end.
func askUntil(ctx context.Context, s catalog.Store, p pen, id int, seed uint64) error {
	c := &client{id: id, store: s, rand: rand.New(rand.NewPCG(seed, uint64(id)))}
	do := func(a ask) (told, error) {
		return record(p, monotonic, id, c.n, a, func(a ask) told { return c.ask(context.WithoutCancel(ctx), a) })
	}
	for ctx.Err() == nil {
		if _, err := do(c.next()); err != nil {
			return err
		}
		breathe(ctx)
	}
	for {
		c.n++
		if out, err := do(c.more()); err != nil || out.Err != late && len(out.Rows) == 0 {
			return err
		}
	}
}

// breathe leaves something of the processors to others: all clients of all processes work at the same times, when they do
// what they can, and rest at the same times. The times wander, as seen by who kills every two seconds.
func breathe(ctx context.Context) {
	const work, both = 110 * time.Millisecond, 170 * time.Millisecond
	now := time.Duration(monotonic()) % both
	if now < work {
		return
	}
	timer := time.NewTimer(both - now)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
