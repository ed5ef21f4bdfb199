package catalog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// Verification is how one installed version fares.
type Verification struct {
	Key     connector.Key
	Version string
	Active  bool
	Err     error // nil: everything is as its receipt says
}

// Verify re-checks every installed version against its receipt: the whole
// catalog, or with a key one connector.
func (a *Admin) Verify(ctx context.Context, key string) iter.Seq2[Verification, error] {
	const op = "verify"
	return func(yield func(Verification, error) bool) {
		rows, err := a.verifiable(ctx, op, key)
		if err != nil {
			yield(Verification{}, err)
			return
		}
		for _, e := range rows {
			for _, v := range slices.SortedFunc(maps.Keys(e.installed), version.CompareVersions) {
				if err := ctx.Err(); err != nil {
					yield(Verification{}, &Error{Op: op, Err: err})
					return
				}
				err := a.cat.opts.Installer.Verify(ctx, &e.installed[v].Receipt)
				if err != nil && a.cat.pruned(ctx, e.key, v) {
					continue
				}
				if !yield(Verification{Key: e.key, Version: v, Active: v == e.active(), Err: err}, nil) {
					return
				}
			}
		}
	}
}

// pruned reports whether a version is not installed any more by now.
func (c *Catalog) pruned(ctx context.Context, key connector.Key, v string) bool {
	if c.sync(ctx) != nil {
		return false
	}
	e := c.snapshot().entry(key)
	return e != nil && e.installed[v] == nil
}

func (a *Admin) verifiable(ctx context.Context, op, key string) ([]*entry, error) {
	if err := a.allow(ctx, op, ActionManage, key); err != nil {
		return nil, err
	}
	if a.cat.opts.Installer == nil {
		return nil, &Error{Op: op, Err: fmt.Errorf("Options.Installer is nil: %w", errors.ErrUnsupported)}
	}
	s := a.cat.snapshot()
	if key == "" {
		return slices.Collect(s.all()), nil
	}
	e, err := s.find(key)
	if err != nil {
		return nil, &Error{Op: op, Key: key, Err: err}
	}
	return []*entry{e}, nil
}
