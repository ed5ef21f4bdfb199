package fsfeed_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/fsfeed"
	"github.com/patchbay/patchbay/connector"
)

// knownOf is what whoever has read an index knows of it.
func knownOf(t *testing.T, index []byte) *connector.Known {
	t.Helper()
	docs, _, err := connector.ParseDocuments(index, nil)
	require.NoError(t, err)
	known := connector.NewKnown(len(docs.List))
	for i := range docs.List {
		known.Add(docs.List[i].Key(), docs.List[i].Sum(), len(docs.List[i].JSON()))
	}
	return known
}

// An entry that states the digest of another costs that entry only.
func TestP16_ADigestThatLeadsAstray(t *testing.T) {
	t.Parallel()
	good := encoded(t, 1, slack("1.0.0"), jira())
	bad := bytes.Replace(good, []byte(`"Slack"`), []byte(`"Slack and more"`), 1)
	f := fsfeed.New("x", memory(bad), nil)
	want, err := f.Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	require.Len(t, want.Problems, 1)
	got, err := f.Load(t.Context(), catalog.FeedState{Known: knownOf(t, good)})
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

// An entry that states the digest of what is known, and is something else, is told, and hides nothing that comes
// after it, however its size has been made to fit.
func TestP16_WhatIsLeftOutIsWhatIsKnown(t *testing.T) {
	t.Parallel()
	const start = `{"digest":`
	large, third := slack("1.0.0"), slack("3.0.0")
	large.Description, third.Key = strings.Repeat("x", 1000), "third"
	good := encoded(t, 1, large, jira())
	head := bytes.Index(good, []byte(`{"key":"acme/slack"`))
	next := bytes.LastIndex(good, []byte(start))
	docs, _, err := connector.ParseDocuments(good, nil)
	require.NoError(t, err)
	digests := []connector.Digest{docs.List[0].Digest(), docs.List[1].Digest()}
	_, other, _ := bytes.Cut(encoded(t, 1, third), []byte(`"connectors":[`))
	other = other[:bytes.LastIndexByte(other, ']')]
	// instead is the index with an entry as large as the first one was, which has x for the rest.
	instead := func(text string) []byte {
		pad := next - len(",\n") - head + len("x") - len(text)
		text = strings.Replace(text, "x", strings.Repeat("x", pad), 1)
		return slices.Concat(good[:head], []byte(text), []byte(",\n"), good[next:])
	}
	for name, index := range map[string][]byte{
		"other text":       bytes.Replace(good, []byte("xxx"), []byte("yyy"), 1),
		"another release":  bytes.Replace(good, []byte(`"1.0.0"`), []byte(`"1.0.9"`), 1),
		"another key":      bytes.Replace(good, []byte(`"acme/slack"`), []byte(`"acme/block"`), 1),
		"no JSON":          bytes.Replace(good, []byte(`"xxx`), []byte(`[xxx`), 1),
		"one after it":     instead(`{"name":"x"}},` + string(bytes.TrimSpace(other))),
		"another list":     instead(`{"key":"acme/slack"}}],"version":3,"x-list":[{"a":{"b":"x"}}`),
		"another's digest": bytes.ReplaceAll(good, []byte(digests[1]), []byte(digests[0])),
	} {
		f := fsfeed.New("x", memory(index), nil)
		want, wantErr := f.Load(t.Context(), catalog.FeedState{})
		got, err := f.Load(t.Context(), catalog.FeedState{Known: knownOf(t, good)})
		assert.Equal(t, wantErr, err, name)
		assert.Equal(t, want, got, name)
		assert.True(t, err != nil || len(got.Problems) == 1, name)
	}
}
