package auth

import (
	"context"
	"errors"
	"slices"
)

// JoinKeys returns a KeyWrapper that wraps with current and unwraps with
// whichever knows the key. It is how records move from one keeper of keys to
// another without a pause, from a key file to a key management service, say:
// open the Sealer on JoinKeys(service, file), rewrap every record, then leave
// the file out.
//
// Without current (nil) it only unwraps, and Wrap returns ErrNoKey. Elements of older
// that are nil are left out. The ids of different keys must differ. An error other than
// ErrUnknownKey ends the search, because it may be the answer of the one that has
// the key.
func JoinKeys(current KeyWrapper, older ...KeyWrapper) KeyWrapper {
	return &joinedKeys{current, slices.DeleteFunc(slices.Clone(older), func(k KeyWrapper) bool { return k == nil })}
}

type joinedKeys struct {
	current KeyWrapper // may be nil
	older   []KeyWrapper
}

func (j *joinedKeys) CurrentKey(ctx context.Context) (string, error) {
	if j.current == nil {
		return "", ErrNoKey
	}
	return j.current.CurrentKey(ctx)
}

func (j *joinedKeys) Wrap(ctx context.Context, dataKey []byte) (WrappedKey, error) {
	if j.current == nil {
		return WrappedKey{}, ErrNoKey
	}
	return j.current.Wrap(ctx, dataKey)
}

func (j *joinedKeys) Unwrap(ctx context.Context, key WrappedKey) ([]byte, error) {
	err := ErrUnknownKey
	if j.current != nil {
		var dataKey []byte
		if dataKey, err = j.current.Unwrap(ctx, key); err == nil {
			return dataKey, nil
		}
	}
	for _, keys := range j.older {
		if !errors.Is(err, ErrUnknownKey) {
			break
		}
		var dataKey []byte
		if dataKey, err = keys.Unwrap(ctx, key); err == nil {
			return dataKey, nil
		}
	}
	return nil, err
}
