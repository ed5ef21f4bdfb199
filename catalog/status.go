package catalog

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// Condition says how much a feed's entries are worth.
type Condition string

// The conditions of a feed.
const (
	FeedFresh  Condition = "fresh"  // the last load succeeded
	FeedStale  Condition = "stale"  // the last load failed, or its index has expired; the last known good is shown
	FeedFailed Condition = "failed" // nothing was ever read
	FeedNew    Condition = "new"    // not tried yet
)

// FeedStatus is how a feed fares (P16). The faults of its problems are shared with the
// catalog and must not be changed.
type FeedStatus struct {
	Name       string
	Condition  Condition
	Since      time.Time // since when it is stale or failed; zero when fresh
	LoadedAt   time.Time // when its content last changed
	CheckedAt  time.Time // when this process last asked it; zero: never
	Version    uint64    // of its index; 0 when it has none
	Expires    time.Time // of its index; zero: never
	Err        string    // why it is stale or failed
	Connectors int       // offered by it, shadowed ones included
	// Problems are its bad, contradicting and shadowed entries; of the first two, More counts those
	// beyond the first 1,000.
	Problems []connector.Problem
	More     int
}

// feedChecks remembers when feeds were last asked, which is not worth a durable
// write.
type feedChecks struct {
	mu sync.Mutex
	at map[string]time.Time
}

func (f *feedChecks) note(feed string, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.at == nil {
		f.at = map[string]time.Time{}
	}
	f.at[feed] = at
}

func (f *feedChecks) get(feed string) time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at[feed]
}

// Feeds lists the status of every configured feed, in their order.
func (a *Admin) Feeds(ctx context.Context) iter.Seq2[FeedStatus, error] {
	return func(yield func(FeedStatus, error) bool) {
		if err := a.allow(ctx, "list feeds", ActionManage, ""); err != nil {
			yield(FeedStatus{}, err)
			return
		}
		s := a.cat.snapshot()
		for _, f := range a.cat.opts.Feeds {
			if !yield(s.status(f.Name(), a.cat.checks.get(f.Name()), a.cat.opts.Clock()), nil) {
				return
			}
		}
	}
}

func (s *snapshot) status(feed string, checked, now time.Time) FeedStatus {
	st := FeedStatus{Name: feed, Condition: FeedNew, CheckedAt: checked}
	if rec := s.feeds[feed]; rec != nil {
		st.LoadedAt, st.Version, st.Expires = rec.LoadedAt, rec.Version, rec.Expires
		st.Problems, st.More = append(st.Problems, rec.Problems...), rec.Dropped
		st.Err, st.Since = rec.Error, rec.StaleSince
		switch {
		case rec.Error != "" && rec.LoadedAt.IsZero():
			st.Condition = FeedFailed
		case rec.Error != "":
			st.Condition = FeedStale
		case !rec.Expires.IsZero() && !now.Before(rec.Expires):
			st.Condition, st.Since, st.Err = FeedStale, rec.Expires, ErrExpired.Error()
		default:
			st.Condition = FeedFresh
		}
	}
	for e := range s.all() {
		for _, o := range e.offers {
			if o.feed == feed {
				st.Connectors++
			}
		}
		for _, p := range e.problems {
			if p.Feed == feed {
				st.Problems = append(st.Problems, p)
			}
		}
	}
	return st
}
