//go:build unix

package linear_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/governance"
)

// The connector and the scheme by which connections are made.
const (
	connectorKey = "crm"
	scheme       = "open"
	places       = 2 // folders, and policies
)

// user asks a catalog.
type user struct {
	id    int
	rand  *rand.Rand
	conns *catalog.Connections
	admin *catalog.Admin
	known [places][]string // connections, the newest last
	base  [places]int64    // of policies
	n     int
}

func newUser(cat *catalog.Catalog, id int, seed uint64) (*user, error) {
	admin, err := cat.Manage(catalogtest.Principal(catalog.RoleAdmin))
	return &user{
		id: id, rand: rand.New(rand.NewPCG(seed, uint64(id))), admin: admin,
		conns: cat.For(catalogtest.Principal(catalog.RoleViewer)).Connections(),
	}, err
}

// next chooses what to ask.
func (u *user) next() wish {
	u.n++
	w := wish{Place: u.rand.IntN(places), Name: u.rand.IntN(namesOfFolder), Mark: fmt.Sprintf("%d.%d", u.id, u.n)}
	known := u.known[w.Place]
	if len(known) > 0 {
		w.ID = known[u.rand.IntN(len(known))]
	}
	switch p := u.rand.IntN(100); {
	case p < 10:
		w.Do, w.Base = "put policy", u.base[w.Place]
	case p < 14:
		w.Do, w.Base = "delete policy", u.base[w.Place]
	case p < 22:
		w.Do = "read policy"
	case p < 32:
		w.Do = "list"
	case p < 50 || w.ID == "":
		w.Do, w.ID = "create", ""
	case p < 65:
		w.Do = "rename"
	case p < 82:
		w.Do = "delete"
	default:
		w.Do = "get"
	}
	return w
}

// ask does what next has chosen. Once in a while it has little time.
func (u *user) ask(ctx context.Context, w wish) reply {
	hurried := u.rand.IntN(50) == 0
	if hurried {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(u.rand.IntN(20))*time.Millisecond)
		defer cancel()
	}
	out, err := u.answer(ctx, w)
	switch {
	case err == nil:
	case errors.Is(err, sqlstore.ErrInDoubt):
		out.Err = doubt
	case hurried && errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, sqlstore.ErrBusy):
		out.Err = late
	case errors.Is(err, catalog.ErrNotFound) && w.Do != "create" && w.Do != "list" && w.Do != "put policy":
		out.Err = notFound
	case errors.Is(err, catalog.ErrExists) && (w.Do == "create" || w.Do == "rename"):
		out.Err = exists
	case errors.Is(err, catalog.ErrConflict) && (w.Do == "put policy" || w.Do == "delete policy"):
		out.Err = conflict
	default:
		out.Err = fmt.Sprintf("%T: %v", err, err)
	}
	return out
}

func (u *user) answer(ctx context.Context, w wish) (reply, error) {
	folder := strconv.Itoa(w.Place)
	switch w.Do {
	case "create":
		conn, err := u.conns.Create(ctx, connectorKey, scheme, &catalog.ConnectionRequest{
			Name: strconv.Itoa(w.Name), Folder: folder, Params: map[string]any{"mark": w.Mark},
		})
		return u.meet(conn, err)
	case "get":
		conn, err := u.conns.Get(ctx, w.ID)
		return u.meet(conn, err)
	case "list":
		var all reply
		for conn, err := range u.conns.List(ctx, &catalog.ConnectionQuery{Folder: &folder}) {
			one, err := u.meet(&conn, err)
			if err != nil {
				return reply{}, err
			}
			all.Rows = append(all.Rows, one.Rows...)
		}
		return all, nil
	case "rename":
		return reply{}, u.conns.Rename(ctx, w.ID, strconv.Itoa(w.Name))
	case "delete":
		return reply{}, u.conns.Delete(ctx, w.ID)
	case "put policy":
		return u.read(w, func() (*governance.Policy, error) {
			return u.admin.PutPolicy(ctx, &governance.Policy{ID: policyID(w.Place), Revision: w.Base, Description: w.Mark})
		})
	case "delete policy":
		return reply{}, u.admin.DeletePolicy(ctx, policyID(w.Place), w.Base)
	default:
		return u.read(w, func() (*governance.Policy, error) { return u.admin.Policy(ctx, policyID(w.Place)) })
	}
}

// meet notes a connection.
func (u *user) meet(c *catalog.Connection, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	const most = 6
	e := entry{ID: c.ID, Mark: fmt.Sprint(c.Params["mark"])}
	if e.Place, err = strconv.Atoi(c.Folder); err != nil {
		return reply{}, err
	}
	if e.Name, err = strconv.Atoi(c.Name); err != nil {
		return reply{}, err
	}
	known := &u.known[e.Place]
	if !slices.Contains(*known, e.ID) {
		*known = append(*known, e.ID)
		*known = (*known)[max(0, len(*known)-most):]
	}
	return reply{Rows: []entry{e}}, nil
}

// read notes what a policy is based on.
func (u *user) read(w wish, do func() (*governance.Policy, error)) (reply, error) {
	p, err := do()
	if errors.Is(err, catalog.ErrNotFound) {
		u.base[w.Place] = 0
	}
	if err != nil {
		return reply{}, err
	}
	u.base[w.Place] = p.Revision
	return reply{Rev: p.Revision, Mark: p.Description}, nil
}

// wishUntil asks until ctx ends.
func wishUntil(ctx context.Context, cat *catalog.Catalog, p pen, id int, seed uint64) error {
	u, err := newUser(cat, id, seed)
	for err == nil && ctx.Err() == nil {
		w := u.next()
		_, err = record(p, monotonic, id, u.n, w, func(w wish) reply { return u.ask(context.WithoutCancel(ctx), w) })
		breathe(ctx)
	}
	return err
}
