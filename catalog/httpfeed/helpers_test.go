package httpfeed_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog/httpfeed"
	"github.com/patchbay/patchbay/connector"
)

func release(version, url, content string) connector.Release {
	return connector.Release{Version: version, Artifact: connector.Artifact{
		URL: url, Digest: connector.DigestOf([]byte(content)), Size: int64(len(content)),
	}}
}

func slack(versions ...string) connector.Connector {
	c := connector.Connector{Key: "acme/slack", Name: "Slack"}
	for _, v := range versions {
		c.Releases = append(c.Releases, release(v, "packages/slack-"+v+".tgz", "slack "+v))
	}
	return c
}

func jira() connector.Connector {
	return connector.Connector{Key: "jira", Name: "Jira", Releases: []connector.Release{
		release("2.0.0", "packages/jira-2.0.0.tgz", "jira 2.0.0"),
		{Version: "2.2.0", Artifact: connector.Artifact{URL: "docker://example.com/jira:2.2.0", MediaType: connector.MediaReference}},
	}}
}

// encoded is an index in the native format.
func encoded(tb testing.TB, version uint64, connectors ...connector.Connector) []byte {
	tb.Helper()
	var b bytes.Buffer
	x := &connector.Index{Format: connector.IndexFormat, Version: version, Connectors: connectors}
	require.NoError(tb, x.Encode(&b))
	return b.Bytes()
}

// site is a static site with an index at /feeds/index.json.
type site struct {
	*httptest.Server

	mu     sync.Mutex
	files  map[string][]byte
	puts   int64
	status int // instead of an answer
	// validators are the headers that it tells versions apart by.
	etag, modified bool
	seen           []*http.Request
	sent           []int // statuses
}

func newSite(tb testing.TB) *site {
	tb.Helper()
	s := &site{files: map[string][]byte{}, etag: true}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	tb.Cleanup(s.Close)
	return s
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, r)
	rec := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
	defer func() { s.sent = append(s.sent, rec.status) }()
	data, ok := s.files[r.URL.Path]
	switch {
	case s.status != 0:
		rec.WriteHeader(s.status)
	case !ok:
		http.NotFound(rec, r)
	default:
		if s.etag {
			rec.Header().Set("ETag", `"`+connector.DigestOf(data).Hex()+`"`)
		}
		modified := time.Time{}
		if s.modified {
			modified = time.Unix(1_500_000_000+s.puts, 0)
		}
		rec.Header().Set("Content-Type", "application/json")
		http.ServeContent(rec, r, "", modified, bytes.NewReader(data))
	}
}

// put places the index and the artifacts that it names.
func (s *site) put(index []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.puts++
	s.status, s.files = 0, map[string][]byte{}
	if index != nil {
		s.files["/feeds/index.json"] = index
	}
	for _, v := range []string{"slack-1.0.0", "slack-1.1.0", "jira-2.0.0"} {
		s.files["/feeds/packages/"+v+".tgz"] = []byte(strings.ReplaceAll(v, "-", " "))
	}
}

func (s *site) fail(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

func (s *site) statuses() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	sent := s.sent
	s.sent = nil
	return sent
}

// feed returns one of the site's index.
func (s *site) feed(tb testing.TB, o *httpfeed.Options) *httpfeed.Feed {
	tb.Helper()
	return newFeed(tb, s.URL+"/feeds/index.json?token=hush", o)
}

// newFeed returns a feed that may reach httptest servers and does not retry.
func newFeed(tb testing.TB, url string, o *httpfeed.Options) *httpfeed.Feed {
	tb.Helper()
	var all httpfeed.Options
	if o != nil {
		all = *o
	}
	all.AllowHTTP, all.AllowPrivate = true, true
	if all.Attempts == 0 {
		all.Attempts = 1
	}
	f := httpfeed.New(url, &all)
	tb.Cleanup(f.CloseIdleConnections)
	return f
}

type statusRecorder struct {
	http.ResponseWriter

	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}
