package version_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

func TestP7_SkippedVersionIsRefusedByName(t *testing.T) {
	t.Parallel()
	skip := version.Hold{
		ID: "s1", Scope: "slack", Versions: "3.0.0", Reason: "breaks approvals", By: "alice",
		Expires: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	sel := choose(t, offer("2.9.0 3.0.0"), "2.9.0", &version.Rules{Constraint: "3.0.0", Skips: []version.Hold{skip}})
	assert.Empty(t, sel.Target)
	assert.Empty(t, sel.Upgrade)
	assert.Equal(t, version.CodeSkipped, sel.Code)
	assert.Equal(t, "3.0.0 is refused: skipped by alice until 2030-01-02T03:04:05Z: breaks approvals", sel.Why)
	assert.False(t, sel.Stranded)
	assert.Equal(t, &skip, verdict(t, sel, "3.0.0").Hold)
}

func TestP7_ExactSkipHidesTheIdenticalStringOnly(t *testing.T) {
	t.Parallel()
	offered := offer("1.0.0 1.0.0+good 1.0.0+bad 1.1.0-rc.1")
	sel := choose(t, offered, "", &version.Rules{Skips: []version.Hold{hold("1.0.0+bad")}})
	assert.Equal(t, "1.0.0+good", sel.Target, "other builds stay")
	assert.Equal(t, "1.1.0-rc.1", choose(t, offered, "",
		&version.Rules{Preview: true, Skips: []version.Hold{hold("1.0.0")}}).Target, "pre-releases stay")
	assert.Equal(t, "1.0.0+good", choose(t, offered, "",
		&version.Rules{Skips: []version.Hold{hold("1.0.0"), hold("1.0.0+bad")}}).Target)
}

func TestP7_RangeSkipFollowsPlainPrecedence(t *testing.T) {
	t.Parallel()
	sel := choose(t, offer("1.9.0 2.0.0-rc.1 2.0.0"), "",
		&version.Rules{Preview: true, Skips: []version.Hold{hold("<2.0.0")}})
	assert.Equal(t, version.CodeSkipped, verdict(t, sel, "2.0.0-rc.1").Code)
	assert.Equal(t, "2.0.0", sel.Target)
}

func TestP7_ExpiredSkipDoesNotCount(t *testing.T) {
	t.Parallel()
	deadline := time.Date(2026, 3, 31, 12, 0, 0, 0, time.FixedZone("", 3600))
	skip := hold("2.0.0")
	skip.Expires = deadline
	for now, want := range map[time.Time]string{
		{}:                                "1.0.0", // zero: nothing has expired
		deadline.Add(-time.Nanosecond):    "1.0.0",
		deadline:                          "2.0.0",
		deadline.UTC():                    "2.0.0",
		deadline.Add(24 * time.Hour):      "2.0.0",
		deadline.Add(-24 * 7 * time.Hour): "1.0.0",
	} {
		rules := &version.Rules{Skips: []version.Hold{skip}, Now: now}
		assert.Equal(t, want, choose(t, offer("1.0.0 2.0.0"), "", rules).Target, "at %v", now)
	}
}

func TestP7_SkipNeverInvalidatesWhatIsInstalled(t *testing.T) {
	t.Parallel()
	sel := choose(t, offer("1.0.0 1.1.0"), "1.1.0", &version.Rules{Skips: []version.Hold{hold("1.1.0")}})
	assert.Equal(t, "1.1.0", sel.Installed)
	assert.Equal(t, version.CodeSkipped, verdict(t, sel, "1.1.0").Code)
	assert.Equal(t, "1.0.0", sel.Target)
	assert.Empty(t, sel.Upgrade, "no downgrade")
	assert.False(t, sel.Stranded)
}

func TestP7_StrandedSaysSo(t *testing.T) {
	t.Parallel()
	releases := append(offer("1.0.0 1.1.0 1.3.0-rc.1"), connector.Release{Version: "1.2.0", Yanked: "leaks"})
	rules := &version.Rules{Skips: []version.Hold{hold("<1.2.0")}}
	sel := choose(t, releases, "1.0.0", rules)
	assert.True(t, sel.Stranded)
	assert.Equal(t, "1.0.0", sel.Installed)
	assert.Equal(t, version.CodeNone, sel.Code)
	assert.Equal(t, "1.0.0 is installed and no version could replace it: "+
		"no version is eligible (1 preview, 1 yanked, 2 skipped); the newest, 1.3.0-rc.1: "+
		"a Preview release, chosen only with the opt-in or by its exact version", sel.Why)

	assert.False(t, choose(t, releases, "", rules).Stranded, "nothing is installed")
	rules.Preview = true
	assert.False(t, choose(t, releases, "1.0.0", rules).Stranded)

	sel = choose(t, offer("1.0.0 1.1.0"), "1.0.0",
		&version.Rules{Constraint: "1.1.0", Skips: []version.Hold{hold("*")}})
	assert.True(t, sel.Stranded, "whatever is asked for")
	assert.Equal(t, version.CodeSkipped, sel.Code)
	assert.Contains(t, sel.Why, "1.1.0 is refused: skipped by alice: breaks approvals")
}

func TestP7_TheNarrowestOfSeveralSkipsIsNamed(t *testing.T) {
	t.Parallel()
	wide, narrow := hold("*"), hold("1.0.0")
	narrow.Scope, narrow.Reason = "slack", "narrow"
	for _, skips := range [][]version.Hold{{wide, narrow}, {narrow, wide}} {
		sel := choose(t, offer("1.0.0"), "", &version.Rules{Skips: skips})
		assert.Equal(t, "skipped by alice: narrow", sel.Verdicts[0].Reason)
	}
}

func TestP8_PinHoldsToARange(t *testing.T) {
	t.Parallel()
	sel := choose(t, offer("1.0.0 1.1.0 2.0.0"), "1.0.0", &version.Rules{Pins: []version.Hold{hold("^1")}})
	assert.Equal(t, "1.1.0", sel.Upgrade)
	got := verdict(t, sel, "2.0.0")
	assert.Equal(t, version.CodePinned, got.Code)
	assert.Equal(t, "^1", got.Hold.Versions)

	sel = choose(t, offer("1.0.0 2.0.0"), "1.0.0",
		&version.Rules{Constraint: "2.0.0", Pins: []version.Hold{hold("1.0.0")}})
	assert.Equal(t, version.CodePinned, sel.Code)
	assert.Equal(t, `2.0.0 is refused: outside the pin to "1.0.0" by alice: breaks approvals`, sel.Why)

	sel = choose(t, offer("1.0.0 2.0.0-rc.1"), "", &version.Rules{Pins: []version.Hold{hold("2.0.0-rc.1")}})
	assert.Empty(t, sel.Target, "a pin is no opt-in to Preview")

	sel = choose(t, offer("1.0.0 2.0.0"), "1.0.0", &version.Rules{Pins: []version.Hold{hold("^9")}})
	assert.True(t, sel.Stranded)
	assert.Equal(t, version.CodePinned, sel.Code)
}

func TestP8_NarrowerScopeWins(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	pin := func(id string, scope version.Scope, versions string, at, expires time.Time) version.Hold {
		return version.Hold{ID: id, Scope: scope, Versions: versions, At: at, Expires: expires}
	}
	ascending := []version.Hold{ // each beats those before it
		pin("a", version.Everything, "1.0.0", day(9), time.Time{}),
		pin("b", "acme/*", "2.0.0", day(8), time.Time{}),
		pin("z", "acme/crm", "3.0.0", day(2), time.Time{}),
		pin("c", "acme/crm", "4.0.0", day(2), time.Time{}),
		pin("d", "acme/crm", "5.0.0", day(3), time.Time{}),
	}
	expired := pin("e", "acme/crm", "6.0.0", day(9), day(10))
	for i, winner := range ascending {
		pins := append([]version.Hold{expired}, ascending[:i+1]...)
		for range pins {
			pins = append(pins[1:], pins[0])
			sel := choose(t, offer("1.0.0 2.0.0 3.0.0 4.0.0 5.0.0 6.0.0"), "", &version.Rules{Pins: pins, Now: day(10)})
			assert.Equal(t, winner.Versions, sel.Target, "pin %s of %d", winner.ID, len(pins))
		}
	}
}

func TestHoldValidate(t *testing.T) {
	t.Parallel()
	for _, versions := range []string{"1.0.0", "1.0.0+b", "^1", "1.2", "*"} {
		h := hold(versions)
		require.NoError(t, h.Validate(), versions)
	}
	for _, versions := range []string{"", " ", "v1.2", "v1.2.0", "01.0.0", "!=1.0.0", "1.0.O"} {
		h := hold(versions)
		require.ErrorIs(t, h.Validate(), version.ErrInvalidRange, "%q", versions)
		assert.False(t, h.Matches("1.0.0"))
	}
	both := version.Faults((&version.Hold{}).Validate())
	require.Len(t, both, 2)
	assert.Equal(t, "/scope", both[0].Pointer)
	assert.Equal(t, "/versions", both[1].Pointer)

	h := hold("^1")
	assert.True(t, h.Matches("1.2.0"))
	assert.False(t, h.Matches("2.0.0"))
	assert.False(t, h.Matches("1.2"))
}

func TestHoldJSON(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	h := version.Hold{ID: "s1", Scope: "acme/*", Versions: "<2", Reason: "r", By: "alice", At: at}
	data, err := json.Marshal(h)
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"s1","scope":"acme/*","versions":"<2","reason":"r","by":"alice","at":"2026-01-02T03:04:05Z"}`, string(data))
	var back version.Hold
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, h, back)
}

func TestScope(t *testing.T) {
	t.Parallel()
	for scope, want := range map[version.Scope]struct {
		narrowness  int
		covers, not string
	}{
		"*":        {0, "slack acme/crm a", ""},
		"acme/*":   {1, "acme/crm acme/x.y", "acme slack acmeco/crm other/crm"},
		"acme/crm": {2, "acme/crm", "acme/crm2 crm acme"},
		"slack":    {2, "slack", "slack/x acme/slack slack2"},
	} {
		require.NoError(t, scope.Validate())
		assert.Equal(t, want.narrowness, scope.Narrowness())
		for key := range strings.FieldsSeq(want.covers) {
			assert.True(t, scope.Covers(connector.Key(key)), "%s covers %s", scope, key)
		}
		for key := range strings.FieldsSeq(want.not) {
			assert.False(t, scope.Covers(connector.Key(key)), "%s does not cover %s", scope, key)
		}
		assert.False(t, scope.Covers(""))
	}
	for _, scope := range []version.Scope{
		"", "**", "/*", "*/*", "a/b/*", "acme/", "/crm", "Slack", "acme/../*", "../*", "./*", "acme/crm*", "a*", "con/*", "nul", " *", "acme /*",
		version.Scope(strings.Repeat("a", connector.MaxKeyBytes) + "/*"),
	} {
		require.ErrorIs(t, scope.Validate(), version.ErrInvalidScope, "%q", scope)
	}
	assert.False(t, version.Scope("").Covers("slack"), "a forgotten scope covers nothing")
}
