package catalogtest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

func loadFake(t *testing.T, f *FakeFeed) *catalog.FeedUpdate {
	t.Helper()
	u, err := f.Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	return u
}

func readFake(t *testing.T, f *FakeFeed, url string) (string, error) {
	t.Helper()
	body, _, err := f.OpenArtifact(t.Context(), connector.Artifact{URL: url})
	if err != nil {
		return "", err
	}
	data, err := io.ReadAll(body)
	return string(data), errors.Join(err, body.Close())
}

func TestFakeFeedOffersWhatTheScriptSays(t *testing.T) {
	t.Parallel()
	f := NewFakeFeed("fake")
	assert.Empty(t, loadFake(t, f).Connectors)
	r := f.Offer("slack", "1.0.0", []byte("one"), func(r *connector.Release) { r.Notes = "first" })
	assert.EqualValues(t, 3, r.Artifact.Size)
	f.Offer("slack", "1.0.0", []byte("another"))
	f.Offer("slack", "2.0.0", []byte("two"))
	f.Offer("jira", "1.0.0", nil)
	f.Edit("slack", func(c *connector.Connector) { c.Name = "Slack" })
	f.SetIndex(7, time.Unix(100, 0))

	u := loadFake(t, f)
	assert.EqualValues(t, 7, u.Version)
	assert.True(t, u.Expires.Equal(time.Unix(100, 0)))
	require.Len(t, u.Connectors, 2)
	assert.Equal(t, "Slack", u.Connectors[0].Name)
	require.Len(t, u.Connectors[0].Releases, 2)
	assert.Equal(t, connector.DigestOf([]byte("another")), u.Connectors[0].Releases[0].Artifact.Digest)

	f.Withdraw("slack", "1.0.0")
	f.Withdraw("jira")
	u = loadFake(t, f)
	require.Len(t, u.Connectors, 1)
	require.Len(t, u.Connectors[0].Releases, 1)
	assert.Equal(t, "2.0.0", u.Connectors[0].Releases[0].Version)

	f.Set(connector.Connector{Key: "Not A Key"})
	assert.EqualValues(t, "Not A Key", loadFake(t, f).Connectors[0].Key, "it also offers what no feed should")
}

func TestFakeFeedCopiesWhatItIsGiven(t *testing.T) {
	t.Parallel()
	f := NewFakeFeed("fake")
	given := []connector.Connector{{Key: "slack", Categories: []string{"chat"}}}
	pkg := []byte("bytes")
	f.Set(given...)
	f.Offer("jira", "1.0.0", pkg)
	given[0].Categories[0], pkg[0] = "changed", 'X'
	assert.Equal(t, "chat", loadFake(t, f).Connectors[0].Categories[0])
	got, err := readFake(t, f, "jira/1.0.0.tgz")
	require.NoError(t, err)
	assert.Equal(t, "bytes", got)

	var escaped *connector.Connector
	f.Edit("slack", func(c *connector.Connector) { escaped = c })
	escaped.Name = "changed later"
	assert.NotEqual(t, "changed later", loadFake(t, f).Connectors[0].Name)
}

func TestFakeFeedFails(t *testing.T) {
	t.Parallel()
	f := NewFakeFeed("fake")
	oops := errors.New("oops")
	f.Fail(oops)
	_, err := f.Load(t.Context(), catalog.FeedState{})
	require.ErrorIs(t, err, oops)
	f.Fail(nil)
	loadFake(t, f)
	assert.Equal(t, FakeFeedCounts{Loads: 2}, f.Counts())
}

func TestFakeFeedArtifactsFail(t *testing.T) {
	t.Parallel()
	f := NewFakeFeed("fake")
	oops := errors.New("oops")
	url := f.Offer("slack", "1.0.0", []byte("0123456789")).Artifact.URL
	for after, want := range map[int]string{-1: "", 0: "", 4: "0123", 99: "0123456789"} {
		f.FailArtifact(url, after, oops)
		got, err := readFake(t, f, url)
		require.ErrorIs(t, err, oops)
		assert.Equal(t, want, got)
	}
	f.FailArtifact(url, 0, nil)
	got, err := readFake(t, f, url)
	require.NoError(t, err)
	assert.Equal(t, "0123456789", got)

	f.SetArtifact(url, []byte("forged"))
	got, err = readFake(t, f, url)
	require.NoError(t, err)
	assert.Equal(t, "forged", got)
	f.SetArtifact(url, nil)
	_, err = readFake(t, f, url)
	require.ErrorIs(t, err, fs.ErrNotExist)
	f.FailArtifact("elsewhere", -1, oops)
	_, err = readFake(t, f, "elsewhere")
	require.ErrorIs(t, err, oops)
}

func TestFakeFeedCountsOpenArtifacts(t *testing.T) {
	t.Parallel()
	f := NewFakeFeed("fake")
	a := f.Offer("slack", "1.0.0", []byte("0123456789")).Artifact
	ctx, cancel := context.WithCancel(t.Context())
	body, size, err := f.OpenArtifact(ctx, a)
	require.NoError(t, err)
	assert.EqualValues(t, 10, size)
	assert.Equal(t, FakeFeedCounts{Opens: 1, Open: 1}, f.Counts())
	_, err = body.Read(make([]byte, 2))
	require.NoError(t, err)
	cancel()
	_, err = body.Read(make([]byte, 2))
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, body.Close())
	require.NoError(t, body.Close())
	_, err = body.Read(make([]byte, 2))
	require.ErrorIs(t, err, fs.ErrClosed)
	assert.Equal(t, FakeFeedCounts{Opens: 1}, f.Counts())
}

func TestFakeFeedBlocks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := NewFakeFeed("fake")
		url := f.Offer("slack", "1.0.0", []byte("x")).Artifact.URL
		load, again, open := f.Block(), f.Block(), f.BlockArtifacts()
		var wg sync.WaitGroup
		done := make(chan string, 3)
		ctx, cancel := context.WithCancel(t.Context())
		wg.Go(func() {
			_, err := f.Load(ctx, catalog.FeedState{})
			assert.ErrorIs(t, err, context.Canceled)
			done <- "cancelled"
		})
		wg.Go(func() {
			_, err := f.Load(t.Context(), catalog.FeedState{})
			assert.NoError(t, err)
			done <- "loaded"
		})
		wg.Go(func() {
			_, err := readFake(t, f, url)
			assert.NoError(t, err)
			done <- "opened"
		})
		for _, step := range []struct {
			do   func()
			then string
		}{{cancel, "cancelled"}, {load, "loaded"}, {open, "opened"}} {
			synctest.Wait()
			assert.Empty(t, done, "all wait")
			step.do()
			assert.Equal(t, step.then, <-done)
		}
		wg.Wait()
		load()
		again()
		loadFake(t, f)
	})
}
