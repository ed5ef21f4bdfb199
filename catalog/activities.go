package catalog

import (
	"context"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// ActivityPublisher is the host's part of P14: it makes the activities of a
// version usable, and returns nil once they are. It is called after the version became active,
// from one goroutine at a time per connector, and again later after an error or a restart; so it
// must be idempotent.
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
func (c *Catalog) pendActivities(p *publication, now time.Time) {
	p.NeedConfirm = c.opts.ActivityPublisher != nil
	switch {
	case c.opts.ActivityDelay > 0:
		p.ReadyAt = now.Add(c.opts.ActivityDelay)
	case !p.NeedConfirm:
		p.ReadyAt = now
	}
}

func (p *publication) readiness(now time.Time) Readiness {
	if !p.ConfirmedAt.IsZero() {
		return Readiness{Ready: true, ReadyAt: p.ConfirmedAt}
	}
	return Readiness{Ready: !p.ReadyAt.IsZero() && !now.Before(p.ReadyAt), ReadyAt: p.ReadyAt}
}

// confirmActivities asks the host's publisher for every publication that it has
// not confirmed.
func (c *Catalog) confirmActivities(ctx context.Context) error {
	if c.opts.ActivityPublisher == nil {
		return nil
	}
	for e := range c.snapshot().all() {
		if e.pub != nil && e.pub.NeedConfirm {
			if err := ctx.Err(); err != nil {
				return err
			}
			c.confirmOne(ctx, e.key)
		}
	}
	return nil
}

// confirmOne asks the host's publisher once. A failure is tried again by
// healLoop.
func (c *Catalog) confirmOne(ctx context.Context, key connector.Key) {
	l, _, err := c.tryLease(ctx, key, "activities")
	if err != nil || l == nil {
		return // somebody works on the connector; healLoop comes back
	}
	if err := c.confirmUnder(ctx, l); err != nil && ctx.Err() == nil {
		c.opts.Logger.WarnContext(ctx, "patchbay: activities not confirmed", "connector", key, "error", err)
	}
}

func (c *Catalog) confirmUnder(ctx context.Context, l *lease) error {
	held, stop := l.keep(ctx)
	err := c.sync(held)
	e := c.snapshot().entry(l.key)
	if err != nil || e == nil || e.pub == nil || !e.pub.NeedConfirm {
		return joinRelease(ctx, l, err, stop())
	}
	err = c.opts.ActivityPublisher.PublishActivities(held, l.key, e.pub.Active, e.manifest())
	if lost := stop(); err != nil || lost != nil {
		return joinRelease(ctx, l, err, lost)
	}
	pub := *e.pub
	pub.NeedConfirm, pub.ConfirmedAt = false, c.opts.Clock().UTC()
	return c.commit(ctx, AuditEntry{By: systemPrincipal, Action: "activities", Key: l.key, Target: pub.Active},
		Put(publishedKey(l.key), encode(pub), At(e.pubRev)), l.end())
}
