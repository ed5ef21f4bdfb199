package catalog_test

import (
	"bytes"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/fsfeed"
	"github.com/patchbay/patchbay/catalog/httpfeed"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/installer/meminstaller"
	"github.com/stretchr/testify/require"
)

// attackBench is a bench whose feed is a folder or a server of the attacker's.
type attackBench struct {
	*bench

	write  func(name string, data []byte) // replaces a file of the feed
	unlink func(t *testing.T)             // makes the index a link out of the folder
	bytes  map[string][]byte              // of the artifact, by "key@version"; default an honest package
	urls   map[string]string              // of the artifact, by "key@version"; default a file beside the index

	mu       sync.Mutex
	handler  http.HandlerFunc // in place of the server, if not nil
	encoding string           // that the server states
	slow     bool             // one byte at a time, without end
}

// openAttackBench opens the catalog on a feed that has version 5 of an index.
func openAttackBench(t *testing.T, a *attackBench, feed catalog.Feed, edit ...func(*catalog.Options)) *attackBench {
	t.Helper()
	a.bytes, a.urls = map[string][]byte{}, map[string]string{}
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) // as newBench has it
	a.put(t, &connector.Index{Version: 5, Expires: start.Add(24 * time.Hour)}, "slack@1.0.0", "jira@1.0.0")
	a.bench = newBench(t, nil, append(edit, func(o *catalog.Options) {
		o.Feeds, o.Installer, o.Lease = []catalog.Feed{feed}, meminstaller.New(nil), 5*time.Second
	})...)
	return a
}

func newFileBench(t *testing.T, edit ...func(*catalog.Options)) *attackBench {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "feed")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "packages"), 0o700))
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, root.Close()) })
	a := &attackBench{
		write: func(name string, data []byte) {
			_ = root.Remove(name) // it may be a link
			require.NoError(t, root.WriteFile(name, data, 0o600))
		},
		unlink: func(t *testing.T) {
			t.Helper()
			index, err := root.ReadFile("index.json")
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "..", "outside.json"), index, 0o600))
			require.NoError(t, root.Remove("index.json"))
			if err := root.Symlink("../outside.json", "index.json"); err != nil {
				t.Skipf("symbolic links cannot be made here: %v", err)
			}
		},
	}
	feed := fsfeed.New("main", slowFS{root.FS(), a}, &fsfeed.Options{Parse: &connector.ParseOptions{MaxBytes: 8 << 20}})
	return openAttackBench(t, a, feed, edit...)
}

func newHTTPBench(t *testing.T, edit ...func(*catalog.Options)) *attackBench {
	t.Helper()
	a := &attackBench{}
	files := map[string][]byte{}
	a.write = func(name string, data []byte) {
		a.mu.Lock()
		defer a.mu.Unlock()
		files[name] = data
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		handler, encoding, slow := a.handler, a.encoding, a.slow
		data, ok := files[strings.TrimPrefix(r.URL.Path, "/feed/")]
		a.mu.Unlock()
		switch {
		case handler != nil:
			handler(w, r)
		case slow:
			for drop := range drops(r.Context().Done()) {
				if _, err := w.Write(drop); err != nil || http.NewResponseController(w).Flush() != nil {
					return
				}
			}
		case !ok:
			http.NotFound(w, r)
		default:
			if encoding != "" {
				w.Header().Set("Content-Encoding", encoding)
			}
			w.Header().Set("ETag", `"`+connector.DigestOf(data).Hex()+`"`)
			w.Header().Set("Content-Type", "application/json")
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		}
	}))
	t.Cleanup(server.Close)
	feed := httpfeed.New(server.URL+"/feed/index.json", &httpfeed.Options{
		Name: "main", AllowHTTP: true, AllowPrivate: true, Attempts: 1, Parse: &connector.ParseOptions{MaxBytes: 8 << 20},
	})
	t.Cleanup(feed.CloseIdleConnections)
	return openAttackBench(t, a, feed, edit...)
}

// drops yields a space every few milliseconds.
func drops(done <-chan struct{}) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				if !yield([]byte(" ")) {
					return
				}
			}
		}
	}
}

// slowFS is a file system whose index drips when told to.
type slowFS struct {
	fs.FS

	a *attackBench
}

func (s slowFS) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	s.a.mu.Lock()
	defer s.a.mu.Unlock()
	if err == nil && s.a.slow {
		f = slowFile{f}
	}
	return f, err
}

type slowFile struct{ fs.File }

func (slowFile) Read(p []byte) (int, error) {
	for drop := range drops(nil) {
		return copy(p, drop), nil
	}
	return 0, nil
}

// pack returns a native package that says it is offer, with some more content.
func pack(offer, more string) []byte {
	key, version := cut(offer)
	return installertest.TarGz(installertest.ManifestFile(&connector.Manifest{Key: key, Version: version}), installertest.File{Name: "more", Body: more})
}

// encode is the index x of the offers.
func (a *attackBench) encode(t *testing.T, x *connector.Index, offers ...string) []byte {
	t.Helper()
	x.Format = connector.IndexFormat
	for _, offer := range offers {
		key, version := cut(offer)
		data := a.bytes[offer]
		if data == nil {
			data = pack(offer, "")
		}
		r := connector.Release{Version: version, Artifact: connector.Artifact{
			URL: "packages/" + offer + ".tgz", Digest: connector.DigestOf(data), Size: int64(len(data)), MediaType: connector.MediaPackageTarGzip,
		}}
		a.write(r.Artifact.URL, data)
		if url, ok := a.urls[offer]; ok {
			r.Artifact.URL = url
		}
		if n := len(x.Connectors); n == 0 || x.Connectors[n-1].Key != key {
			x.Connectors = append(x.Connectors, connector.Connector{Key: key, Name: string(key)})
		}
		c := &x.Connectors[len(x.Connectors)-1]
		c.Releases = append(c.Releases, r)
	}
	var b bytes.Buffer
	require.NoError(t, x.Encode(&b))
	return b.Bytes()
}

// put makes the feed offer an index.
func (a *attackBench) put(t *testing.T, x *connector.Index, offers ...string) {
	t.Helper()
	a.write("index.json", a.encode(t, x, offers...))
}

// raw makes the feed offer a document, in an encoding if it is a server.
func (a *attackBench) raw(document []byte, encoding string) {
	a.write("index.json", document)
	a.set(func() { a.encoding = encoding })
}

func (a *attackBench) set(change func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change()
}

// heal ends every attack but what was put.
func (a *attackBench) heal() {
	a.set(func() { a.handler, a.encoding, a.slow = nil, "", false })
	clear(a.bytes)
	clear(a.urls)
}

// known is what no feed may change: what is published, and which bytes are
// meant by the releases that were known.
func (a *attackBench) known(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"published": strings.Join(a.published(t), " ")}
	for _, key := range []string{"slack", "jira"} {
		d, err := a.admin.Connector(t.Context(), key)
		require.NoError(t, err)
		for _, v := range d.Versions {
			if v.Version == "1.0.0" {
				all[key] = string(v.Digest)
			}
		}
	}
	return all
}

// serve puts a handler in place of the server.
func (a *attackBench) serve(h http.HandlerFunc) { a.set(func() { a.handler = h }) }
