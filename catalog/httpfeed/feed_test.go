package httpfeed_test

import (
	"bytes"
	"context"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/catalog/httpfeed"
	"github.com/patchbay/patchbay/connector"
)

func TestFeedPassesTheKit(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*site){
		"ETag":          func(*site) {},
		"Last-Modified": func(s *site) { s.etag, s.modified = false, true },
		"both":          func(s *site) { s.modified = true },
		"no validators": func(s *site) { s.etag = false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			catalogtest.TestFeed(t, func(t *testing.T) *catalogtest.FeedUnderTest {
				t.Helper()
				s := newSite(t)
				prepare(s)
				return underTest(t, s)
			}, nil)
		})
	}
}

func underTest(t *testing.T, s *site) *catalogtest.FeedUnderTest {
	t.Helper()
	put := func(index []byte) func() error {
		return func() error {
			s.put(index)
			return nil
		}
	}
	status := func(code int) func() error {
		return func() error {
			s.fail(code)
			return nil
		}
	}
	good := encoded(t, 1, slack("1.0.0"), jira())
	return &catalogtest.FeedUnderTest{
		Feed:    s.feed(t, nil),
		Good:    put(good),
		Changed: put(encoded(t, 2, slack("1.0.0", "1.1.0"), jira())),
		OneBad: put(bytes.Replace(good, []byte(`"connectors":[`),
			[]byte(`"connectors":[{"connector":{"key":"Bad Key","name":"?","releases":[]}},`), 1)),
		Broken: map[string]func() error{
			"gone":         put(nil),
			"empty":        put([]byte{}),
			"cut off":      put(good[:len(good)-10]),
			"no index":     put([]byte(`{}`)),
			"web page":     put([]byte("\n <!DOCTYPE html><html></html>")),
			"unauthorized": status(http.StatusUnauthorized),
			"server error": status(http.StatusInternalServerError),
			"no content":   status(http.StatusNoContent),
		},
		Reopen: func() catalog.Feed { return s.feed(t, nil) },
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"https://user:hush@feeds.example.com:8443/a%20b/index.json?token=hush#x": "feeds.example.com:8443/a%20b/index.json",
		"https://feeds.example.com": "feeds.example.com",
		"":                          "invalid feed URL",
		"://":                       "invalid feed URL",
		"index.json":                "invalid feed URL",
		"https://a b/":              "invalid feed URL",
	} {
		assert.Equal(t, want, httpfeed.New(url, nil).Name())
	}
	assert.Equal(t, "main", httpfeed.New("https://feeds.example.com", &httpfeed.Options{Name: "main"}).Name())
}

func TestBadURLIsReportedAtLoad(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "://", "index.json", "ftp://feeds.example.com/", "http://feeds.example.com/", "https://", "https://a b/",
		"https://user:hush@feeds.example.com/",
	} {
		f := httpfeed.New(url, nil)
		u, err := f.Load(t.Context(), catalog.FeedState{})
		assert.Nil(t, u)
		var refused *httpfeed.URLError
		require.ErrorAs(t, err, &refused, "%q", url)
		assert.NotContains(t, err.Error(), "hush")
		_, _, err = f.OpenArtifact(t.Context(), connector.Artifact{URL: "a.tgz"})
		require.ErrorAs(t, err, &refused, "%q", url)
	}
	for _, url := range []string{"https://127.0.0.1/", "https://169.254.169.254/", "https://2130706433/", "https://localhost/"} {
		_, err := httpfeed.New(url, nil).Load(t.Context(), catalog.FeedState{})
		var refused *httpfeed.AddressError
		require.ErrorAs(t, err, &refused, url)
		require.ErrorIs(t, err, fs.ErrPermission)
	}
}

func TestLoadIsConditional(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(*site)
		want    int
	}{
		"ETag":          {func(*site) {}, http.StatusNotModified},
		"Last-Modified": {func(s *site) { s.etag, s.modified = false, true }, http.StatusNotModified},
		"no validators": {func(s *site) { s.etag = false }, http.StatusOK},
	} {
		s := newSite(t)
		tt.prepare(s)
		index := encoded(t, 1, slack("1.0.0"), jira())
		s.put(index)
		f := s.feed(t, nil)
		first, err := f.Load(t.Context(), catalog.FeedState{})
		require.NoError(t, err)
		assert.Equal(t, connector.DigestOf(index), first.State.Digest)
		second, err := f.Load(t.Context(), first.State)
		require.NoError(t, err)
		assert.Equal(t, &catalog.FeedUpdate{Unchanged: true, State: first.State}, second, name)
		assert.Equal(t, []int{http.StatusOK, tt.want}, s.statuses(), name)

		// A state without a digest was never accepted, so nothing can be unchanged.
		state := first.State
		state.Digest = ""
		third, err := f.Load(t.Context(), state)
		require.NoError(t, err)
		assert.False(t, third.Unchanged)
		assert.Equal(t, []int{http.StatusOK}, s.statuses(), name)
	}
}

func TestNewValidatorsOfTheSameBytesAreRemembered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.put(encoded(t, 1, slack("1.0.0")))
	f := s.feed(t, nil)
	first, err := f.Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	old := first.State
	old.ETag = `"of another server"`
	u, err := f.Load(t.Context(), old)
	require.NoError(t, err)
	assert.Equal(t, &catalog.FeedUpdate{Unchanged: true, State: first.State}, u)
}

func TestYoungModificationTimeIsNotTrusted(t *testing.T) {
	t.Parallel()
	// A file that changes twice within a second has one time for two versions.
	s := newSite(t)
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "x.json", time.Now(), bytes.NewReader(encoded(t, 1, slack("1.0.0"))))
	})
	u, err := s.feed(t, nil).Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	assert.Empty(t, u.State.LastModified)
}

func TestVersionAndExpiryPassThrough(t *testing.T) {
	t.Parallel()
	expires := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	var b bytes.Buffer
	x := &connector.Index{Format: connector.IndexFormat, Version: 42, Expires: expires, Connectors: []connector.Connector{jira()}}
	require.NoError(t, x.Encode(&b))
	s := newSite(t)
	s.put(b.Bytes())
	u, err := s.feed(t, nil).Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	assert.EqualValues(t, 42, u.Version)
	assert.True(t, u.Expires.Equal(expires))
}

func TestHeaderGoesToTheFeedsOriginOnly(t *testing.T) {
	t.Parallel()
	other := newSite(t)
	other.files["/slack-1.0.0.tgz"] = []byte("slack 1.0.0")
	s := newSite(t)
	s.put(encoded(t, 1, slack("1.0.0")))
	header := http.Header{"Authorization": {"Bearer hush"}}
	f := s.feed(t, &httpfeed.Options{Header: header})
	header.Set("Authorization", "changed later")
	_, err := f.Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	for _, url := range []string{"packages/slack-1.0.0.tgz", other.URL + "/slack-1.0.0.tgz"} {
		body, _, err := f.OpenArtifact(t.Context(), connector.Artifact{URL: url})
		require.NoError(t, err)
		require.NoError(t, body.Close())
	}
	for _, r := range s.seen {
		assert.Equal(t, "Bearer hush", r.Header.Get("Authorization"), r.URL.Path)
	}
	require.Len(t, other.seen, 1)
	assert.Empty(t, other.seen[0].Header.Get("Authorization"))
	assert.Empty(t, other.seen[0].Header.Get("Referer"))
}

func TestErrorsShowNoSecret(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := s.feed(t, nil)
	for _, prepare := range []func(){
		func() { s.put(nil) },
		func() { s.put([]byte("{")) },
		func() { s.put([]byte("<html>")) },
		func() { s.fail(http.StatusTeapot) },
		s.Close,
	} {
		prepare()
		_, err := f.Load(t.Context(), catalog.FeedState{})
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "hush")
		assert.Contains(t, err.Error(), "/feeds/index.json")
		assert.Less(t, len(err.Error()), 600)
	}
}

func TestFaultsOfTheDocumentHavePositions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.put([]byte("{\n  \"format\": \"patchbay.index/v1\",\n  \"connectors\": nonsense\n}"))
	_, err := s.feed(t, nil).Load(t.Context(), catalog.FeedState{})
	var faults connector.Faults
	require.ErrorAs(t, err, &faults)
	assert.Equal(t, 3, faults[0].Line)
}

func TestTransientFailureIsRetried(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	index := encoded(t, 1, slack("1.0.0"))
	n := 0
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n++; n == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write(index)
	})
	u, err := s.feed(t, &httpfeed.Options{Attempts: 2}).Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	assert.Len(t, u.Documents, 1)
}

// What is loaded is the same, whatever is known, and whatever comes.
func TestWhatIsKnownChangesNothing(t *testing.T) {
	t.Parallel()
	good := encoded(t, 1, slack("1.0.0"), jira())
	docs, _, err := connector.ParseDocuments(good, nil)
	require.NoError(t, err)
	known := connector.NewKnown(len(docs.List))
	for i := range docs.List {
		known.Add(docs.List[i].Key(), docs.List[i].Sum(), len(docs.List[i].JSON()))
	}
	s := newSite(t)
	f := s.feed(t, &httpfeed.Options{Parse: &connector.ParseOptions{MaxBytes: len(good) + 100}, Attempts: 1})
	for name, tt := range map[string]struct {
		index   []byte
		fails   bool
		leftOut int
	}{
		"the same":    {good, false, 2},
		"changed":     {encoded(t, 2, slack("1.1.0"), jira()), false, 1},
		"astray":      {bytes.Replace(good, []byte(`"Slack"`), []byte(`"Slack and more"`), 1), false, 0},
		"a page":      {[]byte("  <!doctype html><p>"), true, 0},
		"broken":      {good[:len(good)/2], true, 0},
		"too large":   {slices.Concat(good, bytes.Repeat([]byte(" "), 101)), true, 0},
		"nothing yet": {nil, true, 0},
	} {
		s.put(tt.index)
		want, wantErr := f.Load(t.Context(), catalog.FeedState{})
		got, err := f.Load(t.Context(), catalog.FeedState{Known: known})
		if tt.fails {
			require.Error(t, err, name)
			require.EqualError(t, wantErr, err.Error(), name)
			continue
		}
		require.NoError(t, err, name)
		left := 0
		for i := range got.Documents {
			if got.Documents[i].JSON() == nil {
				left++
			}
			assert.Equal(t, want.Documents[i].Sum(), got.Documents[i].Sum(), name)
		}
		assert.Equal(t, tt.leftOut, left, name)
		got.Documents, want.Documents = nil, nil
		assert.Equal(t, want, got, name)
		for _, k := range []*connector.Known{nil, known} {
			prev := got.State
			prev.Known = k
			again, err := f.Load(t.Context(), prev)
			require.NoError(t, err, name)
			again.State.Known = nil
			assert.Equal(t, &catalog.FeedUpdate{Unchanged: true, State: got.State}, again, name)
		}
	}
}

func TestContextEndsALoad(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	started := make(chan struct{})
	s.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(started)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-started
		cancel()
	}()
	_, err := s.feed(t, &httpfeed.Options{Attempts: 3}).Load(ctx, catalog.FeedState{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestIndexIsBounded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	index := encoded(t, 1, slack("1.0.0"))
	s.put(index)
	_, err := s.feed(t, &httpfeed.Options{Parse: &connector.ParseOptions{MaxBytes: len(index) - 1}}).Load(t.Context(), catalog.FeedState{})
	var large *httpfeed.TooLargeError
	require.ErrorAs(t, err, &large)
	_, err = s.feed(t, &httpfeed.Options{Parse: &connector.ParseOptions{MaxBytes: len(index)}}).Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(s.feed(t, nil).Name(), "127.0.0.1:"))
}
