package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// ErrInUse refuses to remove a version that something still needs.
var ErrInUse = errors.New("in use")

// Prune removes superseded installed versions of a connector: the given ones,
// or without any all but the active one. A version that is active, or
// that a connection was made with, is refused with ErrInUse and those connections' ids, one that is
// not installed with ErrNotFound; then nothing is removed (P21). It waits while the connector
// is being worked on, and returns the versions removed. An error beside them says that they
// are not installed any more, but that their files could not be removed yet; that is tried
// again in the background.
func (a *Admin) Prune(ctx context.Context, key string, versions ...string) ([]string, error) {
	const op = "prune"
	if err := a.allow(ctx, op, ActionPrune, key); err != nil {
		return nil, err
	}
	if _, err := a.cat.snapshot().find(key); err != nil {
		return nil, &Error{Op: op, Key: key, Err: err}
	}
	removed, err := a.prune(ctx, connector.Key(key), versions)
	if err != nil {
		return removed, &Error{Op: op, Key: key, Err: err}
	}
	return removed, nil
}

func (a *Admin) prune(ctx context.Context, key connector.Key, versions []string) ([]string, error) {
	slots := make(chan struct{}, 1)
	slots <- struct{}{}
	l, err := a.cat.waitLease(ctx, key, "prune", slots)
	if err != nil {
		return nil, err
	}
	if err := a.cat.sync(ctx); err != nil {
		return nil, joinRelease(ctx, l, err)
	}
	e := a.cat.snapshot().entry(key)
	versions, err = e.prunable(versions)
	if err != nil || len(versions) == 0 {
		return nil, joinRelease(ctx, l, err)
	}
	if err := a.cat.unheld(ctx, key, versions); err != nil {
		return nil, joinRelease(ctx, l, err)
	}
	// From this commit on the versions are not installed; the files follow, and
	// healLoop removes them if this process does not live to.
	ops := []Op{l.end(), Check(publishedKey(key), atRevision(e.pubRev))}
	for _, v := range versions {
		ops = append(ops,
			Delete(versioned(prefixInstalled, key, v), Any()),
			Put(versioned(prefixTrash, key, v), encode(e.installed[v].Receipt), Any()))
	}
	entry := AuditEntry{By: a.principal, Action: "prune", Key: key, Target: strings.Join(versions, ", ")}
	if err := a.cat.commit(ctx, entry, ops...); err != nil {
		return nil, joinRelease(ctx, l, err)
	}
	return versions, a.cat.emptyTrash(ctx, versioned(prefixTrash, key, ""))
}

// prunable checks the versions asked for, or chooses all superseded ones.
func (e *entry) prunable(versions []string) ([]string, error) {
	if len(versions) == 0 {
		for v := range e.installed {
			if v != e.active() {
				versions = append(versions, v)
			}
		}
		slices.Sort(versions)
		return versions, nil
	}
	var errs []error
	for _, v := range versions {
		switch {
		case v == e.active():
			errs = append(errs, fmt.Errorf("version %s is active: %w", v, ErrInUse))
		case e.installed[v] == nil:
			errs = append(errs, fmt.Errorf("version %s is not installed: %w", v, ErrNotFound))
		}
	}
	versions = slices.Sorted(slices.Values(versions)) // a copy: these are the caller's
	return slices.Compact(versions), errors.Join(errs...)
}

// unheld refuses versions that connections were made with, naming some of them (P21).
// No connection can be made with them meanwhile: it would be made with the active one.
func (c *Catalog) unheld(ctx context.Context, key connector.Key, versions []string) error {
	var errs []error
	for _, v := range versions {
		users, err := c.users(ctx, usePrefix(key, v))
		if err != nil {
			return err
		}
		if len(users) > 0 {
			errs = append(errs, fmt.Errorf("version %s is held by connections %s: %w", v, strings.Join(users, ", "), ErrInUse))
		}
	}
	return errors.Join(errs...)
}
