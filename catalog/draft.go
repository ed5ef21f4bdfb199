package catalog

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
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
	holds   []version.Scope // scopes whose holds changed
	events  []Event
	items   []itemChange
	policy  governance.Update
	faulty  error // what is wrong with the policies
}

func (s *snapshot) edit(rank map[string]int) *draft {
	next := &snapshot{rev: s.rev, feeds: maps.Clone(s.feeds), skips: s.skips, pins: s.pins, entries: s.entries, rows: s.rows, engine: s.engine, governed: s.governed}
	return &draft{snapshot: next, rank: rank, touched: map[connector.Key]*entry{}}
}

// entry returns the copy of the connector's entry that this draft may change.
func (d *draft) entry(key connector.Key) *entry {
	e, ok := d.touched[key]
	if !ok {
		e = d.snapshot.entry(key).clone(key)
		d.touched[key] = e
	}
	return e
}

// apply takes one change of the store into the draft. Records of no interest
// to the snapshot are passed over.
func (d *draft) apply(c Change) error {
	prefix, rest := splitPrefix(c.Key)
	switch prefix {
	case prefixFeed:
		return d.applyFeed(c)
	case prefixIndex:
		return d.applyIndex(c, rest)
	case prefixPublished:
		return d.applyPublished(c, connector.Key(rest))
	case prefixReady:
		return d.applyReady(c, connector.Key(rest))
	case prefixInstalled:
		return d.applyInstalled(c, rest)
	case prefixSeen:
		return d.applySeen(c, rest)
	case prefixSkip:
		d.skips = maps.Clone(d.skips)
		return d.applyHold(c, d.skips, EventSkip, rest)
	case prefixPin:
		d.pins = maps.Clone(d.pins)
		return d.applyHold(c, d.pins, EventPin, rest)
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

// itemChange is progress that the change feed brought.
type itemChange struct {
	op     string
	status ItemStatus
}

func (d *draft) applyItem(c Change, rest string) error {
	id, number, _ := strings.Cut(rest, "/")
	n, err := strconv.Atoi(number)
	if err != nil || c.Deleted {
		return err
	}
	rec, err := decode[itemRecord](c.Record)
	if err != nil {
		return err
	}
	d.items = append(d.items, itemChange{op: id, status: rec.status(n)})
	d.events = append(d.events, Event{Kind: EventOperation, ID: id})
	return nil
}

func splitPrefix(key string) (prefix, rest string) {
	i := strings.IndexByte(key, '/') + 1
	return key[:i], key[i:]
}

func (d *draft) applyFeed(c Change) error {
	name, _ := splitIndex(strings.TrimPrefix(c.Key, prefixFeed))
	d.events = append(d.events, Event{Kind: EventFeed, ID: name})
	if c.Deleted {
		delete(d.feeds, name)
		return nil
	}
	rec, err := decode[feedRecord](c.Record)
	if err != nil {
		return err
	}
	rec.rev = c.Revision
	d.feeds[name] = &rec
	return nil
}

func (d *draft) applyIndex(c Change, rest string) error {
	feed, key := splitIndex(rest)
	if _, configured := d.rank[feed]; !configured {
		return nil
	}
	if c.Deleted {
		d.entry(key).setOffer(feed, nil, d.rank)
		return nil
	}
	conn, err := decode[connector.Connector](c.Record)
	if err != nil {
		return err
	}
	d.entry(key).setOffer(feed, newOffer(feed, conn, c.Value), d.rank)
	return nil
}

func (d *draft) applyPublished(c Change, key connector.Key) error {
	e := d.entry(key)
	d.events = append(d.events, Event{Kind: EventPublished, Key: key})
	if c.Deleted {
		e.pub, e.pubRev = nil, 0
		return nil
	}
	rec, err := decode[publication](c.Record)
	if err != nil {
		return err
	}
	e.pub, e.pubRev = &rec, c.Revision
	return nil
}

func (d *draft) applyReady(c Change, key connector.Key) error {
	e := d.entry(key)
	d.events = append(d.events, Event{Kind: EventPublished, Key: key})
	e.ready = readyRecord{}
	if c.Deleted {
		return nil
	}
	rec, err := decode[readyRecord](c.Record)
	rec.rev = c.Revision
	e.ready = rec
	return err
}

func (d *draft) applyInstalled(c Change, rest string) error {
	key, v := splitVersioned(rest)
	e := d.entry(key)
	if c.Deleted {
		delete(e.installed, v)
		return nil
	}
	rec, err := decode[installed](c.Record)
	if err != nil {
		return err
	}
	if e.installed == nil {
		e.installed = map[string]*installed{}
	}
	e.installed[v] = &rec
	return nil
}

func (d *draft) applySeen(c Change, rest string) error {
	key, v := splitVersioned(rest)
	if c.Deleted {
		return nil // by hand: nothing forgets
	}
	rec, err := decode[seenRecord](c.Record)
	if err != nil {
		return err
	}
	e := d.entry(key)
	if e.seen == nil {
		e.seen = map[string]connector.Digest{}
	}
	e.seen[v] = rec.Digest
	return nil
}

func (d *draft) applyHold(c Change, holds map[string]version.Hold, kind EventKind, id string) error {
	old, had := holds[id]
	if had {
		d.holds = append(d.holds, old.Scope)
	}
	if c.Deleted {
		delete(holds, id)
	} else {
		h, err := decode[version.Hold](c.Record)
		if err != nil {
			return err
		}
		holds[id] = h
		d.holds = append(d.holds, h.Scope)
		old = h
	}
	d.events = append(d.events, Event{Kind: kind, ID: id, Scope: old.Scope})
	return nil
}

// finish makes the draft a snapshot: the entries that changed are derived
// anew, all others are shared with the snapshot before.
func (d *draft) finish(rev Revision, opts *Options, now time.Time) (*snapshot, []Event, error) {
	d.rev = rev
	d.finishGovernance()
	if len(d.holds) > 0 {
		for key := range d.entries.From("") {
			if slices.ContainsFunc(d.holds, func(s version.Scope) bool { return s.Covers(key) }) {
				d.entry(key)
			}
		}
	}
	if len(d.touched) == 0 {
		return d.snapshot, d.events, nil
	}
	sel := newSelector(opts, d.skips, d.pins)
	entries, rows := d.entries.Edit(), d.rows.Edit()
	var errs []error
	for key, e := range d.touched {
		if err := e.finish(sel, now); err != nil {
			errs = append(errs, fmt.Errorf("connector %q: %w", key, err))
			continue
		}
		if old := d.snapshot.entry(key); old != nil {
			rows.Delete(old.rowKey())
		}
		entries.Set(key, e)
		if e.empty() {
			continue // only its digests are remembered
		}
		rows.Set(e.rowKey(), e)
		d.events = append(d.events, Event{Kind: EventConnector, Key: key})
	}
	d.entries, d.rows = entries.Map(), rows.Map()
	return d.snapshot, d.events, errors.Join(errs...)
}
