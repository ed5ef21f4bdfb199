package catalog

import (
	"maps"
	"slices"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// entry is everything the snapshot knows of one connector. It is immutable:
// a change makes a new one.
type entry struct {
	key       connector.Key
	offers    []*offer // in feed order; the first wins (P17)
	pub       *publication
	pubRev    Revision
	ready     readyRecord                 // zero while not published
	installed map[string]*installed       // by version
	seen      map[string]connector.Digest // first digest ever planned (P15)

	// Derived by finish.
	view       *connector.Connector // the winner's description; without releases
	feed       string               // "" when no feed offers it
	set        *version.Set         // what is offered, and what is installed but no longer offered
	problems   []connector.Problem  // found by combining feeds
	row        Row
	rowExpires time.Time // when a skip or pin that shaped row expires; zero: never
	listed     *Row      // what users see of it; nil while not published
}

// clone copies e so that the copy's maps and slices can be changed.
func (e *entry) clone(key connector.Key) *entry {
	if e == nil {
		return &entry{key: key}
	}
	return &entry{
		key: e.key, offers: slices.Clone(e.offers), pub: e.pub, pubRev: e.pubRev, ready: e.ready,
		installed: cloneMap(e.installed), seen: cloneMap(e.seen),
	}
}

func (e *entry) empty() bool {
	return len(e.offers) == 0 && e.pub == nil && len(e.installed) == 0
}

func (e *entry) active() string {
	if e.pub == nil {
		return ""
	}
	return e.pub.Active
}

func (e *entry) previous() string {
	if e.pub == nil {
		return ""
	}
	return e.pub.Previous
}

// setOffer replaces, adds or (o == nil) removes the offer of one feed, keeping
// the order of the feeds.
func (e *entry) setOffer(feed string, o *offer, rank map[string]int) {
	e.offers = slices.DeleteFunc(e.offers, func(x *offer) bool { return x.feed == feed })
	if o == nil {
		return
	}
	at, _ := slices.BinarySearchFunc(e.offers, o, func(a, b *offer) int { return rank[a.feed] - rank[b.feed] })
	e.offers = slices.Insert(e.offers, at, o)
}

// finish derives what follows from the records. It must be called once, after
// which e does not change.
func (e *entry) finish(sel *selector, now time.Time) error {
	if err := e.combine(); err != nil {
		return err
	}
	var err error
	if e.row, e.rowExpires, err = sel.row(e, now); err != nil {
		return err
	}
	e.list()
	return nil
}

// list derives what users see. It comes from the installed package and what was
// said of it then: a feed cannot change what is published (P20).
func (e *entry) list() {
	if e.pub == nil {
		return
	}
	e.listed = &e.row
	if in := e.installed[e.active()]; in != nil {
		row := newListedRow(e, in)
		e.listed = &row
	}
}

// combine chooses the winning offer and adds what is installed but no longer
// offered.
func (e *entry) combine() error {
	e.view = &connector.Connector{}
	if in := e.installed[e.active()]; in != nil {
		e.view = &in.Connector
	}
	for i, o := range e.offers {
		if i == 0 {
			e.view, e.feed, e.set = &o.view, o.feed, o.set
			continue
		}
		e.problems = append(e.problems, connector.Problem{
			Feed: o.feed, Key: string(e.key), Lost: connector.LostConnector,
			Faults: []connector.Fault{{Reason: "shadowed: feed " + e.feed + " comes first and offers the same key (P17)"}},
		})
	}
	var more []version.Candidate
	for v, in := range e.installed {
		if _, offered := e.set.Find(v); !offered {
			more = append(more, version.CandidateOf(&in.Release))
		}
	}
	if len(more) == 0 {
		return nil
	}
	var err error
	e.set, err = e.set.With(more)
	return err
}

// origin is the feed that offers a version; empty: it is only installed.
func (e *entry) origin(v string) string {
	if len(e.offers) > 0 {
		if _, offered := e.offers[0].set.Find(v); offered {
			return e.feed
		}
	}
	return ""
}

func cloneMap[K comparable, V any](m map[K]V) map[K]V {
	out := make(map[K]V, len(m)+1)
	maps.Copy(out, m)
	return out
}
