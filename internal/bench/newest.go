package main

import (
	"fmt"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// newestWorks choose the newest eligible version of one connector: in a range,
// without pre-releases, without what was skipped.
func newestWorks() []work {
	var all []work
	for _, n := range []int{20, 100} {
		all = append(all, work{
			name: fmt.Sprintf("newest/%d", n), grows: "log of the versions",
			path:  fmt.Sprintf("newest eligible of %d versions, constraint and skips", n),
			setup: func(*bed) (*trial, error) { return newestTrial(n) },
		})
	}
	return all
}

func newestTrial(n int) (*trial, error) {
	const different = 64 // connectors, so that no branch is learned by heart
	all := items(different, n)
	x := helmIndex(all, true)
	ours, choose, err := newestOurs(all)
	if err != nil {
		return nil, err
	}
	skips := make([]map[string]bool, different)
	for i := range all {
		skips[i] = all[i].skipped()
	}
	t := &trial{
		same: func() error {
			found := 0
			for i := range all {
				got, helms, hand := choose(i), helmNewest(x, all[i].key), newest(&all[i], skips[i])
				if got != helms || got != hand {
					return fmt.Errorf("%s: %q, helm has %q, Masterminds has %q", all[i].key, got, helms, hand)
				}
				if got != "" {
					found++
				}
			}
			if found < different/2 {
				return fmt.Errorf("only %d of %d connectors have a choice", found, different)
			}
			return nil
		},
		ours: ours,
		peers: []side{
			{name: helm, run: func(n int) error {
				for i := range n {
					helmNewest(x, all[i%different].key)
				}
				return nil
			}},
			{name: masterminds, run: func(n int) error {
				for i := range n {
					newest(&all[i%different], skips[i%different])
				}
				return nil
			}},
		},
		goals: []goal{faster(helm, 100), allocations(0)},
	}
	if n > 20 {
		small, _, err := newestOurs(items(different, 20))
		if err != nil {
			return nil, err
		}
		t.growth = &growth{small: small, factor: float64(n) / 20, law: logarithmic, at: 20}
	}
	return t, nil
}

// newestOurs makes ready what a program keeps of its releases and rules.
func newestOurs(all []item) (s side, choose func(i int) string, err error) {
	sets, rules := make([]*version.Set, len(all)), make([]*version.Compiled, len(all))
	for i := range all {
		var releases []connector.Release
		for _, r := range all[i].releases {
			releases = append(releases, connector.Release{Version: r.version, Published: r.published})
		}
		if sets[i], err = version.Compile(releases); err != nil {
			return s, nil, err
		}
		var holds []version.Hold
		for v := range all[i].skipped() {
			holds = append(holds, version.Hold{ID: v, Scope: version.Scope(all[i].key), Versions: v, Reason: "as the peers"})
		}
		if rules[i], err = (&version.Rules{Constraint: wanted, Skips: holds, Now: epoch}).Compile(); err != nil {
			return s, nil, err
		}
	}
	choose = func(i int) string {
		v, _ := sets[i].Newest(rules[i])
		return v
	}
	return side{name: "ours", run: func(n int) error {
		for i := range n {
			choose(i % len(all))
		}
		return nil
	}}, choose, nil
}
