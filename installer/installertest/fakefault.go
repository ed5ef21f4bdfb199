package installertest

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

// Fault is something that a Fake does wrong. Which calls it strikes is said by
// the first four fields, what it does by the others, in their order.
type Fault struct {
	Method  Method          // empty: Install
	Key     connector.Key   // empty: any
	Version string          // empty: any
	Phase   installer.Phase // of Install, just after it was reported; empty: before the first
	Times   int             // how many calls it strikes; 0: all

	Delay   time.Duration              // wait so long
	Gate    *Gate                      // wait until somebody opens it
	Err     error                      // fail so; nil: go on
	Receipt func(r *installer.Receipt) // change the receipt that Install is about to return
}

// Script adds faults. The first one that fits a call, and is not used up,
// strikes.
func (f *Fake) Script(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fault := range faults {
		if fault.Method == "" {
			fault.Method = Install
		}
		if fault.Receipt != nil {
			fault.Phase = installer.Installing
		}
		f.faults = append(f.faults, &fault)
	}
}

// Heal forgets all faults. Calls that wait at a gate go on waiting.
func (f *Fake) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
}

// strike lets a fault do its harm, if one fits. A wait ends with ctx.
func (f *Fake) strike(ctx context.Context, m Method, key connector.Key, version string, phase installer.Phase, r *installer.Receipt) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	fault := f.next(m, key, version, phase)
	if fault == nil {
		return nil
	}
	if fault.Delay > 0 {
		timer := time.NewTimer(fault.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := fault.Gate.pass(ctx); err != nil {
		return err
	}
	if fault.Receipt != nil && r != nil {
		fault.Receipt(r)
	}
	return fault.Err
}

// next returns the fault that strikes, and uses it up.
func (f *Fake) next(m Method, key connector.Key, version string, phase installer.Phase) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.faults {
		if fault.Method != m || fault.Phase != phase ||
			(fault.Key != "" && fault.Key != key) || (fault.Version != "" && fault.Version != version) {
			continue
		}
		if fault.Times > 0 {
			if fault.Times--; fault.Times == 0 {
				f.faults = slices.Delete(f.faults, i, i+1)
			}
		}
		return fault
	}
	return nil
}

// Gate holds the calls that a Fault sends to it until it is opened. Make it
// with NewGate. It is safe for concurrent use.
type Gate struct {
	reached  chan struct{}
	opened   chan struct{}
	entering sync.Once
	opening  sync.Once
}

// NewGate returns a closed gate.
func NewGate() *Gate { return &Gate{reached: make(chan struct{}), opened: make(chan struct{})} }

// Reached is closed once a call waits at the gate, or has passed it.
func (g *Gate) Reached() <-chan struct{} { return g.reached }

// Open lets all calls pass, for good. Opening twice is no error.
func (g *Gate) Open() { g.opening.Do(func() { close(g.opened) }) }

func (g *Gate) pass(ctx context.Context) error {
	if g == nil {
		return nil
	}
	g.entering.Do(func() { close(g.reached) })
	select {
	case <-g.opened:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
