package npmfeed

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/require"
)

func TestParseMapsAPackument(t *testing.T) {
	t.Parallel()
	d := doc("@acme/mail",
		ver("@acme/mail", "1.0.0", "one", object{"deprecated": "use 2"}),
		ver("@acme/mail", "2.0.0", "two", object{"deprecated": "", "description": "of 2", "homepage": "https://example.com/", "keywords": []string{"mail", "", "smtp"}}),
		ver("@acme/mail", "2.1.0-rc.1", "three", object{"deprecated": true, "description": "of rc", "homepage": "javascript:alert(1)"}),
		ver("@acme/mail", "0.9.0", "four", object{"deprecated": false, "keywords": "mail"}),
	)
	d["dist-tags"] = object{"latest": "2.0.0", "next": "9.9.9"}
	d["time"] = object{"created": "x", "1.0.0": "2024-05-06T07:08:09.123Z", "2.0.0": "2024-06-07T08:00:00+02:00", "0.9.0": nil}
	data := encode(t, d)

	out := parse(data, "@acme/mail", verbatim)
	check(t, data, &out)
	require.Len(t, out.problems, 1, "the homepage is no link")
	release := func(version, content string, with func(*connector.Release)) connector.Release {
		r := connector.Release{Version: version, Stage: connector.GA, Artifact: connector.Artifact{
			URL:       "https://npm.example.test/@acme/mail/-/mail-" + version + ".tgz",
			MediaType: connector.MediaNPM, Digest: digest512(content),
		}}
		if with != nil {
			with(&r)
		}
		return r
	}
	want := &connector.Connector{
		Key: "acme/mail", Name: "@acme/mail", Publisher: "acme", Description: "of rc",
		Releases: []connector.Release{
			release("2.1.0-rc.1", "three", func(r *connector.Release) {
				r.Stage, r.Deprecated = connector.Preview, "deprecated, without a reason"
			}),
			release("2.0.0", "two", func(r *connector.Release) { r.Published = time.Date(2024, 6, 7, 6, 0, 0, 0, time.UTC) }),
			release("1.0.0", "one", func(r *connector.Release) {
				r.Deprecated, r.Published = "use 2", time.Date(2024, 5, 6, 7, 8, 9, 123e6, time.UTC)
			}),
			release("0.9.0", "four", nil),
		},
	}
	require.Empty(t, cmp.Diff(want, out.conn))

	d["description"], d["homepage"], d["keywords"] = "of all", "https://example.com/all", []string{"all"}
	out = parse(encode(t, d), "@acme/mail", verbatim)
	require.Equal(t, "of all", out.conn.Description)
	require.Equal(t, "https://example.com/all", out.conn.DocsURL)
	require.Equal(t, []string{"all"}, out.conn.Categories)
}

// Every bad version costs itself alone, is named, and says where and why.
func TestP16_OneBadVersionSpoilsNoOther(t *testing.T) {
	t.Parallel()
	dist := func(d object) object { return object{"dist": d} }
	good := "https://npm.example.test/p/-/p-1.0.0.tgz"
	for name, tc := range map[string]struct {
		version string
		with    object
		pointer string
		reason  string
	}{
		"other name":          {"1.0.0", object{"name": "q"}, "/versions/1.0.0/name", `name is "q", want "p"`},
		"no name":             {"1.0.0", object{"name": nil}, "/versions/1.0.0/name", `want "p"`},
		"number for a name":   {"1.0.0", object{"name": 1}, "/versions/1.0.0/name", "want a string"},
		"other version":       {"1.0.0", object{"version": "1.0.1"}, "/versions/1.0.0/version", `version is "1.0.1", want "1.0.0"`},
		"not semver":          {"1.0", nil, "/versions/1.0", "three numbers"},
		"leading v":           {"v1.0.0", nil, "/versions/v1.0.0", `begins with "v"`},
		"letter for a digit":  {"0.3.O", nil, "/versions/0.3.O", "is no number"},
		"slash in a version":  {"a/b", nil, "/versions/a~1b", "it is a path"},
		"no dist":             {"1.0.0", object{"dist": nil}, "/versions/1.0.0/dist/integrity", "integrity is missing"},
		"only a shasum":       {"1.0.0", dist(object{"shasum": "ab", "tarball": good}), "/versions/1.0.0/dist/shasum", "only a sha1"},
		"sha1 as integrity":   {"1.0.0", dist(object{"integrity": "sha1-x", "tarball": good}), "/versions/1.0.0/dist/integrity", "neither"},
		"no tarball":          {"1.0.0", dist(object{"integrity": sri512("x")}), "/versions/1.0.0/dist/tarball", "tarball is missing"},
		"refused tarball":     {"1.0.0", dist(object{"integrity": sri512("x"), "tarball": "refuse"}), "/versions/1.0.0/dist/tarball", "tarball is refused"},
		"odd deprecation":     {"1.0.0", object{"deprecated": 3}, "/versions/1.0.0/deprecated", "neither text nor a boolean"},
		"deprecation too odd": {"1.0.0", object{"deprecated": "bell \a"}, "/versions/1.0.0", "control character"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := doc("p", ver("p", "0.1.0", "good"))
			d["versions"].(object)[tc.version] = ver("p", tc.version, "bad", tc.with)
			data := encode(t, d)
			out := parse(data, "p", func(tarball string) (string, error) {
				if tarball == "refuse" {
					return "", errors.New("is refused")
				}
				return tarball, nil
			})
			check(t, data, &out)
			require.Len(t, out.conn.Releases, 1)
			require.Equal(t, "0.1.0", out.conn.Releases[0].Version)
			require.Len(t, out.problems, 1)
			p := out.problems[0]
			require.Equal(t, "p", p.Key)
			require.Equal(t, tc.version, p.Version)
			require.Equal(t, connector.LostRelease, p.Lost)
			require.Equal(t, tc.pointer, p.Faults[0].Pointer)
			require.Contains(t, p.Faults[0].Reason, tc.reason)
		})
	}
}

func TestParseTellsAllFaultsOfAVersion(t *testing.T) {
	t.Parallel()
	data := []byte(`{"name": "p", "versions": {
  "1.0.0": {"name": "p", "version": "1.0.0", "dist": {"integrity": "` + sri512("a") + `", "tarball": "https://npm.example.test/p.tgz"}},
  "1.0.1": {"name": "q", "version": "1.0.2",
    "dist": {"shasum": "00"}},
  "1.0.2": null
}}`)
	out := parse(data, "p", verbatim)
	check(t, data, &out)
	require.Equal(t, []connector.Problem{
		{Key: "p", Version: "1.0.2", Lost: connector.LostRelease, Faults: []connector.Fault{
			{Pointer: "/versions/1.0.2", Line: 5, Column: 12, Reason: "want an object, got null"},
		}},
		{Key: "p", Version: "1.0.1", Lost: connector.LostRelease, Faults: []connector.Fault{
			{Pointer: "/versions/1.0.1/name", Line: 3, Column: 21, Reason: `name is "q", want "p"`},
			{Pointer: "/versions/1.0.1/version", Line: 3, Column: 37, Reason: `version is "1.0.2", want "1.0.1", the name it stands under`},
			{Pointer: "/versions/1.0.1/dist/tarball", Line: 4, Column: 13, Reason: "tarball is missing"},
			{Pointer: "/versions/1.0.1/dist/shasum", Line: 4, Column: 24, Reason: "only a sha1 shasum is stated, which proves nothing; want integrity"},
		}},
	}, out.problems)
}

func TestParseRefusesAPackage(t *testing.T) {
	t.Parallel()
	ok := string(encode(t, doc("p", ver("p", "1.0.0", "a"))))
	for name, tc := range map[string]struct {
		name, data      string
		key             string
		pointer, reason string
	}{
		"no JSON":           {"p", "<html>", "p", "", "HTML instead of JSON"},
		"empty":             {"p", "", "p", "", "input is empty"},
		"cut off":           {"p", ok[:len(ok)-9], "p", "/versions/1.0.0", "end"},
		"null":              {"p", "null", "p", "/name", `name is "", want "p"`},
		"an array":          {"p", "[]", "p", "", "want an object"},
		"other package":     {"p", strings.Replace(ok, `"name": "p"`, `"name": "q"`, 1), "p", "/name", `name is "q"`},
		"name twice":        {"p", `{"name": "p", "name": "p", "versions": {}}`, "p", "/name", "duplicate"},
		"no versions":       {"p", `{"name": "p"}`, "p", "/versions", "no version can be offered"},
		"unpublished":       {"p", `{"name": "p", "versions": {}}`, "p", "/versions", "no version can be offered"},
		"versions a list":   {"p", `{"name": "p", "versions": []}`, "p", "/versions", "want an object"},
		"tags of odd type":  {"p", strings.Replace(ok, "{", `{"dist-tags": {"latest": 1},`, 1), "p", "/dist-tags/latest", "want a string"},
		"all versions bad":  {"p", `{"name": "p", "versions": {"1": {}}}`, "p", "/versions", "no version can be offered"},
		"capitals":          {"Left-Pad", `{"name": "Left-Pad"}`, "Left-Pad", "", "display name"},
		"scope without at":  {"a/b", "{}", "a/b", "", "no package name"},
		"at without scope":  {"@a", "{}", "@a", "", "no package name"},
		"nested scope":      {"@a/b/c", "{}", "@a/b/c", "", "more than one '/'"},
		"path for a name":   {"..", "{}", "..", "", "path element"},
		"capital in scoped": {"@Acme/x", "{}", "@Acme/x", "", "connector key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := parse([]byte(tc.data), tc.name, verbatim)
			check(t, []byte(tc.data), &out)
			require.Nil(t, out.conn)
			p := out.problems[0]
			require.Equal(t, tc.key, p.Key)
			require.Equal(t, tc.pointer, p.Faults[0].Pointer)
			require.Contains(t, p.Faults[0].Reason, tc.reason)
		})
	}
}

// Tags choose nothing (P6), but one that leads nowhere is told.
func TestP6_TagsDoNotDecide(t *testing.T) {
	t.Parallel()
	d := doc("p", ver("p", "1.0.0", "a"), ver("p", "3.0.0", "c"))
	d["dist-tags"] = object{"latest": "1.0.0"}
	data := encode(t, d)
	out := parse(data, "p", verbatim)
	require.Empty(t, out.problems)
	require.Equal(t, "3.0.0", out.conn.Releases[0].Version)
	require.Equal(t, connector.GA, out.conn.Releases[0].Stage)

	d["dist-tags"] = object{"latest": "2.0.0"}
	data = encode(t, d)
	out = parse(data, "p", verbatim)
	check(t, data, &out)
	require.Len(t, out.conn.Releases, 2)
	require.Len(t, out.problems, 1)
	require.Equal(t, connector.LostNothing, out.problems[0].Lost)
	require.Equal(t, "/dist-tags/latest", out.problems[0].Faults[0].Pointer)
}

func TestParseLeavesOutWhatCannotBeShown(t *testing.T) {
	t.Parallel()
	d := doc("p", ver("p", "1.0.0", "a", object{"description": 7, "homepage": "javascript:alert(1)", "keywords": []string{"two\nlines"}}))
	d["description"] = "bell \a"
	data := encode(t, d)
	out := parse(data, "p", verbatim)
	check(t, data, &out)
	require.Empty(t, out.conn.Description+out.conn.DocsURL)
	require.Empty(t, out.conn.Categories)
	require.Len(t, out.problems, 1)
	require.Equal(t, connector.LostNothing, out.problems[0].Lost)
	var pointers []string
	for _, f := range out.problems[0].Faults {
		pointers = append(pointers, f.Pointer)
	}
	require.Equal(t, []string{"/description", "/versions/1.0.0/homepage", "/versions/1.0.0/keywords"}, pointers)
}

func TestParseTellsUnreadableTimes(t *testing.T) {
	t.Parallel()
	d := doc("p", ver("p", "1.0.0", "a"))
	d["time"] = object{"1.0.0": "yesterday", "unpublished": object{"time": 1}}
	data := encode(t, d)
	out := parse(data, "p", verbatim)
	check(t, data, &out)
	require.True(t, out.conn.Releases[0].Published.IsZero())
	require.Len(t, out.problems, 1)
	require.Equal(t, connector.LostNothing, out.problems[0].Lost)
	require.Equal(t, "/time/1.0.0", out.problems[0].Faults[0].Pointer)
}
