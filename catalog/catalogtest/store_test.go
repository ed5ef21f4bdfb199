package catalogtest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

const rememberedInTest = 20

func TestTestStore_OddKeysAreInOrder(t *testing.T) {
	t.Parallel()
	if !slices.IsSorted(oddKeys()) {
		t.Error("the kit's own keys are not in order")
	}
}

func TestTestStore_PassesWhatIsRight(t *testing.T) { //nolint:tparallel // the kit decides about its subtests
	t.Parallel()
	TestStore(t, func(*testing.T) catalog.Store { return newHandle(newMem()) }, &StoreOptions{
		Reopen:    func(_ *testing.T, s catalog.Store) catalog.Store { return newHandle(s.(*handle).MemStore) },
		Second:    func(_ *testing.T, s catalog.Store) catalog.Store { return newHandle(s.(*handle).MemStore) },
		Deletions: rememberedInTest,
	})
}

func TestTestStore_WithoutOptions(t *testing.T) { //nolint:tparallel // the kit decides about its subtests
	t.Parallel()
	TestStore(t, func(*testing.T) catalog.Store { return catalog.NewMemStore(nil) }, nil)
}

// Every store that is broken on purpose must turn the topic red that is meant
// for it; and every topic must be turned red by at least one of them.
func TestTestStore_FindsWhatIsBroken(t *testing.T) {
	t.Parallel()
	topics := map[string]storeTopic{}
	for _, topic := range storeTopics() {
		topics[topic.name] = topic
	}
	stores := brokenStores()
	used := map[string]bool{}
	for topic, names := range foundBy() {
		for _, name := range names {
			used[name] = true
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				failures := runTopic(t, topics[topic], stores[name])
				if len(failures) == 0 {
					t.Errorf("%q finds nothing wrong", topic)
				}
				t.Logf("%q says: %.200q", topic, failures)
			})
		}
	}
	for name := range topics {
		if len(foundBy()[name]) == 0 {
			t.Errorf("no broken store for %q", name)
		}
	}
	for name := range stores {
		if !used[name] {
			t.Errorf("no topic for %q", name)
		}
	}
}

// foundBy names the broken stores that each topic finds.
func foundBy() map[string][]string {
	return map[string][]string{
		"get and put":                  {"not found is another error", "not found is no error", "stores text", "list has no revisions"},
		"delete":                       {"repeats revisions"},
		"check":                        {"ignores checks", "a check touches the revision"},
		"nothing to change":            {"uses up a revision for nothing"},
		"preconditions":                {"ignores preconditions", "ignores preconditions of deletions", "at 0 means absent", "plain conflict"},
		"first failure is reported":    {"reports another op"},
		"all or nothing":               {"not atomic"},
		"two ops on one key":           {"allows two ops on one key"},
		"key order":                    {"order without case", "order backwards", "keys end at a zero byte"},
		"prefix":                       {"list ignores the prefix"},
		"pages":                        {"list ignores where to start", "list is one short"},
		"key bounds":                   {"cuts long keys"},
		"value bounds":                 {"cuts large values", "cuts values at 64 KiB"},
		"page bounds":                  {"list takes any limit"},
		"values are copied":            {"aliases what it is given", "aliases what it returns"},
		"changes in order":             {"changes in key order", "loses changes", "next moves without changes"},
		"changes are coalesced":        {"changes come twice", "next skips one"},
		"changes keep revisions whole": {"splits pages", "pages of one revision only"},
		"changes tell deletions":       {"forgets deletions", "deletions have values"},
		"changes beyond the newest":    {"hides what it has forgotten"},
		"forgotten deletions":          {"hides what it has forgotten", "forgotten without a place to go on"},
		"revisions grow":               {"repeats revisions"},
		"random ops against a model":   {"swallows a write", "stale list"},
		"concurrent counters":          {"checks, then acts"},
		"concurrent claims":            {"checks, then acts"},
		"concurrent followers":         {"not atomic"},
		"compose":                      {"composes from what was there before"},
		"context":                      {"ignores the context", "says cancelled when it is done"},
		"closed":                       {"works on after Close", "closing twice fails"},
		"now":                          {"no time", "local time"},
		"watch":                        {"never wakes", "the channel stays open"},
		"reopen":                       {"keeps nothing"},
		"second handle":                {"second handle is another store", "close closes both"},
		"second handle counters":       {"checks, then acts", "second handle is another store"},
		"second handle watch":          {"never wakes"},
	}
}

// recorder is the storeT of a topic that is expected to fail.
type recorder struct {
	mu       sync.Mutex
	failures []string
}

func (*recorder) Helper()             {}
func (*recorder) Logf(string, ...any) {}
func (*recorder) FailNow()            { runtime.Goexit() }
func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

// runTopic returns what the topic says of a kind of store.
func runTopic(t *testing.T, topic storeTopic, b broken) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	b.fill()
	r := &recorder{}
	k := &storeKit{storeT: r, ctx: ctx, deletions: rememberedInTest, short: !b.large}
	k.open = func() catalog.Store { return b.open() }
	k.reopen = func(s catalog.Store) catalog.Store { return b.reopen(s) }
	k.second = func(s catalog.Store) catalog.Store { return b.second(s) }
	done := make(chan struct{})
	go func() {
		defer close(done)
		topic.run(k)
	}()
	<-done
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failures
}

func newMem() *catalog.MemStore {
	return catalog.NewMemStore(&catalog.MemStoreOptions{Deletions: rememberedInTest})
}

// handle is one of several on the same storage: closing it leaves the storage.
type handle struct {
	*catalog.MemStore
	closed atomic.Bool
	ctx    context.Context //nolint:containedctx // the handle's life
	cancel context.CancelFunc
}

func newHandle(s *catalog.MemStore) *handle {
	ctx, cancel := context.WithCancel(context.Background())
	return &handle{MemStore: s, ctx: ctx, cancel: cancel}
}

func (h *handle) Close() error {
	h.closed.Store(true)
	h.cancel()
	return nil
}

func (h *handle) err() error {
	if h.closed.Load() {
		return fmt.Errorf("store: %w", catalog.ErrClosed)
	}
	return nil
}

func (h *handle) Get(ctx context.Context, key string) (catalog.Record, error) {
	if err := h.err(); err != nil {
		return catalog.Record{}, err
	}
	return h.MemStore.Get(ctx, key)
}

func (h *handle) List(ctx context.Context, prefix, after string, limit int) ([]catalog.Record, error) {
	if err := h.err(); err != nil {
		return nil, err
	}
	return h.MemStore.List(ctx, prefix, after, limit)
}

func (h *handle) Apply(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
	if err := h.err(); err != nil {
		return 0, err
	}
	return h.MemStore.Apply(ctx, ops...)
}

func (h *handle) Compose(
	ctx context.Context, keys []string, compose func([]catalog.Record) ([]catalog.Op, error), more ...catalog.Op,
) (catalog.Revision, error) {
	if err := h.err(); err != nil {
		return 0, err
	}
	return h.MemStore.Compose(ctx, keys, compose, more...)
}

func (h *handle) Changes(ctx context.Context, since catalog.Revision, limit int) ([]catalog.Change, catalog.Revision, error) {
	if err := h.err(); err != nil {
		return nil, 0, err
	}
	return h.MemStore.Changes(ctx, since, limit)
}

func (h *handle) Now(ctx context.Context) (time.Time, error) {
	if err := h.err(); err != nil {
		return time.Time{}, err
	}
	return h.MemStore.Now(ctx)
}

func (h *handle) Watch(ctx context.Context) (<-chan struct{}, error) {
	if err := h.err(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(h.ctx, cancel)
	return h.MemStore.Watch(ctx)
}
