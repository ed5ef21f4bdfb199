package catalog_test

import (
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What users see of a published connector is what was installed. A feed that
// says something else since then changes what admins see, who can install it.
func TestP20_FeedDoesNotChangeWhatIsPublished(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"})
	b.feed.Edit("slack", func(c *connector.Connector) {
		c.Name, c.Description, c.Publisher, c.Categories = "Slack", "Chat", "Slack Inc.", []string{"Chat"}
	})
	b.refresh(t)
	b.install(t, "slack", "jira")
	b.feed.Edit("slack", func(c *connector.Connector) {
		c.Name, c.Description, c.Publisher, c.Categories, c.Icon = "A phish", "Give me your password", "Evil", []string{"Bank"}, "https://evil.example/i.png"
		c.Releases[0].Stage = connector.Preview
	})
	b.refresh(t)
	assert.Equal(t, "A phish", b.row(t, "slack").Name, "an admin sees what is offered")
	v := b.For(viewerP)
	page, err := v.Connector(t.Context(), "slack")
	require.NoError(t, err)
	assert.Equal(t, catalog.Listing{
		Key: "slack", Name: "Slack", Description: "Chat", Publisher: "Slack Inc.", Categories: []string{"Chat"}, Version: "1.0.0", Stage: connector.GA,
	}, page.Listing)
	list, err := v.PublishedPage(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, list.Rows, 2)
	assert.Equal(t, page.Listing, list.Rows[1], "in the order of what is shown")
	for text, want := range map[string]int{"password": 0, "slack chat": 1, "evil": 0} {
		list, err := v.PublishedPage(t.Context(), &catalog.Query{Text: text})
		require.NoError(t, err)
		assert.Len(t, list.Rows, want, text)
	}
	for category, want := range map[string]int{"bank": 0, "chat": 1} {
		list, err := v.PublishedPage(t.Context(), &catalog.Query{Category: category})
		require.NoError(t, err)
		assert.Len(t, list.Rows, want, category)
	}
	_, err = v.Connector(t.Context(), "Slack")
	require.ErrorContains(t, err, "display name of slack")
	_, err = v.Connector(t.Context(), "A phish")
	assert.NotContains(t, err.Error(), "display name of")

	b.offer("slack@2.0.0")
	b.refresh(t)
	b.install(t, "slack@2.0.0")
	page, err = v.Connector(t.Context(), "slack")
	require.NoError(t, err)
	assert.Equal(t, "A phish", page.Name, "installing publishes, the new description too")
}

func TestP20_AnotherFeedThatComesFirstChangesNothingPublished(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	b.install(t, "slack")
	before, err := b.For(viewerP).Connector(t.Context(), "slack")
	require.NoError(t, err)
	first := catalogtest.NewFakeFeed("first")
	first.Offer("slack", "1.0.0", []byte("slack@1.0.0"))
	first.Edit("slack", func(c *connector.Connector) { c.Name = "A phish" })
	b.reopen(t, func(o *catalog.Options) { o.Feeds = []catalog.Feed{first, b.feed} })
	assert.Equal(t, "A phish", b.row(t, "slack").Name)
	after, err := b.For(viewerP).Connector(t.Context(), "slack")
	require.NoError(t, err)
	assert.Equal(t, before, after)
}
