package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// selector gives each connector its rules, so that the manage view, Plan and
// Explain all choose by the same ones (P6).
type selector struct {
	opts  *Options
	skips []version.Hold // by id
	pins  []version.Hold
}

func newSelector(opts *Options, skips, pins map[string]version.Hold) *selector {
	return &selector{opts: opts, skips: sortedHolds(skips), pins: sortedHolds(pins)}
}

func sortedHolds(m map[string]version.Hold) []version.Hold {
	out := slices.Collect(maps.Values(m))
	slices.SortFunc(out, func(a, b version.Hold) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// covering returns the holds whose scope includes key.
func covering(holds []version.Hold, key connector.Key) []version.Hold {
	var out []version.Hold
	for _, h := range holds {
		if h.Scope.Covers(key) {
			out = append(out, h)
		}
	}
	return out
}

// rules are what decides for one connector.
func (s *selector) rules(e *entry, constraint string, preview bool, now time.Time) *version.Rules {
	return &version.Rules{
		Constraint: constraint,
		Skips:      covering(s.skips, e.key),
		Pins:       covering(s.pins, e.key),
		Preview:    preview || s.preview(e),
		Host:       s.opts.HostVersion,
		Now:        now,
	}
}

func (s *selector) preview(e *entry) bool {
	switch s.opts.Preview {
	case PreviewAlways:
		return true
	case PreviewIfNoGA:
		return !e.set.HasGA()
	default:
		return false
	}
}

// explain runs the selection for one connector.
func (s *selector) explain(e *entry, constraint string, preview bool, now time.Time) (*version.Selection, error) {
	compiled, err := s.rules(e, constraint, preview, now).Compile()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return e.set.Select(e.active(), compiled), nil
}

// row derives the line of the manage view, and when it must be derived again
// because a hold expires.
func (s *selector) row(e *entry, now time.Time) (Row, time.Time, error) {
	rules := s.rules(e, "", false, now)
	compiled, err := rules.Compile()
	if err != nil {
		return Row{}, time.Time{}, err
	}
	sel := e.set.Select(e.active(), compiled)
	row := newRow(e, sel)
	var expires time.Time
	for _, h := range slices.Concat(rules.Skips, rules.Pins) {
		if h.Expires.After(now) && (expires.IsZero() || h.Expires.Before(expires)) {
			expires = h.Expires
		}
	}
	return row, expires, nil
}
