package installer

import "time"

// reportEvery is how often a download reports, so that a fast one does not
// flood whoever listens.
const reportEvery = 100 * time.Millisecond

// reporter throttles the reports of one installation.
type reporter struct {
	report func(Progress)
	total  int64
	last   time.Time
}

func newReporter(report func(Progress), total int64) *reporter {
	if report == nil {
		report = func(Progress) {}
	}
	return &reporter{report: report, total: total}
}

// phase reports at once.
func (r *reporter) phase(p Phase, bytes int64) {
	r.last = time.Now()
	r.report(Progress{Phase: p, Bytes: bytes, Total: r.total})
}

// received reports that the download has come to bytes, if it is time to.
func (r *reporter) received(bytes int64) {
	if time.Since(r.last) >= reportEvery {
		r.phase(Fetching, bytes)
	}
}
