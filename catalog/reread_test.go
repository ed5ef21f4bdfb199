package catalog_test

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// rereadFeed is a native index in memory.
type rereadFeed struct {
	text  []byte
	claim *connector.Known // what is left out instead of what the catalog has
	loads int              // whole ones
	known int              // at the last Load that was not whole
	left  int              // out, at that
}

func (f *rereadFeed) Name() string { return "index" }

func (f *rereadFeed) Load(_ context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	known := prev.Known
	if known == nil {
		f.loads++
		return f.read(prev, nil)
	}
	f.known, f.left = known.Len(), 0
	if f.claim != nil {
		known = f.claim
	}
	u, err := f.read(prev, known)
	if err == nil {
		for i := range u.Documents {
			if u.Documents[i].JSON() == nil {
				f.left++
			}
		}
	}
	return u, err
}

func (f *rereadFeed) read(prev catalog.FeedState, known *connector.Known) (*catalog.FeedUpdate, error) {
	x, err := connector.ReadExcerpt(bytes.NewReader(f.text), -1, known, nil)
	if err != nil {
		return nil, err
	}
	if x.Digest() == prev.Digest {
		return &catalog.FeedUpdate{Unchanged: true, State: prev}, nil
	}
	docs, problems, err := x.Documents()
	if err != nil {
		return nil, err
	}
	return &catalog.FeedUpdate{State: catalog.FeedState{Digest: x.Digest()}, Documents: docs.List, Problems: problems}, nil
}

// set makes the feed offer one release of each, and returns what is known of them then.
func (f *rereadFeed) set(t *testing.T, offers ...string) *connector.Known {
	t.Helper()
	var index connector.Index
	for _, o := range offers {
		key, version := cut(o)
		index.Connectors = append(index.Connectors, connector.Connector{Key: key, Name: string(key), Releases: []connector.Release{{
			Version: version, Artifact: connector.Artifact{URL: "a.tgz", Digest: connector.DigestOf([]byte(o))},
		}}})
	}
	var err error
	f.text, err = index.MarshalJSON()
	require.NoError(t, err)
	docs, _, err := connector.ParseDocuments(f.text, nil)
	require.NoError(t, err)
	known := connector.NewKnown(0)
	for i := range docs.List {
		known.Add(docs.List[i].Key(), docs.List[i].Sum(), len(docs.List[i].JSON()))
	}
	return known
}

func TestP16_WhatIsStoredIsNotReadAgain(t *testing.T) {
	t.Parallel()
	f := &rereadFeed{}
	f.set(t, "a@1.0.0", "b@1.0.0", "c@1.0.0")
	b := newBench(t, nil, func(o *catalog.Options) { o.Feeds = []catalog.Feed{f} })
	newest := func() map[string]string {
		out := map[string]string{}
		for row, err := range b.admin.Available(t.Context(), nil) {
			require.NoError(t, err)
			out[string(row.Key)] = row.Newest
		}
		return out
	}
	assert.Equal(t, map[string]string{"a": "1.0.0", "b": "1.0.0", "c": "1.0.0"}, newest())
	assert.Zero(t, f.known)

	f.set(t, "a@1.0.0", "b@2.0.0", "d@1.0.0")
	b.refresh(t)
	assert.Equal(t, map[string]string{"a": "1.0.0", "b": "2.0.0", "d": "1.0.0"}, newest())
	assert.Equal(t, []int{0, 3, 1}, []int{f.loads, f.known, f.left})

	// Also by the next process, which has read nothing itself.
	f.set(t, "a@1.0.0", "b@2.0.0", "e@1.0.0")
	b.reopen(t)
	assert.Equal(t, map[string]string{"a": "1.0.0", "b": "2.0.0", "e": "1.0.0"}, newest())
	assert.Equal(t, []int{0, 3, 2}, []int{f.loads, f.known, f.left})

	// A release that is refused (P15) is looked at every time.
	f.set(t, "a@1.0.0", "b@2.0.0")
	changed := bytes.Replace(f.text, []byte(connector.DigestOf([]byte("a@1.0.0"))), []byte(connector.DigestOf([]byte("other"))), 1)
	before, stated, _ := bytes.Cut(changed, []byte(`{"digest":"sha256:`))
	f.text = slices.Concat(before, []byte(`{`), stated[64+len(`",`):]) // without the digest, which is another now
	b.refresh(t)
	assert.Len(t, b.status(t, "index").Problems, 1)
	f.text = append(f.text, '\n')
	b.refresh(t)
	assert.Len(t, b.status(t, "index").Problems, 1)
	assert.Equal(t, []int{0, 2, 1}, []int{f.loads, f.known, f.left})
}

// Another process may have changed what is stored while the feed was read by what was there before.
func TestP16_WhatWasLeftOutAndIsGoneIsRead(t *testing.T) {
	t.Parallel()
	for name, offers := range map[string][]string{
		"another": {"a@2.0.0", "b@1.0.0"},
		"none":    {"b@1.0.0"},
		"the one": {"a@1.0.0", "b@2.0.0"},
	} {
		f := &rereadFeed{}
		f.set(t, offers...)
		b := newBench(t, nil, func(o *catalog.Options) { o.Feeds = []catalog.Feed{f} })
		f.claim = f.set(t, "a@1.0.0")
		f.set(t, "a@1.0.0", "c@1.0.0")
		b.refresh(t)
		assert.Equal(t, "1.0.0", b.row(t, "a").Newest, name)
		assert.Equal(t, "1.0.0", b.row(t, "c").Newest, name)
		assert.Empty(t, b.status(t, "index").Err, name)
		assert.Equal(t, name != "the one", f.loads == 1, name)
	}
}
