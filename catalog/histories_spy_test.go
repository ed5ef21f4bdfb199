package catalog_test

import (
	"context"
	"strings"

	"github.com/patchbay/patchbay/catalog"
)

// spyStore is how a catalog sees the store of a sequence. Only what a step itself asks of
// it is looked at, not what goes on in the background.
type spyStore struct{ catalog.Store }

// spy looks at the store while one step is done, and interrupts it before one of its calls.
type spy struct {
	calls     int    // until interrupt
	interrupt func() // nil: was done, or there is none
	policy    catalog.Revision
	committed bool // a connection or a policy
	late      bool // it was already, when interrupt was called
}

type spyKey struct{}

func (s spyStore) seen(ctx context.Context) *spy {
	p, ok := ctx.Value(spyKey{}).(*spy)
	if !ok {
		return &spy{}
	}
	p.calls--
	if do := p.interrupt; do != nil && p.calls < 0 {
		p.interrupt, p.late = nil, p.committed
		do()
	}
	return p
}

func (s spyStore) Get(ctx context.Context, key string) (catalog.Record, error) {
	s.seen(ctx)
	return s.Store.Get(ctx, key)
}

func (s spyStore) Changes(ctx context.Context, since catalog.Revision, limit int) ([]catalog.Change, catalog.Revision, error) {
	s.seen(ctx)
	return s.Store.Changes(ctx, since, limit)
}

func (s spyStore) Apply(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
	p := s.seen(ctx)
	rev, err := s.Store.Apply(ctx, ops...)
	for _, op := range ops {
		switch {
		case err != nil || op.Kind == catalog.OpCheck:
		case strings.HasPrefix(op.Key, "policy/"):
			p.policy, p.committed = rev, true
		case strings.HasPrefix(op.Key, "assign/"), strings.HasPrefix(op.Key, "conn/"):
			p.committed = true
		}
	}
	return rev, err
}
