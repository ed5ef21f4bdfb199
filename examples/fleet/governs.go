package main

import (
	"context"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/governance"
)

// The policies: one of the tenant, and one that goes before it while it is
// assigned to the user.
const (
	house    = "house"
	visitors = "visitors"
)

// scopeOf is where a policy is assigned.
func scopeOf(policy string) governance.Scope {
	if policy == visitors {
		return governance.User(tenant, uma)
	}
	return governance.Tenant(tenant)
}

// governor is the process that changes policies.
type governor struct {
	*worker

	admin *catalog.Admin
	based map[string]int64 // by policy, the revision that it has
}

// governs tightens and loosens, again and again, while others connect.
func governs(ctx context.Context, w *worker) error {
	gus, err := w.Manage(admin("gus"))
	if err != nil {
		return err
	}
	g := &governor{w, gus, map[string]int64{}}
	going, ctx := ctx, context.WithoutCancel(ctx)
	if err := g.put(ctx, house, ""); err != nil {
		return err
	}
	if err := g.put(ctx, visitors, mail); err != nil {
		return err
	}
	if err := g.assign(ctx, house); err != nil {
		return err
	}
	for n := 0; pause(going, 120*time.Millisecond); n++ {
		if err := g.round(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func (g *governor) round(ctx context.Context, n int) error {
	if err := g.put(ctx, house, chat); err != nil {
		return err
	}
	// From here on nobody connects to chat, in any process. Not here either.
	if _, err := g.connect(ctx, chat, fmt.Sprintf("too late %d", n)); err != nil {
		return err
	}
	if n%2 == 0 {
		if err := g.assign(ctx, visitors); err != nil {
			return err
		}
		pause(ctx, 80*time.Millisecond)
		if err := g.admin.Unassign(ctx, scopeOf(visitors)); err != nil {
			return err
		}
		if err := g.note(&act{Did: unassigned, Policy: visitors}); err != nil {
			return err
		}
	}
	pause(ctx, 80*time.Millisecond)
	return g.put(ctx, house, "")
}

// put writes a policy that closes one connector for new connections, or none.
func (g *governor) put(ctx context.Context, id string, closes connector.Key) error {
	p := &governance.Policy{ID: id, Revision: g.based[id]} // whoever changes it meanwhile is not overwritten
	if closes != "" {
		p.Connectors = []governance.Rule{{Match: version.Scope(closes), Effect: governance.Disable, Reason: "closed for a moment"}}
	}
	p, err := g.admin.PutPolicy(ctx, p)
	if err != nil {
		return err
	}
	g.based[id] = p.Revision
	return g.note(&act{Did: put, Policy: id, Revision: p.Revision, Key: closes})
}

func (g *governor) assign(ctx context.Context, policy string) error {
	if _, err := g.admin.Assign(ctx, scopeOf(policy), policy); err != nil {
		return err
	}
	return g.note(&act{Did: assigned, Policy: policy})
}
