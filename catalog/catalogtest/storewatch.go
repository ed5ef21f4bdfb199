package catalogtest

import (
	"context"
	"errors"
	"fmt"

	"github.com/patchbay/patchbay/catalog"
)

// watch returns a channel of s, or nil when s cannot tell.
func (k *storeKit) watch(ctx context.Context, s catalog.Store) <-chan struct{} {
	k.Helper()
	w, ok := s.(catalog.Watcher)
	if !ok {
		k.Logf("this store is no catalog.Watcher")
		return nil
	}
	wake, err := w.Watch(ctx)
	if errors.Is(err, errors.ErrUnsupported) {
		k.Logf("this store cannot tell of changes: %v", err)
		return nil
	}
	if err != nil {
		k.fatalf("Watch: %v", err)
	}
	return wake
}

// woken waits for a value, or for the end when open is false.
func (k *storeKit) woken(wake <-chan struct{}, open bool, what string) {
	k.Helper()
	for {
		select {
		case _, got := <-wake:
			if got && !open {
				continue // one that was left over
			}
			if got != open {
				k.fatalf("%s: the channel of Watch is closed", what)
			}
			return
		case <-k.ctx.Done():
			k.fatalf("%s: nothing came from the channel of Watch", what)
		}
	}
}

func storeWatch(k *storeKit) {
	s := k.open()
	ctx, cancel := context.WithCancel(k.ctx)
	defer cancel()
	wake := k.watch(ctx, s)
	if wake == nil {
		return
	}
	other := k.watch(k.ctx, s)
	if cap(wake) != 1 {
		k.Errorf("the channel of Watch holds %d values, want 1", cap(wake))
	}
	k.put(s, "a", "one")
	k.woken(wake, true, "after a put")
	k.apply(s, catalog.Delete("a", catalog.Any()))
	k.woken(wake, true, "after a deletion")

	// What is received late is still there, and nobody waits for the receiver.
	for i := range 5 {
		k.put(s, "a", fmt.Sprint(i))
	}
	k.woken(wake, true, "after five puts")
	k.woken(other, true, "in another channel")

	cancel()
	k.woken(wake, false, "after its context ended")
	k.put(s, "b", "two")
	k.woken(other, true, "after one of two channels was closed")
	if err := s.Close(); err != nil {
		k.Errorf("Close: %v", err)
	}
	k.woken(other, false, "after Close")
}

func storeSecond(k *storeKit) {
	one := k.open()
	a := k.put(one, "a", "one")
	two := k.second(one)
	k.has(two, "a", "one", a)
	b := k.apply(two, catalog.Put("a", []byte("two"), catalog.At(a)), catalog.Put("b", nil, catalog.Absent()))
	if b <= a {
		k.Errorf("revision %d after %d, by the other handle", b, a)
	}
	k.has(one, "a", "two", b)
	k.conflict(one, 0, catalog.Put("a", nil, catalog.At(a)))
	k.conflict(one, 0, catalog.Put("b", nil, catalog.Absent()))
	c := k.apply(one, catalog.Delete("a", catalog.At(b)))
	k.hasNot(two, "a")
	if page, next := k.changes(two, b, 10); len(page) != 1 || !page[0].Deleted || next != c {
		k.Errorf("Changes(%d) by the other handle = %d changes and %d, want a deletion and %d", b, len(page), next, c)
	}
	if err := one.Close(); err != nil {
		k.Errorf("Close: %v", err)
	}
	k.has(two, "b", "", b) // closing one handle leaves the other alone
	k.put(two, "c", "three")
}

func storeSecondCounters(k *storeKit) {
	one := k.open()
	two := k.second(one)
	k.together(storeWorkers, func(i int) error {
		s := one
		if i%2 == 1 {
			s = two
		}
		for turn := range storeTurns {
			if err := increment(k, s, "counter", fmt.Sprintf("mark/counter/%d/%d", i, turn)); err != nil {
				return err
			}
		}
		return nil
	})
	k.counted(one, "counter", storeWorkers*storeTurns)
	k.counted(two, "counter", storeWorkers*storeTurns)
	r := newReplica()
	r.follow(k, two, 7)
	r.equals(k, one)
}

func storeSecondWatch(k *storeKit) {
	one := k.open()
	two := k.second(one)
	wake := k.watch(k.ctx, two)
	if wake == nil {
		return
	}
	rev := k.put(one, "a", "one")
	k.woken(wake, true, "after a put by the other handle")
	k.has(two, "a", "one", rev)
}
