package auth

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
)

// LocalKeys is a [KeyWrapper] whose keys are in this process: those of
// [NewMemoryKeys] die with it, those of [OpenKeyFile] are kept in a file. It
// wraps by AES-256-GCM. The id of a key is a fingerprint of it.
//
// It is safe for concurrent use and needs no closing. Printing one, by whatever
// means, shows no key.
type LocalKeys struct {
	state atomic.Pointer[localState]
	mu    sync.Mutex // held while state is replaced
	file  *keyFile   // nil: memory only
}

// localState is replaced as a whole and never changed.
type localState struct {
	ring keyring
	info fs.FileInfo // of the file that was read
	err  error       // why the file cannot be read any more: then nothing is wrapped
}

// NewMemoryKeys returns keys that are kept in memory only: for tests, and for
// programs whose keys come from somewhere else. Each of keys holds DataKeyBytes
// raw bytes; the first is the current one. None means one random key, and then
// what it has sealed is lost when the program ends.
//
// Its errors wrap fs.ErrInvalid for a key of another length or one given twice.
func NewMemoryKeys(keys ...Secret) (*LocalKeys, error) {
	if len(keys) > maxLocalKeys {
		return nil, fmt.Errorf("auth: memory keys: more than %d: %w", maxLocalKeys, fs.ErrInvalid)
	}
	ring := make(keyring, 0, max(len(keys), 1))
	for i, secret := range keys {
		k, err := newLocalKey([]byte(secret.Reveal()))
		if err == nil && ring.find(k.id) != nil {
			err = fmt.Errorf("is given twice: %w", fs.ErrInvalid)
		}
		if err != nil {
			return nil, fmt.Errorf("auth: memory keys: key %d: %w", i, err)
		}
		ring = append(ring, k)
	}
	if len(ring) == 0 {
		var err error
		if ring, err = ring.rotated(); err != nil {
			return nil, fmt.Errorf("auth: memory keys: %w", err)
		}
	}
	l := &LocalKeys{}
	l.state.Store(&localState{ring: ring})
	return l, nil
}

// CurrentKey returns the id of the key that Wrap uses now: 32 hexadecimal digits.
func (l *LocalKeys) CurrentKey(ctx context.Context) (string, error) {
	current, err := l.current(ctx)
	if err != nil {
		return "", fmt.Errorf("auth: current key: %w", err)
	}
	return current.id, nil
}

// Wrap encrypts dataKey under the current key. It fails if the file of the keys
// cannot be read any more, because what it wrapped then would be lost with this
// process.
func (l *LocalKeys) Wrap(ctx context.Context, dataKey []byte) (WrappedKey, error) {
	current, err := l.current(ctx)
	if err != nil {
		return WrappedKey{}, fmt.Errorf("auth: wrap: %w", err)
	}
	if len(dataKey) != DataKeyBytes {
		return WrappedKey{}, fmt.Errorf("auth: wrap: a data key has %d bytes, not %d: %w", DataKeyBytes, len(dataKey), fs.ErrInvalid)
	}
	return WrappedKey{KeyID: current.id, Bytes: current.wrap(dataKey)}, nil
}

// Unwrap decrypts a data key. It looks into the file of the keys again if it does not
// know the key, because another process may have rotated.
func (l *LocalKeys) Unwrap(ctx context.Context, key WrappedKey) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("auth: unwrap: %w", err)
	}
	k := l.state.Load().ring.find(key.KeyID)
	if k == nil {
		state := l.refresh()
		if k = state.ring.find(key.KeyID); k == nil && state.err != nil {
			return nil, fmt.Errorf("auth: unwrap: %w", state.err)
		}
	}
	if k == nil {
		return nil, fmt.Errorf("auth: unwrap: %w", ErrUnknownKey)
	}
	dataKey, err := k.unwrap(key.Bytes)
	if err != nil {
		return nil, fmt.Errorf("auth: unwrap: %w", err)
	}
	return dataKey, nil
}

// current returns the key to wrap with.
func (l *LocalKeys) current(ctx context.Context) (*localKey, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	state := l.state.Load()
	if l.file != nil && l.file.due() {
		state = l.refresh()
	}
	if state.err != nil {
		return nil, state.err
	}
	return state.ring[0], nil
}

// KeyIDs returns the ids of all keys: the current one, then the others from the
// newest to the oldest.
func (l *LocalKeys) KeyIDs() []string { return l.state.Load().ring.ids() }
