package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/patchbay/patchbay/catalog"
)

// Changes implements catalog.Store.
func (s *Store) Changes(ctx context.Context, since catalog.Revision, limit int) ([]catalog.Change, catalog.Revision, error) {
	if err := s.usable(ctx, catalog.ValidateChanges(since, limit)); err != nil {
		return nil, 0, s.failure(ctx, "changes", err)
	}
	for last := (state{revision: -1}); ; {
		st, err := s.state(ctx)
		if err == nil && st == last {
			err = fmt.Errorf("revisions after %d are missing", since)
		}
		if err != nil {
			return nil, 0, s.failure(ctx, "changes", err)
		}
		last = st
		if since < st.floor || since > st.revision {
			return nil, st.revision, fmt.Errorf("store: changes since %d: %w", since, catalog.ErrCompacted)
		}
		if since == st.revision {
			return nil, since, nil
		}
		page, err := s.page(ctx, since, limit)
		if err != nil {
			return nil, 0, s.failure(ctx, "changes", err)
		}
		if len(page) > 0 {
			return page, page[len(page)-1].Revision, nil
		}
		// What there was to read has moved to a later revision, or been forgotten,
		// since the state was read.
	}
}

func (s *Store) state(ctx context.Context) (state, error) {
	var st state
	err := s.readers.one(ctx, s.readers.state, nil, &st.revision, &st.floor, &st.deletions)
	return st, err
}

// page returns the changes of as many whole revisions as limit allows, but of one
// at least, or nothing when that cannot be told any more.
func (s *Store) page(ctx context.Context, since catalog.Revision, limit int) ([]catalog.Change, error) {
	page, floor, err := s.between(ctx, since, math.MaxInt64, limit+1)
	if err != nil || floor > since {
		return nil, err
	}
	if len(page) > limit {
		last := page[limit].Revision // perhaps not whole
		if page[0].Revision == last {
			page, floor, err = s.between(ctx, since, last, math.MaxInt32)
			if err != nil || floor > since {
				return nil, err
			}
		} else {
			page = slices.DeleteFunc(page, func(c catalog.Change) bool { return c.Revision == last })
		}
	}
	slices.SortFunc(page, func(a, b catalog.Change) int {
		return cmp.Or(cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Key, b.Key))
	})
	return page, nil
}

// between returns up to limit changes after since and up to until, in revision
// order, and up to where deletions were forgotten when they were read.
func (s *Store) between(ctx context.Context, since, until catalog.Revision, limit int) ([]catalog.Change, catalog.Revision, error) {
	var page []catalog.Change
	var floor catalog.Revision
	err := s.readers.each(ctx, s.readers.changes, []any{since, until, limit},
		func() { page, floor = nil, 0 },
		func(scan func(...any) error) error {
			var c catalog.Change
			var key []byte
			if err := scan(&c.Revision, &key, &c.Value, &c.Deleted, &floor); err != nil {
				return err
			}
			c.Key = string(key)
			if !c.Deleted {
				c.Value = present(c.Value)
			}
			page = append(page, c)
			return nil
		})
	return page, floor, err
}
