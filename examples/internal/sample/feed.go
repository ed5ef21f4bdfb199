package sample

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// Feed is the sample feed. It is safe for concurrent use.
type Feed struct {
	index    []byte
	packages map[string][]byte // by path
	pace     atomic.Int64      // nanoseconds for each chunk
	served   atomic.Int64

	mu      sync.Mutex
	damaged map[string]bool // by path
}

// New builds the feed: index, manifests and packages. It takes some tenths of
// a second.
func New() (*Feed, error) {
	list, err := apps()
	if err != nil {
		return nil, err
	}
	f := &Feed{packages: map[string][]byte{}, damaged: map[string]bool{}}
	index := connector.Index{Format: connector.IndexFormat, Version: 1, Generated: published(len(list), 5)}
	for i := range list {
		c, err := f.connector(&list[i], i)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", list[i].Key, err)
		}
		index.Connectors = append(index.Connectors, *c)
	}
	var document bytes.Buffer
	if err := index.Encode(&document); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	f.index = document.Bytes()
	return f, nil
}

// connector builds one entry of the index and its packages.
func (f *Feed) connector(a *app, index int) (*connector.Connector, error) {
	c := a.Connector
	c.Description, c.DocsURL = a.About, a.Docs
	for n, r := range a.Releases {
		m, at := a.manifest(r.Version), published(index, n)
		data, err := a.pack(m, at)
		if err != nil {
			return nil, err
		}
		path := packagePath(a.Key, r.Version)
		f.packages["/"+path] = data
		out := connector.Release{
			Version: r.Version, Published: at, Notes: r.Notes, Deprecated: r.Deprecated, Yanked: r.Yanked,
			Breaking: a.breaking(index, n), Manifest: m,
			Artifact: connector.Artifact{URL: path, Size: int64(len(data)), Digest: connector.DigestOf(data)},
		}
		if r.Preview {
			out.Stage = connector.Preview
		}
		c.Releases = append(c.Releases, out)
	}
	return &c, nil
}

// packagePath is relative to the index.
func packagePath(key connector.Key, version string) string {
	return fmt.Sprintf("packages/%s-%s.tgz", key, version)
}

// Pace makes each 16 KiB of a package take d; zero, the default, no time.
func (f *Feed) Pace(d time.Duration) { f.pace.Store(int64(d)) }

// Served counts the packages that were asked for.
func (f *Feed) Served() int { return int(f.served.Load()) }

// Damage makes the feed serve the package of a release with one bit flipped,
// until Repair. It reports whether there is such a release.
func (f *Feed) Damage(key connector.Key, version string) bool {
	return f.setDamaged(key, version, true)
}

// Repair undoes Damage.
func (f *Feed) Repair(key connector.Key, version string) bool {
	return f.setDamaged(key, version, false)
}

func (f *Feed) setDamaged(key connector.Key, version string, damaged bool) bool {
	path := "/" + packagePath(key, version)
	if _, ok := f.packages[path]; !ok {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.damaged[path] = damaged
	return true
}
