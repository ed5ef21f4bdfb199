package meminstaller

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

// Options change how packages are installed. The zero value and nil mean the
// defaults.
type Options struct {
	// Limits bound what one package may cost. The zero value means the defaults.
	Limits installer.Limits
	// Media adds media types, or replaces what is known of one. Nil adds nothing.
	Media map[string]installer.Media
	// Now tells the time for receipts. Nil means time.Now.
	Now func() time.Time
	// MaxBytes bounds the bytes of all files kept and of all artifacts on their
	// way. What exceeds it fails with an error wrapping installer.ErrLimit. Zero or less
	// means DefaultMaxBytes.
	MaxBytes int64
}

// DefaultMaxBytes is the default of Options.MaxBytes: 256 MiB.
const DefaultMaxBytes = 256 << 20

// Installer installs into memory. Make it with New. It is safe for concurrent
// use. Besides the port it implements [installer.Opener] and
// [installer.Sweeper].
type Installer struct {
	pipeline installer.Pipeline
	budget   *budget

	mu       sync.Mutex
	packages map[connector.Digest]*held
}

// held is one installed package. It never changes.
type held struct {
	receipt installer.Receipt
	files   fs.FS
	bytes   int64 // of the budget
}

var (
	_ installer.Installer = (*Installer)(nil)
	_ installer.Opener    = (*Installer)(nil)
	_ installer.Sweeper   = (*Installer)(nil)
)

// New returns an empty Installer.
func New(o *Options) *Installer {
	if o == nil {
		o = &Options{}
	}
	limit := o.MaxBytes
	if limit <= 0 {
		limit = DefaultMaxBytes
	}
	return &Installer{
		pipeline: installer.Pipeline{Limits: o.Limits, Media: o.Media, Now: o.Now},
		budget:   &budget{limit: limit},
		packages: map[connector.Digest]*held{},
	}
}

// Install implements [installer.Installer]. A package that is there is not
// fetched: report then gets one Verifying and nothing else (P13).
func (in *Installer) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	if err := in.pipeline.Check(pkg); err != nil {
		return nil, err
	}
	if h := in.get(pkg.Artifact.Digest); h != nil {
		r, err := in.pipeline.Reuse(ctx, pkg, &h.receipt, h.files, report)
		if err != nil {
			return nil, &installer.Error{Phase: installer.Verifying, Key: pkg.Key, Version: pkg.Version, Err: err}
		}
		if r != nil {
			return r, nil
		}
	}
	s := newStage(in.budget)
	r, err := in.pipeline.Run(ctx, pkg, s, report)
	if err == nil && ctx.Err() != nil {
		err = &installer.Error{Phase: installer.Installing, Key: pkg.Key, Version: pkg.Version, Err: ctx.Err()}
	}
	if err != nil {
		in.budget.release(s.bytes)
		return nil, err
	}
	in.put(&held{receipt: *r, files: s.kept(), bytes: s.bytes})
	return r, nil
}

// Verify implements [installer.Installer].
func (in *Installer) Verify(ctx context.Context, r *installer.Receipt) error {
	h, err := in.find(r)
	if err != nil {
		return err
	}
	return failed(r, r.CheckFiles(ctx, h.files))
}

// Open implements [installer.Opener]. The file system stays readable when the
// package is removed.
func (in *Installer) Open(_ context.Context, r *installer.Receipt) (fs.FS, error) {
	h, err := in.find(r)
	if err != nil {
		return nil, err
	}
	return h.files, nil
}

// Remove implements [installer.Installer]. If the same bytes are installed as
// another package by now, that one stays.
func (in *Installer) Remove(ctx context.Context, r *installer.Receipt) error {
	if err := check(r); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return failed(r, err)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if h := in.packages[r.Digest]; h != nil && h.receipt.Key == r.Key && h.receipt.Version == r.Version {
		in.drop(h)
	}
	return nil
}

// Sweep implements [installer.Sweeper]: it removes every package whose digest
// is in no receipt of keep. Receipts of references are passed over; any other
// that names no digest stops it before anything is removed.
func (in *Installer) Sweep(_ context.Context, keep []*installer.Receipt) (int, error) {
	kept := map[connector.Digest]bool{}
	for _, r := range keep {
		if r != nil && r.IsReference() {
			continue
		}
		if err := check(r); err != nil {
			return 0, err
		}
		kept[r.Digest] = true
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	removed := 0
	for d, h := range in.packages {
		if !kept[d] {
			in.drop(h)
			removed++
		}
	}
	return removed, nil
}

func (in *Installer) get(d connector.Digest) *held {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.packages[d]
}

// put commits a package, in place of one that did not verify.
func (in *Installer) put(h *held) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if old := in.packages[h.receipt.Digest]; old != nil {
		in.drop(old)
	}
	in.packages[h.receipt.Digest] = h
}

// drop removes a package; in.mu is held.
func (in *Installer) drop(h *held) {
	delete(in.packages, h.receipt.Digest)
	in.budget.release(h.bytes)
}

// find returns the package of a receipt.
func (in *Installer) find(r *installer.Receipt) (*held, error) {
	if err := check(r); err != nil {
		return nil, err
	}
	h := in.get(r.Digest)
	if h == nil {
		return nil, failed(r, fmt.Errorf("look for the package: %w", fs.ErrNotExist))
	}
	return h, failed(r, r.CheckKept(&h.receipt))
}

// check refuses what is no receipt of a package.
func check(r *installer.Receipt) error {
	if r == nil {
		return &installer.Error{Err: fmt.Errorf("no receipt: %w", fs.ErrInvalid)}
	}
	_, err := connector.ParseDigest(string(r.Digest))
	return failed(r, err)
}

func failed(r *installer.Receipt, err error) error {
	if err == nil {
		return nil
	}
	return &installer.Error{Key: r.Key, Version: r.Version, Err: err}
}
