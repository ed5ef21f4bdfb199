package airbytefeed

import (
	"context"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/egress"
	"github.com/stretchr/testify/require"
)

// server has one document, whose state a test chooses.
type server struct {
	*httptest.Server

	mu      sync.Mutex
	body    []byte
	etag    string
	status  int
	headers []http.Header // of the requests
}

func serve(tb testing.TB) *server {
	tb.Helper()
	s := &server{}
	s.Server = httptest.NewTLSServer(s)
	tb.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.headers = append(s.headers, r.Header.Clone())
	if s.etag != "" {
		w.Header().Set("ETag", s.etag)
		if r.Header.Get("If-None-Match") == s.etag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if s.status != 0 {
		w.WriteHeader(s.status)
	}
	_, _ = w.Write(s.body)
}

func (s *server) set(body []byte, etag string, status int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.body, s.etag, s.status = body, etag, status
	return nil
}

func (s *server) feed() *Feed {
	return URL(s.URL+"/registry.json", &Options{AllowPrivate: true, HTTPClient: s.Client(), Header: http.Header{"Authorization": {"Bearer t"}}})
}

func TestFile(t *testing.T) {
	t.Parallel()
	doc := registry(t, list{def(1), nil})
	fsys := fstest.MapFS{"a/registry.json": {Data: doc}}
	f := File(fsys, "a/registry.json", nil)
	require.Equal(t, DefaultName, f.Name())
	require.Equal(t, "connectors", File(fsys, "x", &Options{Name: "connectors"}).Name())
	u, err := f.Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	require.Len(t, u.Connectors, 1)
	require.Len(t, u.Problems, 1)
	require.Equal(t, catalog.FeedState{Digest: connector.DigestOf(doc)}, u.State)
	again, err := f.Load(t.Context(), u.State)
	require.NoError(t, err)
	require.Equal(t, &catalog.FeedUpdate{Unchanged: true, State: u.State}, again)

	_, err = File(fsys, "b", nil).Load(t.Context(), catalog.FeedState{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = File(fsys, "a", nil).Load(t.Context(), catalog.FeedState{})
	require.ErrorIs(t, err, fs.ErrInvalid)
	_, err = File(fsys, "a/registry.json", &Options{MaxBytes: int64(len(doc)) - 1}).Load(t.Context(), catalog.FeedState{})
	require.ErrorAs(t, err, new(*egress.TooLargeError))
	_, err = File(fsys, "a/registry.json", &Options{MaxBytes: int64(len(doc))}).Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
}

func TestURLAsksOnlyForWhatHasChanged(t *testing.T) {
	t.Parallel()
	s := serve(t)
	f := s.feed()
	require.NoError(t, s.set(registry(t, list{def(1)}), `"v1"`, 0))
	u, err := f.Load(t.Context(), catalog.FeedState{ETag: `"v1"`}) // without a digest nothing is known
	require.NoError(t, err)
	require.Len(t, u.Connectors, 1)
	require.Equal(t, `"v1"`, u.State.ETag)
	require.Equal(t, "Bearer t", s.headers[0].Get("Authorization"))

	again, err := f.Load(t.Context(), u.State)
	require.NoError(t, err)
	require.Equal(t, &catalog.FeedUpdate{Unchanged: true, State: u.State}, again)
	require.Equal(t, `"v1"`, s.headers[1].Get("If-None-Match"))

	// The same bytes under another tag are unchanged too, and the tag is remembered.
	require.NoError(t, s.set(registry(t, list{def(1)}), `"v2"`, 0))
	again, err = f.Load(t.Context(), u.State)
	require.NoError(t, err)
	require.True(t, again.Unchanged)
	require.Equal(t, `"v2"`, again.State.ETag)
}

func TestURLThatIsRefused(t *testing.T) {
	t.Parallel()
	for url, reason := range map[string]string{
		"http://feeds.example.test/x":           "http must be allowed",
		"https://u:secret@feeds.example.test/x": "user information",
		"https://127.0.0.1/x?key=secret":        "refused",
		"":                                      "not absolute",
	} {
		_, err := URL(url, nil).Load(t.Context(), catalog.FeedState{})
		require.ErrorContains(t, err, reason)
		require.NotContains(t, err.Error(), "secret")
	}
	s := serve(t)
	require.NoError(t, s.set(nil, "", http.StatusForbidden))
	_, err := s.feed().Load(t.Context(), catalog.FeedState{})
	require.ErrorIs(t, err, fs.ErrPermission)
}

func TestLoadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := serve(t)
	require.NoError(t, s.set(registry(t, list{def(1)}), "", 0))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, f := range []*Feed{s.feed(), File(fstest.MapFS{"x": {Data: []byte("{}")}}, "x", nil)} {
		_, err := f.Load(ctx, catalog.FeedState{})
		require.ErrorIs(t, err, context.Canceled)
	}
}

func TestFeed_File(t *testing.T) {
	t.Parallel()
	catalogtest.TestFeed(t, func(t *testing.T) *catalogtest.FeedUnderTest {
		t.Helper()
		fsys := fstest.MapFS{}
		open := func() catalog.Feed { return File(fsys, "registry.json", nil) }
		return underTest(t, open, func(data []byte) error {
			delete(fsys, "registry.json")
			if data != nil {
				fsys["registry.json"] = &fstest.MapFile{Data: data}
			}
			return nil
		})
	}, nil)
}

func TestFeed_URL(t *testing.T) {
	t.Parallel()
	catalogtest.TestFeed(t, func(t *testing.T) *catalogtest.FeedUnderTest {
		t.Helper()
		s := serve(t)
		return underTest(t, func() catalog.Feed { return s.feed() }, func(data []byte) error {
			if data == nil {
				return s.set(nil, "", http.StatusNotFound)
			}
			return s.set(data, `"`+string(connector.DigestOf(data))+`"`, 0)
		})
	}, nil)
}

// underTest is a source for the kit; set(nil) takes it away.
func underTest(tb testing.TB, open func() catalog.Feed, set func([]byte) error) *catalogtest.FeedUnderTest {
	tb.Helper()
	state := func(data []byte) func() error { return func() error { return set(data) } }
	good := registry(tb, list{def(1), def(2)}, dest(3))
	return &catalogtest.FeedUnderTest{
		Feed: open(), Reopen: open, Good: state(good),
		Changed: state(registry(tb, list{def(1), def(2, object{"dockerImageTag": "1.3.0"})}, dest(3))),
		OneBad:  state(registry(tb, list{def(1), def(2, object{"dockerImageTag": "1.3.O"})}, dest(3))),
		Broken: map[string]func() error{
			"gone": state(nil), "empty": state([]byte{}), "cut off": state(good[:len(good)/2]),
			"a web page": state([]byte("<!doctype html>")), "one list": state([]byte(`{"sources": []}`)),
		},
	}
}
