package fsfeed_test

import (
	"bytes"
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
	got, err := f.Reload(t.Context(), catalog.FeedState{}, knownOf(t, good))
	require.NoError(t, err)
	assert.Equal(t, want, got)
}
