package catalog

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"slices"
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
	set, err := version.CompileCandidates(s.Releases)
	if err != nil {
		return nil, fmt.Errorf("record %q is %w: %w", c.Key, errDamaged, err)
	}
	o := &offer{feed: feed, set: set, sum: sha256.Sum256(c.Value), size: len(c.Value)}
	o.view = connector.Connector{
		Key: key, Name: s.Name, Description: s.Description, Publisher: s.Publisher, Categories: slices.Clone(s.Categories), Icon: s.Icon,
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
// starting or taking in a large index does.
func (d *draft) readOffers(changes []Change) ([]*offer, error) {
	offers, errs := make([]*offer, len(changes)), make([]error, len(changes))
	read := func(r *offerReader, i int) {
		c := &changes[i]
		if prefix, rest := splitPrefix(c.Key); prefix == prefixIndex && !c.Deleted {
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
