package dirinstaller

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/patchbay/patchbay/installer"
)

// Remove implements [installer.Installer]. If the same bytes are installed as
// another package by now, that one stays.
func (in *Installer) Remove(ctx context.Context, r *installer.Receipt) error {
	if r == nil {
		return failed(nil, errNoReceipt())
	}
	content, err := contentPath(r.Digest)
	if err != nil {
		return failed(r, err)
	}
	if err := ctx.Err(); err != nil {
		return failed(r, err)
	}
	return failed(r, in.use(nil, func(d disk) error {
		prefix := attemptPrefix(r.Key, r.Version, r.Digest)
		if _, err := clearAttempts(d, prefix); err != nil {
			return err
		}
		switch kept, err := readReceipt(d, content); {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err == nil && (kept.Key != r.Key || kept.Version != r.Version):
			return nil
		}
		return discard(d, content, prefix)
	}))
}

// Sweep implements [installer.Sweeper]. It removes every attempt, and every
// package whose digest is in no receipt of keep. Receipts of references are
// passed over; any other that names no digest stops it before anything is removed.
func (in *Installer) Sweep(ctx context.Context, keep []*installer.Receipt) (int, error) {
	kept := map[string]bool{}
	for _, r := range keep {
		if r == nil {
			return 0, failed(nil, errNoReceipt())
		}
		if r.IsReference() {
			continue
		}
		content, err := contentPath(r.Digest)
		if err != nil {
			return 0, failed(r, err)
		}
		kept[content] = true
	}
	removed := 0
	err := in.use(nil, func(d disk) error {
		n, err := clearAttempts(d, "")
		removed = n
		if err != nil {
			return err
		}
		n, err = sweepContent(ctx, d, kept)
		removed += n
		return err
	})
	if err != nil {
		return removed, fmt.Errorf("dirinstaller: sweep: %w", err)
	}
	return removed, nil
}

// sweepContent removes whatever lies below content and is not kept.
func sweepContent(ctx context.Context, d disk, kept map[string]bool) (int, error) {
	algorithms, err := list(d, contentDir)
	if err != nil {
		return 0, err
	}
	var stray []string
	for _, alg := range algorithms {
		dir := path.Join(contentDir, alg.Name())
		if !alg.IsDir() || (alg.Name() != "sha256" && alg.Name() != "sha512") {
			stray = append(stray, dir)
			continue
		}
		entries, err := list(d, dir)
		if err != nil {
			return 0, err
		}
		for _, e := range entries {
			if name := path.Join(dir, e.Name()); !kept[name] {
				stray = append(stray, name)
			}
		}
	}
	for i, name := range stray {
		if err := ctx.Err(); err != nil {
			return i, err
		}
		if err := discard(d, name, "sweep-"); err != nil {
			return i, fmt.Errorf("%s: %w", name, err)
		}
	}
	return len(stray), nil
}
