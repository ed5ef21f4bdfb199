package version_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/Masterminds/semver/v3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// history makes n releases as they come about: mostly small steps, some
// release candidates, in random order.
func history(n int) []connector.Release {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	out := make([]connector.Release, 0, n)
	major, minor, patch := 0, 1, 0
	for len(out) < n {
		switch k := r.IntN(20); {
		case k == 0:
			major, minor, patch = major+1, 0, 0
		case k < 6:
			minor, patch = minor+1, 0
		default:
			patch++
		}
		v := fmt.Sprintf("%d.%d.%d", major, minor, patch)
		if r.IntN(8) == 0 {
			v += "-rc.1"
		}
		out = append(out, connector.Release{Version: v})
	}
	r.Shuffle(n, func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// typicalRules are a constraint and skips of every twentieth release, the
// newest within the constraint among them.
func typicalRules(tb testing.TB, releases []connector.Release) *version.Rules {
	tb.Helper()
	set, err := version.Compile(releases)
	require.NoError(tb, err)
	all := set.Versions()
	below := all[len(all)/5]
	rules := &version.Rules{Constraint: ">=0.2.0 <" + below}
	for i := len(all)/5 + 1; i < len(all); i += 20 {
		rules.Skips = append(rules.Skips, hold(all[i]))
	}
	return rules
}

func TestNewestAllocatesNothing(t *testing.T) {
	releases := history(100)
	releases[3].Requires = "^1"
	set, err := version.Compile(releases)
	require.NoError(t, err)
	for name, rules := range map[string]*version.Rules{
		"none":        nil,
		"typical":     typicalRules(t, releases),
		"preview":     {Preview: true, Host: "1.0.0"},
		"exact":       {Constraint: releases[7].Version},
		"nothing":     {Constraint: ">900"},
		"all skipped": {Skips: []version.Hold{hold("*")}},
		"pinned":      {Pins: []version.Hold{hold("0.x")}},
		"denied":      {Policy: func(version.Candidate) *version.Denial { return nil }},
	} {
		compiled, err := rules.Compile()
		require.NoError(t, err)
		assert.Zero(t, testing.AllocsPerRun(100, func() { set.Newest(compiled) }), name)
	}
	assert.Zero(t, testing.AllocsPerRun(100, func() { set.Newest(nil) }), "nil")
}

func TestSetAndCompiledServeManyGoroutines(t *testing.T) {
	t.Parallel()
	releases := history(50)
	set, err := version.Compile(releases)
	require.NoError(t, err)
	compiled, err := typicalRules(t, releases).Compile()
	require.NoError(t, err)
	want := set.Select("0.1.1", compiled)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			assert.Equal(t, want, set.Select("0.1.1", compiled))
			newest, _ := set.Newest(compiled)
			assert.Equal(t, want.Target, newest)
			assert.Len(t, set.Versions(), len(releases))
		})
	}
	wg.Wait()
}

var (
	sinkVersion string
	sinkPeer    *semver.Version
)

// BenchmarkNewest: a constraint and skips over 20 to 10,000 versions. The peer
// is used as programs use it: parse, check, compare, on every question.
func BenchmarkNewest(b *testing.B) {
	for _, n := range []int{20, 100, 10_000} {
		releases := history(n)
		rules := typicalRules(b, releases)
		b.Run(fmt.Sprintf("Newest/%d", n), func(b *testing.B) {
			set, err := version.Compile(releases)
			require.NoError(b, err)
			compiled, err := rules.Compile()
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				sinkVersion, _ = set.Newest(compiled)
			}
		})
		skipped := map[string]bool{}
		for _, s := range rules.Skips {
			skipped[s.Versions] = true
		}
		constraint, err := semver.NewConstraint(rules.Constraint)
		require.NoError(b, err)
		parsed := make([]*semver.Version, n)
		for i := range releases {
			parsed[i] = semver.MustParse(releases[i].Version)
		}
		better := func(best, v *semver.Version) bool {
			return v.Prerelease() == "" && constraint.Check(v) && (best == nil || v.GreaterThan(best))
		}
		b.Run(fmt.Sprintf("Masterminds.parse+check/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var best *semver.Version
				for i := range releases {
					if skipped[releases[i].Version] {
						continue
					}
					if v, err := semver.StrictNewVersion(releases[i].Version); err == nil && better(best, v) {
						best = v
					}
				}
				sinkPeer = best
			}
			assert.Equal(b, sinkVersion, sinkPeer.String())
		})
		b.Run(fmt.Sprintf("Masterminds.check/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var best *semver.Version
				for i, v := range parsed {
					if !skipped[releases[i].Version] && better(best, v) {
						best = v
					}
				}
				sinkPeer = best
			}
			assert.Equal(b, sinkVersion, sinkPeer.String())
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{20, 100} {
		releases := history(n)
		b.Run(fmt.Sprintf("Set/%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := version.Compile(releases); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	rules := typicalRules(b, history(100))
	b.Run("Rules", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := rules.Compile(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkSelect(b *testing.B) {
	releases := history(20)
	set, err := version.Compile(releases)
	require.NoError(b, err)
	compiled, err := typicalRules(b, releases).Compile()
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		sinkVersion = set.Select("0.1.1", compiled).Target
	}
}
