package npmfeed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/require"
)

// server is an npm registry whose content a test chooses.
type server struct {
	*httptest.Server

	mu    sync.Mutex
	files map[string]string // by escaped path
	asked []string          // escaped path, and the token that came along
}

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{files: map[string]string{}}
	s.Server = httptest.NewTLSServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.URL.EscapedPath()+" "+r.Header.Get("Authorization"))
	body, ok := s.files[r.URL.EscapedPath()]
	if !ok {
		http.NotFound(w, r)
		return
	}
	fmt.Fprint(w, body) //nolint:errcheck // the client notices
}

// set replaces the content.
func (s *server) set(files map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files = maps.Clone(files)
}

func (s *server) options() *Options {
	return &Options{AllowPrivate: true, HTTPClient: s.Client(), Header: http.Header{"Authorization": {"Bearer t"}}}
}

// content is two packages with tarballs, as paths below a registry's URL.
func content(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{
		"/mail":                        string(encode(t, doc("mail", ver("mail", "1.0.0", "mail one"), ver("mail", "1.1.0", "mail two")))),
		"/@acme%2fchat":                string(encode(t, doc("@acme/chat", ver("@acme/chat", "2.0.0", "chat")))),
		"/mail/-/mail-1.0.0.tgz":       "mail one",
		"/mail/-/mail-1.1.0.tgz":       "mail two",
		"/@acme/chat/-/chat-2.0.0.tgz": "chat",
	}
}

// folderOf lays content out as Dir wants it.
func folderOf(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for path, body := range files {
		name := path[1:] + ".json"
		if strings.HasSuffix(path, ".tgz") {
			name = "tarballs" + path[strings.LastIndexByte(path, '/'):]
		}
		out[name] = &fstest.MapFile{Data: []byte(body)}
	}
	return out
}

func TestRegistryAsksForEachPackageByName(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.set(content(t))
	f := Registry(s.URL, []string{"mail", "@acme/chat", "mail"}, s.options())
	u, err := f.Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	require.Empty(t, u.Problems)
	require.Len(t, u.Connectors, 2)
	require.Equal(t, connector.Key("acme/chat"), u.Connectors[0].Key)
	require.Equal(t, connector.Key("mail"), u.Connectors[1].Key)
	require.ElementsMatch(t, []string{"/mail Bearer t", "/@acme%2fchat Bearer t"}, s.asked)

	// The documents name another host; its path was put under the registry's URL.
	a := u.Connectors[0].Releases[0].Artifact
	require.Equal(t, s.URL+"/@acme/chat/-/chat-2.0.0.tgz", a.URL)
	body, size, err := f.OpenArtifact(t.Context(), a)
	require.NoError(t, err)
	require.EqualValues(t, 4, size)
	data, err := io.ReadAll(body)
	require.NoError(t, errors.Join(err, body.Close()))
	require.Equal(t, "chat", string(data))
	require.Equal(t, "/@acme/chat/-/chat-2.0.0.tgz Bearer t", s.asked[2])
}

func TestP16_OnePackageSpoilsNoOther(t *testing.T) {
	t.Parallel()
	s := serve(t)
	files := content(t)
	files["/broken"] = "<html>"
	s.set(files)
	f := Registry(s.URL, []string{"mail", "gone", "broken", "Not-A-Name", "../mail", "@acme/chat"}, s.options())
	u, err := f.Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	require.Len(t, u.Connectors, 2)
	lost := map[string]string{}
	for _, p := range u.Problems {
		require.Equal(t, connector.LostConnector, p.Lost)
		lost[p.Key] = p.Faults[0].Reason
	}
	require.Len(t, lost, 4)
	require.Contains(t, lost["gone"], "404")
	require.Contains(t, lost["broken"], "HTML")
	require.Contains(t, lost["Not-A-Name"], "display name")
	require.Contains(t, lost["../mail"], "no package name")
	for _, asked := range s.asked {
		require.NotContains(t, asked, "Not-A-Name")
	}

	// A failure is part of the state: while it lasts nothing changes, its end is a change.
	again, err := f.Load(t.Context(), u.State)
	require.NoError(t, err)
	require.True(t, again.Unchanged)
	files["/gone"] = string(encode(t, doc("gone", ver("gone", "1.0.0", "x"))))
	s.set(files)
	healed, err := f.Load(t.Context(), u.State)
	require.NoError(t, err)
	require.False(t, healed.Unchanged)
	require.Len(t, healed.Connectors, 3)
}

func TestRegistryThatAnswersNothingIsAnError(t *testing.T) {
	t.Parallel()
	s := serve(t)
	f := Registry(s.URL, []string{"mail", "chat"}, s.options())
	u, err := f.Load(t.Context(), catalog.FeedState{})
	require.Nil(t, u)
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestRegistryBoundsWhatItReads(t *testing.T) {
	t.Parallel()
	s := serve(t)
	files := content(t)
	s.set(files)
	o := s.options()
	o.MaxBytes, o.MaxArtifactBytes = int64(len(files["/@acme%2fchat"])), 3
	f := Registry(s.URL+"/", []string{"mail", "@acme/chat"}, o)
	u, err := f.Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	require.Len(t, u.Connectors, 1)
	require.Len(t, u.Problems, 1)
	require.Contains(t, u.Problems[0].Faults[0].Reason, "larger than")
	_, _, err = f.OpenArtifact(t.Context(), u.Connectors[0].Releases[0].Artifact)
	require.ErrorContains(t, err, "larger than the 3 allowed")
}

func TestRegistryRefusesBadConfiguration(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		f      *Feed
		reason string
	}{
		"http":         {Registry("http://npm.example.test", []string{"p"}, nil), "http must be allowed"},
		"no URL":       {Registry("", []string{"p"}, nil), "not absolute"},
		"user":         {Registry("https://u:secret@npm.example.test", []string{"p"}, nil), "user information"},
		"query":        {Registry("https://npm.example.test?a=b", []string{"p"}, nil), "query"},
		"loopback":     {Registry("https://127.0.0.1", []string{"p"}, nil), "refused"},
		"no packages":  {Registry("https://npm.example.test", nil, nil), "0 packages"},
		"too many":     {Registry("https://npm.example.test", make([]string, MaxPackages+1), nil), "10001 packages"},
		"bad origin":   {Registry("https://npm.example.test", []string{"p"}, &Options{Origins: []string{"ftp://x.test"}}), "Origins[0]"},
		"more than an": {Registry("https://npm.example.test", []string{"p"}, &Options{Origins: []string{"https://x.test/a"}}), "more than an origin"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tc.f.Load(t.Context(), catalog.FeedState{})
			require.ErrorContains(t, err, tc.reason)
			require.NotContains(t, err.Error(), "secret")
			_, _, err = tc.f.OpenArtifact(t.Context(), connector.Artifact{URL: "https://npm.example.test/p.tgz", MediaType: connector.MediaNPM})
			require.ErrorContains(t, err, tc.reason)
		})
	}
}

// An artifact may have been stored under an earlier configuration.
func TestOpenArtifactLooksAgain(t *testing.T) {
	t.Parallel()
	s, other := serve(t), serve(t)
	s.set(content(t))
	other.set(map[string]string{"/p-1.tgz": "other"})
	npm := func(url string) connector.Artifact {
		return connector.Artifact{URL: url, MediaType: connector.MediaNPM}
	}
	f := Registry(s.URL, []string{"mail"}, s.options())
	for _, url := range []string{other.URL + "/p-1.tgz", "https://evil.test/mail/-/mail-1.0.0.tgz"} {
		_, _, err := f.OpenArtifact(t.Context(), npm(url))
		require.ErrorIs(t, err, fs.ErrPermission, url)
	}
	for _, url := range []string{"tarballs/mail-1.0.0.tgz", s.URL + "/../x", "file:///etc/passwd"} {
		_, _, err := f.OpenArtifact(t.Context(), npm(url))
		require.ErrorIs(t, err, fs.ErrInvalid, url)
	}
	_, _, err := f.OpenArtifact(t.Context(), npm(s.URL+"/mail/-/mail-9.9.9.tgz"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, _, err = f.OpenArtifact(t.Context(), connector.Artifact{URL: "docker://x", MediaType: connector.MediaReference})
	require.ErrorIs(t, err, errors.ErrUnsupported)

	// A listed origin is reached, but gets no credentials.
	o := s.options()
	o.Origins = []string{other.URL}
	body, _, err := Registry(s.URL, []string{"mail"}, o).OpenArtifact(t.Context(), npm(other.URL+"/p-1.tgz"))
	require.NoError(t, err)
	require.NoError(t, body.Close())
	require.Equal(t, []string{"/p-1.tgz "}, other.asked)
}

func TestDir(t *testing.T) {
	t.Parallel()
	fsys := folderOf(content(t))
	fsys["README.md"] = &fstest.MapFile{Data: []byte("no packument")}
	fsys[".hidden.json"] = &fstest.MapFile{Data: []byte("{}")}
	fsys["folder.json/x"] = &fstest.MapFile{}
	fsys["Capital.json"] = &fstest.MapFile{Data: []byte("{}")}
	fsys["renamed.json"] = fsys["mail.json"]
	f := Dir(fsys, nil)
	require.Equal(t, "npm", f.Name())
	u, err := f.Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	require.Len(t, u.Connectors, 2)
	lost := map[string]string{}
	for _, p := range u.Problems {
		require.Equal(t, connector.LostConnector, p.Lost)
		lost[p.Key] = p.Faults[0].Reason
	}
	require.Len(t, lost, 3)
	require.Contains(t, lost["folder"], "invalid")
	require.Contains(t, lost["Capital"], "display name")
	require.Contains(t, lost["renamed"], `name is "mail", want "renamed"`)

	a := u.Connectors[0].Releases[0].Artifact
	require.Equal(t, "tarballs/chat-2.0.0.tgz", a.URL)
	body, size, err := f.OpenArtifact(t.Context(), a)
	require.NoError(t, err)
	require.EqualValues(t, 4, size)
	data, err := io.ReadAll(body)
	require.NoError(t, errors.Join(err, body.Close()))
	require.Equal(t, "chat", string(data))

	for url, want := range map[string]error{
		"tarballs/chat-9.0.0.tgz":              fs.ErrNotExist,
		"tarballs/../mail.json":                fs.ErrPermission,
		"tarballs/..":                          fs.ErrPermission,
		"mail.json":                            fs.ErrPermission,
		"/etc/passwd":                          fs.ErrPermission,
		"https://npm.example.test/x-1.0.0.tgz": fs.ErrPermission,
	} {
		_, _, err := f.OpenArtifact(t.Context(), connector.Artifact{URL: url, MediaType: connector.MediaNPM})
		require.ErrorIs(t, err, want, url)
	}
}

func TestDirWithoutPackumentsIsAnError(t *testing.T) {
	t.Parallel()
	_, err := Dir(fstest.MapFS{"tarballs/a.tgz": {}}, nil).Load(t.Context(), catalog.FeedState{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = Dir(fstest.MapFS{}, nil).Load(t.Context(), catalog.FeedState{})
	require.ErrorIs(t, err, fs.ErrNotExist)
	many := fstest.MapFS{}
	for i := range MaxPackages + 1 {
		many[fmt.Sprintf("p%d.json", i)] = &fstest.MapFile{}
	}
	_, err = Dir(many, nil).Load(t.Context(), catalog.FeedState{})
	require.ErrorIs(t, err, catalog.ErrInvalid)
}

func TestLoadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.set(content(t))
	ctx, cancel := context.WithCancel(t.Context())
	blocked := Registry(s.URL, []string{"mail", "@acme/chat"}, &Options{AllowPrivate: true, HTTPClient: &http.Client{
		Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			cancel()
			<-ctx.Done()
			return nil, ctx.Err()
		}),
	}})
	_, err := blocked.Load(ctx, catalog.FeedState{})
	require.ErrorIs(t, err, context.Canceled)
	for _, f := range []*Feed{Registry(s.URL, []string{"mail"}, s.options()), Dir(folderOf(content(t)), nil)} {
		_, err := f.Load(ctx, catalog.FeedState{})
		require.ErrorIs(t, err, context.Canceled)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
