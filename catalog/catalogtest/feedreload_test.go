package catalogtest

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// rereader offers what a FakeFeed does as documents, and can be wrong in one way.
type rereader struct {
	*FakeFeed

	spoil func(u *catalog.FeedUpdate, known *connector.Known)
}

func (r *rereader) Load(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	return r.read(ctx, prev, nil)
}

func (r *rereader) Reload(ctx context.Context, prev catalog.FeedState, known *connector.Known) (*catalog.FeedUpdate, error) {
	u, err := r.read(ctx, prev, known)
	if err == nil && r.spoil != nil {
		r.spoil(u, known)
	}
	return u, err
}

func (r *rereader) read(ctx context.Context, prev catalog.FeedState, known *connector.Known) (*catalog.FeedUpdate, error) {
	u, err := r.FakeFeed.Load(ctx, prev)
	if err != nil || u.Unchanged {
		return u, err
	}
	text, err := connector.Index{Connectors: u.Connectors}.MarshalJSON()
	if err != nil {
		return nil, err
	}
	x, err := connector.ReadExcerpt(bytes.NewReader(text), -1, known, nil)
	if err != nil {
		return nil, err
	}
	docs, _, err := x.Documents()
	if err != nil {
		return nil, err
	}
	u.Connectors, u.Documents = nil, docs.List
	return u, nil
}

func TestKitSeesBrokenRereaders(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*catalog.FeedUpdate, *connector.Known){
		"":                nil,
		"never unchanged": func(u *catalog.FeedUpdate, _ *connector.Known) { u.Unchanged = false },
		"loses what is known": func(u *catalog.FeedUpdate, k *connector.Known) {
			if len(u.Documents) > 0 && k.Len() > 0 {
				u.Documents = u.Documents[1:]
			}
		},
		"another order": func(u *catalog.FeedUpdate, _ *connector.Known) {
			if d := u.Documents; len(d) > 1 {
				d[0], d[1] = d[1], d[0]
			}
		},
		"leaves out the unknown": func(u *catalog.FeedUpdate, k *connector.Known) {
			if k.Len() == 0 {
				leaveOut(u)
			}
		},
		"no state":    func(u *catalog.FeedUpdate, _ *connector.Known) { u.State = catalog.FeedState{} },
		"no problems": func(u *catalog.FeedUpdate, _ *connector.Known) { u.Problems = nil },
	} {
		failed := failingTopics(t, func() *FeedUnderTest {
			f := NewFakeFeed("fake")
			u := fakeUnderTest(f)
			u.Feed = &rereader{FakeFeed: f, spoil: spoil}
			return u
		}, &FeedOptions{})
		if spoil == nil {
			assert.Empty(t, failed)
			continue
		}
		assert.Len(t, failed, 1, name)
		assert.NotEmpty(t, failed["reload"], name)
	}
}

// leaveOut reads all again as if it were known.
func leaveOut(u *catalog.FeedUpdate) {
	var index connector.Index
	known := connector.NewKnown(len(u.Documents))
	for i := range u.Documents {
		d := &u.Documents[i]
		if c, err := d.Connector(); err == nil {
			index.Connectors = append(index.Connectors, *c)
			known.Add(d.Key(), d.Sum(), len(d.JSON()))
		}
	}
	text, _ := index.MarshalJSON()
	if x, err := connector.ReadExcerpt(bytes.NewReader(text), -1, known, nil); err == nil {
		if docs, _, err := x.Documents(); err == nil {
			u.Documents = docs.List
		}
	}
}
