package catalog

import (
	"context"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// ActivityPublisher is the host's part of P14: it makes the activities of a
// version usable, and returns nil once they are. It is called after the version became active,
// from one goroutine at a time per connector, and again later after an error or a restart; so it
// must be idempotent. At most Options.Parallel connectors are asked for at once, and until
// it returns, no other version of the connector is installed: what takes long is better
// begun, and reported as an error until it is done.
type ActivityPublisher interface {
	// PublishActivities returns nil once the activities of m can be used. m is nil
	// for a package without a manifest.
	PublishActivities(ctx context.Context, key connector.Key, version string, m *connector.Manifest) error
}

// Readiness says whether the activities of a published connector can be used
// yet (P14).
type Readiness struct {
	Ready bool
	// ReadyAt is when they became ready, or by when they will be if nobody
	// confirms earlier; zero while only a confirmation can tell.
	ReadyAt time.Time
}

// pendActivities decides what the activities of a new publication wait for.
func (c *Catalog) pendActivities(version string, now time.Time) readyRecord {
	r := readyRecord{Version: version, NeedConfirm: c.opts.ActivityPublisher != nil}
	switch {
	case c.opts.ActivityDelay > 0:
		r.ReadyAt = now.Add(c.opts.ActivityDelay)
	case !r.NeedConfirm:
		r.ReadyAt = now
	}
	return r
}

func (r *readyRecord) readiness(now time.Time) Readiness {
	if !r.ConfirmedAt.IsZero() {
		return Readiness{Ready: true, ReadyAt: r.ConfirmedAt}
	}
	return Readiness{Ready: !r.ReadyAt.IsZero() && !now.Before(r.ReadyAt), ReadyAt: r.ReadyAt}
}
