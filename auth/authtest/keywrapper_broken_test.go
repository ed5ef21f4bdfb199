package authtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/patchbay/patchbay/auth"
)

// bent is a KeyWrapper that is wrong where its fields say so.
type bent struct {
	*auth.LocalKeys

	current func(context.Context) (string, error)
	wrap    func(context.Context, []byte) (auth.WrappedKey, error)
	unwrap  func(context.Context, auth.WrappedKey) ([]byte, error)
}

func (b *bent) CurrentKey(ctx context.Context) (string, error) { return b.current(ctx) }

func (b *bent) Wrap(ctx context.Context, dataKey []byte) (auth.WrappedKey, error) {
	return b.wrap(ctx, dataKey)
}

func (b *bent) Unwrap(ctx context.Context, key auth.WrappedKey) ([]byte, error) {
	return b.unwrap(ctx, key)
}

// straight returns a wrapper that is not bent yet.
func straight(t *testing.T) *bent {
	t.Helper()
	keys, ok := memory(t).(*auth.LocalKeys)
	if !ok {
		t.Fatal("no LocalKeys")
	}
	return &bent{keys, keys.CurrentKey, keys.Wrap, keys.Unwrap}
}

// broken is one way to be wrong, and the topic that must see it.
type broken struct {
	name, topic string
	bend        func(*bent)
}

func wrongAnswers() []broken {
	return []broken{
		{"no id", "current key", currentIs(func(string) string { return "" })},
		{"long id", "current key", currentIs(func(string) string { return strings.Repeat("k", auth.MaxKeyIDBytes+1) })},
		{"id with a space", "current key", currentIs(func(id string) string { return "key " + id })},
		{"id that changes", "current key", currentIs(func(string) string { return fmt.Sprint("k", rand.Uint64()) })},
		{"alias for an id", "current key", currentIs(func(string) string { return "alias/latest" })},
		{"no current key", "current key", func(b *bent) {
			b.current = func(context.Context) (string, error) { return "", errors.New("none") }
		}},
		{"nothing wrapped", "round trip", wrapped(func(w *auth.WrappedKey, _ []byte) { w.Bytes = nil })},
		{"too much wrapped", "round trip", wrapped(func(w *auth.WrappedKey, _ []byte) {
			w.Bytes = make([]byte, auth.MaxWrappedKeyBytes+1)
		})},
		{"wraps a constant", "round trip", wrapped(func(w *auth.WrappedKey, _ []byte) { w.Bytes = []byte("constant") })},
		{"unwraps a constant", "round trip", unwrapped(func([]byte) []byte { return make([]byte, auth.DataKeyBytes) })},
		{"unwraps half", "round trip", unwrapped(func(key []byte) []byte { return key[:16] })},
		{"unwraps once", "round trip", unwrapsOnce},
		{"wraps nothing", "wrapped key shows nothing", wrapsNothing},
		{"keeps a copy of the data key", "wrapped key shows nothing", wrapsInTheOpen(func(key []byte) []byte { return key })},
		{"keeps a copy in hex", "wrapped key shows nothing", wrapsInTheOpen(func(key []byte) []byte { return fmt.Appendf(nil, "%X", key) })},
		{"swallows errors", "altered wrapped key", swallowsErrors},
		{"checks no tag", "altered wrapped key", checksNoTag},
		{"own error for altered", "altered wrapped key", ownError(auth.ErrTampered)},
		{"bytes beside an error", "altered wrapped key", bytesBesideError},
		{"ignores what follows", "altered wrapped key", reads(60)},
		{"fills up what is cut", "cut wrapped key", fillsUp},
		{"own error for unknown", "unknown key", ownError(auth.ErrUnknownKey)},
		{"tries the current key", "unknown key", triesCurrent},
		{"folds case", "unknown key", func(b *bent) {
			b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
				w.KeyID = strings.ToLower(w.KeyID)
				return b.LocalKeys.Unwrap(ctx, w)
			}
		}},
	}
}

func wrongHabits() []broken {
	return []broken{
		{"clears the data key", "nothing is shared", wrapped(func(_ *auth.WrappedKey, dataKey []byte) { clear(dataKey) })},
		{"unwraps in place", "nothing is shared", func(b *bent) {
			b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
				key, err := b.LocalKeys.Unwrap(ctx, w)
				clear(w.Bytes)
				return key, err
			}
		}},
		{"keeps the data key", "nothing is shared", keepsDataKeys},
		{"deaf: CurrentKey", "context", func(b *bent) {
			b.current = func(ctx context.Context) (string, error) { return b.LocalKeys.CurrentKey(context.WithoutCancel(ctx)) }
		}},
		{"deaf: Wrap", "context", func(b *bent) {
			b.wrap = func(ctx context.Context, k []byte) (auth.WrappedKey, error) {
				return b.LocalKeys.Wrap(context.WithoutCancel(ctx), k)
			}
		}},
		{"deaf: Unwrap", "context", func(b *bent) {
			b.unwrap = func(ctx context.Context, w auth.WrappedKey) ([]byte, error) {
				return b.LocalKeys.Unwrap(context.WithoutCancel(ctx), w)
			}
		}},
		{"result of a canceled call", "context", func(b *bent) {
			b.current = func(ctx context.Context) (string, error) { return "kept", ctx.Err() }
		}},
		{"one caller at a time", "at once", oneCaller},
		{"does not see a rotation", "rotation", func(b *bent) {
			id := b.KeyIDs()[0]
			b.current = func(context.Context) (string, error) { return id, nil }
		}},
		{"wraps with the old key", "rotation", wrapsWithOld},
		{"forgets old keys", "rotation", forgetsOld},
		{"tries all keys", "wrapped under another key", triesAll},
		{"pauses for a rotation", "rotation at once", pauses},
		{"opens other keys", "reopen", func(*bent) {}},
	}
}

func TestKitSeesBrokenWrappers(t *testing.T) {
	t.Parallel()
	topics := map[string]keyTopic{}
	for _, topic := range keyTopics() {
		topics[topic.name] = topic
	}
	all := slices.Concat(wrongAnswers(), wrongHabits())
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			topic, ok := topics[c.topic]
			if !ok {
				t.Fatalf("no topic %q", c.topic)
			}
			if complaints := judge(t, topic, func(*bent) {}, false); complaints != "" {
				t.Fatalf("%s says of a good wrapper:\n%s", c.topic, complaints)
			}
			complaints := judge(t, topic, c.bend, true)
			if complaints == "" {
				t.Errorf("%s says nothing", c.topic)
			}
			t.Log(complaints)
		})
	}
}

// judge runs a topic on a wrapper and returns what it complains of.
func judge(t *testing.T, topic keyTopic, bend func(*bent), brokenKeys bool) string {
	t.Helper()
	b := straight(t)
	bend(b)
	r := &recorder{}
	k := &keyKit{keyT: r, ctx: t.Context(), keys: b}
	k.rotate = func() { rotateLocal(t, b.LocalKeys) }
	k.reopen = func() auth.KeyWrapper {
		if brokenKeys {
			return straight(t)
		}
		return b
	}
	var done sync.WaitGroup
	done.Go(func() { topic.run(k) })
	done.Wait()
	return strings.Join(r.complaints, "\n")
}

type recorder struct {
	mu         sync.Mutex
	complaints []string
}

func (*recorder) Helper()  {}
func (*recorder) FailNow() { runtime.Goexit() }

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.complaints = append(r.complaints, fmt.Sprintf(format, args...))
}
