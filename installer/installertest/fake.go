package installertest

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

// Fake is an installer without files, for tests of what uses installers. It
// takes every package at its word: the receipt carries the feed's manifest, or
// one that states nothing but key and version. A test scripts its faults with Script
// and asks what was called with Calls. It is safe for concurrent use; the zero
// value is ready.
//
// It fetches nothing, unless Fetch is set.
type Fake struct {
	// Fetch opens the bytes of each package and checks their size and digest.
	Fetch bool
	// Now tells the time for receipts. Nil means time.Now.
	Now func() time.Time

	mu     sync.Mutex
	faults []*Fault
	calls  []Call
	held   map[release]*installer.Receipt
	broken map[release]bool
}

type release struct {
	key     connector.Key
	version string
}

var (
	_ installer.Installer = (*Fake)(nil)
	_ installer.Sweeper   = (*Fake)(nil)
)

// Method is a method of [installer.Installer].
type Method string

// The methods.
const (
	Install Method = "install"
	Verify  Method = "verify"
	Remove  Method = "remove"
)

// Call is one call of a Fake that has returned.
type Call struct {
	Method  Method
	Key     connector.Key
	Version string
	Err     error // what it returned
}

// Calls returns the calls that have returned, in that order.
func (f *Fake) Calls() []Call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

// Count returns how many calls of a method have returned for a key; an empty
// key means all keys.
func (f *Fake) Count(m Method, key connector.Key) int {
	n := 0
	for _, c := range f.Calls() {
		if c.Method == m && (key == "" || c.Key == key) {
			n++
		}
	}
	return n
}

// Installed returns the receipts of what is installed, by key and version.
func (f *Fake) Installed() []*installer.Receipt {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([]*installer.Receipt, 0, len(f.held))
	for _, r := range f.held {
		all = append(all, r)
	}
	slices.SortFunc(all, compare)
	return all
}

// Corrupt lets the next Verify of a release fail with installer.ErrCorrupt,
// until it is installed anew.
func (f *Fake) Corrupt(key connector.Key, version string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken == nil {
		f.broken = map[release]bool{}
	}
	f.broken[release{key, version}] = true
}

// Lose forgets a release, as if somebody had deleted its files.
func (f *Fake) Lose(key connector.Key, version string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.held, release{key, version})
}

// Install implements [installer.Installer].
func (f *Fake) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	if pkg == nil {
		return nil, &installer.Error{Err: fmt.Errorf("no package: %w", fs.ErrInvalid)}
	}
	at := &attempt{fake: f, pkg: pkg, report: report}
	r, err := at.install(ctx)
	if err != nil {
		r, err = nil, &installer.Error{Phase: at.phase, Key: pkg.Key, Version: pkg.Version, Err: err}
	}
	f.returned(Install, pkg.Key, pkg.Version, err)
	return r, err
}

// Verify implements [installer.Installer].
func (f *Fake) Verify(ctx context.Context, r *installer.Receipt) error {
	return f.receipt(ctx, Verify, r, func(id release) error {
		held := f.held[id]
		switch {
		case held == nil:
			return fs.ErrNotExist
		case f.broken[id] || held.Digest != r.Digest:
			return installer.ErrCorrupt
		}
		return nil
	})
}

// Remove implements [installer.Installer].
func (f *Fake) Remove(ctx context.Context, r *installer.Receipt) error {
	return f.receipt(ctx, Remove, r, func(id release) error {
		delete(f.held, id)
		return nil
	})
}

// receipt does what concerns a receipt, after its faults, with f.mu held.
func (f *Fake) receipt(ctx context.Context, m Method, r *installer.Receipt, do func(release) error) error {
	if r == nil {
		return &installer.Error{Err: fmt.Errorf("no receipt: %w", fs.ErrInvalid)}
	}
	err := f.strike(ctx, m, r.Key, r.Version, "", nil)
	if err == nil {
		f.mu.Lock()
		err = do(release{r.Key, r.Version})
		f.mu.Unlock()
	}
	if err != nil {
		err = &installer.Error{Key: r.Key, Version: r.Version, Err: err}
	}
	f.returned(m, r.Key, r.Version, err)
	return err
}

// Sweep implements [installer.Sweeper]. It has no faults and is no Call.
func (f *Fake) Sweep(_ context.Context, keep []*installer.Receipt) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept := map[release]bool{}
	for _, r := range keep {
		if r == nil {
			return 0, &installer.Error{Err: fmt.Errorf("no receipt: %w", fs.ErrInvalid)}
		}
		kept[release{r.Key, r.Version}] = true
	}
	removed := 0
	for id := range f.held {
		if !kept[id] {
			delete(f.held, id)
			removed++
		}
	}
	return removed, nil
}

func (f *Fake) returned(m Method, key connector.Key, version string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, Call{Method: m, Key: key, Version: version, Err: err})
}

func (f *Fake) now() time.Time {
	if f.Now != nil {
		return f.Now().UTC().Round(0)
	}
	return time.Now().UTC().Round(0)
}
