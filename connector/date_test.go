package connector

import (
	"errors"
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"2026-01-31", "2024-02-29"} {
		if d, err := ParseDate(s); err != nil || string(d) != s {
			t.Error(d, err)
		}
	}
	for _, s := range []string{"", "2026-02-29", "2026-1-1", "2026-01-01T00:00:00Z", "01.02.2026", "yesterday", "2026-01-01 "} {
		if _, err := ParseDate(s); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// The hazard is a deadline off by one day.
func TestADeadlineCountsThroughTheEndOfItsDay(t *testing.T) {
	t.Parallel()
	d := Date("2026-12-31")
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	if !d.End().Equal(end) {
		t.Error(d.End())
	}
	if d.Passed(end.Add(-time.Nanosecond)) || !d.Passed(end) {
		t.Error("the day ends elsewhere")
	}
	east := time.FixedZone("east", 9*3600)
	if d.Passed(time.Date(2027, 1, 1, 8, 59, 59, 0, east)) || !d.Passed(time.Date(2027, 1, 1, 9, 0, 0, 0, east)) {
		t.Error("the zone of now must not matter")
	}
	for _, d := range []Date{"", "soon"} {
		if !d.End().IsZero() || d.Passed(end.AddDate(1000, 0, 0)) {
			t.Errorf("%q passed", d)
		}
	}
}
