package catalog

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// Effect is what a new skip or pin does to a connector at once.
type Effect struct {
	ID string // of the record; Unskip and Unpin take it
	// Connectors are those whose choice it changed, by key.
	Connectors []HoldEffect
}

// HoldEffect is what a skip or pin did to one connector.
type HoldEffect struct {
	Key    connector.Key
	Before string // the newest eligible version before; empty: none
	After  string // and after
	// Stranded says that the connector is installed and nothing is eligible any
	// more (P7); Why says what took it.
	Stranded bool
	Why      string
}

// Stranded reports whether any installed connector was left without an
// eligible version.
func (e *Effect) Stranded() bool {
	return slices.ContainsFunc(e.Connectors, func(h HoldEffect) bool { return h.Stranded })
}

// holdKind is what tells skips and pins apart; everything else they share.
type holdKind struct {
	name, prefix string
	of           func(*snapshot) *holds
}

func skipKind() holdKind {
	return holdKind{"skip", prefixSkip, func(s *snapshot) *holds { return &s.skips }}
}

func pinKind() holdKind {
	return holdKind{"pin", prefixPin, func(s *snapshot) *holds { return &s.pins }}
}

// hold records a skip or pin.
func (a *Admin) hold(ctx context.Context, kind holdKind, scope, versions, reason string, expires time.Time) (*Effect, error) {
	if err := a.allow(ctx, kind.name, ActionHold, scope); err != nil {
		return nil, err
	}
	now := a.cat.opts.Clock().UTC()
	h := version.Hold{
		ID: newID(), Scope: version.Scope(scope), Versions: versions, Reason: reason,
		By: a.principal.User, At: now, Expires: expires,
	}
	if err := a.cat.checkHold(&h, now); err != nil {
		return nil, &Error{Op: kind.name, Key: scope, Err: err}
	}
	value := encode(h)
	entry := AuditEntry{
		By: a.principal, Action: kind.name, Key: connector.Key(scope), Target: h.ID, After: digestOf(value),
		Detail: versions + ": " + reason,
	}
	if err := a.cat.commit(ctx, entry, Put(kind.prefix+h.ID, value, Absent())); err != nil {
		return nil, &Error{Op: kind.name, Key: scope, Err: err}
	}
	return a.cat.effect(kind, &h, now), nil
}

// checkHold returns everything wrong with a skip or pin at once.
func (c *Catalog) checkHold(h *version.Hold, now time.Time) error {
	var faults faultList
	if err := h.Validate(); err != nil {
		faults.add("%w", err)
	} else if h.Scope.Narrowness() == version.Scope("x").Narrowness() {
		if _, err := c.snapshot().find(string(h.Scope)); err != nil {
			faults.add("%w", err)
		}
	}
	faults.reason("Reason", h.Reason)
	if _, err := h.Expires.MarshalJSON(); err != nil {
		faults.add("Expires cannot be stored: %w", err)
	}
	if !h.Expires.IsZero() && !h.Expires.After(now) {
		faults.add("Expires is not in the future")
	}
	return faults.err()
}

// effect compares what is chosen with a hold and without it, everything else
// being equal.
func (c *Catalog) effect(kind holdKind, h *version.Hold, now time.Time) *Effect {
	out := &Effect{ID: h.ID}
	s := c.snapshot()
	with, without := *s, *s
	*kind.of(&with) = kind.of(s).with(*h)
	*kind.of(&without) = kind.of(s).without(h.ID)
	before, after := newSelector(&c.opts, without.skips, without.pins), newSelector(&c.opts, with.skips, with.pins)
	for e := range s.covered(h.Scope) {
		if e.empty() {
			continue
		}
		old, err := before.explain(e, "", false, now)
		if err != nil {
			continue // the rules compiled when the hold was checked
		}
		sel, err := after.explain(e, "", false, now)
		if err != nil || old.Target == sel.Target && old.Stranded == sel.Stranded {
			continue
		}
		out.Connectors = append(out.Connectors, HoldEffect{
			Key: e.key, Before: old.Target, After: sel.Target, Stranded: sel.Stranded, Why: sel.Why,
		})
	}
	return out
}

// release takes a skip or pin back. Whoever may not hold its scope's versions may
// not, and is not told whether there is one.
func (a *Admin) release(ctx context.Context, kind holdKind, id string) error {
	op := "un" + kind.name
	if err := a.cat.usable(); err != nil {
		return &Error{Op: op, Key: id, Err: err}
	}
	for {
		old, rev, err := get[version.Hold](ctx, a.cat, kind.prefix+id)
		if err := a.allow(ctx, op, ActionHold, string(old.Scope)); err != nil {
			return err
		}
		if err == nil {
			entry := AuditEntry{By: a.principal, Action: op, Key: connector.Key(old.Scope), Target: id, Before: digestOf(encode(old))}
			err = a.cat.commit(ctx, entry, Delete(kind.prefix+id, At(rev)))
		}
		if conflicted(err, kind.prefix+id) {
			continue // somebody else was quicker
		}
		if err != nil {
			return &Error{Op: op, Key: id, Err: err}
		}
		return nil
	}
}

// holds lists the skips or pins, oldest first; with a key, those that cover
// it.
func (a *Admin) holds(ctx context.Context, kind holdKind, key string) iter.Seq2[version.Hold, error] {
	return func(yield func(version.Hold, error) bool) {
		err := a.allow(ctx, "list "+kind.name+"s", ActionManage, key)
		s := a.cat.snapshot()
		if err == nil && key != "" {
			if _, missing := s.find(key); missing != nil {
				err = &Error{Op: "list " + kind.name + "s", Key: key, Err: missing}
			}
		}
		if err != nil {
			yield(version.Hold{}, err)
			return
		}
		all := slices.Collect(kind.of(s).all())
		if key != "" {
			all = kind.of(s).covering(connector.Key(key))
		}
		slices.SortStableFunc(all, func(a, b version.Hold) int { return a.At.Compare(b.At) })
		for _, h := range all {
			if !yield(h, nil) {
				return
			}
		}
	}
}
