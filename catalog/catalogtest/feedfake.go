package catalogtest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// FakeFeed is a scripted feed in memory. A test says what it offers and how
// it fails, also while a catalog uses it: all methods are safe for concurrent use,
// and a change shows at the next call. It copies what it is given and what it
// returns, and checks neither, so that it can also offer what no feed should.
//
// It is a catalog.Feed and a catalog.ArtifactOpener and passes TestFeed.
type FakeFeed struct {
	name string

	mu        sync.Mutex
	index     fakeIndex
	artifacts map[string]*fakeArtifact // by URL
	err       error
	loadGate  chan struct{}
	openGate  chan struct{}
	counts    FakeFeedCounts
}

// fakeIndex is what the fake offers; its JSON is what the state's digest is of.
type fakeIndex struct {
	Version    uint64                `json:"version"`
	Expires    time.Time             `json:"expires"`
	Connectors []connector.Connector `json:"connectors"`
	Problems   []connector.Problem   `json:"problems"`
}

// FakeFeedCounts says how often a FakeFeed was asked.
type FakeFeedCounts struct {
	Loads     int // calls of Load, failed and blocked ones included
	Unchanged int // those that answered Unchanged
	Opens     int // calls of OpenArtifact
	Open      int // artifacts opened and not closed yet
}

// NewFakeFeed returns a feed that offers nothing yet.
func NewFakeFeed(name string) *FakeFeed {
	return &FakeFeed{name: name, artifacts: map[string]*fakeArtifact{}}
}

// Name returns the name given to NewFakeFeed.
func (f *FakeFeed) Name() string { return f.name }

// Load returns what the script says. It honours ctx, also while blocked.
func (f *FakeFeed) Load(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
	f.mu.Lock()
	f.counts.Loads++
	gate := f.loadGate
	f.mu.Unlock()
	if err := pass(ctx, gate); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return nil, f.err
	}
	text, err := json.Marshal(f.index) //nolint:musttag // read by nobody, only digested
	if err != nil {
		return nil, fmt.Errorf("fake feed %q: %w", f.name, err)
	}
	state := catalog.FeedState{Digest: connector.DigestOf(text)}
	if prev.Digest == state.Digest {
		f.counts.Unchanged++
		return &catalog.FeedUpdate{Unchanged: true, State: state}, nil
	}
	out := deepCopy(f.index)
	return &catalog.FeedUpdate{
		State: state, Version: out.Version, Expires: out.Expires,
		Connectors: out.Connectors, Problems: out.Problems,
	}, nil
}

// Set makes the feed offer exactly these connectors.
func (f *FakeFeed) Set(connectors ...connector.Connector) {
	f.script(func() { f.index.Connectors = deepCopy(connectors) })
}

// Offer adds a release whose artifact is pkg, and its connector when the feed has
// none of that key, or replaces the release of that version. The artifact has the URL
// "<key>/<version>.tgz", the digest and the size of pkg; edit may change
// anything of the release. Offer returns the release as it is offered.
func (f *FakeFeed) Offer(key connector.Key, version string, pkg []byte, edit ...func(*connector.Release)) connector.Release {
	r := connector.Release{Version: version, Stage: connector.GA, Artifact: connector.Artifact{
		URL:       string(key) + "/" + version + ".tgz",
		MediaType: connector.MediaPackageTarGzip,
		Digest:    connector.DigestOf(pkg),
		Size:      int64(len(pkg)),
	}}
	for _, e := range edit {
		e(&r)
	}
	f.script(func() {
		f.artifacts[r.Artifact.URL] = &fakeArtifact{data: slices.Clone(pkg)}
		c := f.connector(key)
		for i := range c.Releases {
			if c.Releases[i].Version == version {
				c.Releases[i] = deepCopy(r)
				return
			}
		}
		c.Releases = append(c.Releases, deepCopy(r))
	})
	return r
}

// connector finds or adds a connector. The caller holds the lock.
func (f *FakeFeed) connector(key connector.Key) *connector.Connector {
	for i := range f.index.Connectors {
		if f.index.Connectors[i].Key == key {
			return &f.index.Connectors[i]
		}
	}
	f.index.Connectors = append(f.index.Connectors, connector.Connector{Key: key, Name: string(key)})
	return &f.index.Connectors[len(f.index.Connectors)-1]
}

// Edit changes one connector, which is added when the feed has none of that key.
func (f *FakeFeed) Edit(key connector.Key, edit func(*connector.Connector)) {
	f.script(func() {
		c := f.connector(key)
		changed := deepCopy(*c)
		edit(&changed)
		*c = deepCopy(changed)
	})
}

// Withdraw stops offering these versions of a connector, or without versions
// all of it. Artifacts stay, as they do in real feeds for a while.
func (f *FakeFeed) Withdraw(key connector.Key, versions ...string) {
	f.script(func() {
		if len(versions) == 0 {
			f.index.Connectors = slices.DeleteFunc(f.index.Connectors, func(c connector.Connector) bool { return c.Key == key })
			return
		}
		c := f.connector(key)
		c.Releases = slices.DeleteFunc(c.Releases, func(r connector.Release) bool { return slices.Contains(versions, r.Version) })
	})
}

// SetProblems makes these the bad entries that each Load reports.
func (f *FakeFeed) SetProblems(problems ...connector.Problem) {
	f.script(func() { f.index.Problems = deepCopy(problems) })
}

// SetIndex makes the feed state a version and an expiry; zero values state none.
func (f *FakeFeed) SetIndex(version uint64, expires time.Time) {
	f.script(func() { f.index.Version, f.index.Expires = version, expires })
}

// Fail makes every Load fail with err, until Fail(nil).
func (f *FakeFeed) Fail(err error) { f.script(func() { f.err = err }) }

// Block makes every Load wait until release is called or its context ends.
func (f *FakeFeed) Block() (release func()) { return f.block(&f.loadGate) }

// Counts returns how often the feed was asked so far.
func (f *FakeFeed) Counts() FakeFeedCounts {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counts
}

func (f *FakeFeed) script(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// block closes a gate; the returned function opens it again, once.
func (f *FakeFeed) block(gate *chan struct{}) (release func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ch := *gate
	if ch == nil {
		ch = make(chan struct{})
		*gate = ch
	}
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if *gate == ch {
			*gate = nil
			close(ch)
		}
	}
}

// pass waits until a gate is open.
func pass(ctx context.Context, gate <-chan struct{}) error {
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}
