package catalog_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// feedAttack is what somebody does who has a feed's folder or server in hand,
// after the catalog has read version 5 of the index, with slack@1.0.0 and
// jira@1.0.0, and published slack.
type feedAttack struct {
	name    string
	do      func(t *testing.T, a *attackBench) // on the feed; Refresh follows
	timeout time.Duration                      // of a load
	// only says that the attack makes sense there alone: "file" or "HTTP".
	only string
	// stale is part of the feed's error. Empty: the index is taken in, but
	// problem is part of one of its problems, or install of the error of
	// installing slack@2.0.0.
	stale, problem, install string
}

var feedAttacks = []feedAttack{
	{name: "older index", do: put(4, "slack@2.0.0"), stale: "version 4, seen 5"},
	{name: "index without a version", do: put(0, "slack@2.0.0"), stale: "version 0, seen 5"},
	{name: "same index version, other content", do: put(5, "slack@2.0.0"), stale: "version 5 came before with digest"},
	{name: "expired index", do: func(t *testing.T, a *attackBench) {
		a.put(t, &connector.Index{Version: 6, Expires: a.time()}, "slack@2.0.0")
	}, stale: "index has expired"},
	{name: "freeze", do: func(_ *testing.T, a *attackBench) { a.pass(25 * time.Hour) }, stale: "the feed has no newer one"},
	{name: "same version, new digest", do: func(t *testing.T, a *attackBench) {
		a.bytes["slack@1.0.0"] = pack("slack@1.0.0", "evil")
		a.put(t, &connector.Index{Version: 6}, "slack@1.0.0", "jira@1.0.0")
	}, problem: "P15"},
	{name: "mix and match: another release's bytes", do: func(t *testing.T, a *attackBench) {
		a.put(t, &connector.Index{Version: 6}, "slack@1.0.0", "slack@2.0.0", "jira@1.0.0")
		a.write("packages/slack@2.0.0.tgz", pack("slack@1.0.0", ""))
	}, install: "digest is"},
	{name: "mix and match: another connector under its true digest", do: func(t *testing.T, a *attackBench) {
		a.bytes["slack@2.0.0"] = pack("jira@1.0.0", "")
		a.put(t, &connector.Index{Version: 6}, "slack@1.0.0", "slack@2.0.0", "jira@1.0.0")
	}, install: "jira"},
	{name: "mix and match: an older release under a new number", do: func(t *testing.T, a *attackBench) {
		a.bytes["slack@2.0.0"] = pack("slack@1.0.0", "")
		a.put(t, &connector.Index{Version: 6}, "slack@1.0.0", "slack@2.0.0", "jira@1.0.0")
	}, install: "1.0.0"},
	{name: "artifact at a special address", do: artifactAt("http://169.254.169.254/latest/meta-data"), install: "169.254.169.254"},
	{name: "artifact of another scheme", do: rename("packages/slack@2.0.0.tgz", "file:///etc/passwd"), problem: "/artifact/url"},
	{name: "artifact outside the folder", do: rename("packages/slack@2.0.0.tgz", "../../../../etc/passwd"), problem: "/artifact/url"},
	{name: "slow drip", timeout: time.Second, do: func(_ *testing.T, a *attackBench) { a.set(func() { a.slow = true }) }, stale: "deadline"},
	{name: "gzip bomb", do: func(t *testing.T, a *attackBench) { a.raw(gzipOf(t, bytes.Repeat([]byte(" "), 32<<20)), "gzip") }, stale: "gzip"},
	{name: "endless index", do: func(_ *testing.T, a *attackBench) { a.raw(bytes.Repeat([]byte(" "), 9<<20), "") }, stale: "8388608"},
	{name: "redirect to a special address", only: "HTTP", do: func(_ *testing.T, a *attackBench) {
		a.serve(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		})
	}, stale: "169.254.169.254"},
	{name: "redirect to a file", only: "HTTP", do: func(_ *testing.T, a *attackBench) {
		a.serve(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		})
	}, stale: "redirect"},
	{name: "link out of the folder", only: "file", do: func(t *testing.T, a *attackBench) { a.unlink(t) }, stale: "escapes"},
	{name: "web page", only: "HTTP", do: func(_ *testing.T, a *attackBench) { a.raw([]byte("<!DOCTYPE html><html>Sign in</html>"), "") }, stale: "HTML instead of JSON"},
	{name: "web page", only: "file", do: func(_ *testing.T, a *attackBench) { a.raw([]byte("<!DOCTYPE html><html>Sign in</html>"), "") }, stale: "'<'"},
	{name: "index cut off", do: func(t *testing.T, a *attackBench) {
		b := a.encode(t, &connector.Index{Version: 6}, "slack@2.0.0")
		a.raw(b[:len(b)/2], "")
	}, stale: "input ends"},
	{name: "depth", do: func(_ *testing.T, a *attackBench) {
		a.raw([]byte(`{"format":"patchbay.index/v1","version":6,"connectors":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+"}"), "")
	}, problem: "deep"},
	{name: "one member twice", do: func(t *testing.T, a *attackBench) {
		b := a.encode(t, &connector.Index{Version: 6}, "slack@2.0.0")
		a.raw(bytes.Replace(b, []byte(`"version":6`), []byte(`"version":6,"version":7`), 1), "")
	}, stale: "duplicate member"},
	{name: "one entry twice", do: func(t *testing.T, a *attackBench) {
		lines := bytes.SplitAfter(a.encode(t, &connector.Index{Version: 6}, "slack@1.0.0", "jira@1.0.0"), []byte("\n"))
		a.raw(bytes.Join(slices.Insert(lines, 1, lines[1]), nil), "")
	}, problem: "slack"},
	{name: "entry that cannot be", do: rename(`"key":"jira"`, `"key":"../jira"`), problem: "../jira"},
}

func put(version uint64, offers ...string) func(*testing.T, *attackBench) {
	return func(t *testing.T, a *attackBench) { a.put(t, &connector.Index{Version: version}, offers...) }
}

// artifactAt offers slack@2.0.0 somewhere else.
func artifactAt(url string) func(*testing.T, *attackBench) {
	return func(t *testing.T, a *attackBench) {
		a.urls["slack@2.0.0"] = url
		a.put(t, &connector.Index{Version: 6}, "slack@1.0.0", "slack@2.0.0", "jira@1.0.0")
	}
}

// rename replaces a piece of an honest index.
func rename(from, to string) func(*testing.T, *attackBench) {
	return func(t *testing.T, a *attackBench) {
		b := a.encode(t, &connector.Index{Version: 6}, "slack@1.0.0", "slack@2.0.0", "jira@1.0.0")
		require.Contains(t, string(b), from)
		a.raw(bytes.Replace(b, []byte(from), []byte(to), 1), "")
	}
}

func gzipOf(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// A feed in the wrong hands changes nothing that the catalog knows, and its
// status says why.
func TestP16_AttacksOnAFeedAreRefused(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(*testing.T, ...func(*catalog.Options)) *attackBench{"file": newFileBench, "HTTP": newHTTPBench} {
		for _, attack := range feedAttacks {
			if attack.only != "" && attack.only != name {
				continue
			}
			t.Run(name+"/"+attack.name, func(t *testing.T) {
				t.Parallel()
				a := open(t, func(o *catalog.Options) { o.FeedTimeout = attack.timeout })
				a.install(t, "slack@1.0.0")
				before := a.known(t)

				attack.do(t, a)
				err := a.admin.Refresh(t.Context())
				st := a.status(t, "main")
				if attack.stale != "" {
					require.Error(t, err)
					assert.Equal(t, catalog.FeedStale, st.Condition)
					assert.Contains(t, st.Err, attack.stale)
					assert.EqualValues(t, 5, st.Version)
					assert.Equal(t, []string{"jira", "slack"}, a.rows(t, nil))
					assert.Equal(t, "1.0.0", a.row(t, "slack").Newest)
				} else {
					require.NoError(t, err)
					assert.Equal(t, catalog.FeedFresh, st.Condition)
					assert.Contains(t, strings.Join(problemTexts(st), "\n"), attack.problem)
				}
				if attack.install != "" {
					item := a.run(t, a.plan(t, "slack@2.0.0")).Items[0]
					assert.Equal(t, catalog.Failed, item.State)
					assert.Contains(t, item.Err, attack.install)
				}
				assert.Equal(t, before, a.known(t), "the last known good stays")
				a.reopen(t)
				assert.Equal(t, before, a.known(t), "and is what is in the store")

				a.heal()
				a.put(t, &connector.Index{Version: 7}, "slack@1.0.0", "jira@1.0.0", "zoom@1.0.0")
				a.refresh(t)
				assert.Equal(t, catalog.FeedFresh, a.status(t, "main").Condition)
				assert.Contains(t, a.rows(t, nil), "zoom")
			})
		}
	}
}
