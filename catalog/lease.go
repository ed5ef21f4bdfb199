package catalog

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// errLeaseLost stops a worker whose lease somebody else has taken over.
var errLeaseLost = errors.New("lease lost")

// lease is the right to work on one connector. The revision of its record is
// the fence: every commit made under the lease deletes the record at exactly that
// revision, so a holder that slept past its time cannot commit (P11, P12).
type lease struct {
	cat *Catalog
	key connector.Key
	op  string
	id  string // tells its records from others'; empty: they cannot be told

	mu      sync.Mutex
	rev     Revision
	expires time.Time // at the latest, by this process's clock, which does not jump
}

// tryLease takes the lease if it is free or expired, and checks hold. It returns nil without an
// error while somebody else holds it or a check does not hold, and how long that can last.
func (c *Catalog) tryLease(ctx context.Context, key connector.Key, op string, checks ...Op) (*lease, time.Duration, error) {
	now, err := c.store.Now(ctx)
	if err != nil {
		return nil, 0, err
	}
	old, rev, err := get[leaseRecord](ctx, c, leaseKey(key))
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, 0, err
	}
	if c.sightings.held(key, &old, rev, now) {
		return nil, old.Until.Sub(now), nil
	}
	l := &lease{cat: c, key: key, op: op, id: newID(), rev: rev}
	switch err := l.write(ctx, now, checks...); {
	case errors.Is(err, ErrConflict):
		return nil, c.opts.Lease, nil
	case err != nil:
		return nil, 0, err
	}
	return l, 0, nil
}

// write puts the record with a new expiry, if it is still as this lease knows
// it. Leases are no changes worth an audit entry.
func (l *lease) write(ctx context.Context, now time.Time, checks ...Op) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	start := time.Now()
	rev, err := l.cat.store.Apply(ctx, append([]Op{Put(leaseKey(l.key), l.record(now), atRevision(l.rev))}, checks...)...)
	if err == nil {
		l.rev, l.expires = rev, start.Add(l.cat.opts.Lease)
	}
	return err
}

// record is what is stored of the lease from now on.
func (l *lease) record(now time.Time) []byte {
	return encode(leaseRecord{Holder: l.cat.self, Op: l.op, ID: l.id, Until: now.Add(l.cat.opts.Lease), Length: l.cat.opts.Lease})
}

// waitLease waits until the lease can be taken. slots is given back while it
// waits and held again when it returns.
func (c *Catalog) waitLease(ctx context.Context, key connector.Key, op string, slots chan struct{}) (*lease, error) {
	for {
		l, busy, err := c.tryLease(ctx, key, op)
		if err != nil || l != nil {
			return l, err
		}
		<-slots
		err = sleep(ctx, min(busy, max(c.opts.Lease/20, 5*time.Millisecond)))
		slots <- struct{}{}
		if err != nil {
			return nil, err
		}
	}
}

// keep renews the lease until stop is called. The context it returns ends when
// the lease is lost, or could not be renewed in time: nobody else may have begun by
// then. stop returns errLeaseLost if it was.
func (l *lease) keep(ctx context.Context) (held context.Context, stop func() error) {
	held, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for sleep(held, min(l.cat.opts.Lease/3, time.Until(l.deadline()))) == nil {
			if err := l.renew(held); err != nil {
				cancel(err)
			}
		}
	}()
	return held, func() error {
		cancel(nil)
		<-done
		if cause := context.Cause(held); errors.Is(cause, errLeaseLost) {
			return cause
		}
		return nil
	}
}

// renew prolongs the lease. A store that does not answer is tried again until the
// lease has run out; a record that somebody else changed means that it is lost already.
func (l *lease) renew(ctx context.Context) error {
	expires := l.deadline()
	ctx, cancel := context.WithDeadline(ctx, expires)
	defer cancel()
	now, err := l.cat.store.Now(ctx)
	if err == nil {
		err = l.write(ctx, now)
	}
	if errors.Is(err, ErrConflict) {
		if err = l.adopt(ctx); err == nil {
			err = l.write(ctx, now)
		}
	}
	if errors.Is(err, ErrConflict) || errors.Is(err, errLeaseLost) || err != nil && !time.Now().Before(expires) {
		return fmt.Errorf("%w: %w", errLeaseLost, err)
	}
	return nil
}

// adopt takes the record of the lease as it is, if it is still this lease's: the reply to a
// write may have been lost. It returns errLeaseLost if it is not.
func (l *lease) adopt(ctx context.Context) error {
	rec, rev, err := get[leaseRecord](ctx, l.cat, leaseKey(l.key))
	if ignore(err, ErrNotFound) != nil {
		return err
	}
	if err != nil || rec.ID != l.id || l.id == "" {
		return errLeaseLost
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rev = rev
	return nil
}

// deadline is when the lease runs out unless it is renewed.
func (l *lease) deadline() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.expires
}

// revision is that of the lease's record as it was last written.
func (l *lease) revision() Revision {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rev
}

// end is the op that gives the lease back within the commit it protects.
func (l *lease) end() Op {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Delete(leaseKey(l.key), At(l.rev))
}

// check is the op that holds a commit to the lease without ending it.
func (l *lease) check() Op {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Check(leaseKey(l.key), At(l.rev))
}

// apply writes ops that are held to the lease, while it is being kept.
func (l *lease) apply(ctx context.Context, ops ...Op) (Revision, error) {
	for {
		held := l.check()
		rev, err := l.cat.store.Apply(ctx, append([]Op{held}, ops...)...)
		if conflicted(err, held.Key) && l.check().If != held.If {
			continue // it was renewed in between
		}
		return rev, err
	}
}

// releaseTimeout bounds giving a lease back when the catalog is closing.
const releaseTimeout = 5 * time.Second

// release gives the lease back without a commit. It also works when ctx has
// ended, so that closing does not make the next process wait.
func (l *lease) release(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	_, err := l.cat.store.Apply(ctx, l.end())
	return ignore(err, ErrConflict)
}

// sleep waits for d or the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// ignore drops an error that means there is nothing left to do.
func ignore(err, harmless error) error {
	if errors.Is(err, harmless) {
		return nil
	}
	return err
}

// joinRelease gives the lease back and returns what went wrong before.
func joinRelease(ctx context.Context, l *lease, errs ...error) error {
	return errors.Join(append(errs, l.release(ctx))...)
}
