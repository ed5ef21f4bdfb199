package fsfeed_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/catalog/fsfeed"
	"github.com/patchbay/patchbay/connector"
)

// release is one whose artifact has these bytes.
func release(version, url, content string) connector.Release {
	return connector.Release{Version: version, Artifact: connector.Artifact{
		URL: url, Digest: connector.DigestOf([]byte(content)), Size: int64(len(content)),
	}}
}

func slack(versions ...string) connector.Connector {
	c := connector.Connector{Key: "acme/slack", Name: "Slack", Categories: []string{"chat"}}
	for _, v := range versions {
		c.Releases = append(c.Releases, release(v, "packages/slack-"+v+".tgz", "slack "+v))
	}
	return c
}

func jira() connector.Connector {
	return connector.Connector{Key: "jira", Name: "Jira", Releases: []connector.Release{
		release("2.0.0", "packages/jira-2.0.0.tgz", "jira 2.0.0"),
		release("2.1.0", "https://elsewhere.example.com/jira.tgz", "elsewhere"),
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

// writer puts files where a feed reads them; nil contents remove them.
type writer func(name string, content []byte) error

// underTest is the kit's view of a feed whose index is index.json.
func underTest(t *testing.T, f *fsfeed.Feed, write writer, reopen func() catalog.Feed) *catalogtest.FeedUnderTest {
	t.Helper()
	put := func(index []byte) func() error {
		return func() error {
			err := write("index.json", index)
			for _, v := range []string{"slack-1.0.0", "slack-1.1.0", "jira-2.0.0"} {
				err = errors.Join(err, write("packages/"+v+".tgz", []byte(strings.ReplaceAll(v, "-", " "))))
			}
			return err
		}
	}
	good := encoded(t, 1, slack("1.0.0"), jira())
	oneBad := bytes.Replace(good, []byte(`"connectors":[`), []byte(`"connectors":[{"connector":{"key":"Bad Key","name":"?","releases":[]}},`), 1)
	require.NotEqual(t, good, oneBad)
	return &catalogtest.FeedUnderTest{
		Feed:    f,
		Good:    put(good),
		Changed: put(encoded(t, 2, slack("1.0.0", "1.1.0"), jira())),
		OneBad:  put(oneBad),
		Broken: map[string]func() error{
			"gone":         put(nil),
			"empty":        put([]byte{}),
			"cut off":      put(good[:len(good)-10]),
			"no index":     put([]byte(`{"format":"other"}`)),
			"web page":     put([]byte("<!doctype html><html></html>")),
			"null":         put([]byte("null")),
			"two indexes":  put(append(bytes.Clone(good), good...)),
			"not an array": put([]byte(`{"format":"patchbay.index/v1","connectors":{}}`)),
		},
		Reopen: reopen,
	}
}

func TestFeedPassesTheKit(t *testing.T) {
	t.Parallel()
	t.Run("in memory", func(t *testing.T) {
		t.Parallel()
		catalogtest.TestFeed(t, func(t *testing.T) *catalogtest.FeedUnderTest {
			t.Helper()
			fsys := fstest.MapFS{}
			return underTest(t, fsfeed.New("memory", fsys, nil), func(name string, content []byte) error {
				delete(fsys, name)
				if content != nil {
					fsys[name] = &fstest.MapFile{Data: content}
				}
				return nil
			}, func() catalog.Feed { return fsfeed.New("memory", fsys, nil) })
		}, nil)
	})
	t.Run("in a folder", func(t *testing.T) {
		t.Parallel()
		catalogtest.TestFeed(t, func(t *testing.T) *catalogtest.FeedUnderTest {
			t.Helper()
			root, err := os.OpenRoot(t.TempDir())
			require.NoError(t, err)
			t.Cleanup(func() { assert.NoError(t, root.Close()) })
			o := &fsfeed.Options{Path: "feeds/main/index.json"}
			return underTest(t, fsfeed.New("folder", root.FS(), o), func(name string, content []byte) error {
				name = filepath.Join("feeds", "main", name)
				if content == nil {
					return root.RemoveAll(name)
				}
				return errors.Join(root.MkdirAll(filepath.Dir(name), 0o755), root.WriteFile(name, content, 0o600))
			}, func() catalog.Feed { return fsfeed.New("folder", root.FS(), o) })
		}, nil)
	})
}

func memory(index []byte) fstest.MapFS {
	return fstest.MapFS{"index.json": &fstest.MapFile{Data: index}}
}

func TestVersionAndExpiryPassThrough(t *testing.T) {
	t.Parallel()
	expires := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	var b bytes.Buffer
	x := &connector.Index{Format: connector.IndexFormat, Version: 42, Expires: expires, Connectors: []connector.Connector{slack("1.0.0")}}
	require.NoError(t, x.Encode(&b))
	u, err := fsfeed.New("x", memory(b.Bytes()), nil).Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	assert.EqualValues(t, 42, u.Version)
	assert.True(t, u.Expires.Equal(expires))
	assert.Equal(t, catalog.FeedState{Digest: connector.DigestOf(b.Bytes())}, u.State)
}

// TestP16_BadEntriesAreReportedWithPosition has the faults that real feeds have.
func TestP16_BadEntriesAreReportedWithPosition(t *testing.T) {
	t.Parallel()
	const one, two = `"sha256:` + "1111111111111111111111111111111111111111111111111111111111111111" + `"`,
		`"sha256:` + "2222222222222222222222222222222222222222222222222222222222222222" + `"`
	entry := func(key, releases string) string {
		return `{"connector":{"key":"` + key + `","name":"N","releases":[` + releases + `]}}`
	}
	rel := func(version, digest string) string {
		return `{"version":"` + version + `","artifact":{"url":"a.tgz","digest":` + digest + `}}`
	}
	doc := "{\"format\":\"patchbay.index/v1\",\"connectors\":[\n" + strings.Join([]string{
		entry("good", rel("1.0.0", one)),
		entry("letter-o", rel("0.3.O", one)+","+rel("0.2.0", one)),
		entry("good", rel("9.0.0", two)),                               // a name that is not unique
		entry("moved", rel("1.0.0", one)+","+rel("1.0.0", two)),        // the same version and URL, another checksum
		entry("nested", entry("nested", rel("1.0.0", one))),            // a connector where a release belongs
		entry("typo", strings.Replace(rel("1.0.0", one), "v", "w", 1)), // a member that nobody knows
		entry("also-good", rel("1.0.0", one)),
	}, ",\n") + "\n]}"
	u, err := fsfeed.New("x", memory([]byte(doc)), nil).Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	require.NoError(t, u.Decode())
	var offered []string
	for _, c := range u.Connectors {
		for _, r := range c.Releases {
			offered = append(offered, string(c.Key)+"@"+r.Version)
		}
	}
	assert.Equal(t, []string{"good@1.0.0", "letter-o@0.2.0", "moved@1.0.0", "also-good@1.0.0"}, offered)
	assert.Equal(t, connector.Digest(strings.Trim(one, `"`)), u.Connectors[2].Releases[0].Artifact.Digest, "the first one seen")
	lines := map[string]int{}
	for _, p := range u.Problems {
		require.NotEmpty(t, p.Faults)
		assert.NotEmpty(t, p.Faults[0].Pointer)
		lines[p.Key] = p.Faults[0].Line
	}
	assert.Equal(t, map[string]int{"letter-o": 3, "good": 4, "moved": 5, "nested": 6, "typo": 7}, lines)
}

func TestP16_UnreadableIndexIsAnError(t *testing.T) {
	t.Parallel()
	good := encoded(t, 1, slack("1.0.0"), jira())
	deep := []byte(`{"format":"patchbay.index/v1","connectors":[` + strings.Repeat(`[`, 100_000) + strings.Repeat(`]`, 100_000) + `]}`)
	for name, tt := range map[string]struct {
		fsys fs.FS
		o    *fsfeed.Options
		is   error
	}{
		"no file system":  {nil, nil, fs.ErrInvalid},
		"no file":         {fstest.MapFS{}, nil, fs.ErrNotExist},
		"a folder":        {fstest.MapFS{"index.json/x": {}}, nil, fs.ErrInvalid},
		"a device":        {fstest.MapFS{"index.json": {Mode: fs.ModeDevice}}, nil, fs.ErrInvalid},
		"no path":         {memory(good), &fsfeed.Options{Path: "/index.json"}, fs.ErrInvalid},
		"path that leads": {memory(good), &fsfeed.Options{Path: "../index.json"}, fs.ErrInvalid},
		"not readable":    {failing{memory(good), "open"}, nil, fs.ErrPermission},
		"breaks off":      {failing{memory(good), "read"}, nil, io.ErrUnexpectedEOF},
		"no size":         {failing{memory(good), "stat"}, nil, fs.ErrPermission},
		"too large":       {memory(good), &fsfeed.Options{Parse: &connector.ParseOptions{MaxBytes: len(good) - 1}}, nil},
		"truncated":       {memory(good[:len(good)/2]), nil, fs.ErrInvalid},
	} {
		for _, known := range []*connector.Known{nil, knownOf(t, good)} {
			u, err := fsfeed.New("x", tt.fsys, tt.o).Load(t.Context(), catalog.FeedState{Known: known})
			require.Error(t, err, name)
			assert.Nil(t, u, name)
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is, name)
			}
		}
	}
	u, err := fsfeed.New("x", memory(good), &fsfeed.Options{Parse: &connector.ParseOptions{MaxBytes: len(good)}}).Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err, "exactly the bound")
	assert.Len(t, u.Documents, 2)

	// Nesting of 100,000 is a fault, not a stack overflow: of the document, or of one entry.
	u, err = fsfeed.New("x", memory(deep), nil).Load(t.Context(), catalog.FeedState{})
	if err == nil {
		assert.Empty(t, u.Documents)
		assert.NotEmpty(t, u.Problems)
	}
}

// failing fails in one way.
type failing struct {
	fstest.MapFS

	at string
}

func (f failing) Stat(name string) (fs.FileInfo, error) { return f.MapFS.Stat(name) }

func (f failing) Open(name string) (fs.File, error) {
	if f.at == "open" {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	file, err := f.MapFS.Open(name)
	return failingFile{file, f.at}, err
}

type failingFile struct {
	fs.File

	at string
}

func (f failingFile) Stat() (fs.FileInfo, error) {
	if f.at == "stat" {
		return nil, fs.ErrPermission
	}
	return f.File.Stat()
}

func (f failingFile) Read(p []byte) (int, error) {
	if f.at == "read" {
		return 0, io.ErrUnexpectedEOF
	}
	return f.File.Read(p)
}

func TestNamedPipeIsNotOpened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	makePipe(t, filepath.Join(dir, "index.json"))
	_, err := fsfeed.New("x", os.DirFS(dir), nil).Load(t.Context(), catalog.FeedState{})
	require.ErrorIs(t, err, fs.ErrInvalid)
}

func TestLinkOutOfARootIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(outside, []byte("secret"), 0o600))
	if err := os.Symlink(outside, filepath.Join(dir, "a.tgz")); err != nil {
		t.Skipf("symbolic links cannot be made here: %v", err)
	}
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer func() { assert.NoError(t, root.Close()) }()
	_, _, err = fsfeed.New("x", root.FS(), nil).OpenArtifact(t.Context(), connector.Artifact{URL: "a.tgz"})
	require.Error(t, err)
}

func TestArtifactStaysInTheFileSystem(t *testing.T) {
	t.Parallel()
	fsys := fstest.MapFS{
		"a/b/index.json":      {},
		"a/b/packages/x.tgz":  {Data: []byte("x")},
		"a/b/with space.tgz":  {Data: []byte("space")},
		"a/b/index.json.tgz":  {Data: []byte("t")},
		"a/sibling.tgz":       {Data: []byte("sibling")},
		"packages/x.tgz":      {Data: []byte("another")},
		"a/b/packages/d/keep": {},
	}
	f := fsfeed.New("x", fsys, &fsfeed.Options{Path: "a/b/index.json"})
	for url, want := range map[string]string{
		"packages/x.tgz": "x", "./packages/x.tgz": "x", "packages/../packages/x.tgz": "x", "with%20space.tgz": "space",
		"../sibling.tgz": "sibling", "../../packages/x.tgz": "another", "index.json.tgz": "t",
	} {
		body, size, err := f.OpenArtifact(t.Context(), connector.Artifact{URL: url})
		require.NoError(t, err, url)
		data, err := io.ReadAll(body)
		require.NoError(t, err)
		require.NoError(t, body.Close())
		assert.Equal(t, want, string(data), url)
		assert.EqualValues(t, len(want), size)
	}
	for url, is := range map[string]error{
		"":                              fs.ErrInvalid,
		".":                             fs.ErrInvalid,
		"packages":                      fs.ErrInvalid,
		"packages/d":                    fs.ErrInvalid,
		"/packages/x.tgz":               fs.ErrInvalid,
		"/etc/passwd":                   fs.ErrInvalid,
		"../../../x.tgz":                fs.ErrInvalid,
		"../../../../etc/passwd":        fs.ErrInvalid,
		"%2e%2e/%2e%2e/%2e%2e/x.tgz":    fs.ErrInvalid,
		"..%2f..%2f..%2fx.tgz":          fs.ErrInvalid,
		`packages\x.tgz`:                fs.ErrInvalid,
		"packages%5cx.tgz":              fs.ErrInvalid,
		"packages/x.tgz?v=1":            fs.ErrInvalid,
		"packages/x.tgz?":               fs.ErrInvalid,
		"packages/x.tgz#f":              fs.ErrInvalid,
		"%zz":                           fs.ErrInvalid,
		"packages/none.tgz":             fs.ErrNotExist,
		"https://elsewhere.example.com": errors.ErrUnsupported,
		"//elsewhere.example.com/x.tgz": errors.ErrUnsupported,
		"file:///etc/passwd":            errors.ErrUnsupported,
		"C:/x.tgz":                      errors.ErrUnsupported,
	} {
		body, _, err := f.OpenArtifact(t.Context(), connector.Artifact{URL: url})
		require.ErrorIs(t, err, is, "%q", url)
		assert.Nil(t, body, "%q", url)
	}
	_, _, err := f.OpenArtifact(t.Context(), connector.Artifact{URL: "packages/x.tgz", MediaType: connector.MediaReference})
	require.ErrorIs(t, err, errors.ErrUnsupported)
}

func TestReadingEndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	fsys := fstest.MapFS{"x.tgz": {Data: make([]byte, 100)}}
	body, _, err := fsfeed.New("x", fsys, nil).OpenArtifact(ctx, connector.Artifact{URL: "x.tgz"})
	require.NoError(t, err)
	_, err = body.Read(make([]byte, 10))
	require.NoError(t, err)
	cancel()
	_, err = body.Read(make([]byte, 10))
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, body.Close())
}

func FuzzOpenArtifact(f *testing.F) {
	for _, s := range []string{"a.tgz", "../x", "%2e%2e/x", `..\x`, "//h/x", "a?b", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var opened []string
		fsys := spy{&opened}
		_, _, err := fsfeed.New("x", fsys, &fsfeed.Options{Path: "sub/index.json"}).OpenArtifact(t.Context(), connector.Artifact{URL: raw})
		if err == nil {
			t.Errorf("%q was opened, but nothing is there", raw)
		}
		for _, name := range opened {
			if !fs.ValidPath(name) || path.Clean(name) != name {
				t.Errorf("%q led to %q", raw, name)
			}
		}
	})
}

// spy notes which names are asked for, and has none of them.
type spy struct{ names *[]string }

func (s spy) Open(name string) (fs.File, error) {
	*s.names = append(*s.names, name)
	return nil, fs.ErrNotExist
}
