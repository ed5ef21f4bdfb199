package crash_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// table is what became of the runs.
type table struct {
	bed    *bed
	struck []*result
	missed int // runs in which the call that was to be interrupted was not made
}

func (s *table) add(r *result) {
	if r.struck {
		s.struck = append(s.struck, r)
	} else {
		s.missed++
	}
}

// String is the table: for each system call of a scenario and each fault, how many were
// interrupted and how many of those healed.
func (s *table) String() string {
	type cell struct{ runs, healed int }
	cells := map[string]map[string]cell{}
	var times []time.Duration
	failed, slowest := 0, &result{}
	for _, r := range s.struck {
		row := fmt.Sprintf("%-9s%-10s", r.s.name, r.at.name)
		if cells[row] == nil {
			cells[row] = map[string]cell{}
		}
		c := cells[row][r.fault.name]
		c.runs++
		if len(r.faults) == 0 {
			c.healed++
		} else {
			failed++
		}
		cells[row][r.fault.name] = c
		times = append(times, r.healed)
		if r.healed >= slowest.healed {
			slowest = r
		}
	}
	lines := []string{fmt.Sprintf("%d runs, %d not healed; %d more did not make the call that was to be interrupted", len(s.struck), failed, s.missed)}
	if slices.Sort(times); len(times) > 0 {
		ms := func(i int) time.Duration { return times[i].Round(time.Millisecond) }
		lines = append(lines, fmt.Sprintf("healed after %v (half of them), %v (99 %%), %v (%s, %s at %s); the lease is %v",
			ms(len(times)/2), ms(len(times)*99/100), ms(len(times)-1), slowest.s.name, slowest.fault.name, slowest.at, lease))
	}
	head := fmt.Sprintf("%-19s", "healed/runs")
	for _, f := range faults {
		head += fmt.Sprintf("%9s", f.name)
	}
	rows := []string{}
	for row, by := range cells {
		for _, f := range faults {
			row += fmt.Sprintf("%9s", fmt.Sprintf("%d/%d", by[f.name].healed, by[f.name].runs))
		}
		rows = append(rows, row)
	}
	slices.Sort(rows)
	return strings.Join(slices.Concat(lines, []string{head}, rows), "\n")
}

// complete sees that every call was interrupted in every way.
func (s *table) complete(t *testing.T) {
	t.Helper()
	type cell struct {
		scenario, fault string
		at              place
	}
	struck := map[cell]bool{}
	for _, r := range s.struck {
		struck[cell{r.s.name, r.fault.name, r.at}] = true
	}
	all, left := 0, 0
	for name, calls := range s.bed.calls {
		for c, n := range calls {
			for _, f := range faults {
				for nth := 1; nth <= n && (c.writes() || !f.torn); nth++ {
					all++
					if !struck[cell{name, f.name, place{c, nth}}] {
						left++
						t.Errorf("%s, %s: %s was not reached", name, f.name, place{c, nth})
					}
				}
			}
		}
	}
	t.Logf("of %d calls that are made each time, times faults, %d were interrupted; and %d more", all, all-left, len(struck)-(all-left))
}
