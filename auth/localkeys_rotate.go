package auth

import (
	"context"
	"fmt"
	"io/fs"
)

// Rotate makes a new random key the current one and returns its id. The keys
// before it stay, to open what they have sealed, until they are destroyed. With
// a file, the new key is on the disk before it is used; other processes on the file
// wrap with it within a second, and unwrap with it at once.
//
// With an error nothing has changed, except that a file system which fails half-way may
// show the new key after all.
func (l *LocalKeys) Rotate(ctx context.Context) (string, error) {
	state, err := l.change(ctx, keyring.rotated)
	if err != nil {
		return "", fmt.Errorf("auth: rotate keys: %w", err)
	}
	return state.ring[0].id, nil
}

// Destroy removes a key for good: what still needs it never opens again. inUse is
// asked whether anything does; true, an error, or no inUse at all refuse, the
// first with ErrKeyInUse, and so is the current key. An id that is not here gives
// ErrUnknownKey.
//
// First rotate, and rewrap every record. Records that other processes began to seal
// before the rotation must have been stored when inUse counts: leave them
// more than the second that they need to see the new key. Sealers keep a data key that they
// have unwrapped for SealerOptions.CacheFor. Copies of the file, and blocks of the
// disk that it was on, are out of reach.
func (l *LocalKeys) Destroy(ctx context.Context, id string, inUse func(ctx context.Context, id string) (bool, error)) error {
	if err := l.destroy(ctx, id, inUse); err != nil {
		return fmt.Errorf("auth: destroy key: %w", err)
	}
	return nil
}

func (l *LocalKeys) destroy(ctx context.Context, id string, inUse func(context.Context, string) (bool, error)) error {
	if inUse == nil {
		return fmt.Errorf("nothing tells whether it is in use: %w", fs.ErrInvalid)
	}
	if _, err := l.refresh().ring.without(id); err != nil {
		return err
	}
	// Once a key is not current it never is again, so the answer stays true.
	switch used, err := inUse(ctx, id); {
	case err != nil:
		return err
	case used:
		return ErrKeyInUse
	}
	_, err := l.change(ctx, func(r keyring) (keyring, error) { return r.without(id) })
	return err
}

// change replaces the keys by what edit makes of the newest ones. One process at
// a time does that to a file, or keys would be lost.
func (l *LocalKeys) change(ctx context.Context, edit func(keyring) (keyring, error)) (*localState, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if l.file != nil {
		unlock, err := l.file.lock(ctx)
		if err != nil {
			return nil, err
		}
		defer unlock()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	state := l.newest()
	if state.err != nil {
		return nil, state.err
	}
	ring, err := edit(state.ring)
	if err != nil {
		return nil, err
	}
	if l.file == nil {
		state = &localState{ring: ring}
		l.state.Store(state)
		return state, nil
	}
	if err := l.file.write(ring); err != nil {
		return nil, err
	}
	state = l.newest()
	return state, state.err
}
