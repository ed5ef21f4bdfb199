package catalogtest

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// storeCall is one call of each method, for what must hold of all of them.
type storeCall struct {
	method string
	call   func(ctx context.Context, s catalog.Store) error
}

func storeCalls() []storeCall {
	return []storeCall{
		{"Get", func(ctx context.Context, s catalog.Store) error { _, err := s.Get(ctx, "a"); return err }},
		{"List", func(ctx context.Context, s catalog.Store) error { _, err := s.List(ctx, "", "", 1); return err }},
		{"Changes", func(ctx context.Context, s catalog.Store) error { _, _, err := s.Changes(ctx, 0, 1); return err }},
		{"Now", func(ctx context.Context, s catalog.Store) error { _, err := s.Now(ctx); return err }},
		{"Apply", func(ctx context.Context, s catalog.Store) error {
			_, err := s.Apply(ctx, catalog.Put("a", []byte("two"), catalog.Any()))
			return err
		}},
		{"Apply with nothing to change", func(ctx context.Context, s catalog.Store) error {
			_, err := s.Apply(ctx, catalog.Check("a", catalog.Any()))
			return err
		}},
	}
}

func storeContext(k *storeKit) {
	s := k.open()
	rev := k.put(s, "a", "one")
	cancelled, cancel := context.WithCancel(k.ctx)
	cancel()
	expired, cancel := context.WithDeadline(k.ctx, time.Unix(1, 0))
	defer cancel()
	for _, c := range storeCalls() {
		if err := c.call(cancelled, s); !errors.Is(err, context.Canceled) {
			k.Errorf("%s with a cancelled context: %v, want context.Canceled", c.method, err)
		}
		if err := c.call(expired, s); !errors.Is(err, context.DeadlineExceeded) {
			k.Errorf("%s with an expired context: %v, want context.DeadlineExceeded", c.method, err)
		}
	}
	k.has(s, "a", "one", rev)
	next := k.put(s, "a", "two") // the store is as good as before
	k.has(s, "a", "two", next)
	k.cancelWrites(s)
}

// cancelWrites cancels Applys while they are at work: each is done or is not,
// and one that failed for its context is not.
func (k *storeKit) cancelWrites(s catalog.Store) {
	k.Helper()
	for i := range 30 {
		last := k.apply(s)
		ctx, cancel := context.WithCancel(k.ctx)
		stop := time.AfterFunc(time.Duration(i*20)*time.Microsecond, cancel)
		rev, err := s.Apply(ctx, catalog.Put("x", []byte{byte(i)}, catalog.Any()), catalog.Put("y", []byte{byte(i)}, catalog.Any()))
		stop.Stop()
		cancel()
		now := k.apply(s)
		switch {
		case err == nil && (rev <= last || now != rev):
			k.fatalf("Apply = revision %d; the newest was %d and is %d", rev, last, now)
		case err != nil && !errors.Is(err, context.Canceled):
			k.fatalf("Apply, cancelled meanwhile: %v, want context.Canceled", err)
		case err != nil && now != last:
			k.fatalf("Apply failed (%v), and yet the newest revision went from %d to %d", err, last, now)
		}
	}
}

func storeClosed(k *storeKit) {
	s := k.open()
	k.put(s, "a", "one")
	for range 2 {
		if err := s.Close(); err != nil {
			k.Errorf("Close: %v", err)
		}
	}
	for _, c := range storeCalls() {
		if err := c.call(k.ctx, s); !errors.Is(err, catalog.ErrClosed) || !errors.Is(err, fs.ErrClosed) {
			k.Errorf("%s after Close: %v, want ErrClosed", c.method, err)
		}
	}
	if w, ok := s.(catalog.Watcher); ok {
		if _, err := w.Watch(k.ctx); !errors.Is(err, catalog.ErrClosed) && !errors.Is(err, errors.ErrUnsupported) {
			k.Errorf("Watch after Close: %v, want ErrClosed", err)
		}
	}

	// Closing while others are at work: they finish or find it closed.
	s = k.open()
	k.together(storeWorkers, func(i int) error {
		if i == 0 {
			return s.Close()
		}
		for range storeTurns {
			for _, c := range storeCalls() {
				err := c.call(k.ctx, s)
				if err != nil && !errors.Is(err, catalog.ErrClosed) && !errors.Is(err, catalog.ErrNotFound) {
					return err
				}
			}
		}
		return nil
	})
}

func storeNow(k *storeKit) {
	s := k.open()
	first, err := s.Now(k.ctx)
	if err != nil {
		k.fatalf("Now: %v", err)
	}
	second, err := s.Now(k.ctx)
	if err != nil {
		k.fatalf("Now: %v", err)
	}
	if first.IsZero() || second.Before(first) {
		k.Errorf("Now is %v, then %v", first, second)
	}
	if first.Location() != time.UTC {
		k.Errorf("Now is in %v, want UTC", first.Location())
	}
}

func storeReopen(k *storeKit) {
	s := k.open()
	a := k.put(s, "a", "one")
	b := k.apply(s, catalog.Put("\x00\xff", []byte("\x00"), catalog.Any()), catalog.Put("gone", nil, catalog.Any()))
	last := k.apply(s, catalog.Delete("gone", catalog.Any()))
	if err := s.Close(); err != nil {
		k.fatalf("Close: %v", err)
	}
	s = k.reopen(s)
	k.has(s, "a", "one", a)
	k.has(s, "\x00\xff", "\x00", b)
	k.hasNot(s, "gone")
	if page, next := k.changes(s, 0, 10); len(page) != 3 || !page[2].Deleted || next != last {
		k.Errorf("Changes(0) = %d changes and %d, want 3, the last a deletion, and %d", len(page), next, last)
	}
	k.conflict(s, 0, catalog.Put("a", nil, catalog.At(b)))
	if rev := k.apply(s, catalog.Put("a", []byte("two"), catalog.At(a))); rev <= last {
		k.Errorf("revision %d after %d", rev, last)
	}
}
