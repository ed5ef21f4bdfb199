package catalog

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// offer is a connector as one feed offers it: what lists show, and what choosing
// needs of its releases. Everything else is read from the store when it is wanted,
// because it is most of the bytes.
type offer struct {
	feed string
	view connector.Connector // what rows show of it
	set  *version.Set
	sum  [sha256.Size]byte // of the stored record, to see what changed
	size int               // of the stored record, in bytes
}

// holds reports whether the stored record has exactly this value.
func (o *offer) holds(value []byte) bool { return o != nil && o.sum == sha256.Sum256(value) }

// offerReader makes offers of stored records. It is not for concurrent use.
type offerReader struct {
	scratch struct {
		Name        string              `json:"name"`
		Description string              `json:"description"`
		Publisher   string              `json:"publisher"`
		Categories  []string            `json:"categories"`
		Icon        string              `json:"icon"`
		Releases    []version.Candidate `json:"releases"`
	}
	whole connector.Connector
}

// read takes out of a record what an offer keeps, and passes over the rest: it was
// checked before it was stored.
func (r *offerReader) read(c *Change, feed string, key connector.Key) (*offer, error) {
	s := &r.scratch
	s.Name, s.Description, s.Publisher, s.Icon = "", "", "", ""
	s.Categories, s.Releases = s.Categories[:0], s.Releases[:0]
	faults := strictjson.Decode(c.Value, s, &strictjson.Options{Borrow: true, Sparse: true, AllowNull: true, MaxDepth: 10_000})
	if len(faults) > 0 {
		return nil, damaged(c.Key, faults)
	}
	o, err := newOffer(feed, c.Value, &connector.Connector{
		Key: key, Name: s.Name, Description: s.Description, Publisher: s.Publisher, Categories: s.Categories, Icon: s.Icon,
	}, s.Releases)
	if err != nil {
		return nil, fmt.Errorf("record %q is %w: %w", c.Key, errDamaged, err)
	}
	return o, nil
}

// readBack reads all of what would be stored, as whoever needs it will, and returns what read would. It
// returns no offer, and no error, of what can be read but should not be offered.
func (r *offerReader) readBack(feed string, key connector.Key, value []byte) (*offer, error) {
	w, s := &r.whole, &r.scratch
	*w = connector.Connector{Categories: w.Categories[:0], Releases: w.Releases[:0]}
	if err := decodeInto(Record{Key: "new", Value: value}, w, true); err != nil {
		return nil, err
	}
	s.Releases = s.Releases[:0]
	for i := range w.Releases {
		s.Releases = append(s.Releases, version.CandidateOf(&w.Releases[i]))
	}
	w.Key = key
	o, err := newOffer(feed, value, w, s.Releases)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // Validate says what is wrong with a release
	}
	return o, nil
}

// newOffer makes an offer of what a record says. It holds on to no memory of that.
func newOffer(feed string, value []byte, c *connector.Connector, releases []version.Candidate) (*offer, error) {
	set, err := version.CompileCandidates(releases)
	if err != nil {
		return nil, err
	}
	o := &offer{feed: feed, set: set, sum: sha256.Sum256(value), size: len(value)}
	o.view = connector.Connector{
		Key: c.Key, Name: c.Name, Description: c.Description, Publisher: c.Publisher, Icon: c.Icon,
		Categories: append([]string(nil), c.Categories...), // none are nil, whatever room a reader had for them
	}
	borrowed := []*string{&o.view.Name, &o.view.Description, &o.view.Publisher, &o.view.Icon}
	for i := range o.view.Categories {
		borrowed = append(borrowed, &o.view.Categories[i])
	}
	own(borrowed)
	return o, nil
}

// own gives texts memory of their own, one piece for all.
func own(texts []*string) {
	n := 0
	for _, t := range texts {
		n += len(*t)
	}
	var b strings.Builder
	b.Grow(n)
	for _, t := range texts {
		at := b.Len()
		b.WriteString(*t)
		*t = b.String()[at:]
	}
}

// readOffers reads those of the changes that are offers, side by side: all that
// starting or taking in a large index does. Those in offers are read already.
func (d *draft) readOffers(changes []Change, offers []*offer) ([]*offer, error) {
	errs := make([]error, len(changes))
	if offers == nil {
		offers = make([]*offer, len(changes))
	}
	read := func(r *offerReader, i int) {
		c := &changes[i]
		if prefix, rest := splitPrefix(c.Key); prefix == prefixIndex && !c.Deleted && offers[i] == nil {
			if feed, key := splitIndex(rest); d.ranked(feed) {
				offers[i], errs[i] = r.read(c, feed, key)
			}
		}
	}
	inParts(len(changes), func(from, to int) {
		var r offerReader
		for i := from; i < to; i++ {
			read(&r, i)
		}
	})
	return offers, errors.Join(errs...)
}

func (d *draft) ranked(feed string) bool {
	_, configured := d.rank[feed]
	return configured
}

// inParts calls do for parts of n things, side by side where there are many.
func inParts(n int, do func(from, to int)) {
	const few = 64
	if n <= few {
		do(0, n)
		return
	}
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for from := 0; from < n; from += few {
		g.Go(func() error {
			do(from, min(from+few, n))
			return nil
		})
	}
	_ = g.Wait() // they have no errors
}
