package authtest

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"

	"github.com/patchbay/patchbay/auth"
)

func currentIs(change func(string) string) func(*bent) {
	return func(b *bent) {
		b.current = func(ctx context.Context) (string, error) {
			id, err := b.LocalKeys.CurrentKey(ctx)
			return change(id), err
		}
	}
}

func wrapped(change func(w *auth.WrappedKey, dataKey []byte)) func(*bent) {
	return func(b *bent) {
		b.wrap = func(ctx context.Context, dataKey []byte) (auth.WrappedKey, error) {
			w, err := b.LocalKeys.Wrap(ctx, dataKey)
			change(&w, dataKey)
			return w, err
		}
	}
}

func unwrapped(change func([]byte) []byte) func(*bent) {
	return func(b *bent) {
		b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
			key, err := b.LocalKeys.Unwrap(ctx, w)
			if err != nil {
				return nil, err
			}
			return change(key), nil
		}
	}
}

func unwrapsOnce(b *bent) {
	seen := map[string]bool{}
	b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
		if seen[string(w.Bytes)] {
			return nil, auth.ErrTampered
		}
		seen[string(w.Bytes)] = true
		return b.LocalKeys.Unwrap(ctx, w)
	}
}

// wrapsNothing is what a wrapper for development might do.
func wrapsNothing(b *bent) {
	b.wrap = func(ctx context.Context, dataKey []byte) (auth.WrappedKey, error) {
		return auth.WrappedKey{KeyID: b.KeyIDs()[0], Bytes: slices.Clone(dataKey)}, ctx.Err()
	}
	b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) { return slices.Clone(w.Bytes), ctx.Err() }
}

func wrapsInTheOpen(form func([]byte) []byte) func(*bent) {
	return func(b *bent) {
		const size = 60
		b.wrap = func(ctx context.Context, dataKey []byte) (auth.WrappedKey, error) {
			w, err := b.LocalKeys.Wrap(ctx, dataKey)
			w.Bytes = append(w.Bytes, form(dataKey)...)
			return w, err
		}
		reads(size)(b)
	}
}

// reads unwraps the first bytes only.
func reads(size int) func(*bent) {
	return func(b *bent) {
		b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
			w.Bytes = w.Bytes[:min(size, len(w.Bytes))]
			return b.LocalKeys.Unwrap(ctx, w)
		}
	}
}

func swallowsErrors(b *bent) {
	b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
		key, err := b.LocalKeys.Unwrap(ctx, w)
		if err != nil {
			key = make([]byte, auth.DataKeyBytes)
		}
		return key, nil
	}
}

// checksNoTag encrypts without authentication.
func checksNoTag(b *bent) {
	pad := bytes.Repeat([]byte{0x5a}, auth.DataKeyBytes)
	xor := func(key []byte) []byte {
		out := slices.Clone(key)
		for i := range out {
			out[i] ^= pad[i%len(pad)]
		}
		return out
	}
	b.wrap = func(ctx context.Context, dataKey []byte) (auth.WrappedKey, error) {
		return auth.WrappedKey{KeyID: b.KeyIDs()[0], Bytes: xor(dataKey)}, ctx.Err()
	}
	b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) { return xor(w.Bytes), ctx.Err() }
}

func ownError(instead error) func(*bent) {
	return func(b *bent) {
		b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
			key, err := b.LocalKeys.Unwrap(ctx, w)
			if errors.Is(err, instead) {
				err = errors.New("400 Bad Request")
			}
			return key, err
		}
	}
}

func bytesBesideError(b *bent) {
	b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
		key, err := b.LocalKeys.Unwrap(ctx, w)
		if err != nil {
			key = []byte("half a key")
		}
		return key, err
	}
}

func fillsUp(b *bent) {
	kept := map[int][]byte{}
	b.wrap = func(ctx context.Context, dataKey []byte) (auth.WrappedKey, error) {
		w, err := b.LocalKeys.Wrap(ctx, dataKey)
		kept[0] = slices.Clone(w.Bytes)
		return w, err
	}
	b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
		if n := len(w.Bytes); n < len(kept[0]) {
			w.Bytes = append(slices.Clone(w.Bytes), kept[0][n:]...)
		}
		return b.LocalKeys.Unwrap(ctx, w)
	}
}

func triesCurrent(b *bent) {
	b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
		if !slices.Contains(b.KeyIDs(), w.KeyID) {
			w.KeyID = b.KeyIDs()[0]
		}
		return b.LocalKeys.Unwrap(ctx, w)
	}
}

// keepsDataKeys remembers what it was given instead of a copy.
func keepsDataKeys(b *bent) {
	kept := map[string][]byte{}
	b.wrap = func(ctx context.Context, dataKey []byte) (auth.WrappedKey, error) {
		w, err := b.LocalKeys.Wrap(ctx, dataKey)
		kept[string(w.Bytes)] = dataKey
		return w, err
	}
	b.unwrap = func(_ context.Context, w auth.WrappedKey) ([]byte, error) { return kept[string(w.Bytes)], nil }
}

// oneCaller answers with what belongs to whoever called last.
func oneCaller(b *bent) {
	var mu sync.Mutex
	var last auth.WrappedKey
	b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
		mu.Lock()
		defer mu.Unlock()
		last = w
		for range 10_000 { // until another has called
			mu.Unlock()
			runtime.Gosched()
			mu.Lock()
			if !bytes.Equal(last.Bytes, w.Bytes) {
				break
			}
		}
		return b.LocalKeys.Unwrap(ctx, last)
	}
}

func wrapsWithOld(b *bent) {
	first := b.LocalKeys
	kept := map[string]auth.WrappedKey{}
	b.wrap = func(ctx context.Context, dataKey []byte) (auth.WrappedKey, error) {
		if w, ok := kept[string(dataKey)]; ok {
			return w, nil
		}
		w, err := first.Wrap(ctx, dataKey)
		kept[string(dataKey)] = w
		return w, err
	}
}

func forgetsOld(b *bent) {
	b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
		if w.KeyID != b.KeyIDs()[0] {
			return nil, auth.ErrUnknownKey
		}
		return b.LocalKeys.Unwrap(ctx, w)
	}
}

func triesAll(b *bent) {
	b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
		var key []byte
		err := auth.ErrUnknownKey
		for _, w.KeyID = range b.KeyIDs() {
			if key, err = b.LocalKeys.Unwrap(ctx, w); err == nil {
				break
			}
		}
		return key, err
	}
}

// pauses forgets a key while it wraps with the next.
func pauses(b *bent) {
	first := b.KeyIDs()[0]
	b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
		if b.KeyIDs()[0] != first {
			return nil, errors.New("rotating")
		}
		return b.LocalKeys.Unwrap(ctx, w)
	}
}
