package catalog

import (
	"strconv"
	"strings"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

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

// applyIndex takes in what a feed offers of a connector; nil: nothing any more.
func (d *draft) applyIndex(rest string, o *offer) {
	if feed, key := splitIndex(rest); d.ranked(feed) {
		d.entry(key).setOffer(feed, o, d.rank)
	}
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

func (d *draft) applyHold(c Change, all *holds, kind EventKind, id string) error {
	old, had := all.get(id)
	if had {
		d.moved = append(d.moved, old.Scope)
	}
	if c.Deleted {
		*all = all.without(id)
	} else {
		h, err := decode[version.Hold](c.Record)
		if err != nil {
			return err
		}
		h.ID = id
		*all = all.with(h)
		d.moved = append(d.moved, h.Scope)
		old = h
	}
	d.events = append(d.events, Event{Kind: kind, ID: id, Scope: old.Scope})
	return nil
}
