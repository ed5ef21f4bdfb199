package catalogtest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// brokenFeed is a feed that is wrong in one way, and the topic that must see it.
type brokenFeed struct {
	name, topic string
	spoil       func(*wrapped)
}

// wrongUpdates return something that no feed may return of a good source.
func wrongUpdates() []brokenFeed {
	release := func(edit func(*connector.Release)) func(*wrapped) {
		return altered(func(u *catalog.FeedUpdate) { edit(&u.Connectors[0].Releases[0]) })
	}
	return []brokenFeed{
		{"no state", "load", altered(func(u *catalog.FeedUpdate) { u.State = catalog.FeedState{} })},
		{"enormous state", "load", altered(func(u *catalog.FeedUpdate) { u.State.ETag = strings.Repeat("x", 1<<20) })},
		{"version without digest", "load", altered(func(u *catalog.FeedUpdate) {
			u.Version, u.State = 1, catalog.FeedState{ETag: "x"}
		})},
		{"another result each time", "load", unstable},
		{"invalid key", "keys", altered(func(u *catalog.FeedUpdate) { u.Connectors[0].Key = "Not A Key" })},
		{"doubled key", "keys", altered(func(u *catalog.FeedUpdate) { u.Connectors = append(u.Connectors, u.Connectors[0]) })},
		{"no display name", "releases", altered(func(u *catalog.FeedUpdate) { u.Connectors[1].Name = "" })},
		{"doubled version", "releases", altered(func(u *catalog.FeedUpdate) {
			c := &u.Connectors[0]
			c.Releases = append(c.Releases, c.Releases[0])
		})},
		{"no releases", "releases", altered(func(u *catalog.FeedUpdate) { u.Connectors[0].Releases = nil })},
		{"version 0.3.O", "releases", release(func(r *connector.Release) { r.Version = "0.3.O" })},
		{"odd stage", "releases", release(func(r *connector.Release) { r.Stage = "beta" })},
		{"short digest", "releases", release(func(r *connector.Release) { r.Artifact.Digest = "sha256:ab" })},
		{"no URL", "releases", release(func(r *connector.Release) { r.Artifact.URL = "" })},
		{"negative size", "releases", release(func(r *connector.Release) { r.Artifact.Size = -1 })},
		{"foreign manifest", "releases", release(func(r *connector.Release) { r.Manifest = &connector.Manifest{Key: "other"} })},
		{"shared memory", "nothing is shared", sharesItsMemory},
	}
}

// wrongReports say too little, or too much, of a bad entry.
func wrongReports() []brokenFeed {
	return []brokenFeed{
		{"problem of another feed", "one bad entry", altered(func(u *catalog.FeedUpdate) {
			editProblems(u, func(p *connector.Problem) { p.Feed = "other" })
		})},
		{"drops bad entries", "one bad entry", altered(func(u *catalog.FeedUpdate) { u.Problems = nil })},
		{"one bad spoils all", "one bad entry", altered(func(u *catalog.FeedUpdate) { spoilAll(u, nil) })},
		{"one bad changes all", "one bad entry", altered(func(u *catalog.FeedUpdate) {
			spoilAll(u, func(c *connector.Connector) { c.Name += "!" })
		})},
		{"problem without a reason", "one bad entry", altered(func(u *catalog.FeedUpdate) {
			editFaults(u, func(f *connector.Fault) { f.Reason = "" })
		})},
		{"problem without a position", "one bad entry", altered(func(u *catalog.FeedUpdate) {
			editFaults(u, func(f *connector.Fault) { f.Pointer = "" })
		})},
		{"problem without a fault", "one bad entry", altered(func(u *catalog.FeedUpdate) {
			editProblems(u, func(p *connector.Problem) { p.Faults = nil })
		})},
		{"problem with an odd loss", "one bad entry", altered(func(u *catalog.FeedUpdate) {
			editProblems(u, func(p *connector.Problem) { p.Lost = "everything" })
		})},
	}
}

// wrongLoads behave as no feed may.
func wrongLoads() []brokenFeed {
	return []brokenFeed{
		{"no name", "name", func(w *wrapped) { w.name = func(string) string { return "" } }},
		{"name with a newline", "name", func(w *wrapped) { w.name = func(s string) string { return s + "\n" } }},
		{"name that changes", "name", func(w *wrapped) {
			n := 0
			w.name = func(s string) string {
				n++
				return s + strconv.Itoa(n)
			}
		}},
		{"never unchanged", "unchanged", func(w *wrapped) {
			w.load = func(ctx context.Context, _ catalog.FeedState) (*catalog.FeedUpdate, error) {
				return w.FakeFeed.Load(ctx, catalog.FeedState{})
			}
		}},
		{"unchanged, but says more", "unchanged", unchangedWithRest},
		{"unchanged without a state", "unchanged", unchangedWithoutState},
		{"remembers by itself", "zero state reads everything", remembersByItself},
		{"sees no change", "changed", seesNoChange},
		{"error is an empty list", "broken", errorIsEmptyList},
		{"error is unchanged", "broken", errorIsUnchanged},
		{"error with an update", "broken", errorWithUpdate},
		{"neither update nor error", "broken", nothingAtAll},
		{"error without text", "broken", errorWithoutText},
		{"deaf to the context", "context", func(w *wrapped) {
			w.load = func(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
				return w.FakeFeed.Load(context.WithoutCancel(ctx), prev)
			}
		}},
	}
}

// wrongArtifacts are opened as no artifact may be.
func wrongArtifacts() []brokenFeed {
	return []brokenFeed{
		{"wrong bytes", "artifacts", opening(func(context.Context, *wrapped, connector.Artifact) (io.ReadCloser, int64, error) {
			return io.NopCloser(strings.NewReader("other")), -1, nil
		})},
		{"wrong size", "artifacts", opening(func(ctx context.Context, w *wrapped, a connector.Artifact) (io.ReadCloser, int64, error) {
			body, n, err := w.FakeFeed.OpenArtifact(ctx, a)
			return body, n + 1, err
		})},
		{"opens nothing", "artifacts", opening(func(context.Context, *wrapped, connector.Artifact) (io.ReadCloser, int64, error) {
			return nil, 0, errors.ErrUnsupported
		})},
		{"cannot open", "artifacts", opening(func(context.Context, *wrapped, connector.Artifact) (io.ReadCloser, int64, error) {
			return nil, 0, os.ErrPermission
		})},
		{"one reader for all", "artifacts", oneReaderForAll},
		{"out of handles", "artifacts at once", outOfHandles},
		{"missing is any error", "missing artifact", opening(missingIsAnyError)},
		{"deaf to the context", "artifact context", opening(func(ctx context.Context, w *wrapped, a connector.Artifact) (io.ReadCloser, int64, error) {
			return w.FakeFeed.OpenArtifact(context.WithoutCancel(ctx), a)
		})},
	}
}

// opening makes a feed with another OpenArtifact.
func opening(open func(context.Context, *wrapped, connector.Artifact) (io.ReadCloser, int64, error)) func(*wrapped) {
	return func(w *wrapped) {
		w.open = func(ctx context.Context, a connector.Artifact) (io.ReadCloser, int64, error) { return open(ctx, w, a) }
	}
}

type loadFunc = func(context.Context, catalog.FeedState) (*catalog.FeedUpdate, error)

// withError replaces what Load returns when the source is broken.
func withError(w *wrapped, instead func(last *catalog.FeedUpdate) (*catalog.FeedUpdate, error)) loadFunc {
	last := &catalog.FeedUpdate{}
	return func(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
		u, err := w.FakeFeed.Load(ctx, prev)
		if err != nil && ctx.Err() == nil {
			return instead(last)
		}
		if err == nil && !u.Unchanged {
			kept := deepCopy(*u)
			last = &kept
		}
		return u, err
	}
}

func errorIsEmptyList(w *wrapped) {
	w.load = withError(w, func(last *catalog.FeedUpdate) (*catalog.FeedUpdate, error) {
		return &catalog.FeedUpdate{State: last.State}, nil
	})
}

func errorIsUnchanged(w *wrapped) {
	w.load = withError(w, func(last *catalog.FeedUpdate) (*catalog.FeedUpdate, error) {
		return &catalog.FeedUpdate{Unchanged: true, State: last.State}, nil
	})
}

func errorWithUpdate(w *wrapped) {
	w.load = withError(w, func(last *catalog.FeedUpdate) (*catalog.FeedUpdate, error) { return last, os.ErrNotExist })
}

func nothingAtAll(w *wrapped) {
	w.load = withError(w, func(*catalog.FeedUpdate) (*catalog.FeedUpdate, error) { return nil, nil }) //nolint:nilnil // that is the fault
}

func unstable(w *wrapped) {
	n := 0
	altered(func(u *catalog.FeedUpdate) {
		n++
		u.Connectors[0].Description = strconv.Itoa(n)
	})(w)
}

func unchangedWithRest(w *wrapped) {
	w.load = func(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
		u, err := w.FakeFeed.Load(ctx, prev)
		if err == nil && u.Unchanged {
			u.Version = 7
		}
		return u, err
	}
}

func unchangedWithoutState(w *wrapped) {
	w.load = func(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
		u, err := w.FakeFeed.Load(ctx, prev)
		if err == nil && u.Unchanged {
			u.State = catalog.FeedState{}
		}
		return u, err
	}
}

func remembersByItself(w *wrapped) {
	var last catalog.FeedState
	w.load = func(ctx context.Context, _ catalog.FeedState) (*catalog.FeedUpdate, error) {
		u, err := w.FakeFeed.Load(ctx, last)
		if err == nil {
			last = u.State
		}
		return u, err
	}
}

func seesNoChange(w *wrapped) {
	w.load = func(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
		u, err := w.FakeFeed.Load(ctx, catalog.FeedState{})
		if err == nil && prev != (catalog.FeedState{}) {
			u = &catalog.FeedUpdate{Unchanged: true, State: prev}
		}
		return u, err
	}
}

func sharesItsMemory(w *wrapped) {
	var (
		mu   sync.Mutex
		kept = map[connector.Digest]*catalog.FeedUpdate{}
	)
	w.load = func(ctx context.Context, prev catalog.FeedState) (*catalog.FeedUpdate, error) {
		u, err := w.FakeFeed.Load(ctx, prev)
		if err != nil || u.Unchanged {
			return u, err
		}
		mu.Lock()
		defer mu.Unlock()
		if kept[u.State.Digest] == nil {
			kept[u.State.Digest] = u
		}
		shallow := *kept[u.State.Digest]
		return &shallow, nil
	}
}

// spoilAll drops all connectors of an update with problems, or changes them.
func spoilAll(u *catalog.FeedUpdate, change func(*connector.Connector)) {
	if len(u.Problems) == 0 {
		return
	}
	if change == nil {
		u.Connectors = nil
		return
	}
	for i := range u.Connectors {
		change(&u.Connectors[i])
	}
}

func editProblems(u *catalog.FeedUpdate, edit func(*connector.Problem)) {
	for i := range u.Problems {
		edit(&u.Problems[i])
	}
}

func editFaults(u *catalog.FeedUpdate, edit func(*connector.Fault)) {
	editProblems(u, func(p *connector.Problem) {
		for i := range p.Faults {
			edit(&p.Faults[i])
		}
	})
}

func errorWithoutText(w *wrapped) {
	w.load = withError(w, func(*catalog.FeedUpdate) (*catalog.FeedUpdate, error) { return nil, errors.New("") })
}

func oneReaderForAll(w *wrapped) {
	var (
		mu sync.Mutex
		r  = strings.NewReader("slack one")
	)
	w.open = func(ctx context.Context, a connector.Artifact) (io.ReadCloser, int64, error) {
		body, n, err := w.FakeFeed.OpenArtifact(ctx, a)
		if err != nil {
			return nil, 0, err
		}
		return lockedReader{&mu, r}, n, body.Close()
	}
}

type lockedReader struct {
	mu *sync.Mutex
	r  io.Reader
}

func (l lockedReader) Close() error { return nil }

func (l lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
}

// outOfHandles frees nothing, so that a few more artifacts than one by one are
// too many.
func outOfHandles(w *wrapped) {
	var used atomic.Int64
	w.open = func(ctx context.Context, a connector.Artifact) (io.ReadCloser, int64, error) {
		if used.Add(1) > 12 {
			return nil, 0, errors.New("no handle is left")
		}
		return w.FakeFeed.OpenArtifact(ctx, a)
	}
}

func missingIsAnyError(ctx context.Context, w *wrapped, a connector.Artifact) (io.ReadCloser, int64, error) {
	body, n, err := w.FakeFeed.OpenArtifact(ctx, a)
	if errors.Is(err, fs.ErrNotExist) {
		err = errors.New("oops")
	}
	return body, n, err
}
