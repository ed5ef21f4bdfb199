package catalog_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/fsfeed"
	"github.com/patchbay/patchbay/connector"
)

// changing is an index that changes at random, as publishers, mistakes and attackers change it.
type changing struct {
	*rand.Rand

	index connector.Index
	text  []byte
	old   [][]byte
}

func (c *changing) pick() *connector.Connector {
	return &c.index.Connectors[c.IntN(len(c.index.Connectors))]
}

// edit changes what the index offers.
func (c *changing) edit() {
	switch n := c.IntN(7); {
	case n < 3 || len(c.index.Connectors) == 0:
		key := connector.Key(fmt.Sprint("c", c.IntN(12)))
		if !slices.ContainsFunc(c.index.Connectors, func(o connector.Connector) bool { return o.Key == key }) {
			c.index.Connectors = append(c.index.Connectors, connector.Connector{Key: key, Name: strings.Repeat("N", 1+c.IntN(3)), Releases: []connector.Release{c.release()}})
		}
	case n < 5:
		one, r := c.pick(), c.release()
		if !slices.ContainsFunc(one.Releases, func(o connector.Release) bool { return o.Version == r.Version }) {
			one.Releases = append(slices.Clip(one.Releases), r)
		}
	case n == 5:
		c.pick().Releases = []connector.Release{c.release()}
	default:
		i := c.IntN(len(c.index.Connectors))
		c.index.Connectors = slices.Delete(c.index.Connectors, i, i+1)
	}
}

// release is one that seldom, and under the same version, has another digest (P15).
func (c *changing) release() connector.Release {
	version := fmt.Sprint("1.0.", c.IntN(4))
	return connector.Release{Version: version, Artifact: connector.Artifact{URL: "a.tgz", Digest: connector.DigestOf(fmt.Append(nil, version, c.IntN(10) == 0))}}
}

// turn makes another document.
func (c *changing) turn(t *testing.T, now time.Time) {
	for range c.IntN(4) {
		c.edit()
	}
	c.index.Version += uint64(c.IntN(3))
	c.index.Expires = now.Add(time.Duration(c.IntN(20)) * time.Minute)
	c.Shuffle(len(c.index.Connectors), func(i, j int) {
		c.index.Connectors[i], c.index.Connectors[j] = c.index.Connectors[j], c.index.Connectors[i]
	})
	var err error
	c.text, err = c.index.MarshalJSON()
	require.NoError(t, err)
	for range max(0, c.IntN(5)-1) {
		c.spoil()
	}
	if len(c.old) > 0 && c.IntN(12) == 0 {
		c.text = c.old[c.IntN(len(c.old))]
	}
	c.old = append(c.old, c.text)
}

// spoil changes the text without a thought for what it means.
func (c *changing) spoil() {
	parts := bytes.Split(c.text, []byte("\n{"))
	i, j := c.IntN(len(parts)), c.IntN(len(parts))
	switch c.IntN(9) {
	case 0: // in place
		parts[i] = bytes.Replace(parts[i], []byte(`1.0.1`), []byte(`1.0.3`), 1)
	case 1:
		parts[i] = bytes.Replace(parts[i], []byte(`"name":"`), []byte(`"name":"?`), 1)
	case 2: // the digest of another
		if stated(parts[i]) && stated(parts[j]) {
			parts[i] = slices.Concat(parts[j][:statedBytes], parts[i][statedBytes:])
		}
	case 3: // twice
		if min(i, j) > 0 && max(i, j) < len(parts)-1 {
			parts = slices.Insert(parts, j, parts[i])
		}
	case 4:
		parts[i] = bytes.Replace(parts[i], []byte(`","connector"`), []byte(`", "connector"`), 1)
	case 5: // without a digest
		if stated(parts[i]) {
			parts[i] = parts[i][statedBytes:]
		}
	case 6:
		parts[i] = bytes.Replace(parts[i], []byte(`"key":"c1`), []byte(`"key":"\u00631`), 1)
	case 7:
		parts[i] = bytes.Replace(parts[i], []byte(`"1.0.2"`), []byte(`"1.0.O"`), 1)
	case 8: // cut off, as it were
		if c.IntN(4) == 0 && len(parts) > 1 {
			parts = parts[:len(parts)-1]
		}
	}
	c.text = bytes.Join(parts, []byte("\n{"))
}

// statedBytes is how long a digest is that an envelope states.
const statedBytes = len(`"digest":"sha256:",`) + 64

func stated(envelope []byte) bool {
	return len(envelope) > statedBytes && bytes.HasPrefix(envelope, []byte(`"digest":"sha256:`))
}

// plain hides from a feed what is known.
type plain struct{ catalog.Feed }

func (p plain) Load(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	prev.Known = nil
	return p.Feed.Load(ctx, prev)
}

// without is a feed that looks at all that another offers, and hides some.
type without struct {
	*fsfeed.Feed

	key connector.Key
}

func (w without) Load(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	prev.Known = nil
	u, err := w.Feed.Load(ctx, prev)
	if err == nil {
		err = u.Decode()
	}
	if err == nil {
		u.Connectors = slices.DeleteFunc(u.Connectors, func(c connector.Connector) bool { return c.Key == w.key })
	}
	return u, err
}

// The catalog never goes by the Load of a feed that has another one inside.
func TestP16_AFeedThatWrapsAnotherIsAsked(t *testing.T) {
	t.Parallel()
	index, files := &rereadFeed{}, fstest.MapFS{}
	put := func(offers ...string) {
		index.set(t, offers...)
		files[fsfeed.DefaultPath] = &fstest.MapFile{Data: index.text}
	}
	put("a@1.0.0", "b@1.0.0")
	b := newBench(t, nil, func(o *catalog.Options) {
		o.Feeds = []catalog.Feed{without{fsfeed.New("index", files, nil), "b"}}
	})
	for _, version := range []string{"1.0.0", "2.0.0", "3.0.0"} {
		put("a@"+version, "b@1.0.0")
		b.refresh(t)
		assert.Equal(t, version, b.row(t, "a").Newest)
		_, err := b.admin.Explain(t.Context(), "b")
		require.ErrorIs(t, err, catalog.ErrNotFound)
	}
}

// What is read again in part is what is read as a whole, whichever of several processes reads it.
func TestP16_ReloadIsLoadWhateverComes(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	indexes := []*changing{{Rand: random}, {Rand: random}}
	files := fstest.MapFS{}
	var benches [2][]*bench
	for i := range benches {
		var feeds []catalog.Feed
		for n := range indexes {
			var f catalog.Feed = fsfeed.New(fmt.Sprint("feed", n), files, &fsfeed.Options{Path: fmt.Sprint(n)})
			if i == 1 {
				f = plain{f}
			}
			feeds = append(feeds, f)
		}
		store := catalog.NewMemStore(nil)
		for range 2 {
			benches[i] = append(benches[i], newBench(t, nil, func(o *catalog.Options) { o.Store, o.Feeds, o.RefreshEvery = store, feeds, -1 }))
		}
	}
	for step := range 200 {
		for n, x := range indexes {
			if random.IntN(3) > 0 {
				x.turn(t, benches[0][0].time())
			}
			files[fmt.Sprint(n)] = &fstest.MapFile{Data: x.text}
		}
		process := random.IntN(2)
		var told, stored [2]string
		for i := range benches {
			b := benches[i][process]
			if err := b.admin.Refresh(t.Context()); err != nil {
				told[i] = err.Error()
			}
			stored[i] = dump(t, b)
		}
		require.Equal(t, told[1], told[0], "step %d", step)
		require.Equal(t, stored[1], stored[0], "step %d", step)
		for _, b := range slices.Concat(benches[0], benches[1]) {
			b.pass(time.Minute)
		}
		if random.IntN(20) == 0 {
			benches[0][process].reopen(t)
			benches[1][process].reopen(t)
		}
	}
}

// dump is all that is stored of feeds.
func dump(t *testing.T, b *bench) string {
	t.Helper()
	var out strings.Builder
	for _, prefix := range []string{"feed/", "index/"} {
		page, err := b.opts.Store.List(t.Context(), prefix, "", catalog.MaxStorePage)
		require.NoError(t, err)
		for _, r := range page {
			fmt.Fprintf(&out, "%s %s\n", r.Key, r.Value)
		}
	}
	return out.String()
}
