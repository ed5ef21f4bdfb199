package authtest

import (
	"bytes"
	"context"
	"errors"
	"sync"

	"github.com/patchbay/patchbay/auth"
)

// canceled asserts that a call returned the context's error and nothing else.
func (k *keyKit) canceled(call string, something bool, err error) {
	k.Helper()
	if !errors.Is(err, context.Canceled) {
		k.fatalf("%s with a canceled context: %v; want an error wrapping context.Canceled", call, err)
	}
	if something {
		k.fatalf("%s with a canceled context returned something beside the error", call)
	}
}

// keyAtOnce: many callers get their own answers.
func keyAtOnce(k *keyKit) {
	k.together(8, func(int) error {
		for range 4 {
			if err := k.goesRound(); err != nil {
				return err
			}
		}
		return nil
	})
}

// rotated rotates, and returns the id of the current key before and after.
func (k *keyKit) rotated() (before, after string) {
	k.Helper()
	before = k.current()
	k.rotate()
	if after = k.current(); after == before {
		k.fatalf("CurrentKey is %q after a rotation, as before: nothing would be rewrapped", after)
	}
	return before, after
}

// keyRotation: the new key wraps, all keys unwrap.
func keyRotation(k *keyKit) {
	var wrapped []auth.WrappedKey
	var dataKeys [][]byte
	for range 3 {
		dataKey := k.dataKey()
		w := k.wrap(dataKey)
		dataKeys, wrapped = append(dataKeys, dataKey), append(wrapped, w)
		before, after := k.rotated()
		if w.KeyID != before {
			k.fatalf("Wrap used key %q while %q was current", w.KeyID, before)
		}
		if w = k.wrap(dataKey); w.KeyID != after {
			k.fatalf("Wrap used key %q after a rotation to %q", w.KeyID, after)
		}
		for i := range wrapped {
			k.unwraps(k.keys, wrapped[i], dataKeys[i])
		}
	}
}

// keySwapped: a wrapped key opens under its own key only.
func keySwapped(k *keyKit) {
	old := k.wrap(k.dataKey())
	before, after := k.rotated()
	fresh := k.wrap(k.dataKey())
	k.refused("a wrapped key under the id of the next key", auth.WrappedKey{KeyID: after, Bytes: old.Bytes}, auth.ErrTampered)
	k.refused("a wrapped key under the id of the key before", auth.WrappedKey{KeyID: before, Bytes: fresh.Bytes}, auth.ErrTampered)
}

// keyRotationAtOnce: nobody is disturbed by a rotation.
func keyRotationAtOnce(k *keyKit) {
	const workers = 4
	rounds, stop := make(chan error), make(chan struct{})
	var wg sync.WaitGroup
	defer wg.Wait()
	defer close(stop) // also when a rotation ends the topic
	for range workers {
		wg.Go(func() {
			for {
				err := k.goesRound()
				select {
				case rounds <- err:
				case <-stop:
					return
				}
			}
		})
	}
	for range 3 {
		k.rotate()
		for range 2 * workers { // the later ones began after the rotation
			if err := <-rounds; err != nil {
				k.fatalf("during a rotation: %v", err)
			}
		}
	}
}

// keyReopen: the keys outlive the process.
func keyReopen(k *keyKit) {
	dataKey := k.dataKey()
	w := k.wrap(dataKey)
	if k.rotate != nil {
		k.rotate()
	}
	after, second := k.wrap(dataKey), k.reopen()
	k.unwraps(second, w, dataKey)
	k.unwraps(second, after, dataKey)
	id, err := second.CurrentKey(k.ctx)
	if err != nil || id != k.current() {
		k.fatalf("CurrentKey is %q, %v after opening again; want %q", id, err, k.current())
	}
	fresh, err := second.Wrap(k.ctx, dataKey)
	if err != nil {
		k.fatalf("Wrap after opening again: %v", err)
	}
	k.unwraps(k.keys, fresh, dataKey)
}

// keySeals: an auth.Sealer works with it.
func keySeals(k *keyKit) {
	s := auth.NewSealer(k.keys, &auth.SealerOptions{CacheSize: -1})
	place := auth.Binding{Tenant: "acme", Connection: "1", Field: "credential"}
	plaintext := bytes.Repeat([]byte("patchbay"), 64)
	sealed, err := s.SealBytes(k.ctx, place, plaintext)
	if err != nil {
		k.fatalf("Seal: %v", err)
	}
	opens := func(sealed auth.Sealed) {
		if got, err := s.OpenBytes(k.ctx, place, sealed); err != nil || !bytes.Equal(got, plaintext) {
			k.fatalf("Open returned %d bytes, %v; want the %d that were sealed", len(got), err, len(plaintext))
		}
	}
	opens(sealed)
	if k.rotate == nil {
		return
	}
	k.rotate()
	rewrapped, changed, err := s.Rewrap(k.ctx, sealed)
	if err != nil || !changed || rewrapped.KeyID() != k.current() {
		k.fatalf("Rewrap after a rotation: changed %t, %v", changed, err)
	}
	opens(rewrapped)
	opens(sealed)
}
