package version_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/internal/realdata"
)

// operator is one release in a graph of real upgrades.
type operator struct {
	Catalog, Package, Name, Version string
	Skips                           []string
	SkipRange                       *string
}

func readOperators(t *testing.T) map[string][]operator {
	t.Helper()
	f, err := os.Open(filepath.Join(realdata.Dir(t, "olm"), "upgrade-graph-a.jsonl"))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	packages := map[string][]operator{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var o operator
		require.NoError(t, json.Unmarshal(lines.Bytes(), &o))
		id := o.Catalog + "/" + o.Package
		if !slices.ContainsFunc(packages[id], func(x operator) bool { return x.Version == o.Version }) {
			packages[id] = append(packages[id], o)
		}
	}
	require.NoError(t, lines.Err())
	return packages
}

// Every package's own skips and skipRanges are put on it as holds, one release
// at a time, as if its publisher's word were an admin's.
func TestP7_RealUpgradeGraphs(t *testing.T) {
	t.Parallel()
	packages := readOperators(t)
	require.NotEmpty(t, packages)
	releases, holds, unresolved, stranded, strandedGA, hidden := 0, 0, 0, 0, 0, 0
	for id, operators := range packages {
		var offered []connector.Release
		byName := map[string]string{}
		for _, o := range operators {
			offered = append(offered, connector.Release{Version: o.Version})
			byName[o.Name] = o.Version
		}
		releases += len(offered)
		rules := version.Rules{Preview: true}
		var covers []func(string) bool
		for _, o := range operators {
			for _, name := range o.Skips {
				v, ok := byName[name]
				if !ok {
					unresolved++ // skips a release that was never published here
					continue
				}
				rules.Skips = append(rules.Skips, hold(v))
				covers = append(covers, func(x string) bool { return x == v })
			}
			if o.SkipRange != nil {
				rules.Skips = append(rules.Skips, hold(*o.SkipRange))
				covers = append(covers, naiveSkipRange(t, *o.SkipRange))
			}
		}
		holds += len(rules.Skips)

		want := ""
		for _, r := range offered {
			skipped := slices.ContainsFunc(covers, func(in func(string) bool) bool { return in(r.Version) })
			if skipped {
				hidden++
			} else if want == "" || naiveCompare(r.Version, want) > 0 {
				want = r.Version
			}
		}
		for _, installed := range offered {
			sel := choose(t, offered, installed.Version, &rules)
			require.Equal(t, want, sel.Target, "%s from %s", id, installed.Version)
			require.Equal(t, want == "", sel.Stranded)
			if sel.Stranded {
				stranded++
			}
			onlyGA := rules
			onlyGA.Preview = false
			if choose(t, offered, installed.Version, &onlyGA).Stranded {
				strandedGA++
			}
			// Asked for by name, every skipped release is refused, every other one is not.
			named := rules
			named.Constraint = installed.Version
			skipped := slices.ContainsFunc(covers, func(in func(string) bool) bool { return in(installed.Version) })
			require.Equal(t, skipped, choose(t, offered, "", &named).Code == version.CodeSkipped)
		}

		// The newest release is skipped too: then whoever has any of them is stranded,
		// if nothing else is left, and is told so.
		newest := offered[0].Version
		for _, r := range offered {
			if naiveCompare(r.Version, newest) > 0 {
				newest = r.Version
			}
		}
		rules.Skips = append(rules.Skips, hold("<="+newest))
		sel := choose(t, offered, newest, &rules)
		require.True(t, sel.Stranded)
		require.Contains(t, sel.Why, "is installed and no version could replace it")
	}
	t.Logf("%d packages, %d releases, %d holds (%d names resolve to nothing), %d releases hidden, %d installed ones stranded, %d without Preview",
		len(packages), releases, holds, unresolved, hidden, stranded, strandedGA)
	require.Positive(t, holds)
}

// naiveSkipRange reads ">=a <b" and "<b", which is all that occurs.
func naiveSkipRange(t *testing.T, text string) func(string) bool {
	t.Helper()
	low, high := "0.0.0-0", ""
	for part := range strings.FieldsSeq(text) {
		if v, ok := strings.CutPrefix(part, ">="); ok {
			low = v
		} else if v, ok := strings.CutPrefix(part, "<"); ok {
			high = v
		} else {
			t.Fatalf("a skip range of an unknown form: %q", text)
		}
	}
	require.NotEmpty(t, high)
	return func(x string) bool { return naivePrecedence(x, low) >= 0 && naivePrecedence(x, high) < 0 }
}
