package airbytefeed

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/faultlist"
	"github.com/stretchr/testify/require"
)

func TestDefinitionBecomesAConnector(t *testing.T) {
	t.Parallel()
	conns, problems := load(t, registry(t, list{def(1, object{
		"sourceDefinitionId": "ABCDEF00-0000-4000-8000-000000000001", "name": "Ledger",
		"sourceType": "api", "supportLevel": "certified", "iconUrl": "https://img.example.com/ledger.svg", "icon": "ledger.svg",
		"releaseDate": "2020-01-01", "custom": nil, "public": true, "unknown": object{"member": 1},
		"generated":    object{"source_file_info": object{"metadata_last_modified": "2025-05-10T18:20:19.270000+02:00"}},
		"allowedHosts": object{"hosts": list{"api.example.com", "${region}.example.com"}},
		"spec":         spec(props(list{"token"}, object{"token": secret("Token")})),
	})}))
	require.Empty(t, problems)
	want := connector.Connector{
		Key: "abcdef00-0000-4000-8000-000000000001", Name: "Ledger", Publisher: "acme",
		Categories: []string{"source", "api", "certified"},
		Icon:       "https://img.example.com/ledger.svg", DocsURL: "https://docs.example.com/x",
		Releases: []connector.Release{{
			Version: "1.2.3", Stage: connector.GA, Published: time.Date(2025, 5, 10, 16, 20, 19, 270e6, time.UTC),
			Artifact: connector.Artifact{URL: "docker://acme/source-x:1.2.3", MediaType: connector.MediaReference},
			Manifest: &connector.Manifest{
				Key: "abcdef00-0000-4000-8000-000000000001", Version: "1.2.3",
				Auth: []auth.Scheme{{ID: "default", Type: auth.Custom, Params: []auth.Param{
					{Key: "token", Title: "Token", Kind: auth.KindString, Role: auth.RoleRequired, Secret: true},
				}}},
				Hosts:   []string{"api.example.com", "${region}.example.com"},
				DocsURL: "https://docs.example.com/x",
			},
		}},
	}
	require.Empty(t, cmp.Diff(want, conns[0]))
}

func TestLinksThatAreNoneAreLeftOut(t *testing.T) {
	t.Parallel()
	for in, ok := range map[string]bool{
		"https://docs.example.com/x?y#z": true, "http://docs.example.com": true,
		"javascript:alert(1)": false, "javascript://docs.example.com/%0aalert(1)": false, "ftp://docs.example.com/x": false,
		"//docs.example.com/x": false, "/x": false, "docs.example.com": false, "https:///x": false, "https://user@docs.example.com": false,
		"https://docs.example.com/a b": false, "https://docs.example.com\\@evil.test": false, "https://docs.example.com/é": false,
		"https://docs.example.com/" + strings.Repeat("x", connector.MaxURLBytes): false, "https://[": false,
	} {
		conns, problems := load(t, registry(t, list{def(1, object{"documentationUrl": in, "iconUrl": in})}))
		if ok {
			require.Empty(t, problems, in)
			require.Equal(t, []string{in, in, in}, []string{conns[0].DocsURL, conns[0].Icon, conns[0].Releases[0].Manifest.DocsURL})
			continue
		}
		require.Empty(t, conns[0].DocsURL+conns[0].Icon+conns[0].Releases[0].Manifest.DocsURL, in)
		require.Equal(t, connector.LostNothing, problems[0].Lost)
		require.Len(t, problems[0].Faults, 2, in)
	}
}

func TestPublisherIsTheNamespaceOfTheImage(t *testing.T) {
	t.Parallel()
	for image, publisher := range map[string]string{
		"acme/x": "acme", "x": "", "ghcr.io/acme/x": "acme", "registry.example.com:5000/x": "", "localhost:5000/a/b/x": "b",
	} {
		conns, _ := load(t, registry(t, list{def(1, object{"dockerRepository": image})}))
		require.Len(t, conns, 1, image)
		require.Equal(t, publisher, conns[0].Publisher, image)
		want := "docker://" + image + ":1.2.3"
		if image == "x" {
			want = "docker://library/x:1.2.3"
		}
		require.Equal(t, want, conns[0].Releases[0].Artifact.URL)
	}
}

// P5: in doubt a release is a preview, and a pre-release always is.
func TestP5_StageIsPreviewUnlessGenerallyAvailable(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		with object
		want connector.Stage
	}{
		{object{"releaseStage": "generally_available"}, connector.GA},
		{object{"releaseStage": "generally_available", "custom": true}, connector.Preview},
		{object{"releaseStage": "beta"}, connector.Preview},
		{object{"releaseStage": "alpha"}, connector.Preview},
		{object{"releaseStage": "custom"}, connector.Preview},
		{object{"releaseStage": "GENERALLY_AVAILABLE"}, connector.Preview},
		{object{"releaseStage": nil}, connector.Preview},
		{object{"dockerImageTag": "1.0.0-rc.1"}, connector.Preview},
	} {
		conns, _ := load(t, registry(t, list{def(1, tc.with)}))
		require.Equal(t, tc.want, conns[0].Releases[0].EffectiveStage(), "%v", tc.with)
	}
}

func TestTombstoneIsWithdrawnAndArchivedIsDeprecated(t *testing.T) {
	t.Parallel()
	conns, problems := load(t, registry(t, list{
		def(1, object{"tombstone": true, "releases": object{"releaseCandidates": object{
			"2.0.0-rc.1": def(1, object{"dockerImageTag": "2.0.0-rc.1"}),
		}}}),
		def(2, object{"tombstone": false, "supportLevel": "archived"}),
	}))
	require.Empty(t, problems)
	require.Len(t, conns[0].Releases, 2)
	for _, r := range conns[0].Releases {
		require.NotEmpty(t, r.Yanked)
	}
	require.Empty(t, conns[1].Releases[0].Yanked)
	require.NotEmpty(t, conns[1].Releases[0].Deprecated)
}

func TestUnknownTimesOfPublicationAreNoFault(t *testing.T) {
	t.Parallel()
	for _, generated := range []any{nil, "x", list{}, object{}, object{"source_file_info": 1}, object{"source_file_info": object{"metadata_last_modified": "soon"}}} {
		conns, problems := load(t, registry(t, list{def(1, object{"generated": generated})}))
		require.Empty(t, problems)
		require.True(t, conns[0].Releases[0].Published.IsZero())
	}
}

func TestBreakingChangesUpToTheVersion(t *testing.T) {
	t.Parallel()
	change := func(message, deadline, guide string) object {
		return object{"message": message, "upgradeDeadline": deadline, "migrationDocumentationUrl": guide, "deadlineAction": "x"}
	}
	conns, problems := load(t, registry(t, list{def(1, object{"dockerImageTag": "10.2.0", "releases": object{
		"migrationDocumentationUrl": "https://docs.example.com/migrate",
		"breakingChanges": object{
			"10.0.0":      change("ten", "2025-02-28", "https://docs.example.com/10"),
			"9.0.0":       change("nine", "", ""),
			"10.2.0":      change("this one", "2025-02-30", "javascript:alert(1)"),
			"10.2.1":      change("not yet", "2025-01-01", "https://docs.example.com/not-yet"),
			"2.0.0":       object{},
			"11.0.0-rc.1": change("far ahead", "", ""),
		},
	}})}))
	require.Equal(t, []connector.Breaking{
		{Version: "2.0.0", Message: "The publisher names a breaking change without describing it."},
		{Version: "9.0.0", Message: "nine"},
		{Version: "10.0.0", Message: "ten", Deadline: "2025-02-28", GuideURL: "https://docs.example.com/10"},
		{Version: "10.2.0", Message: "this one"},
	}, conns[0].Releases[0].Breaking)
	require.Len(t, problems, 1)
	require.Equal(t, connector.LostNothing, problems[0].Lost)
	var found []string
	for _, f := range problems[0].Faults {
		found = append(found, f.Pointer+": "+f.Reason)
	}
	require.ElementsMatch(t, []string{
		"/sources/0/releases/breakingChanges/10.2.0/upgradeDeadline: \"2025-02-30\" is not a day like 2006-01-02; left out",
		"/sources/0/releases/breakingChanges/10.2.0/migrationDocumentationUrl: not an absolute http or https URL; left out",
		"/sources/0/releases/breakingChanges/2.0.0/message: breaking change without a message",
	}, found)
}

func TestReleaseCandidatesArePreviews(t *testing.T) {
	t.Parallel()
	inner := func(version string, with ...object) object {
		return def(1, append([]object{{"dockerImageTag": version}}, with...)...)
	}
	conns, problems := load(t, registry(t, list{def(1, object{"releases": object{"releaseCandidates": object{
		"1.3.0-rc.9":  inner("1.3.0-rc.9"),
		"1.3.0-rc.10": inner("1.3.0-rc.10", object{"sourceDefinitionId": "0000000A-0000-4000-8000-000000000001", "iconUrl": "ftp://x"}),
		"1.4.0":       inner("1.4.0", object{"allowedHosts": object{"hosts": list{"*", "rc.example.com"}}}),
	}}}), def(2, object{"releases": object{"releaseCandidates": nil, "breakingChanges": nil}})}))
	require.Len(t, conns[0].Releases, 4)
	var versions []string
	for _, r := range conns[0].Releases {
		versions = append(versions, r.Version)
		require.Equal(t, r.Version, r.Manifest.Version)
	}
	require.Equal(t, []string{"1.2.3", "1.4.0", "1.3.0-rc.10", "1.3.0-rc.9"}, versions)
	require.Equal(t, connector.GA, conns[0].Releases[0].Stage)
	for _, r := range conns[0].Releases[1:] {
		require.Equal(t, connector.Preview, r.Stage)
	}
	require.Equal(t, []string{"rc.example.com"}, conns[0].Releases[1].Manifest.Hosts)
	require.Len(t, problems, 1)
	require.Equal(t, "1.4.0", problems[0].Version)
	require.Equal(t, connector.LostNothing, problems[0].Lost)
}

// P16: a bad candidate costs itself alone.
func TestP16_OneBadCandidateSpoilsNoOther(t *testing.T) {
	t.Parallel()
	const rc = "2.0.0-rc.1"
	good := object{"dockerImageTag": rc}
	for name, tc := range map[string]struct {
		version string
		bad     any
		pointer string
		reason  string
	}{
		"null":            {rc, nil, "", "want an object, got null"},
		"text":            {rc, "x", "", "want an object, got a string"},
		"empty":           {rc, object{}, "/spec", "spec is missing"},
		"other id":        {rc, def(2, good), "/sourceDefinitionId", "not that of the definition around it"},
		"other version":   {rc, def(1, object{"dockerImageTag": "2.0.0-rc.2"}), "/dockerImageTag", `not the name "2.0.0-rc.1"`},
		"no version":      {"next", def(1, object{"dockerImageTag": "next"}), "/dockerImageTag", "three numbers"},
		"the version":     {"1.2.3", def(1), "", "already that of the definition around it"},
		"slash":           {"2/0", def(1, object{"dockerImageTag": "2/0"}), "/dockerImageTag", "it is a path"},
		"bad image":       {rc, def(1, good, object{"dockerRepository": "A"}), "/dockerRepository", "not the name of an image"},
		"bad breaking":    {rc, def(1, good, object{"releases": object{"breakingChanges": object{"x": object{}}}}), "/releases/breakingChanges/x", "three numbers"},
		"bad tombstone":   {rc, def(1, good, object{"tombstone": 1}), "/tombstone", "want a boolean"},
		"duplicate words": {rc, def(1, good, object{"spec": list{}}), "/spec", "want an object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conns, problems := load(t, registry(t, list{
				def(1, object{"releases": object{"releaseCandidates": object{tc.version: tc.bad, "1.3.0-rc.1": def(1, object{"dockerImageTag": "1.3.0-rc.1"})}}}),
				def(2),
			}))
			require.Len(t, conns, 2)
			require.Len(t, conns[0].Releases, 2)
			require.Len(t, problems, 1)
			p := problems[0]
			require.Equal(t, connector.LostRelease, p.Lost)
			require.Equal(t, id(1), p.Key)
			require.Equal(t, tc.version, p.Version)
			at := "/sources/0/releases/releaseCandidates/" + faultlist.EscapePointer(tc.version)
			requireFault(t, p.Faults, at+tc.pointer, tc.reason)
		})
	}
}

func TestListsInsideADefinitionAreBounded(t *testing.T) {
	t.Parallel()
	many := func(n int, entry func(version string) any) object {
		out := object{}
		for i := range n {
			v := fmt.Sprintf("0.0.%d", i)
			out[v] = entry(v)
		}
		return object{"releases": object{}, "": out}
	}
	changes := func(n int) object {
		return object{"releases": object{"breakingChanges": many(n, func(string) any { return object{"message": "m"} })[""]}}
	}
	candidates := func(n int) object {
		return object{"releases": object{"releaseCandidates": many(n, func(v string) any { return def(1, object{"dockerImageTag": v}) })[""]}}
	}
	for _, with := range []object{changes(maxBreaking), candidates(maxCandidates)} {
		conns, _ := load(t, registry(t, list{def(1, with)}))
		require.Len(t, conns, 1)
	}
	for _, with := range []object{changes(maxBreaking + 1), candidates(maxCandidates + 1)} {
		conns, problems := load(t, registry(t, list{def(1, with), def(2)}))
		require.Len(t, conns, 1)
		require.Contains(t, problems[0].Faults[0].Reason, "more than")
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ in, want, note string }{
		{"api.example.com", "api.example.com", ""},
		{"API.Example.com", "api.example.com", ""},
		{"https://api.example.com", "api.example.com", ""},
		{"https://api.example.com/", "api.example.com", ""},
		{"https://api.example.com:443/", "api.example.com", ""},
		{"https://*.example.com:8443", "*.example.com:8443", ""},
		{"*.example.com", "*.example.com", ""},
		{"${host}", "${host}", ""},
		{"https://${subdomain}.example.com", "${subdomain}.example.com", ""},
		{"${Credentials.Tenant}.example.com", "${Credentials.Tenant}.example.com", ""},
		{"example.com/api/v1", "example.com", "has a path, which is not kept"},
		{"example.com/${tenant}/x", "example.com", "has a path, which is not kept"},
		{"*", "", "can only stand at the start"},
		{"*/api", "", "can only stand at the start"},
		{"https://*", "", "can only stand at the start"},
		{"*.com", "", "needs at least two labels"},
		{"api.*.example.com", "", "can only stand at the start"},
		{"www.example.*", "", "can only stand at the start"},
		{"https:", "", "is no number"},
		{"https://", "", "is empty"},
		{"", "", "is empty"},
		{"example.", "", "a dot too many"},
		{"http://example.com", "", "https origins only"},
		{"ftp://example.com/x", "", "https origins only"},
		{"user@example.com", "", "user information"},
		{"exa mple.com", "", "contains ' '"},
		{"${}", "", "does not name a parameter"},
		{"${open.example.com", "", "no closing"},
	} {
		conns, problems := load(t, registry(t, list{def(1, object{"allowedHosts": object{"hosts": list{"first.example.com", tc.in}}})}))
		hosts := conns[0].Releases[0].Manifest.Hosts
		if tc.want == "" {
			require.Equal(t, []string{"first.example.com"}, hosts, tc.in)
		} else {
			require.Equal(t, []string{"first.example.com", tc.want}, hosts, tc.in)
		}
		if tc.note == "" {
			require.Empty(t, problems, tc.in)
			continue
		}
		require.Len(t, problems, 1, tc.in)
		require.Equal(t, connector.LostNothing, problems[0].Lost)
		require.Equal(t, "/sources/0/allowedHosts/hosts/1", problems[0].Faults[0].Pointer)
		require.Contains(t, problems[0].Faults[0].Reason, tc.note, tc.in)
	}
}

func TestNoHostsMeansNone(t *testing.T) {
	t.Parallel()
	for _, hosts := range []any{nil, object{}, object{"hosts": nil}, object{"hosts": list{}}} {
		conns, problems := load(t, registry(t, list{def(1, object{"allowedHosts": hosts})}))
		require.Empty(t, problems)
		require.Empty(t, conns[0].Releases[0].Manifest.Hosts)
	}
	same := list{"a.example.com", "https://a.example.com", "A.example.com/"}
	for i := range connector.MaxHosts {
		same = append(same, fmt.Sprintf("h%d.example.com", i))
	}
	conns, problems := load(t, registry(t, list{def(1, object{"allowedHosts": object{"hosts": same}})}))
	require.Len(t, conns[0].Releases[0].Manifest.Hosts, connector.MaxHosts)
	require.Contains(t, problems[0].Faults[0].Reason, "the rest is left out")
}
