package authtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"

	"github.com/patchbay/patchbay/auth"
)

// keyT is the part of *testing.T that topics use, so that the kit itself can be
// tested with wrappers that are broken on purpose.
type keyT interface {
	Helper()
	Errorf(format string, args ...any)
	FailNow()
}

// keyKit is what a topic works with.
type keyKit struct {
	keyT

	ctx       context.Context //nolint:containedctx // of one subtest
	keys      auth.KeyWrapper
	rotate    func()
	reopen    func() auth.KeyWrapper
	positions int
}

func (k *keyKit) fatalf(format string, args ...any) {
	k.Helper()
	k.Errorf(format, args...)
	k.FailNow()
}

// dataKey returns a random data key.
func (k *keyKit) dataKey() []byte {
	key := make([]byte, auth.DataKeyBytes)
	_, _ = rand.Read(key) // never fails, its documentation says
	return key
}

// current asks for the current key, which must be a proper id.
func (k *keyKit) current() string {
	k.Helper()
	id, err := k.keys.CurrentKey(k.ctx)
	if err != nil {
		k.fatalf("CurrentKey: %v", err)
	}
	k.proper("CurrentKey", id)
	return id
}

func (k *keyKit) proper(what, id string) {
	k.Helper()
	if id == "" || len(id) > auth.MaxKeyIDBytes {
		k.fatalf("%s: an id has 1 to %d bytes, this one %d", what, auth.MaxKeyIDBytes, len(id))
	}
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			k.fatalf("%s: the id %q has something else than visible ASCII", what, id)
		}
	}
}

// wrap wraps a data key, which must work.
func (k *keyKit) wrap(dataKey []byte) auth.WrappedKey {
	k.Helper()
	w, err := k.keys.Wrap(k.ctx, dataKey)
	if err != nil {
		k.fatalf("Wrap: %v", err)
	}
	k.proper("Wrap", w.KeyID)
	if len(w.Bytes) == 0 || len(w.Bytes) > auth.MaxWrappedKeyBytes {
		k.fatalf("Wrap returned %d bytes; want 1 to %d", len(w.Bytes), auth.MaxWrappedKeyBytes)
	}
	return w
}

// unwraps asserts that w gives dataKey.
func (k *keyKit) unwraps(keys auth.KeyWrapper, w auth.WrappedKey, dataKey []byte) {
	k.Helper()
	got, err := keys.Unwrap(k.ctx, w)
	switch {
	case err != nil:
		k.fatalf("Unwrap of what Wrap returned: %v", err)
	case !bytes.Equal(got, dataKey):
		k.fatalf("Unwrap returned another data key, of %d bytes", len(got))
	}
}

// refused asserts that w is refused, with one of want.
func (k *keyKit) refused(what string, w auth.WrappedKey, want ...error) {
	k.Helper()
	got, err := k.keys.Unwrap(k.ctx, w)
	if err == nil {
		k.fatalf("Unwrap of %s returned a data key", what)
	}
	if len(got) > 0 {
		k.Errorf("Unwrap of %s returned bytes together with an error", what)
	}
	for _, target := range want {
		if errors.Is(err, target) {
			return
		}
	}
	k.fatalf("Unwrap of %s: %v; want an error wrapping %q", what, err, want)
}

// places returns at which of n positions to try something.
func (k *keyKit) places(n int) []int {
	step := 1
	if k.positions > 0 {
		step = max(1, (n+k.positions-1)/k.positions)
	}
	var at []int
	for i := 0; i < n; i += step {
		at = append(at, i)
	}
	return at
}

// together runs n functions at once, which must all return nil.
func (k *keyKit) together(n int, run func(i int) error) {
	k.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = run(i) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		k.fatalf("%v", err)
	}
}

// goesRound wraps and unwraps one data key.
func (k *keyKit) goesRound() error {
	key := k.dataKey()
	w, err := k.keys.Wrap(k.ctx, key)
	if err != nil {
		return fmt.Errorf("Wrap: %w", err)
	}
	back, err := k.keys.Unwrap(k.ctx, w)
	if err != nil {
		return fmt.Errorf("Unwrap: %w", err)
	}
	if !bytes.Equal(key, back) {
		return errors.New("Unwrap returned another data key")
	}
	return nil
}
