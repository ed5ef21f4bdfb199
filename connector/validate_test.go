package connector

import (
	"encoding/json"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/auth"
)

// sound returns a connector in which nothing is wrong, after a change.
func sound(change func(c *Connector, r *Release, m *Manifest)) *Connector {
	c := &Connector{Key: "a", Name: "A", Releases: []Release{{
		Version:  "1.0.0",
		Artifact: Artifact{URL: "a.tgz", Digest: DigestOf(nil)},
		Manifest: &Manifest{
			Key: "a", Version: "1.0.0",
			Auth:       []auth.Scheme{{ID: "none", Type: auth.None}, {ID: "basic", Type: auth.Basic}},
			Activities: []Activity{{Name: "one"}, {Name: "two"}},
			Triggers:   []TriggerType{{Name: "one", Mode: Polling}},
			Hosts:      []string{"api.example.com", "files.example.com"},
		},
	}}}
	change(c, &c.Releases[0], c.Releases[0].Manifest)
	return c
}

func TestValidateSaysWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxLongText+1)
	for want, change := range map[string]func(c *Connector, r *Release, m *Manifest){
		"":                                 func(*Connector, *Release, *Manifest) {},
		"/key: it is empty":                func(c *Connector, _ *Release, m *Manifest) { c.Key = ""; m.Key = "" },
		"/name: it is missing":             func(c *Connector, _ *Release, _ *Manifest) { c.Name = "" },
		"/name: it has more than one line": func(c *Connector, _ *Release, _ *Manifest) { c.Name = "a\rb" },
		"/name: it is 513 bytes long, at most 512":           func(c *Connector, _ *Release, _ *Manifest) { c.Name = long[:513] },
		"/description: it is 65537 bytes":                    func(c *Connector, _ *Release, _ *Manifest) { c.Description = long },
		"/description: it has a control character":           func(c *Connector, _ *Release, _ *Manifest) { c.Description = "a\n\x1b" },
		"/categories: it has 257 entries":                    func(c *Connector, _ *Release, _ *Manifest) { c.Categories = make([]string, 257) },
		"/categories/1: it is missing":                       func(c *Connector, _ *Release, _ *Manifest) { c.Categories = []string{"a", ""} },
		"/icon: it is 65553 bytes":                           func(c *Connector, _ *Release, _ *Manifest) { c.Icon = "data:image/png;," + long },
		"/icon: a data URL of an icon begins":                func(c *Connector, _ *Release, _ *Manifest) { c.Icon = "data:text/html,x" },
		"/icon: byte 11 has to be escaped":                   func(c *Connector, _ *Release, _ *Manifest) { c.Icon = "data:image/ svg" },
		"/icon: want a path relative":                        func(c *Connector, _ *Release, _ *Manifest) { c.Icon = "//example.com/x" },
		"/docsURL: want an absolute URL":                     func(c *Connector, _ *Release, _ *Manifest) { c.DocsURL = "docs" },
		"/docsURL: it contains user information":             func(c *Connector, _ *Release, _ *Manifest) { c.DocsURL = "https://a:b@example.com" },
		"/docsURL: it has no host":                           func(c *Connector, _ *Release, _ *Manifest) { c.DocsURL = "https:///x" },
		"/docsURL: it is 2060 bytes long":                    func(c *Connector, _ *Release, _ *Manifest) { c.DocsURL = "https://x.io" + long[:2048] },
		"/docsURL: it is no URL":                             func(c *Connector, _ *Release, _ *Manifest) { c.DocsURL = "https://[::1" },
		"/releases: there is none":                           func(c *Connector, _ *Release, _ *Manifest) { c.Releases = nil },
		"/releases/1/version: version \"1.0.0\" is stated":   func(c *Connector, r *Release, _ *Manifest) { c.Releases = append(c.Releases, *r) },
		"/releases/0/version: it is missing":                 func(_ *Connector, r *Release, m *Manifest) { r.Version = ""; m.Version = "" },
		"/releases/0/stage: it is \"Beta\"":                  func(_ *Connector, r *Release, _ *Manifest) { r.Stage = "Beta" },
		"/releases/0/notes: it is 65537":                     func(_ *Connector, r *Release, _ *Manifest) { r.Notes = long },
		"/releases/0/deprecated: it has a control":           func(_ *Connector, r *Release, _ *Manifest) { r.Deprecated = "\x00" },
		"/releases/0/yanked: it has a control":               func(_ *Connector, r *Release, _ *Manifest) { r.Yanked = "\x7f" },
		"/releases/0/requires: it is 257":                    func(_ *Connector, r *Release, _ *Manifest) { r.Requires = long[:257] },
		"/releases/0/breaking: it has 1001 entries":          func(_ *Connector, r *Release, _ *Manifest) { r.Breaking = make([]Breaking, 1001) },
		"/releases/0/breaking/0/version: want three":         func(_ *Connector, r *Release, _ *Manifest) { r.Breaking = []Breaking{{Version: "1", Message: "m"}} },
		"/releases/0/breaking/0/message: it is missing":      func(_ *Connector, r *Release, _ *Manifest) { r.Breaking = []Breaking{{Version: "1.0.0"}} },
		"/releases/0/breaking/0/deadline: it is \"soon\"":    func(_ *Connector, r *Release, _ *Manifest) { r.Breaking = []Breaking{{"1.0.0", "m", "soon", ""}} },
		"/releases/0/breaking/0/guideURL: want an absolute":  func(_ *Connector, r *Release, _ *Manifest) { r.Breaking = []Breaking{{"1.0.0", "m", "", "guide"}} },
		"/releases/0/artifact/url: it is missing":            func(_ *Connector, r *Release, _ *Manifest) { r.Artifact.URL = "" },
		"/releases/0/artifact/url: want a path relative":     func(_ *Connector, r *Release, _ *Manifest) { r.Artifact.URL = "/etc/passwd" },
		"/releases/0/artifact/url: a relative path has no e": func(_ *Connector, r *Release, _ *Manifest) { r.Artifact.URL = "a/../../b" },
		"/releases/0/artifact/url: a relative path has no q": func(_ *Connector, r *Release, _ *Manifest) { r.Artifact.URL = "a?b" },
		"/releases/0/artifact/url: it contains '\\'":         func(_ *Connector, r *Release, _ *Manifest) { r.Artifact.URL = `a\b` },
		"/releases/0/artifact/url: want an absolute URL":     func(_ *Connector, r *Release, _ *Manifest) { r.Artifact.URL = "docker://a/b" },
		"/releases/0/artifact/url: it contains user":         func(_ *Connector, r *Release, _ *Manifest) { r.Artifact.URL = "https://token@example.com/a" },
		"/releases/0/artifact/mediaType: want a media":       func(_ *Connector, r *Release, _ *Manifest) { r.Artifact.MediaType = "zip" },
		"/releases/0/artifact/size: it is -1":                func(_ *Connector, r *Release, _ *Manifest) { r.Artifact.Size = -1 },
		"/releases/0/artifact/digest: it is missing":         func(_ *Connector, r *Release, _ *Manifest) { r.Artifact.Digest = "" },
		"/releases/0/manifest/key: it is \"b\", but":         func(_ *Connector, _ *Release, m *Manifest) { m.Key = "b" },
		"/releases/0/manifest/version: it is \"2.0.0\", but": func(_ *Connector, _ *Release, m *Manifest) { m.Version = "2.0.0" },
		"/releases/0/manifest/auth: it has 65 entries":       func(_ *Connector, _ *Release, m *Manifest) { m.Auth = make([]auth.Scheme, 65) },
		"/releases/0/manifest/auth/1: \"none\" is stated":    func(_ *Connector, _ *Release, m *Manifest) { m.Auth[1] = m.Auth[0] },
		"/releases/0/manifest/auth/1/tokenURL: it is not":    func(_ *Connector, _ *Release, m *Manifest) { m.Auth[1].TokenURL = "https://a.example" },
		"/releases/0/manifest/activities/0/name: it is":      func(_ *Connector, _ *Release, m *Manifest) { m.Activities[0].Name = "" },
		"/releases/0/manifest/activities/1: \"one\" is":      func(_ *Connector, _ *Release, m *Manifest) { m.Activities[1].Name = "one" },
		"/releases/0/manifest/activities/1/input: it is no":  func(_ *Connector, _ *Release, m *Manifest) { m.Activities[1].Input = json.RawMessage("{") },
		"/releases/0/manifest/activities/1/output: a JSON":   func(_ *Connector, _ *Release, m *Manifest) { m.Activities[1].Output = json.RawMessage(" 1") },
		"/releases/0/manifest/triggers/0/mode: it is \"\"":   func(_ *Connector, _ *Release, m *Manifest) { m.Triggers[0].Mode = "" },
		"/releases/0/manifest/triggers/0/params/0/key: it":   func(_ *Connector, _ *Release, m *Manifest) { m.Triggers[0].Params = []auth.Param{{}} },
		"/releases/0/manifest/hosts: it has 1025":            func(_ *Connector, _ *Release, m *Manifest) { m.Hosts = make([]string, 1025) },
		"/releases/0/manifest/hosts/1: it is the same as":    func(_ *Connector, _ *Release, m *Manifest) { m.Hosts[1] = "https://api.example.com:443" },
		"/releases/0/manifest/hosts/0: a \"*\" can only":     func(_ *Connector, _ *Release, m *Manifest) { m.Hosts[0] = "*" },
		"/releases/0/manifest/buildTargets/0: it is miss":    func(_ *Connector, _ *Release, m *Manifest) { m.BuildTargets = []string{""} },
		"/releases/0/manifest/docsURL: want an absolute":     func(_ *Connector, _ *Release, m *Manifest) { m.DocsURL = "x" },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			faults := sound(change).Validate()
			if want == "" {
				if faults != nil {
					t.Error(faults)
				}
				return
			}
			if len(faults) == 0 || !slices.ContainsFunc(faults, func(f Fault) bool { return strings.HasPrefix(f.String(), want) }) {
				t.Error(faults)
			}
		})
	}
}

func TestReferencesAndURLs(t *testing.T) {
	t.Parallel()
	for url, ok := range map[string]bool{
		"docker://example.com/a:1": true, "oci://example.com/a@sha256:x": true, "https://example.com/a": true,
		"docker:a": false, "a/b": false, "": false, "docker://u:p@example.com/a": false, "docker://": false, "docker:///": false, "docker:///a": true,
	} {
		c := sound(func(_ *Connector, r *Release, _ *Manifest) {
			r.Artifact = Artifact{URL: url, MediaType: MediaReference}
		})
		if got := c.Validate(); (got == nil) != ok {
			t.Errorf("%q: %v", url, got)
		}
	}
	for _, url := range []string{"a.tgz", "a/b/c.tgz", "https://example.com/a?b#c", "http://example.com", "a%20b.tgz"} {
		c := sound(func(c *Connector, r *Release, _ *Manifest) { r.Artifact.URL, c.Icon = url, url })
		if got := c.Validate(); got != nil {
			t.Errorf("%q: %v", url, got)
		}
	}
	for _, url := range []string{"a/%2e%2e/b", "a/%2E./b", "a//b", "./a", "a/", ".", "a%5cb", "%2fetc", "javascript:x", "C:/x", "file:///etc/passwd"} {
		if locationReason(url) == "" {
			t.Errorf("%q was accepted", url)
		}
	}
}

func TestFindingsAreBounded(t *testing.T) {
	t.Parallel()
	m := &Manifest{Key: "a", Version: "1.0.0", Activities: make([]Activity, 1000)}
	faults := m.Validate()
	if len(faults) != maxFindings+1 || !strings.HasPrefix(faults[maxFindings].Reason, "more faults follow") {
		t.Error(len(faults), faults[len(faults)-1])
	}
	var none Faults
	if d := cmp.Diff("invalid", none.Error()); d != "" {
		t.Error(d)
	}
}

// What is taken for a plain path without parsing is what the parser accepts.
func TestPlainPathsAreWhatTheyLookLike(t *testing.T) {
	t.Parallel()
	for s, plain := range map[string]bool{
		"a": true, "a/b.tgz": true, "docs.example.com/a-b_c": true,
		"": false, "/a": false, "a/": false, "a//b": false, ".": false, "..": false, "a/../b": false, "a/.b": false, "a%2e": false,
		"a:b": false, "a@b": false, "a?b": false, "-a": false, strings.Repeat("a", MaxURLBytes): false,
	} {
		if plainPath(s) != plain {
			t.Errorf("%q: %v", s, !plain)
		}
		if link := "https://" + s; plainLink(link) != plain || plain && (locationReason(link) != "" || absoluteReason(link) != "") {
			t.Errorf("%q: %v", link, !plain)
		}
		if u, reason := parseURL("https://" + s); plain && (reason != "" || u.Hostname() == "" || u.User != nil) {
			t.Errorf("%q: %s", s, reason)
		}
		if u, reason := parseURL(s); plain && (reason != "" || u.IsAbs() || u.Path != s || !fs.ValidPath(s)) {
			t.Errorf("%q: %s", s, reason)
		}
	}
}
