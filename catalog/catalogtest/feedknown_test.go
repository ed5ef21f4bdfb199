package catalogtest

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// knower offers what a FakeFeed does as documents, leaves out what is known, and can be wrong in one way.
type knower struct {
	*FakeFeed

	spoil func(u *catalog.FeedUpdate) // what is not all
}

func (f *knower) Load(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	u, err := f.read(ctx, prev)
	if err == nil && f.spoil != nil && prev.Known.Len() > 0 {
		f.spoil(u)
	}
	return u, err
}

func (f *knower) read(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	u, err := f.FakeFeed.Load(ctx, prev)
	if err != nil || u.Unchanged {
		return u, err
	}
	text, err := connector.Index{Connectors: u.Connectors}.MarshalJSON()
	if err != nil {
		return nil, err
	}
	x, err := connector.ReadExcerpt(bytes.NewReader(text), -1, prev.Known, nil)
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

func TestKitSeesWhatIsWronglyKnown(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*catalog.FeedUpdate){
		"":                nil,
		"never unchanged": func(u *catalog.FeedUpdate) { u.Unchanged = false },
		"loses what is known": func(u *catalog.FeedUpdate) {
			if len(u.Documents) > 0 {
				u.Documents = u.Documents[1:]
			}
		},
		"another order": func(u *catalog.FeedUpdate) {
			if d := u.Documents; len(d) > 1 {
				d[0], d[1] = d[1], d[0]
			}
		},
		"leaves out the unknown": leaveOut,
		"no state":               func(u *catalog.FeedUpdate) { u.State = catalog.FeedState{} },
		"no problems":            func(u *catalog.FeedUpdate) { u.Problems = nil },
	} {
		failed := failingTopics(t, func() *FeedUnderTest {
			f := NewFakeFeed("fake")
			u := fakeUnderTest(f)
			u.Feed = &knower{FakeFeed: f, spoil: spoil}
			return u
		}, &FeedOptions{})
		if spoil == nil {
			assert.Empty(t, failed)
			continue
		}
		assert.Len(t, failed, 1, name)
		assert.NotEmpty(t, failed["known"], name)
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
