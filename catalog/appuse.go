package catalog

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// dropUnused forgets retired apps that no connection holds.
func (c *Catalog) dropUnused(ctx context.Context, rec *appRecord) ([]Op, error) {
	var failed error
	var ops []Op
	rec.Retired = slices.DeleteFunc(rec.Retired, func(a storedApp) bool {
		users, unheld, err := c.appUsers(ctx, &a)
		failed = errors.Join(failed, err)
		if err != nil || len(users) > 0 {
			return false
		}
		ops = append(ops, unheld)
		return true
	})
	return ops, failed
}

// appUsers names some of the connections that hold an app. The op ends a commit that one
// begins to hold it before.
func (c *Catalog) appUsers(ctx context.Context, a *storedApp) (users []string, unheld Op, err error) {
	mark := prefixAppUse + a.ID
	_, rev, err := get[bool](ctx, c, mark)
	if err := ignore(err, ErrNotFound); err != nil {
		return nil, unheld, err
	}
	unheld = Check(mark, Absent())
	if rev > 0 {
		unheld = Delete(mark, At(rev))
	}
	users, err = c.users(ctx, mark+"/")
	return users, unheld, err
}

// users names some of those who hold something, by the records under a prefix.
func (c *Catalog) users(ctx context.Context, prefix string) ([]string, error) {
	const most = 5
	recs, err := c.store.List(ctx, prefix, "", most)
	ids := make([]string, len(recs))
	for i, r := range recs {
		ids[i] = strings.TrimPrefix(r.Key, prefix)
	}
	return ids, err
}
