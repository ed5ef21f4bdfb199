package version_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSetKeepsWhatChoosingNeeds(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 678, time.FixedZone("", 3600))
	releases := []connector.Release{
		{Version: "1.2.3"},
		{Version: "1.2.3-rc.1+b.1", Published: at},
		{Version: "1.2.3+b", Published: at.Truncate(time.Second), Stage: connector.Preview},
		{Version: fmt.Sprintf("%d.0.0-%s", uint64(math.MaxUint64), strings.Repeat("x", 200)), Yanked: "leaks", Deprecated: "old", Requires: "^1"},
		{Version: fmt.Sprintf("1.%d.%d", math.MaxUint32, uint64(math.MaxUint32)+1)},
		{Version: fmt.Sprintf("1.%d.%d", math.MaxUint32, uint64(math.MaxUint32)+2)},
		{Version: fmt.Sprintf("1.%d.0", math.MaxUint32-1)},
	}
	set, err := version.Compile(releases[:4])
	require.NoError(t, err)
	var rest []version.Candidate
	for i := range releases[4:] {
		rest = append(rest, version.CandidateOf(&releases[4+i]))
	}
	more, err := set.With(rest)
	require.NoError(t, err)
	assert.Equal(t, 4, set.Len())
	for i := range releases {
		r := &releases[i]
		got, ok := more.Find(r.Version)
		require.True(t, ok, r.Version)
		assert.True(t, got.Published.Equal(r.Published), "%s", got.Published)
		assert.Equal(t, r.Published.IsZero(), got.Published.IsZero())
		got.Published = time.Time{}
		assert.Equal(t, version.Candidate{
			Version: r.Version, Stage: r.EffectiveStage(), Yanked: r.Yanked, Deprecated: r.Deprecated, Requires: r.Requires,
		}, got)
	}
	want := []string{releases[3].Version, releases[5].Version, releases[4].Version, releases[6].Version, "1.2.3+b", "1.2.3", "1.2.3-rc.1+b.1"}
	assert.Equal(t, want, more.Versions())
	assert.Equal(t, want[0], more.First())
	_, err = more.With(rest[2:])
	require.ErrorIs(t, err, version.ErrAmbiguous)
	require.ErrorContains(t, err, "known already")
}

// A run of releases that are not eligible is passed over at once, whatever its length.
func TestNewestPassesOverLongRuns(t *testing.T) {
	t.Parallel()
	releases := []connector.Release{{Version: "0.0.1"}}
	for i := range 3*math.MaxUint16 + 7 {
		releases = append(releases, connector.Release{Version: fmt.Sprintf("1.0.%d", i), Yanked: "yes"})
	}
	set, err := version.Compile(releases)
	require.NoError(t, err)
	got, ok := set.Newest(nil)
	assert.True(t, ok)
	assert.Equal(t, "0.0.1", got)
	set, err = version.Compile(releases[1:])
	require.NoError(t, err)
	_, ok = set.Newest(nil)
	assert.False(t, ok)
}
