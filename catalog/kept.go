package catalog

import (
	"context"
	"hash/maphash"
	"math"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/auth"
)

const (
	// keptFor is how long an answer of a Source is given again at most, before the records are read
	// anew, whatever else is known.
	keptFor = time.Minute
	// maxBeat is the longest time between two looks at the clock.
	maxBeat = time.Second
	// mayMiss is how many times in a row following the store may come to nothing before kept answers
	// are no longer given.
	mayMiss = 3
	// keptMarks bounds what is kept to know of changes. More connections share marks, which costs them
	// a look at the store when one of them changes.
	keptMarks = 1024
	// never is a time after every end.
	never = math.MaxInt64
)

// answer is what a Source has answered, and what must still be so for it to be given again.
type answer struct {
	creds *auth.Credentials
	mark  uint64        // of the connection, from before its records were read
	until time.Duration // by freshness.clock
	ends  time.Time     // when the token does, by Options.Clock; zero: until says it
}

// freshness tells whether answers that were kept may still be given. Asking it takes no lock, and no look
// at a clock, which on many machines costs more than everything else.
type freshness struct {
	seed     maphash.Seed
	began    time.Time
	beat     time.Duration // at most between two looks at the clock
	patience time.Duration // for following the store
	clock    atomic.Int64  // the time since began at the last beat, or never: nothing that was kept holds
	followed atomic.Int64  // since began: what was committed before that is known
	marks    [keptMarks]atomic.Uint64
}

func newFreshness(followEvery time.Duration) *freshness {
	followEvery = min(followEvery, 24*time.Hour)
	beat := min(max(followEvery, 10*time.Millisecond), maxBeat)
	return &freshness{seed: maphash.MakeSeed(), began: time.Now(), beat: beat, patience: mayMiss*followEvery + beat}
}

// mark returns what counts the changes of a connection.
func (f *freshness) mark(tenant, id string) *atomic.Uint64 { return f.at(tenantKey("", tenant, id)) }

func (f *freshness) at(place string) *atomic.Uint64 {
	return &f.marks[maphash.String(f.seed, place)%keptMarks]
}

// changed notes that a record is, or may be, another one by now.
func (f *freshness) changed(key string) {
	switch prefix, rest := splitPrefix(key); prefix {
	case prefixConn, prefixConnSecret:
		f.at(rest).Add(1)
	case prefixApp: // changes rarely, and whose connections are concerned is not seen from it
		f.changedAll()
	}
}

func (f *freshness) changedOps(ops []Op) {
	for _, op := range ops {
		if op.Kind != OpCheck {
			f.changed(op.Key)
		}
	}
}

func (f *freshness) changedAll() {
	for i := range f.marks {
		f.marks[i].Add(1)
	}
}

// holds reports whether a may still be given, as far as changes and time are concerned.
func (f *freshness) holds(a *answer, mark *atomic.Uint64) bool {
	return int64(a.until) > f.clock.Load() && a.mark == mark.Load()
}

// follow notes that everything committed before start is known.
func (f *freshness) follow(start time.Time) { f.followed.Store(int64(start.Sub(f.began))) }

// tick looks at the clock. When the store has not been followed for too long, nobody knows what has changed, and
// what was kept holds no more until it is.
func (f *freshness) tick() {
	now := int64(time.Since(f.began))
	if now-f.followed.Load() > int64(f.patience) {
		now = never
	}
	f.clock.Store(now)
}

// beatLoop looks at the clock from time to time. It is a loop of its own because following may wait for the store.
func (c *Catalog) beatLoop(ctx context.Context) {
	tick := time.NewTicker(c.fresh.beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			c.fresh.tick()
		}
	}
}

// again returns the last answer if it may be given again, or nil.
func (s *connSource) again() *auth.Credentials {
	cat, a := s.conns.cat, s.last.Load()
	if a == nil || !cat.fresh.holds(a, s.mark) || cat.closed.Load() || !a.ends.IsZero() && !cat.opts.Clock().Before(a.ends) {
		return nil
	}
	return a.creds
}

// keep remembers an answer. mark and start are from before the records were read: what changes
// meanwhile then counts as a change.
func (s *connSource) keep(creds *auth.Credentials, token *auth.Token, mark uint64, start time.Duration) {
	cat := s.conns.cat
	next := &answer{creds: creds, mark: mark, until: start + keptFor}
	if token != nil && !token.Expiry.IsZero() {
		if cat.ownClock {
			next.ends = token.Expiry
		} else {
			// The clock may be a beat behind, and a little more on a busy machine.
			next.until = min(next.until, start+time.Until(token.Expiry)-2*cat.fresh.beat)
		}
	}
	for {
		last := s.last.Load()
		if last != nil && (last.mark > mark || last.mark == mark && last.creds.Generation > creds.Generation) {
			return // somebody has read later
		}
		if s.last.CompareAndSwap(last, next) {
			return
		}
	}
}
