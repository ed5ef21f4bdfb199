package catalog

import (
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// offer is a connector as one feed offers it. Manifests are left out and read
// from the store when a page needs them, because they are most of the bytes.
type offer struct {
	feed string
	conn connector.Connector
	sum  [sha256.Size]byte // of the stored record, to see what changed
	// references has the digests of releases without bytes of their own, which
	// cover the manifests left out.
	references map[string]connector.Digest
}

func newOffer(feed string, conn connector.Connector, value []byte) *offer {
	o := &offer{feed: feed, conn: conn, sum: sha256.Sum256(value)}
	for i := range conn.Releases {
		r := &conn.Releases[i]
		if r.Artifact.MediaType == connector.MediaReference {
			if o.references == nil {
				o.references = map[string]connector.Digest{}
			}
			o.references[r.Version] = r.Digest()
		}
		r.Manifest = nil
	}
	return o
}

// holds reports whether the stored record has exactly this value.
func (o *offer) holds(value []byte) bool { return o != nil && o.sum == sha256.Sum256(value) }

// digest is what identifies a release of the offer (P15).
func (o *offer) digest(r *connector.Release) connector.Digest {
	if d, ok := o.references[r.Version]; ok {
		return d
	}
	return r.Artifact.Digest
}

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
	view       connector.Connector // the winner's description; without releases
	feed       string              // "" when no feed offers it
	releases   []connector.Release // offered, and installed but no longer offered
	origin     map[string]string   // version -> feed, "" when only installed
	set        *version.Set
	problems   []connector.Problem // found by combining feeds
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

// release returns the release of a version, offered or installed.
func (e *entry) release(v string) (*connector.Release, bool) {
	return e.set.Release(v)
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
	e.combine()
	set, err := version.Compile(e.releases)
	if err != nil {
		return err
	}
	e.set = set
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
func (e *entry) combine() {
	e.origin = make(map[string]string, len(e.installed))
	for i, o := range e.offers {
		if i == 0 {
			e.view, e.feed = o.conn, o.feed
			e.view.Releases = nil
			for _, r := range o.conn.Releases {
				e.releases = append(e.releases, r)
				e.origin[r.Version] = o.feed
			}
			continue
		}
		e.problems = append(e.problems, connector.Problem{
			Feed: o.feed, Key: string(e.key), Lost: connector.LostConnector,
			Faults: []connector.Fault{{Reason: "shadowed: feed " + e.feed + " comes first and offers the same key (P17)"}},
		})
	}
	for v, in := range e.installed {
		if _, offered := e.origin[v]; !offered {
			e.releases = append(e.releases, in.Release)
			e.origin[v] = ""
		}
	}
	if len(e.offers) == 0 {
		if in := e.installed[e.active()]; in != nil {
			e.view = in.Connector
		}
	}
}

// digest is what identifies a version, offered or installed (P15).
func (e *entry) digest(v string) connector.Digest {
	if len(e.offers) > 0 && e.origin[v] == e.offers[0].feed {
		if r, ok := e.release(v); ok {
			return e.offers[0].digest(r)
		}
	}
	if in := e.installed[v]; in != nil {
		return in.Receipt.Digest
	}
	return ""
}

func cloneMap[K comparable, V any](m map[K]V) map[K]V {
	out := make(map[K]V, len(m)+1)
	maps.Copy(out, m)
	return out
}
