package dirinstaller

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

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
}

// Installer installs into a directory. Make it with New. It is safe for
// concurrent use; two calls for one package at the same time are the caller's to
// prevent, as [installer.Installer] says. Besides the port it implements
// [installer.Opener] and [installer.Sweeper].
type Installer struct {
	pipeline installer.Pipeline
	open     func(create bool) (disk, error)
	memory   memory
	durable  sync.Map // directories for packages whose own names are known to be durable
}

var (
	_ installer.Installer = (*Installer)(nil)
	_ installer.Opener    = (*Installer)(nil)
	_ installer.Sweeper   = (*Installer)(nil)
)

// New returns an Installer on dir, which is made by the first Install if it
// does not exist. Nothing is touched before: a directory that cannot be used is
// reported by the first call that needs it.
func New(dir string, o *Options) *Installer {
	if o == nil {
		o = &Options{}
	}
	return &Installer{
		pipeline: installer.Pipeline{Limits: o.Limits, Media: o.Media, Now: o.Now},
		open:     func(create bool) (disk, error) { return openDisk(dir, create) },
		memory:   memory{size: spoolMemory},
	}
}

// use runs do with the directory open. Without the directory there is nothing
// to do, and missing is the outcome.
func (in *Installer) use(missing error, do func(disk) error) (err error) {
	d, err := in.open(false)
	if errors.Is(err, fs.ErrNotExist) {
		return missing
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return do(d)
}

// failed wraps an error that concerns a receipt.
func failed(r *installer.Receipt, err error) error {
	if err == nil {
		return nil
	}
	if r == nil {
		r = &installer.Receipt{}
	}
	return &installer.Error{Key: r.Key, Version: r.Version, Err: err}
}

// errNoReceipt is for callers that pass nil.
func errNoReceipt() error { return fmt.Errorf("no receipt: %w", fs.ErrInvalid) }
