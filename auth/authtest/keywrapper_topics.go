package authtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/auth"
)

// keyCurrent: the current key has a proper name, and keeps it.
func keyCurrent(k *keyKit) {
	id := k.current()
	w := k.wrap(k.dataKey())
	if again := k.current(); again != id {
		k.Errorf("CurrentKey was %q and is %q without a rotation", id, again)
	}
	if w.KeyID != id {
		k.Errorf("Wrap used key %q while the current one is %q", w.KeyID, id)
	}
}

// keyRoundTrip: what was wrapped comes back, whatever it is and as often as asked.
func keyRoundTrip(k *keyKit) {
	for _, dataKey := range [][]byte{
		k.dataKey(), make([]byte, auth.DataKeyBytes), bytes.Repeat([]byte{0xff}, auth.DataKeyBytes),
	} {
		w := k.wrap(dataKey)
		k.unwraps(k.keys, w, dataKey)
		k.unwraps(k.keys, w, dataKey)
	}
	a, b := k.dataKey(), k.dataKey()
	wa, wb := k.wrap(a), k.wrap(b)
	if bytes.Equal(wa.Bytes, wb.Bytes) {
		k.Errorf("Wrap of two data keys returned the same bytes")
	}
	k.unwraps(k.keys, wb, b)
	k.unwraps(k.keys, wa, a)
}

// keyShowsNothing: neither a wrapped key nor a printed wrapper shows the data key.
func keyShowsNothing(k *keyKit) {
	dataKey := k.dataKey()
	w := k.wrap(dataKey)
	k.unwraps(k.keys, w, dataKey)
	inverted := slices.Clone(dataKey)
	for i := range inverted {
		inverted[i] ^= 0xff
	}
	shown := map[string]string{
		"the wrapped key": string(w.Bytes), "the id of the key": w.KeyID,
		"the printed wrapper": fmt.Sprintf("%v %+v %#v %s", k.keys, k.keys, k.keys, k.keys),
	}
	for what, text := range shown {
		for _, form := range []string{
			string(dataKey), string(inverted), hex.EncodeToString(dataKey), strings.ToUpper(hex.EncodeToString(dataKey)),
			base64.RawStdEncoding.EncodeToString(dataKey), base64.RawURLEncoding.EncodeToString(dataKey),
			strings.Trim(fmt.Sprintf("%d", dataKey), "[]"),
		} {
			if strings.Contains(text, form) {
				k.fatalf("%s contains the data key", what)
			}
		}
	}
}

// keyAltered: a changed bit anywhere is noticed.
func keyAltered(k *keyKit) {
	w := k.wrap(k.dataKey())
	for _, i := range k.places(len(w.Bytes)) {
		altered := slices.Clone(w.Bytes)
		altered[i] ^= 1 << (i % 8)
		k.refused(fmt.Sprintf("a wrapped key with a bit changed at byte %d of %d", i, len(w.Bytes)),
			auth.WrappedKey{KeyID: w.KeyID, Bytes: altered}, auth.ErrTampered)
	}
	k.refused("a wrapped key with a byte more",
		auth.WrappedKey{KeyID: w.KeyID, Bytes: append(slices.Clone(w.Bytes), 0)}, auth.ErrTampered)
	k.refused("random bytes", auth.WrappedKey{KeyID: w.KeyID, Bytes: append(k.dataKey(), k.dataKey()...)}, auth.ErrTampered)
	k.refused("a data key that is not wrapped", auth.WrappedKey{KeyID: w.KeyID, Bytes: k.dataKey()}, auth.ErrTampered)
}

// keyCut: a wrapped key of any other length is noticed.
func keyCut(k *keyKit) {
	w := k.wrap(k.dataKey())
	for _, n := range k.places(len(w.Bytes)) {
		k.refused(fmt.Sprintf("a wrapped key cut to %d of %d bytes", n, len(w.Bytes)),
			auth.WrappedKey{KeyID: w.KeyID, Bytes: slices.Clone(w.Bytes[:n])}, auth.ErrTampered)
	}
}

// keyUnknown: an id that is not there is told from an altered wrapped key.
func keyUnknown(k *keyKit) {
	w := k.wrap(k.dataKey())
	last := len(w.KeyID) - 1
	for what, id := range map[string]string{
		"no id": "", "an id cut short": w.KeyID[:last], "a longer id": w.KeyID + "0", "another id": w.KeyID[:last] + "!",
		"the id in other case": swapCase(w.KeyID), "a very long id": strings.Repeat("k", auth.MaxKeyIDBytes),
	} {
		if id != w.KeyID {
			k.refused("a wrapped key under "+what, auth.WrappedKey{KeyID: id, Bytes: w.Bytes}, auth.ErrUnknownKey)
		}
	}
}

func swapCase(s string) string {
	if upper := strings.ToUpper(s); upper != s {
		return upper
	}
	return strings.ToLower(s)
}

// keyNothingShared: arguments are neither kept nor changed, results belong to
// the caller.
func keyNothingShared(k *keyKit) {
	dataKey := k.dataKey()
	given := slices.Clone(dataKey)
	w := k.wrap(given)
	if !bytes.Equal(given, dataKey) {
		k.fatalf("Wrap changed the data key that it was given")
	}
	clear(given)
	stored := slices.Clone(w.Bytes)
	got, err := k.keys.Unwrap(k.ctx, w)
	if err != nil || !bytes.Equal(got, dataKey) {
		k.fatalf("Unwrap returned another data key after the first was cleared, as after every use: %v", err)
	}
	if !bytes.Equal(w.Bytes, stored) {
		k.fatalf("Unwrap changed the wrapped key that it was given")
	}
	clear(got)
	k.unwraps(k.keys, auth.WrappedKey{KeyID: w.KeyID, Bytes: stored}, dataKey)
	other := k.wrap(k.dataKey())
	clear(other.Bytes)
	k.unwraps(k.keys, w, dataKey)
}

// keyContext: a context that has ended ends every call.
func keyContext(k *keyKit) {
	dataKey := k.dataKey()
	w := k.wrap(dataKey)
	ctx, cancel := context.WithCancelCause(k.ctx)
	cancel(nil)
	id, err := k.keys.CurrentKey(ctx)
	k.canceled("CurrentKey", id != "", err)
	again, err := k.keys.Wrap(ctx, dataKey)
	k.canceled("Wrap", again.KeyID != "" || again.Bytes != nil, err)
	got, err := k.keys.Unwrap(ctx, w)
	k.canceled("Unwrap", len(got) > 0, err)
	k.unwraps(k.keys, w, dataKey) // and nothing is spoiled by it
}
