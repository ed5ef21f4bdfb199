package catalog

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/governance"
)

// draft is a snapshot being made from another one and a page of changes.
type draft struct {
	*snapshot
	rank    map[string]int // feed -> place in Options.Feeds
	touched map[connector.Key]*entry
	order   []*entry        // those touched, as they were first
	moved   []version.Scope // scopes whose holds changed
	events  []Event
	items   []itemChange
	policy  governance.Update
	faulty  error // what is wrong with the policies
}

func (s *snapshot) edit(rank map[string]int) *draft {
	next := &snapshot{rev: s.rev, feeds: maps.Clone(s.feeds), skips: s.skips, pins: s.pins, entries: s.entries, rows: s.rows, published: s.published, engine: s.engine, governed: s.governed}
	return &draft{snapshot: next, rank: rank, touched: map[connector.Key]*entry{}}
}

// entry returns the copy of the connector's entry that this draft may change.
func (d *draft) entry(key connector.Key) *entry {
	e, ok := d.touched[key]
	if !ok {
		e = d.snapshot.entry(key).clone(key)
		d.touched[key] = e
		d.order = append(d.order, e)
	}
	return e
}

// apply takes changes of the store into the draft, in their order. Records of no interest
// to the snapshot are passed over.
func (d *draft) apply(changes ...Change) error { return d.applyWith(changes, nil) }

// applyWith is apply for whoever knows some of what the changes offer.
func (d *draft) applyWith(changes []Change, known []*offer) error {
	offers, err := d.readOffers(changes, known)
	for i := 0; err == nil && i < len(changes); i++ {
		err = d.applyOne(changes[i], offers[i])
	}
	return err
}

func (d *draft) applyOne(c Change, o *offer) error {
	prefix, rest := splitPrefix(c.Key)
	switch prefix {
	case prefixFeed:
		return d.applyFeed(c)
	case prefixIndex:
		d.applyIndex(rest, o)
	case prefixPublished:
		return d.applyPublished(c, connector.Key(rest))
	case prefixReady:
		return d.applyReady(c, connector.Key(rest))
	case prefixInstalled:
		return d.applyInstalled(c, rest)
	case prefixSeen:
		return d.applySeen(c, rest)
	case prefixSkip:
		return d.applyHold(c, &d.skips, EventSkip, rest)
	case prefixPin:
		return d.applyHold(c, &d.pins, EventPin, rest)
	case prefixOp:
		d.events = append(d.events, Event{Kind: EventOperation, ID: rest})
	case prefixItem:
		return d.applyItem(c, rest)
	case prefixPolicy:
		d.applyPolicy(c, rest)
	case prefixAssign:
		return d.applyAssignment(c)
	case "":
		if rest == keyGovern {
			d.governed = c.Revision
		}
	}
	return nil
}

// derive finishes the entries that changed, side by side, and returns why some could not be.
func (d *draft) derive(sel *selector, now time.Time) []error {
	failed := make([]error, len(d.order))
	inParts(len(d.order), func(from, to int) {
		for i := from; i < to; i++ {
			failed[i] = d.order[i].finish(sel, now)
		}
	})
	return failed
}

// finish makes the draft a snapshot: the entries that changed are derived
// anew, all others are shared with the snapshot before.
func (d *draft) finish(rev Revision, opts *Options, now time.Time) (*snapshot, []Event, error) {
	d.rev = rev
	d.finishGovernance()
	for _, scope := range d.moved {
		for e := range d.covered(scope) {
			d.entry(e.key)
		}
	}
	if len(d.touched) == 0 {
		return d.snapshot, d.events, nil
	}
	sel := newSelector(opts, d.skips, d.pins)
	entries := d.entries.Edit()
	var rows edit[*entry]
	var listed edit[*published]
	var errs []error
	failed := d.derive(sel, now)
	for i, e := range d.order { // by key, where they come from one feed: neighbours are quickly set
		key := e.key
		if err := failed[i]; err != nil {
			errs = append(errs, fmt.Errorf("connector %q: %w", key, err))
			continue
		}
		if old := d.snapshot.entry(key); old != nil {
			rows.remove(old, !old.empty())
			listed.remove((*published)(old), old.listed != nil)
		}
		entries.Set(key, e)
		if e.empty() {
			continue // only its digests are remembered
		}
		rows.add(e, true)
		listed.add((*published)(e), e.listed != nil)
		d.events = append(d.events, Event{Kind: EventConnector, Key: key})
	}
	d.entries, d.rows, d.published = entries.Map(), rows.apply(d.rows), listed.apply(d.published)
	return d.snapshot, d.events, errors.Join(errs...)
}
