package sqlstore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// waiter waits for what others hold.
type waiter struct {
	busy    func(err error) bool
	timeout time.Duration // for contexts without a deadline
	closing <-chan struct{}
}

// retry runs try until it does not find the database locked. The pause grows from a
// fraction of the time a commit takes, with some chance in it, since SQLite
// keeps no queue.
func (w *waiter) retry(ctx context.Context, try func() error) error {
	const first, longest = 200 * time.Microsecond, 8 * time.Millisecond
	var giveUp <-chan time.Time
	for pause := first; ; pause = min(2*pause, longest) {
		err := try()
		if err == nil || !w.busy(err) {
			return err
		}
		if _, bounded := ctx.Deadline(); giveUp == nil && !bounded {
			giveUp = time.After(w.timeout)
		}
		timer := time.NewTimer(pause/2 + rand.N(pause)) //nolint:gosec // not a secret
		select {
		case <-timer.C:
		case <-giveUp:
			timer.Stop()
			return fmt.Errorf("%w, for %v: %w", ErrBusy, w.timeout, err)
		case <-w.closing:
			timer.Stop()
			return catalog.ErrClosed
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}
