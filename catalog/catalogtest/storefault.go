package catalogtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// ErrFault is what a StoreFault that names no other error fails with.
var ErrFault = errors.New("injected fault")

// StoreMethod names a method of catalog.Store.
type StoreMethod string

// The methods that can fail.
const (
	StoreGet     StoreMethod = "Get"
	StoreList    StoreMethod = "List"
	StoreApply   StoreMethod = "Apply"
	StoreChanges StoreMethod = "Changes"
	StoreNow     StoreMethod = "Now"
)

// StoreFault is something that goes wrong in a FaultStore.
type StoreFault struct {
	// Method is the method it happens to. Empty means Apply.
	Method StoreMethod
	// Key restricts it to calls with a key, or a prefix listed, that begins so: of an Apply, any of
	// its ops. Empty means every call.
	Key string
	// Nth is the matching call it happens to, counted from when the fault was
	// added: 1 or 0 is the next one.
	Nth int
	// Times is to how many matching calls in a row it happens. 0 means one, less than 0
	// means from then on always.
	Times int

	// Delay passes first, or the context ends, whichever is sooner.
	Delay time.Duration
	// Do is called then, such as for a write that comes in between. Its error
	// fails the call.
	Do func(ctx context.Context) error
	// Err is what the call fails with. catalog.ErrConflict becomes a
	// *catalog.ConflictError for the first op of the Apply that Key matches. nil means
	// ErrFault, unless there is a Delay or a Do: then the call goes on.
	Err error
	// After makes the call do its work before it fails: the reply is lost.
	After bool
	// Crash makes every later call of any method fail with Err too, as if the process had
	// ended here. A new FaultStore on the same Store is the next process.
	Crash bool
}

// FaultStore is a catalog.Store that passes everything on to another one and goes
// wrong where it is told to. Without faults it passes TestStore when the other does. All
// methods are safe for concurrent use.
type FaultStore struct {
	store catalog.Store

	mu      sync.Mutex
	faults  []*pendingFault
	calls   map[StoreMethod]int
	crashed error
}

type pendingFault struct {
	StoreFault
	seen int // matching calls
}

var (
	_ catalog.Store   = (*FaultStore)(nil)
	_ catalog.Watcher = (*FaultStore)(nil)
)

// NewFaultStore wraps s. Close closes s.
func NewFaultStore(s catalog.Store, faults ...StoreFault) *FaultStore {
	f := &FaultStore{store: s, calls: map[StoreMethod]int{}}
	f.Add(faults...)
	return f
}

// Add adds faults. When several are due at one call, the one added first
// happens; the others count the call all the same.
func (f *FaultStore) Add(faults ...StoreFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range faults {
		if fault.Method == "" {
			fault.Method = StoreApply
		}
		fault.Nth = max(fault.Nth, 1)
		if fault.Times == 0 {
			fault.Times = 1
		}
		if fault.Err == nil && fault.Delay == 0 && fault.Do == nil {
			fault.Err = ErrFault
		}
		f.faults = append(f.faults, &pendingFault{StoreFault: fault})
	}
}

// Heal removes all faults, and undoes a crash.
func (f *FaultStore) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults, f.crashed = nil, nil
}

// Calls returns how often the method was called, failed calls included.
func (f *FaultStore) Calls(m StoreMethod) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[m]
}

// Get implements catalog.Store.
func (f *FaultStore) Get(ctx context.Context, key string) (r catalog.Record, err error) {
	err = f.run(ctx, StoreGet, []string{key}, func() error {
		r, err = f.store.Get(ctx, key)
		return err
	})
	return r, err
}

// List implements catalog.Store.
func (f *FaultStore) List(ctx context.Context, prefix, after string, limit int) (list []catalog.Record, err error) {
	err = f.run(ctx, StoreList, []string{prefix}, func() error {
		list, err = f.store.List(ctx, prefix, after, limit)
		return err
	})
	return list, err
}

// Apply implements catalog.Store.
func (f *FaultStore) Apply(ctx context.Context, ops ...catalog.Op) (rev catalog.Revision, err error) {
	keys := make([]string, len(ops))
	for i, op := range ops {
		keys[i] = op.Key
	}
	err = f.run(ctx, StoreApply, keys, func() error {
		rev, err = f.store.Apply(ctx, ops...)
		return err
	})
	if err != nil {
		rev = 0
	}
	return rev, err
}

// Changes implements catalog.Store.
func (f *FaultStore) Changes(ctx context.Context, since catalog.Revision, limit int) (page []catalog.Change, next catalog.Revision, err error) {
	err = f.run(ctx, StoreChanges, nil, func() error {
		page, next, err = f.store.Changes(ctx, since, limit)
		return err
	})
	return page, next, err
}

// Now implements catalog.Store.
func (f *FaultStore) Now(ctx context.Context) (now time.Time, err error) {
	err = f.run(ctx, StoreNow, nil, func() error {
		now, err = f.store.Now(ctx)
		return err
	})
	return now, err
}

// Watch implements catalog.Watcher when the store that is wrapped does, and
// fails with errors.ErrUnsupported otherwise.
func (f *FaultStore) Watch(ctx context.Context) (<-chan struct{}, error) {
	w, ok := f.store.(catalog.Watcher)
	if !ok {
		return nil, fmt.Errorf("store: watch: %w", errors.ErrUnsupported)
	}
	return w.Watch(ctx)
}

// Close implements catalog.Store. It never fails by a fault.
func (f *FaultStore) Close() error { return f.store.Close() }

// run makes one call, with the fault that is due.
func (f *FaultStore) run(ctx context.Context, m StoreMethod, keys []string, call func() error) error {
	fault, err := f.due(m, keys)
	if err != nil {
		return err
	}
	if fault == nil {
		return call()
	}
	if err := sleep(ctx, fault.Delay); err != nil {
		return err
	}
	if fault.Do != nil {
		if err := fault.Do(ctx); err != nil {
			return err
		}
	}
	if fault.Err == nil {
		return call()
	}
	if fault.After {
		if err := call(); err != nil {
			return err
		}
	}
	return fault.failure(m, keys)
}

// due counts the call and returns what must happen to it.
func (f *FaultStore) due(m StoreMethod, keys []string) (*StoreFault, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[m]++
	if f.crashed != nil {
		return nil, f.crashed
	}
	var due *StoreFault
	for _, p := range f.faults {
		if p.Method != m || p.match(keys) < 0 {
			continue
		}
		p.seen++
		if due == nil && p.seen >= p.Nth && (p.Times < 0 || p.seen < p.Nth+p.Times) {
			due = &p.StoreFault
		}
	}
	if due != nil && due.Crash {
		f.crashed = due.Err
		if f.crashed == nil {
			f.crashed = ErrFault
		}
	}
	return due, nil
}

// match returns the first of keys that the fault is about, or -1.
func (fault *StoreFault) match(keys []string) int {
	if fault.Key == "" {
		return 0
	}
	for i, key := range keys {
		if strings.HasPrefix(key, fault.Key) {
			return i
		}
	}
	return -1
}

func (fault *StoreFault) failure(m StoreMethod, keys []string) error {
	if i := fault.match(keys); m == StoreApply && i < len(keys) && errors.Is(fault.Err, catalog.ErrConflict) {
		return &catalog.ConflictError{Index: i, Key: keys[i]}
	}
	return fault.Err
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("store: %w", ctx.Err())
	}
}
