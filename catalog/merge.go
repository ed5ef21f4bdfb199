package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// merged is what an update of a feed changes in the last known good index.
type merged struct {
	ops              []Op
	changed, removed int
	problems         []connector.Problem
}

// merge compares an update with what is known. It never takes a bad entry for
// a deletion: what a Problem names keeps its last known good form, and while
// the feed contains an entry that cannot be told from a deleted one, nothing
// is removed at all (P16). stored reads what is stored of a connector: the
// snapshot leaves the manifests out.
func (s *snapshot) merge(feed string, u *FeedUpdate, stored indexReader) (*merged, error) {
	m := &merged{}
	lostReleases := map[string][]string{} // key -> versions
	lostConnectors := map[string]bool{}
	doubt := false
	for _, p := range u.Problems {
		p.Feed = feed
		m.problems = append(m.problems, p)
		switch p.Lost {
		case connector.LostRelease:
			lostReleases[p.Key] = append(lostReleases[p.Key], p.Version)
		case connector.LostConnector:
			lostConnectors[p.Key] = true
			if s.offerOf(connector.Key(p.Key), feed) == nil {
				doubt = true // it may be one we know, under a mistyped key
			}
		case connector.LostNothing:
		}
	}
	looks := s.examine(feed, u.Connectors)
	offered := make(map[connector.Key]*connector.Document, len(u.Connectors)+len(u.Documents))
	for i := range u.Connectors {
		conn := &u.Connectors[i]
		if _, err := connector.ParseKey(string(conn.Key)); err != nil {
			return nil, fmt.Errorf("feed is broken: it offers a connector with the key %q: %w", conn.Key, err)
		}
		if _, twice := offered[conn.Key]; twice {
			return nil, fmt.Errorf("feed is broken: it offers %q twice", conn.Key)
		}
		offered[conn.Key] = nil
		if err := s.mergeConnector(m, feed, *conn, &looks[i], lostReleases[string(conn.Key)], stored); err != nil {
			return nil, err
		}
	}
	left := 0 // out, because it was known
	for i := range u.Documents {
		doc := &u.Documents[i]
		if _, twice := offered[doc.Key()]; twice {
			return nil, fmt.Errorf("feed is broken: it offers %q twice", doc.Key())
		}
		offered[doc.Key()] = doc
		if doc.JSON() == nil {
			left++
		} else if err := s.mergeDocument(m, feed, doc, lostReleases[string(doc.Key())], stored); err != nil {
			return nil, err
		}
	}
	gone, held := s.compare(feed, offered)
	if held != left {
		return nil, errLeftOut
	}
	for _, key := range gone {
		if doubt || lostConnectors[string(key)] {
			continue
		}
		m.ops = append(m.ops, Delete(indexKey(feed, key), Any()))
		m.removed++
	}
	// A store takes what follows each other faster.
	slices.SortFunc(m.ops, func(a, b Op) int { return strings.Compare(a.Key, b.Key) })
	return m, nil
}

// compare returns what a feed offers no more, and how many of the documents that were left out are what is
// stored.
func (s *snapshot) compare(feed string, offered map[connector.Key]*connector.Document) (gone []connector.Key, held int) {
	for e := range s.all() {
		old := e.offerOf(feed)
		if old == nil {
			continue
		}
		doc, ok := offered[e.key]
		switch {
		case !ok:
			gone = append(gone, e.key)
		case doc != nil && doc.JSON() == nil && doc.Sum() == old.sum:
			held++
		}
	}
	return gone, held
}

func (s *snapshot) offerOf(key connector.Key, feed string) *offer { return s.entry(key).offerOf(feed) }

// offerOf returns what a feed offers, or nil.
func (e *entry) offerOf(feed string) *offer {
	if e == nil {
		return nil
	}
	for _, o := range e.offers {
		if o.feed == feed {
			return o
		}
	}
	return nil
}

// mergeDocument is mergeConnector for a connector that is JSON already.
func (s *snapshot) mergeDocument(m *merged, feed string, doc *connector.Document, lost []string, stored indexReader) error {
	if len(lost) == 0 {
		if old := s.offerOf(doc.Key(), feed); old != nil && old.sum == doc.Sum() {
			return nil // what is stored has been through all this
		}
		if s.entry(doc.Key()) == nil && len(doc.JSON()) <= MaxStoreValue {
			put := Put(indexKey(feed, doc.Key()), doc.JSON(), Any()) // nothing is known that it could contradict
			// All of a first index stays, so it may share the memory it came in. Of a later one
			// little is new, and must not hold on to the rest.
			put.given = s.feeds[feed] == nil
			m.ops = append(m.ops, put)
			m.changed++
			return nil
		}
	}
	conn, err := doc.Connector()
	if err != nil {
		m.problems = append(m.problems, connectorProblem(feed, doc.Key(), "", connector.LostConnector, "%v", err))
		return nil
	}
	return s.mergeConnector(m, feed, *conn, &look{value: doc.JSON()}, lost, stored)
}

// mergeConnector holds one connector against the model and the digests seen
// before (P15), and adds it to the ops if it differs from what is stored. What it
// refuses keeps its last known good form.
func (s *snapshot) mergeConnector(m *merged, feed string, conn connector.Connector, l *look, lost []string, stored indexReader) error {
	if l.same && len(lost) == 0 {
		return nil // what is stored has been through all this
	}
	old, value := s.offerOf(conn.Key, feed), l.value
	problems := len(m.problems)
	offered := conn.Releases
	known, err := s.seen(conn.Key, stored)
	if err != nil {
		return err
	}
	conn.Releases = known.acceptable(m, feed, &conn, l)
	for _, p := range m.problems[problems:] {
		if p.Lost == connector.LostConnector {
			return nil
		}
		lost = append(lost, p.Version)
	}
	if old != nil && len(lost) > 0 {
		before, err := stored(feed, conn.Key)
		if err != nil {
			return err
		}
		conn.Releases = restore(conn.Releases, before.Releases, lost)
	}
	lose := func(reason string, args ...any) {
		m.problems = append(m.problems, connectorProblem(feed, conn.Key, "", connector.LostConnector, reason, args...))
	}
	if len(conn.Releases) == 0 {
		lose("no release is left of %d", len(offered))
		return nil
	}
	offer, own := l.offer, l.offer != nil
	if value == nil || len(lost) > 0 {
		value, offer, own = encode(conn), nil, true
	}
	if len(value) > MaxStoreValue {
		lose("it has %d bytes, at most %d can be stored", len(value), MaxStoreValue)
		return nil
	}
	if old.holds(value) {
		return nil
	}
	put := Put(indexKey(feed, conn.Key), value, Any())
	put.offer, put.given = offer, own
	m.ops = append(m.ops, put)
	m.changed++
	return nil
}

// acceptable returns the releases that can be taken in, and adds a problem for
// each of the others, or one for the whole connector.
func (k sightedDigests) acceptable(m *merged, feed string, conn *connector.Connector, l *look) []connector.Release {
	bad := l.unsound
	if len(bad.whole) > 0 {
		m.problems = append(m.problems, connector.Problem{Feed: feed, Key: string(conn.Key), Lost: connector.LostConnector, Faults: bad.whole})
		return nil
	}
	releases := make([]connector.Release, 0, len(conn.Releases))
	for i, r := range conn.Releases {
		if faults := bad.releases[i]; faults != nil {
			m.problems = append(m.problems, connector.Problem{Feed: feed, Key: string(conn.Key), Version: r.Version, Lost: connector.LostRelease, Faults: faults})
			continue
		}
		first, seen := k[r.Version]
		if !seen || first.digest == "" || first.digest == r.Digest() {
			releases = append(releases, r)
			continue
		}
		m.problems = append(m.problems, connectorProblem(feed, conn.Key, r.Version, connector.LostRelease,
			"a release is immutable (P15): %s had digest %s first, from %s; now it comes with %s", r.Version, first.digest, first.from, r.Digest()))
	}
	return releases
}

// restore adds the last known good form of the versions lost, except where one
// statement of a version was lost and another was good.
func restore(releases, before []connector.Release, lost []string) []connector.Release {
	missing := make(map[string]bool, len(lost))
	for _, v := range lost {
		missing[v] = true
	}
	for i := range releases {
		delete(missing, releases[i].Version)
	}
	for _, r := range before {
		if missing[r.Version] {
			releases = append(releases, r)
		}
	}
	return releases
}

// indexReader reads a connector from the last known good index of a feed; without
// releases when it is not there.
type indexReader func(feed string, key connector.Key) (connector.Connector, error)

// sightedDigests has the digest that each version had when it was first seen, and
// where: in a plan, or in the last known good index of any feed (P15).
type sightedDigests map[string]sightedDigest

type sightedDigest struct {
	digest connector.Digest
	from   string
}

func (s *snapshot) seen(key connector.Key, stored indexReader) (sightedDigests, error) {
	e := s.entry(key)
	if e == nil {
		return nil, nil //nolint:nilnil // nothing is known
	}
	known := sightedDigests{}
	for v, d := range e.seen {
		known[v] = sightedDigest{d, "a plan"}
	}
	for _, o := range e.offers {
		conn, err := stored(o.feed, key)
		if err != nil {
			return nil, err
		}
		for i := range conn.Releases {
			r := &conn.Releases[i]
			if _, earlier := known[r.Version]; !earlier {
				known[r.Version] = sightedDigest{r.Digest(), "feed " + o.feed}
			}
		}
	}
	return known, nil
}
