package connector

import "time"

// Date is a calendar day in UTC, "2006-01-02" (RFC 3339 full-date). The zero
// value means none.
type Date string

// ParseDate returns s as a Date. The error wraps ErrInvalid.
func ParseDate(s string) (Date, error) {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return "", &inputError{"date", s, dateReason}
	}
	return Date(s), nil
}

const dateReason = "want a day of the calendar such as 2006-01-02"

// End returns the first instant after the day, in UTC, so that a deadline
// counts through the end of its day. It is the zero Time when d is no date.
func (d Date) End() time.Time {
	day, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return day.AddDate(0, 0, 1)
}

// Passed reports whether the day is over at now, in UTC. The zero Date and
// what is no date never pass.
func (d Date) Passed(now time.Time) bool {
	end := d.End()
	return !end.IsZero() && !now.Before(end)
}
