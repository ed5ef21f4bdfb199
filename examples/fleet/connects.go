package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// secretMark begins every secret that is given to the catalog: where it can be read, a
// secret can.
const secretMark = "fleet-secret-"

// connects makes connections, two at once under one name, of which one must fail, and
// renames, shares and deletes some of them.
func connects(ctx context.Context, w *worker) error {
	// What has begun is finished when told to stop, so that it is known what came of it.
	going, ctx := ctx, context.WithoutCancel(ctx)
	connections := w.For(member()).Connections()
	for n := 0; pause(going, 15*time.Millisecond); n++ {
		key, name := []connector.Key{mail, chat}[n%2], fmt.Sprintf("team %d", n)
		var made [2]*catalog.Connection
		var errs [2]error
		var both sync.WaitGroup
		for i := range made {
			both.Go(func() { made[i], errs[i] = w.connect(ctx, key, name) })
		}
		both.Wait()
		if err := errors.Join(errs[:]...); err != nil {
			return err
		}
		for _, conn := range made {
			if conn == nil {
				continue
			}
			if err := w.change(ctx, connections, n, conn.ID, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// change does something with one of three connections.
func (w *worker) change(ctx context.Context, connections *catalog.Connections, n int, id, name string) error {
	a := &act{What: id}
	var err error
	switch n % 3 {
	case 0:
		a.Did, a.Name = renamed, "renamed "+name
		err = connections.Rename(ctx, id, a.Name)
	case 1:
		a.Did = shared
		err = connections.Share(ctx, id, true)
	case 2:
		a.Did = deleted
		err = connections.Delete(ctx, id)
	}
	if err != nil {
		return err
	}
	return w.note(a)
}

// connect makes a connection with an API key. That its name is taken, or that a
// policy refuses it, is told, and no error: then it returns nil.
func (w *worker) connect(ctx context.Context, key connector.Key, name string) (*catalog.Connection, error) {
	conn, err := w.For(member()).Connections().Create(ctx, string(key), scheme, &catalog.ConnectionRequest{
		Name: name, Params: map[string]any{"key": auth.NewSecret(secretMark + rand.Text())},
	})
	switch {
	case errors.Is(err, catalog.ErrDisabledByPolicy):
		return nil, w.note(&act{Did: refused, Key: key, Name: name})
	case errors.Is(err, catalog.ErrExists):
		return nil, w.note(&act{Did: taken, Key: key, Name: name})
	case err != nil:
		return nil, err
	}
	return conn, w.note(&act{
		Did: connected, What: conn.ID, Key: key, Name: name, Policy: conn.Admitted.Policy, Revision: conn.Admitted.Revision,
	})
}
