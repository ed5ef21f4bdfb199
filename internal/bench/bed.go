package main

import (
	"errors"
	"os"
	"time"
)

// bed is what all rows share: a folder for their data, and how much of it.
type bed struct {
	quick bool
	tiny  bool // for tests: so little data that figures mean nothing
	dir   string
	lived map[int]*lived // by how many connectors
	docs  map[string]*documents
}

func newBed(quick bool) (*bed, error) {
	dir, err := os.MkdirTemp("", "patchbay-bench")
	return &bed{quick: quick, dir: dir}, err
}

func (b *bed) close() error { return errors.Join(b.forget(), os.RemoveAll(b.dir)) }

// forget closes the catalogs that rows share.
func (b *bed) forget() error {
	var errs []error
	for _, l := range b.lived {
		errs = append(errs, l.cat.Close())
	}
	b.lived = nil
	return errors.Join(errs...)
}

// of picks an amount of data.
func (b *bed) of(full, quick, tiny int) int {
	switch {
	case b.tiny:
		return tiny
	case b.quick:
		return quick
	default:
		return full
	}
}

// versions is how many releases each connector has.
const versions = 20

// connectors is how many there are.
func (b *bed) connectors() int { return b.of(10_000, 1_000, 200) }

// epoch is when the first releases were published: data must be the same in
// every run.
var epoch = time.Unix(1_700_000_000, 0).UTC() //nolint:gochecknoglobals // a constant that Go has no literal for
