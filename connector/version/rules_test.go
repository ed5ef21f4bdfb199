package version_test

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// offer makes plain releases of versions separated by spaces.
func offer(versions string) []connector.Release {
	var out []connector.Release
	for v := range strings.FieldsSeq(versions) {
		out = append(out, connector.Release{Version: v})
	}
	return out
}

// hold makes a hold on the whole catalog.
func hold(versions string) version.Hold {
	return version.Hold{Scope: version.Everything, Versions: versions, Reason: "breaks approvals", By: "alice"}
}

// choose selects, and holds Newest and the verdicts to the answer.
func choose(t *testing.T, releases []connector.Release, installed string, rules *version.Rules) *version.Selection {
	t.Helper()
	sel, err := version.Select(releases, installed, rules)
	require.NoError(t, err)
	set, err := version.Compile(releases)
	require.NoError(t, err)
	compiled, err := rules.Compile()
	require.NoError(t, err)
	newest, ok := set.Newest(compiled)
	assert.Equal(t, sel.Target, newest, "Newest agrees with Select")
	assert.Equal(t, sel.Target != "", ok)
	assert.Equal(t, sel.Target != "", sel.Code == version.CodeTarget)
	assert.Len(t, sel.Verdicts, len(releases))
	for _, v := range sel.Verdicts {
		assert.NotEmpty(t, v.Reason)
		assert.NotEmpty(t, v.Rule)
		assert.Equal(t, v.Version == sel.Target, v.Code == version.CodeTarget)
		assert.Equal(t, v.Eligible, v.Code == version.CodeTarget || v.Code == version.CodeEligible)
		assert.Equal(t, v.Hold != nil, v.Code == version.CodeSkipped || v.Code == version.CodePinned)
	}
	return sel
}

// verdict returns what a selection says of one version.
func verdict(t *testing.T, sel *version.Selection, v string) version.Verdict {
	t.Helper()
	for _, verdict := range sel.Verdicts {
		if verdict.Version == v {
			return verdict
		}
	}
	t.Fatalf("no verdict on %s", v)
	return version.Verdict{}
}

func TestP5_PrereleasePartIsPreviewWhateverTheFeedSays(t *testing.T) {
	t.Parallel()
	releases := []connector.Release{
		{Version: "2.0.0-rc.1", Stage: connector.GA},
		{Version: "2.0.0-rc.1+b", Stage: connector.GA},
		{Version: "1.9.0", Stage: connector.Preview},
		{Version: "1.8.0+rc-1"}, // a hyphen in the build is no pre-release
	}
	sel := choose(t, releases, "", nil)
	assert.Equal(t, "1.8.0+rc-1", sel.Target)
	for _, v := range []string{"2.0.0-rc.1", "2.0.0-rc.1+b", "1.9.0"} {
		got := verdict(t, sel, v)
		assert.Equal(t, connector.Preview, got.Stage)
		assert.Equal(t, version.CodePreview, got.Code)
		assert.Equal(t, "P5", got.Rule)
	}
	assert.Equal(t, connector.GA, verdict(t, sel, "1.8.0+rc-1").Stage, "GA is the absence of a tag")

	assert.Equal(t, "2.0.0-rc.1+b", choose(t, releases, "", &version.Rules{Preview: true}).Target)
	assert.Equal(t, "2.0.0-rc.1", choose(t, releases, "", &version.Rules{Constraint: "2.0.0-rc.1"}).Target,
		"naming it exactly is an opt-in")
	sel = choose(t, releases, "", &version.Rules{Constraint: ">=2.0.0-rc.1"})
	assert.Empty(t, sel.Target, "a range that reaches it is none")
	assert.Equal(t, version.CodePreview, sel.Code)
	assert.Equal(t, "1.9.0", choose(t, releases, "", &version.Rules{Constraint: "1.9.0"}).Target)
}

func TestP6_EveryReleaseHasAVerdictWithReasonAndRule(t *testing.T) {
	t.Parallel()
	releases := []connector.Release{
		{Version: "1.0.0"}, {Version: "1.1.0"},
		{Version: "1.2.0", Deprecated: "use 2"},
		{Version: "1.3.0", Yanked: "leaks"},
		{Version: "1.4.0", Requires: ">=3"},
		{Version: "1.5.0-rc.1"},
		{Version: "1.6.0"}, {Version: "1.7.0"}, {Version: "2.0.0"}, {Version: "3.0.0"},
	}
	rules := &version.Rules{
		Constraint: "<2",
		Skips:      []version.Hold{hold("1.7.0")},
		Pins:       []version.Hold{hold("<3")},
		Host:       "2.0.0",
		Policy: func(r version.Candidate) *version.Denial {
			if r.Version == "1.6.0" {
				return &version.Denial{By: "finance", Reason: "not reviewed"}
			}
			return nil
		},
	}
	sel := choose(t, releases, "1.0.0", rules)
	want := []struct {
		version string
		code    version.Code
		rule    string
		reason  string
	}{
		{"3.0.0", version.CodePinned, "P8", `outside the pin to "<3" by alice: breaks approvals`},
		{"2.0.0", version.CodeConstraint, "P6", `outside the constraint "<2"`},
		{"1.7.0", version.CodeSkipped, "P7", "skipped by alice: breaks approvals"},
		{"1.6.0", version.CodePolicy, "P6", "denied by policy finance: not reviewed"},
		{"1.5.0-rc.1", version.CodePreview, "P5", "Preview"},
		{"1.4.0", version.CodeHost, "P6", `requires host ">=3", the host is 2.0.0`},
		{"1.3.0", version.CodeYanked, "P6", "yanked by its publisher: leaks"},
		{"1.2.0", version.CodeDeprecated, "P6", "use 2"},
		{"1.1.0", version.CodeTarget, "P6", "newest"},
		{"1.0.0", version.CodeEligible, "P6", "1.1.0 is newer"},
	}
	for i, w := range want {
		got := sel.Verdicts[i]
		assert.Equal(t, w.version, got.Version, "newest first")
		assert.Equal(t, w.code, got.Code, w.version)
		assert.Equal(t, w.rule, got.Rule, w.version)
		assert.Contains(t, got.Reason, w.reason)
	}
	assert.Equal(t, "1.1.0", sel.Target)
	assert.Equal(t, "1.1.0", sel.Upgrade)
	assert.Equal(t, "1.0.0", sel.Installed)
	assert.False(t, sel.Stranded)
	assert.Empty(t, sel.Why)
}

func TestP6_AVerdictNamesTheFirstOfSeveralReasons(t *testing.T) {
	t.Parallel()
	deny := func(version.Candidate) *version.Denial { return &version.Denial{} }
	r := connector.Release{Version: "1.0.0-rc.1", Yanked: "leaks", Deprecated: "old", Requires: ">1"}
	rules := version.Rules{
		Constraint: "2", Skips: []version.Hold{hold("*")}, Pins: []version.Hold{hold("3")}, Policy: deny,
	}
	for _, step := range []struct {
		code version.Code
		lift func()
	}{
		{version.CodeSkipped, func() { rules.Skips = nil }},
		{version.CodePinned, func() { rules.Pins = nil }},
		{version.CodeYanked, func() { r.Yanked = "" }},
		{version.CodeHost, func() { rules.Host = "2.0.0" }},
		{version.CodePolicy, func() { rules.Policy = nil }},
		{version.CodeConstraint, func() { rules.Constraint = "" }},
		{version.CodeDeprecated, func() { r.Deprecated = "" }},
		{version.CodePreview, func() { rules.Preview = true }},
		{version.CodeTarget, func() {}},
	} {
		sel := choose(t, []connector.Release{r}, "", &rules)
		assert.Equal(t, step.code, sel.Verdicts[0].Code)
		step.lift()
	}
}

func TestP6_AmbiguityIsAnError(t *testing.T) {
	t.Parallel()
	_, err := version.Select(offer("1.0.0 1.1.0 1.0.0 1.0.0"), "", nil)
	require.ErrorIs(t, err, version.ErrAmbiguous)
	require.ErrorIs(t, err, fs.ErrInvalid)
	faults := version.Faults(err)
	require.Len(t, faults, 2)
	assert.Equal(t, "/releases/2/version", faults[0].Pointer)
	require.ErrorContains(t, faults[0], `"1.0.0": also /releases/0`)

	sel := choose(t, offer("1.0.0+a 1.0.0 1.0.0+b"), "", nil)
	assert.Equal(t, "1.0.0+b", sel.Target, "builds are different versions, ordered bytewise")
}

func TestP6_AllFaultsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := version.Select(offer("1.0.0 v9.0.0 0.3.O"), "latest", &version.Rules{
		Constraint: "!=1.0.0", Host: "go1.26",
		Skips: []version.Hold{hold("1.0.0"), {Versions: "", Scope: "a/b/c"}},
		Pins:  []version.Hold{{Scope: "*", Versions: "v1.2", Expires: time.Unix(1, 0)}},
		Now:   time.Unix(2, 0),
	})
	faults := version.Faults(err)
	pointers := make([]string, len(faults))
	for i, f := range faults {
		pointers[i] = f.Pointer
		require.ErrorIs(t, f, fs.ErrInvalid, f.Pointer)
		require.ErrorContains(t, err, f.Error())
	}
	assert.Equal(t, []string{
		"/releases/1/version", "/releases/2/version", "/installed",
		"/constraint", "/host", "/skips/1/scope", "/skips/1/versions", "/pins/0/versions",
	}, pointers)
	assert.Nil(t, version.Faults(nil))
	assert.Nil(t, version.Faults(fs.ErrInvalid))
}

func TestP6_AnUnparseableVersionIsNeverTheNewest(t *testing.T) {
	t.Parallel()
	_, err := version.Compile(offer("1.0.0 99.0.O"))
	require.ErrorIs(t, err, version.ErrInvalidVersion)
	require.ErrorContains(t, err, `"99.0.O"`)
	assert.Equal(t, -1, version.CompareVersions("99.0.O", "0.0.0-0"))
}

func TestP6_NumbersAreComparedAsNumbers(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "0.10.0", choose(t, offer("0.9.0 0.10.0 0.2.0"), "", nil).Target)
	assert.Equal(t, "1.0.0-rc.10",
		choose(t, offer("1.0.0-rc.9 1.0.0-rc.10"), "", &version.Rules{Preview: true}).Target)
}

func TestP6_AnExactConstraintMeansTheIdenticalVersion(t *testing.T) {
	t.Parallel()
	sel := choose(t, offer("1.0.0+b 1.0.0+a 1.1.0"), "", &version.Rules{Constraint: "1.0.0"})
	assert.Empty(t, sel.Target)
	assert.Equal(t, version.CodeConstraint, sel.Code)
	assert.Contains(t, sel.Why, "1.0.0 is not offered; other builds")
	assert.Contains(t, sel.Why, "1.0.0+b, 1.0.0+a")

	assert.Equal(t, "1.0.0+a", choose(t, offer("1.0.0 1.0.0+a 1.0.0+b"), "", &version.Rules{Constraint: "=1.0.0+a"}).Target)
	assert.Equal(t, "1.0.0", choose(t, offer("1.0.0 1.0.0+a"), "", &version.Rules{Constraint: "1.0.0"}).Target)
	sel = choose(t, offer("1.0.0"), "", &version.Rules{Constraint: "2.0.0"})
	assert.Equal(t, "2.0.0 is not offered", sel.Why)

	var many []string
	for i := range 12 {
		many = append(many, "1.0.0+b"+string(rune('a'+i)))
	}
	sel = choose(t, offer(strings.Join(many, " ")), "", &version.Rules{Constraint: "1.0.0"})
	assert.Contains(t, sel.Why, "and 4 more", "the list is bounded")
}

func TestP6_AConstraintThatNothingMeetsSaysSo(t *testing.T) {
	t.Parallel()
	sel := choose(t, offer("1.0.0 1.1.0"), "1.0.0", &version.Rules{Constraint: "^9"})
	assert.Equal(t, version.CodeConstraint, sel.Code)
	assert.Equal(t, `none of the 2 offered versions is within the constraint "^9"`, sel.Why)
	assert.False(t, sel.Stranded, "the request, not the catalog, leaves nothing")
}

func TestP6_DeprecatedIsNeverChosenUnlessNamed(t *testing.T) {
	t.Parallel()
	releases := []connector.Release{{Version: "1.0.0"}, {Version: "2.0.0", Deprecated: "use 1"}}
	assert.Equal(t, "1.0.0", choose(t, releases, "", nil).Target)
	assert.Empty(t, choose(t, releases, "", &version.Rules{Constraint: "2"}).Target)
	assert.Equal(t, "2.0.0", choose(t, releases, "", &version.Rules{Constraint: "2.0.0"}).Target)
}

func TestP6_AskedByNameARefusalSaysWhy(t *testing.T) {
	t.Parallel()
	releases := []connector.Release{
		{Version: "1.0.0"}, {Version: "2.0.0", Yanked: "leaks"}, {Version: "3.0.0", Requires: "^7"},
		{Version: "4.0.0"}, {Version: "5.0.0", Requires: "soon"},
	}
	policy := func(r version.Candidate) *version.Denial {
		if r.Version == "4.0.0" {
			return &version.Denial{By: "finance", Reason: "not reviewed"}
		}
		return nil
	}
	for v, want := range map[string]struct {
		code version.Code
		why  string
	}{
		"2.0.0": {version.CodeYanked, "2.0.0 is refused: yanked by its publisher: leaks"},
		"3.0.0": {version.CodeHost, "the host's version is not known"},
		"4.0.0": {version.CodePolicy, "4.0.0 is refused: denied by policy finance: not reviewed"},
		"5.0.0": {version.CodeHost, "cannot be read"},
	} {
		sel := choose(t, releases, "1.0.0", &version.Rules{Constraint: v, Policy: policy})
		assert.Empty(t, sel.Target)
		assert.Equal(t, want.code, sel.Code, v)
		assert.Contains(t, sel.Why, want.why)
		assert.False(t, sel.Stranded, "1.0.0 could still be chosen")
	}
}

func TestP6_PolicyIsPartOfChoosing(t *testing.T) {
	t.Parallel()
	sel := choose(t, offer("1.0.0 2.0.0 3.0.0"), "", &version.Rules{
		Policy: func(r version.Candidate) *version.Denial {
			if r.Version != "1.0.0" {
				return &version.Denial{}
			}
			return nil
		},
	})
	assert.Equal(t, "1.0.0", sel.Target, "a denied newer release does not hide it")
	assert.Equal(t, "denied by policy", verdict(t, sel, "3.0.0").Reason)
}

func TestP6_HostFailsClosed(t *testing.T) {
	t.Parallel()
	releases := []connector.Release{
		{Version: "1.0.0"}, {Version: "2.0.0", Requires: ">=1.5"}, {Version: "3.0.0", Requires: "what ever"},
	}
	for host, want := range map[string]string{"": "1.0.0", "1.4.9": "1.0.0", "1.5.0": "2.0.0", "2.0.0-dev+sha": "2.0.0"} {
		assert.Equal(t, want, choose(t, releases, "", &version.Rules{Host: host}).Target, "host %q", host)
	}
}

func TestP6_UpgradeIsNeverADowngrade(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ offered, installed, constraint, target, upgrade string }{
		{"1.0.0 1.1.0", "", "", "1.1.0", ""},
		{"1.0.0 1.1.0", "1.0.0", "", "1.1.0", "1.1.0"},
		{"1.0.0 1.1.0", "1.1.0", "", "1.1.0", ""},
		{"1.0.0 1.1.0", "2.0.0", "", "1.1.0", ""}, // installed is no longer offered
		{"1.0.0 1.1.0", "1.1.0", "<1.1.0", "1.0.0", ""},
		{"1.0.0 1.0.0+b", "1.0.0", "", "1.0.0+b", "1.0.0+b"},
		{"1.0.0 1.0.0+b", "1.0.0+c", "", "1.0.0+b", ""},
		{"1.0.0", "1.0.0-rc.1", "", "1.0.0", "1.0.0"},
		{"1.0.0", "1.1.0-rc.1", "", "1.0.0", ""},
	} {
		sel := choose(t, offer(c.offered), c.installed, &version.Rules{Constraint: c.constraint})
		assert.Equal(t, c.target, sel.Target, "%+v", c)
		assert.Equal(t, c.upgrade, sel.Upgrade, "%+v", c)
	}
}

func TestP6_NoRulesAtAll(t *testing.T) {
	t.Parallel()
	set, err := version.Compile(offer("1.0.0 2.0.0 3.0.0-a"))
	require.NoError(t, err)
	for _, c := range []*version.Compiled{nil, {}} {
		v, ok := set.Newest(c)
		assert.True(t, ok)
		assert.Equal(t, "2.0.0", v)
		assert.Equal(t, "2.0.0", set.Select("", c).Target)
	}
	sel := set.Select("latest", nil)
	assert.Equal(t, "2.0.0", sel.Target)
	assert.Empty(t, sel.Upgrade, "what is no version cannot be upgraded from")
	assert.Contains(t, sel.Why, `"latest"`)

	var none *version.Set
	assert.Zero(t, none.Len())
	assert.Empty(t, none.Versions())
	_, ok := none.Newest(nil)
	assert.False(t, ok)
	_, ok = none.Find("1.0.0")
	assert.False(t, ok)
	sel = none.Select("1.0.0", nil)
	assert.Equal(t, version.CodeNone, sel.Code)
	assert.True(t, sel.Stranded)
	assert.Contains(t, sel.Why, "no release is offered")
}

func TestSetKeepsOrderAndIdentity(t *testing.T) {
	t.Parallel()
	releases := offer("1.0.0 2.0.0-rc.1 1.0.0+b 0.10.0 0.9.0")
	set, err := version.Compile(releases)
	require.NoError(t, err)
	assert.Equal(t, 5, set.Len())
	assert.Equal(t, []string{"2.0.0-rc.1", "1.0.0+b", "1.0.0", "0.10.0", "0.9.0"}, set.Versions())
	set.Versions()[0] = "changed"
	r, ok := set.Find("1.0.0+b")
	assert.True(t, ok)
	assert.Equal(t, version.Candidate{Version: "1.0.0+b", Stage: connector.GA}, r)
	for _, v := range []string{"1.0.0+c", "3.0.0", "0.0.1", "latest", ""} {
		_, ok = set.Find(v)
		assert.False(t, ok, v)
	}
}
