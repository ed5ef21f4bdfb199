package version_test

import (
	"testing"

	"github.com/Masterminds/semver/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector/version"
)

// What Masterminds/semver v3.5.0 does, and what ParseRange does. A row that
// fails in the first two columns means that the dependency changed its
// behaviour: read its release notes, then decide whether ours should follow.
func TestMastermindsGoldenTable(t *testing.T) {
	t.Parallel()
	const (
		yes, no = "yes", "no"
		bad     = "error"
	)
	for _, row := range []struct {
		constraint, version            string
		plain, withPrereleases, parsed string
	}{
		// A "!=" hides every pre-release and other builds. Ours is a skip.
		{"!=1.2.3", "1.2.3", no, no, bad},
		{"!=1.2.3", "1.2.4", yes, yes, bad},
		{"!=1.2.3", "2.0.0-rc.1", no, yes, bad},
		{"!=1.0.0+bad", "1.0.0+good", no, no, bad},
		{"!=1.0.0+bad", "1.0.0", no, no, bad},
		// Exact versions widen to other builds. Ours do not.
		{"1.0.0", "1.0.0", yes, yes, yes},
		{"1.0.0", "1.0.0+build", yes, yes, no},
		{"1.0.0+build", "1.0.0", yes, yes, no},
		{"=1.0.0+a", "1.0.0+b", yes, yes, no},
		{">=1.0.0", "1.0.0+build", yes, yes, yes},
		{"<=1.0.0", "1.0.0+build", yes, yes, yes},
		{">1.0.0", "1.0.0+build", no, no, no},
		{"<1.0.0", "1.0.0+build", no, no, no},
		// Pre-releases within comparators: plain precedence.
		{">=1.0.0-0 <2.0.0", "2.0.0-alpha", yes, yes, yes}, // 3.3.1 said no
		{">=1.0.0-0 <2.0.0", "1.5.0-alpha", yes, yes, yes},
		{"<2.0.0", "2.0.0-rc.1", no, yes, yes},
		{">1", "2.0.0-rc.1", no, yes, yes},
		{">1.2", "1.3.0-rc.1", no, yes, yes},
		{"<1", "1.0.0-rc.1", no, yes, yes},
		{"<=1", "2.0.0-rc.1", no, no, no},
		{"1.2 - 2", "3.0.0-rc.1", no, no, no},
		{"1.x", "1.0.0-rc.1", no, no, no},
		{"1.2", "1.3.0-rc.1", no, no, no},
		{"~1.2.3", "1.3.0-rc.1", no, no, no},
		{"~1", "2.0.0-rc.1", no, no, no},
		{"^1.2.3", "2.0.0-rc.1", no, no, no},
		{"^0", "1.0.0-rc.1", no, no, no},
		{"^1.2.3-beta.2", "1.2.3-beta.10", yes, yes, yes},
		{"^1.2.3-beta.2", "1.2.3-alpha", no, no, no},
		{"^1.2.3-beta.2", "1.9.0-rc.1", yes, yes, yes},
		// The other forms.
		{"~1.2.3", "1.2.9", yes, yes, yes},
		{"~1", "1.9.0", yes, yes, yes},
		{"^1.2.3", "1.9.0", yes, yes, yes},
		{"^0.2.3", "0.2.9", yes, yes, yes},
		{"^0.2.3", "0.3.0", no, no, no},
		{"^0.0.3", "0.0.3", yes, yes, yes},
		{"^0.0.3", "0.0.4", no, no, no},
		{"^0.0", "0.0.9", yes, yes, yes},
		{"^0", "0.9.0", yes, yes, yes},
		{"1.x", "1.9.9", yes, yes, yes},
		{"1.2", "1.2.9", yes, yes, yes},
		{">1", "1.9.0", no, no, no},
		{">1", "2.0.0", yes, yes, yes},
		{">1.2", "1.2.9", no, no, no},
		{"<=1", "1.9.0", yes, yes, yes},
		{"<=1.2", "1.2.9", yes, yes, yes},
		{">=1.2", "1.2.0", yes, yes, yes},
		{">= 1.2.3", "1.2.3", yes, yes, yes},
		{"1.2.3 - 2.3.4", "2.3.4", yes, yes, yes},
		{"1.2.3 - 2.3.4", "2.3.5", no, no, no},
		{"1.2 - 2", "2.9.9", yes, yes, yes},
		{"1.0.0 || >=3.0.0", "3.1.0", yes, yes, yes},
		{"1.0.0 || >=3.0.0", "2.0.0", no, no, no},
		{">=1.0.0, <2.0.0", "1.5.0", yes, yes, yes},
		{"^18446744073709551615.0.0", "18446744073709551615.1.0", yes, yes, yes},
		// Wildcards alone, and zeros.
		{"*", "3.2.1", yes, yes, yes},
		{"*", "1.0.0-rc.1", no, yes, yes},
		{"*", "0.0.0-rc.1", no, no, yes},
		{"^*", "1.0.0", no, no, bad}, // documented as any
		{"<=*", "1.0.0", no, no, bad},
		{">*", "0.0.1", yes, yes, bad},
		{"~*", "0.5.0", yes, yes, bad},
		{"~0.0.0", "0.0.9", yes, yes, yes},
		{"~0.0.0", "5.0.0", yes, yes, no},
		// Sloppy spellings that it accepts.
		{"v1.2.3", "1.2.3", yes, yes, bad},
		{">=v1.2.3", "1.2.3", yes, yes, bad},
		{"01.2.3", "1.2.3", yes, yes, bad},
		{">=01.2", "1.2.3", yes, yes, bad},
		{"=>1.2.3", "1.2.3", yes, yes, bad},
		{"=<1.2.3", "1.2.3", yes, yes, bad},
		{"~>1.2.3", "1.2.9", yes, yes, bad},
		{"1.x.3", "1.4.0", yes, yes, bad},
		{"x.1", "5.0.0", yes, yes, bad},
		{"1.2-beta", "1.2.0", yes, yes, bad},
		{">=1.0.0+b", "1.0.0", yes, yes, bad},
		{">2.0.0 <1.0.0", "1.5.0", no, no, bad},
		{"<0.0.0-0", "0.0.0-0", no, no, bad},
		{"1.2.3 2.0.0", "2.0.0", no, no, bad},
		// Identifiers above 2^64-1 are words to it.
		{">1.0.0-99999999999999999999", "1.0.0-100000000000000000000", no, no, yes},
		{">1.0.0-18446744073709551616", "1.0.0--", no, no, yes},
		// What neither accepts.
		{"", "1.0.0", bad, bad, bad},
		{"1.2.3,,2.0.0", "1.2.3", bad, bad, bad},
		{"1.0.0 ||", "1.0.0", bad, bad, bad},
		{"> = 1.2.3", "1.2.3", bad, bad, bad},
		{"latest", "1.0.0", bad, bad, bad},
		{"1.2.3.4", "1.2.3", bad, bad, bad},
		{"18446744073709551616.0.0", "1.0.0", bad, bad, bad},
		{">=1.2.3 - 2.0.0", "1.5.0", bad, bad, bad},
	} {
		peer := func(prereleases bool) string {
			c, err := semver.NewConstraint(row.constraint)
			if err != nil {
				return bad
			}
			c.IncludePrerelease = prereleases
			return map[bool]string{true: yes, false: no}[c.Check(semver.MustParse(row.version))]
		}
		own := func() string {
			r, err := version.ParseRange(row.constraint)
			if err != nil {
				return bad
			}
			return map[bool]string{true: yes, false: no}[r.Contains(mustParse(t, row.version))]
		}
		name := row.constraint + " | " + row.version
		assert.Equal(t, row.plain, peer(false), "Masterminds: %s", name)
		assert.Equal(t, row.withPrereleases, peer(true), "Masterminds with pre-releases: %s", name)
		assert.Equal(t, row.parsed, own(), "ParseRange: %s", name)
	}
}

func mustParse(tb testing.TB, s string) version.Version {
	tb.Helper()
	v, err := version.ParseVersion(s)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// The loose parser accepts what is no version, and its Equal ignores builds;
// the strict one is the one that ParseVersion uses.
func TestMastermindsLooseParsing(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"1.2", "v1", "01.2.3"} {
		_, err := semver.NewVersion(s)
		require.NoError(t, err, "Masterminds: %s", s)
		_, err = semver.StrictNewVersion(s)
		require.Error(t, err, "Masterminds, strict: %s", s)
		_, err = version.ParseVersion(s)
		require.ErrorIs(t, err, version.ErrInvalidVersion)
	}
	assert.True(t, semver.MustParse("1.0.0+a").Equal(semver.MustParse("1.0.0+b")))
	assert.NotZero(t, version.CompareVersions("1.0.0+a", "1.0.0+b"))
}
