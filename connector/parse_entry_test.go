package connector

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// told renders problems as "key version loss" and their faults, each with what
// stands at its position.
func told(doc string, problems []Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%s %s %s", p.Key, p.Version, p.Lost))
		out = append(out, placed(doc, p.Faults)...)
	}
	return out
}

// placed renders faults as "pointer | line | what stands there | reason".
func placed(doc string, faults []Fault) []string {
	const show = 8
	lines := strings.Split(doc, "\n")
	var out []string
	for _, f := range faults {
		at := lines[f.Line-1][f.Column-1:]
		out = append(out, fmt.Sprintf("%s | %d | %s | %s", f.Pointer, f.Line, at[:min(show, len(at))], f.Reason))
	}
	return out
}

func offered(index *Index) string {
	var out []string
	for _, c := range index.Connectors {
		for _, r := range c.Releases {
			out = append(out, string(c.Key)+"@"+r.Version)
		}
	}
	return strings.Join(out, " ")
}

// Every bad entry lies between two good ones, in lines 2 and 4, which stay.
func TestP16_ABadEntryCostsOnlyItself(t *testing.T) {
	t.Parallel()
	rel := release("1.0.0")
	bad := func(version, more string) string {
		return `{"version":"` + version + `",` + more + `"artifact":{"url":"a.tgz","digest":"sha256:` + sum + `"}}`
	}
	artifact := func(a string) string { return `{"version":"2.0.0","artifact":{` + a + `}}` }
	conn := func(more string) string {
		return `{"connector":{"key":"bad","name":"Bad",` + more + `"releases":[` + rel + `]}}`
	}
	for name, tt := range map[string]struct {
		entry, offered string
		want           []string
	}{
		"name is a path": {entry("../", rel), "", []string{
			"../  connector", `/connectors/1/connector/key | 3 | "../","n | its publisher is a path element, ".."`}},
		"name is a dot": {entry(".", rel), "", []string{
			".  connector", `/connectors/1/connector/key | 3 | ".","nam | it is a path element, "."`}},
		"display name": {entry("Big App", rel), "", []string{
			"Big App  connector", `/connectors/1/connector/key | 3 | "Big App | it looks like a display name, and a display name is not a key: keys are lower case, without spaces`}},
		"version is a path": {entry("bad", rel, bad("../", "")), "bad@1.0.0", []string{
			"bad ../ release", `/connectors/1/connector/releases/1/version | 3 | "../","a | it is a path, want three numbers such as 1.2.3`}},
		"version is a dot": {entry("bad", bad(".", ""), rel), "bad@1.0.0", []string{
			"bad . release", `/connectors/1/connector/releases/0/version | 3 | ".","art | it is a path, want three numbers such as 1.2.3`}},
		"v1.2": {entry("bad", rel, bad("v1.2", "")), "bad@1.0.0", []string{
			"bad v1.2 release", `/connectors/1/connector/releases/1/version | 3 | "v1.2"," | it begins with "v", want three numbers such as 1.2.3`}},
		"01.0.0": {entry("bad", rel, bad("01.0.0", "")), "bad@1.0.0", []string{
			"bad 01.0.0 release", `/connectors/1/connector/releases/1/version | 3 | "01.0.0" | the number "01" has a leading zero`}},
		"digest missing": {entry("bad", rel, artifact(`"url":"a.tgz"`)), "bad@1.0.0", []string{
			"bad 2.0.0 release", `/connectors/1/connector/releases/1/artifact/digest | 3 | {"url":" | it is missing`}},
		"digest short": {entry("bad", rel, artifact(`"url":"a.tgz","digest":"sha256:0f"`)), "bad@1.0.0", []string{
			"bad 2.0.0 release", `/connectors/1/connector/releases/1/artifact/digest | 3 | "sha256: | it has 2 hex digits, sha256 has 64`}},
		"digest of another algorithm": {entry("bad", rel, artifact(`"url":"a.tgz","digest":"md5:`+strings.Repeat("0", 32)+`"`)), "bad@1.0.0", []string{
			"bad 2.0.0 release", `/connectors/1/connector/releases/1/artifact/digest | 3 | "md5:000 | the algorithm is "md5", want sha256 or sha512`}},
		"every fault of a release": {entry("bad", rel, `{"version":"2.0.0","stage":"Beta","size":1,"yanked":null,"breaking":[{"version":"2","message":"","deadline":"2026-02-30"}],"artifact":{"url":"../a.tgz","size":-1}}`), "bad@1.0.0", []string{
			"bad 2.0.0 release",
			`/connectors/1/connector/releases/1/stage | 3 | "Beta"," | it is "Beta", want "GA" or "Preview"`,
			`/connectors/1/connector/releases/1/size | 3 | "size":1 | unknown member "size"`,
			`/connectors/1/connector/releases/1/yanked | 3 | null,"br | want a string, got null`,
			`/connectors/1/connector/releases/1/breaking/0/version | 3 | "2","mes | want three numbers such as 1.2.3`,
			`/connectors/1/connector/releases/1/breaking/0/message | 3 | "","dead | it is missing`,
			`/connectors/1/connector/releases/1/breaking/0/deadline | 3 | "2026-02 | it is "2026-02-30", want a day of the calendar such as 2006-01-02`,
			`/connectors/1/connector/releases/1/artifact/digest | 3 | {"url":" | it is missing`,
			`/connectors/1/connector/releases/1/artifact/url | 3 | "../a.tg | a relative path has no empty, '.' or '..' elements`,
			`/connectors/1/connector/releases/1/artifact/size | 3 | -1}}]}}, | it is -1, want bytes from 0`}},
		"duplicate member deep inside": {entry("bad", rel, bad("2.0.0", `"manifest":{"key":"bad","version":"2.0.0","activities":[{"name":"a","input":{"q":1,"q":2}}]},`)), "bad@1.0.0", []string{
			"bad 2.0.0 release", `/connectors/1/connector/releases/1/manifest/activities/0/input/q | 3 | "q":2}}] | duplicate member "q"`}},
		"manifest of another": {entry("bad", rel, bad("2.0.0", `"manifest":{"key":"good","version":"2.0.1"},`)), "bad@1.0.0", []string{
			"bad 2.0.0 release",
			`/connectors/1/connector/releases/1/manifest/key | 3 | "good"," | it is "good", but the connector's is "bad"`,
			`/connectors/1/connector/releases/1/manifest/version | 3 | "2.0.1"} | it is "2.0.1", but the release's is "2.0.0"`}},
		"every fault of a connector": {`{"connector":{"key":"bad","Name":"x","name":"a\nb","categories":["",1],"docsURL":"ftp://x","icon":"javascript:alert(1)","releases":[{"version":7}]}}`, "", []string{
			"bad  connector",
			`/connectors/1/connector/Name | 3 | "Name":" | unknown member "Name"; it is written name`,
			`/connectors/1/connector/name | 3 | "a\nb"," | it has more than one line`,
			`/connectors/1/connector/categories/0 | 3 | "",1],"d | it is missing`,
			`/connectors/1/connector/categories/1 | 3 | 1],"docs | want a string, got a number`,
			`/connectors/1/connector/docsURL | 3 | "ftp://x | want an absolute URL that begins with https:// or http://`,
			`/connectors/1/connector/icon | 3 | "javascr | want an absolute URL that begins with https:// or http://`,
			`/connectors/1/connector/releases/0/artifact/url | 3 | {"versio | it is missing`,
			`/connectors/1/connector/releases/0/artifact/digest | 3 | {"versio | it is missing`,
			`/connectors/1/connector/releases/0/version | 3 | 7}]}}, | want a string, got a number`}},
		"no release": {entry("bad"), "", []string{"bad  connector", `/connectors/1/connector/releases | 3 | []}}, | there is none`}},
		"no release left": {entry("bad", bad("1", ""), bad("2", "")), "", []string{
			"bad  connector",
			`/connectors/1/connector/releases/0/version | 3 | "1","art | want three numbers such as 1.2.3`,
			`/connectors/1/connector/releases/1/version | 3 | "2","art | want three numbers such as 1.2.3`}},
		"releases are no list": {`{"connector":{"key":"bad","name":"Bad","releases":{"1.0.0":{}}}}`, "", []string{
			"bad  connector", `/connectors/1/connector/releases | 3 | {"1.0.0" | want an array, got an object`}},
		"no envelope": {`{"key":"bad","name":"Bad","releases":[]}`, "", []string{
			"bad  connector",
			`/connectors/1/connector | 3 | {"key":" | it is missing`,
			`/connectors/1/key | 3 | "key":"b | unknown member "key"`,
			`/connectors/1/name | 3 | "name":" | unknown member "name"`,
			`/connectors/1/releases | 3 | "release | unknown member "releases"`}},
		"not an object": {`"bad"`, "", []string{"  connector", `/connectors/1 | 3 | "bad", | want an object, got a string`}},
		"duplicate connector": {`{"connector":{},"connector":{"key":"bad"}}`, "", []string{
			"  connector",
			`/connectors/1/connector/key | 3 | {},"conn | it is empty`,
			`/connectors/1/connector/name | 3 | {},"conn | it is missing`,
			`/connectors/1/connector/releases | 3 | {},"conn | there is none`,
			`/connectors/1/connector | 3 | "connect | duplicate member "connector"`,
		}},
		"digest of the envelope": {`{"digest":"sha256:` + sum + `","connector":{"key":"bad","name":"Bad","releases":[` + rel + `]}}`, "", []string{
			"bad  connector", `/connectors/1/digest | 3 | "sha256: | the connector's bytes have digest ` + string(DigestOf([]byte(`{"key":"bad","name":"Bad","releases":[`+rel+`]}`)))}},
		"bad digest of the envelope": {`{"digest":"","connector":{"key":"bad","name":"Bad","releases":[` + rel + `]}}`, "", []string{
			"bad  connector", `/connectors/1/digest | 3 | "","conn | it is missing`}},
		"key of an earlier entry": {entry("first", release("9.0.0")), "", []string{
			"first  connector", `/connectors/1/connector/key | 3 | "first", | "first" is stated at /connectors/0 already; the first one counts`}},
		"version twice, same digest": {entry("bad", rel, rel), "bad@1.0.0", []string{
			"bad 1.0.0 release", `/connectors/1/connector/releases/1/version | 3 | "1.0.0", | version "1.0.0" is stated at /connectors/1/connector/releases/0 already, with the same digest`}},
		"control character": {conn(`"description":"a\u001b[31m",`), "", []string{
			"bad  connector", `/connectors/1/connector/description | 3 | "a\u001b | it has a control character at byte 1`}},
		"invalid UTF-8": {conn("\"description\":\"a\xff\","), "", []string{
			"bad  connector", "/connectors/1/connector/description | 3 | \xff\",\"rele | invalid UTF-8: byte 0xff"}},
		"too long a text": {conn(`"description":"` + strings.Repeat("a", 64<<10+1) + `",`), "", []string{
			"bad  connector", `/connectors/1/connector/description | 3 | "aaaaaaa | text of 65537 bytes is longer than 65536`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := document(entry("first", rel), tt.entry, entry("last", rel))
			index, problems, err := ParseIndex([]byte(in), nil)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, told(in, problems)); d != "" {
				t.Error(d)
			}
			want := strings.Join(strings.Fields("first@1.0.0 "+tt.offered+" last@1.0.0"), " ")
			if got := offered(index); got != want {
				t.Errorf("offered: %s, want %s", got, want)
			}
		})
	}
}

func TestP15_TheFirstDigestOfAVersionIsKept(t *testing.T) {
	t.Parallel()
	other := strings.Replace(release("1.0.0"), sum, strings.Repeat("0", 64), 1)
	index, problems, err := ParseIndex([]byte(document(entry("a", release("1.0.0"), release("1.1.0"), other))), nil)
	if err != nil || len(problems) != 1 {
		t.Fatal(err, problems)
	}
	if p := problems[0]; p.Lost != LostRelease || !strings.Contains(p.Faults[0].Reason, "a release is immutable") {
		t.Error(p)
	}
	if offered(index) != "a@1.0.0 a@1.1.0" || index.Connectors[0].Releases[0].Digest() != Digest("sha256:"+sum) {
		t.Error(offered(index))
	}
}

// A version or key that was stated first by something broken is not taken over
// by what comes later.
func TestALostEntryKeepsItsClaim(t *testing.T) {
	t.Parallel()
	broken := strings.Replace(release("1.0.0"), `"url"`, `"colour":"red","url"`, 1)
	in := document(entry("a", broken, release("1.0.0"), release("2.0.0")), entry("b"), entry("b", release("1.0.0")))
	index, problems, err := ParseIndex([]byte(in), nil)
	if err != nil || offered(index) != "a@2.0.0" || len(problems) != 4 {
		t.Error(err, offered(index), told(in, problems))
	}
}

func TestManyReleases(t *testing.T) {
	t.Parallel()
	var releases []string
	for i := range 100 {
		releases = append(releases, release(fmt.Sprintf("1.%d.0", i)))
	}
	in := document(entry("a", releases...))
	index, problems, err := ParseIndex([]byte(in), nil)
	if err != nil || len(problems) > 0 || len(index.Connectors[0].Releases) != 100 {
		t.Fatal(err, problems)
	}
	in = document(entry("a", append(releases, releases[7])...))
	index, problems, err = ParseIndex([]byte(in), nil)
	if err != nil || len(problems) != 1 || len(index.Connectors[0].Releases) != 100 {
		t.Error(err, told(in, problems))
	}
	in = document(entry("a", releases...), entry("b", releases[0]))
	index, problems, err = ParseIndex([]byte(in), &ParseOptions{MaxReleases: 99})
	if err != nil || offered(index) != "b@1.0.0" || len(problems) != 1 || problems[0].Lost != LostConnector ||
		problems[0].Faults[0].Reason != "it has 100 entries, at most 99 are allowed" {
		t.Error(err, told(in, problems))
	}
}

func TestBoundsOfAnEntry(t *testing.T) {
	t.Parallel()
	in := document(entry("a", release("1.0.0")), entry("big", release("1.0.0"), release("1.0.1"), release("1.0.2")))
	index, problems, err := ParseIndex([]byte(in), &ParseOptions{MaxConnectorBytes: 300})
	if err != nil || offered(index) != "a@1.0.0" || len(problems) != 1 || problems[0].Key != "big" ||
		!strings.Contains(problems[0].Faults[0].Reason, "at most 300") {
		t.Error(err, told(in, problems))
	}
	key := strings.Repeat("k", 1000)
	_, problems, err = ParseIndex([]byte(document(entry(key, release("1.0.0")))), nil)
	if err != nil || len(problems) != 1 || len(problems[0].Key) > MaxVersionBytes || len(problems[0].Error()) > 500 {
		t.Error(err, problems)
	}
}

func TestFaultsAreToldWithinBounds(t *testing.T) {
	t.Parallel()
	worst := `{"connector":{"key":"a","name":"A","releases":[` + strings.Repeat(`{"version":"1"},`, 200) + `{}]}}`
	_, problems, err := ParseIndex([]byte(document(worst)), nil)
	if err != nil || len(problems) != 1 || len(problems[0].Faults) != maxFindings+1 {
		t.Fatal(err, len(problems))
	}
	if last := problems[0].Faults[maxFindings]; last.Reason != "702 more faults follow" {
		t.Error(last)
	}
	var all []string
	for i := range 110 {
		all = append(all, strings.Replace(worst, `"a"`, fmt.Sprintf(`"a%d"`, i), 1))
	}
	_, problems, err = ParseIndex([]byte(document(all...)), nil)
	if err != nil || len(problems) != 110 || len(problems[0].Faults) != maxFindings+1 || len(problems[109].Faults) != 1 {
		t.Error(err, len(problems))
	}
}

func TestProblemIsAnErrorThatSaysAll(t *testing.T) {
	t.Parallel()
	p := Problem{Feed: "main", Key: "a", Version: "1.0.0", Lost: LostRelease, Faults: []Fault{
		{Pointer: "/connectors/0", Line: 3, Column: 4, Reason: "one"}, {Reason: "two"}, {Pointer: "/x", Reason: "three"},
	}}
	want := `feed "main": connector "a" version "1.0.0": the release is not offered: /connectors/0 (line 3, column 4): one; two; /x: three`
	if p.Error() != want {
		t.Error(p.Error())
	}
	if got := (Problem{Key: "a"}).Error(); got != `connector "a": invalid` {
		t.Error(got)
	}
}

// Ten thousand releases with many faults each must not take memory out of
// proportion, though all are told.
func TestVeryManyFaultsOfOneConnector(t *testing.T) {
	t.Parallel()
	worst := `{"version":"1",` + strings.Repeat(`"a":1,`, 50) + `"b":1}`
	in := document(entry("a", release("1.0.0")+strings.Repeat(","+worst, 3000)))
	index, problems, err := ParseIndex([]byte(in), nil)
	if err != nil || offered(index) != "a@1.0.0" || len(problems) != 3000 {
		t.Fatal(err, len(problems))
	}
	total := 0
	for _, p := range problems {
		total += len(p.Faults)
	}
	if total > maxIndexFaults+3000+maxFindings {
		t.Error(total)
	}
}
