package catalog

import (
	"context"
	"iter"
	"time"

	"github.com/patchbay/patchbay/connector/version"
)

// Skip says which versions are not to be chosen (P7).
type Skip struct {
	Versions string // an exact version, or a range such as ">=3.0.0 <3.2.0"
	Reason   string // required, at most 4096 bytes: it is what somebody who asks for the version is told
	// Expires is from when the skip no longer counts; zero: never.
	Expires time.Time
}

// Skip leaves versions out of every choice. scope is a connector's key, a
// publisher ("acme/*") or "*". What is installed stays installed and valid; the Effect
// says which connectors choose differently now, and which of them have no eligible
// version left (P7).
func (a *Admin) Skip(ctx context.Context, scope string, s *Skip) (*Effect, error) {
	if s == nil {
		s = &Skip{}
	}
	return a.hold(ctx, skipKind(), scope, s.Versions, s.Reason, s.Expires)
}

// Unskip takes the skip with that id back. It fails with ErrNotFound when
// there is none.
func (a *Admin) Unskip(ctx context.Context, id string) error {
	return a.release(ctx, skipKind(), id)
}

// Skips lists all skips, oldest first; with a key, those that cover it.
// Expired ones are listed until they are taken back.
func (a *Admin) Skips(ctx context.Context, key string) iter.Seq2[version.Hold, error] {
	return a.holds(ctx, skipKind(), key)
}
