package catalog

import (
	"fmt"
	"slices"
	"time"

	"github.com/patchbay/patchbay/connector/version"
)

// selector gives each connector its rules, so that the manage view, Plan and
// Explain all choose by the same ones (P6).
type selector struct {
	opts  *Options
	skips holds
	pins  holds
}

func newSelector(opts *Options, skips, pins holds) *selector {
	return &selector{opts: opts, skips: skips, pins: pins}
}

// rules are what decides for one connector.
func (s *selector) rules(e *entry, constraint string, preview bool, now time.Time) *version.Rules {
	return &version.Rules{
		Constraint: constraint,
		Skips:      s.skips.covering(e.key),
		Pins:       s.pins.covering(e.key),
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
	row := newRow(e, choose(e, compiled))
	var expires time.Time
	for _, h := range slices.Concat(rules.Skips, rules.Pins) {
		if h.Expires.After(now) && (expires.IsZero() || h.Expires.Before(expires)) {
			expires = h.Expires
		}
	}
	return row, expires, nil
}

// choose is Set.Select for a row, which shows no verdicts: of most connectors none is installed, and
// then the target is all that it takes.
func choose(e *entry, c *version.Compiled) *version.Selection {
	if e.active() == "" {
		if target, ok := e.set.Newest(c); ok {
			return &version.Selection{Target: target}
		}
	}
	return e.set.Select(e.active(), c)
}
