package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// waiter waits for what others hold, and for a server to come back.
type waiter struct {
	d       *dialect
	timeout time.Duration // for contexts without a deadline
	closing <-chan struct{}
}

// retry runs try until it does not find the database locked or out of reach. The pause grows from a
// fraction of the time a commit takes, with some chance in it, since SQLite
// keeps no queue.
func (w *waiter) retry(ctx context.Context, try func() error) error {
	return w.retrySince(ctx, time.Now(), try)
}

// retrySince is retry for a call that has waited for something else since then.
func (w *waiter) retrySince(ctx context.Context, since time.Time, try func() error) error {
	const first = 200 * time.Microsecond
	var giveUp <-chan time.Time
	for pause := first; ; pause *= 2 {
		err := try()
		longest := w.longest(err)
		if longest == 0 {
			return err
		}
		pause = min(pause, longest)
		if _, bounded := ctx.Deadline(); giveUp == nil && !bounded {
			giveUp = time.After(w.timeout - time.Since(since))
		}
		timer := time.NewTimer(pause/2 + rand.N(pause)) //nolint:gosec // not a secret
		select {
		case <-timer.C:
		case <-giveUp:
			timer.Stop()
			if w.d.busy(err) {
				return fmt.Errorf("%w, for %v: %w", ErrBusy, w.timeout, err)
			}
			return fmt.Errorf("the database is out of reach, for %v: %w", w.timeout, err)
		case <-w.closing:
			timer.Stop()
			return catalog.ErrClosed
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// longest returns the longest pause before what failed with err is tried again, 0 when it is not.
func (w *waiter) longest(err error) time.Duration {
	const locked, lost = 8 * time.Millisecond, 250 * time.Millisecond
	var doubt *commitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &doubt):
		if w.d.server { // which can be asked
			return lost
		}
		return 0
	case w.d.busy(err):
		return locked
	case w.d.lost(err):
		return lost
	default:
		return 0
	}
}

// bound returns the context of a statement that itself waits for a lock. It ends with ctx, with
// Close, and after the timeout when ctx has no deadline; its cause says which.
func (w *waiter) bound(ctx context.Context, since time.Time) (context.Context, func()) {
	bound, end := context.WithCancelCause(ctx)
	stop := func() {}
	if _, bounded := ctx.Deadline(); !bounded {
		bound, stop = context.WithTimeoutCause(bound, w.timeout-time.Since(since), fmt.Errorf("%w, for %v", ErrBusy, w.timeout))
	}
	go func() {
		select {
		case <-w.closing:
			end(catalog.ErrClosed)
		case <-bound.Done():
		}
	}()
	return bound, func() {
		stop()
		end(nil)
	}
}

func (w *waiter) closed() bool {
	select {
	case <-w.closing:
		return true
	default:
		return false
	}
}
