package catalog

import (
	"context"
	"iter"
	"time"

	"github.com/patchbay/patchbay/connector/version"
)

// Pin says to which versions a connector is held (P8).
type Pin struct {
	Versions string // an exact version, or a range such as "~2.1"
	Reason   string // required, at most 4096 bytes
	// Expires is from when the pin no longer counts; zero: never.
	Expires time.Time
}

// Pin holds connectors to a version or range: nothing else is chosen. scope is a connector's
// key, a publisher ("acme/*") or "*"; of several pins the one with the narrowest
// scope decides, and of those the latest (P8).
func (a *Admin) Pin(ctx context.Context, scope string, p *Pin) (*Effect, error) {
	if p == nil {
		p = &Pin{}
	}
	return a.hold(ctx, pinKind(), scope, p.Versions, p.Reason, p.Expires)
}

// Unpin takes the pin with that id back. It fails with ErrNotFound when there
// is none.
func (a *Admin) Unpin(ctx context.Context, id string) error {
	return a.release(ctx, pinKind(), id)
}

// Pins lists all pins, oldest first; with a key, those that cover it.
func (a *Admin) Pins(ctx context.Context, key string) iter.Seq2[version.Hold, error] {
	return a.holds(ctx, pinKind(), key)
}
