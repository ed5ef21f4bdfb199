package dirinstaller

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/patchbay/patchbay/installer"
)

// Install implements [installer.Installer]. A package that is there and still
// verifies is not fetched: report then gets one Verifying and nothing else
// (P13). One that is there and does not verify is replaced.
func (in *Installer) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (r *installer.Receipt, err error) {
	if err := in.pipeline.Check(pkg); err != nil {
		return nil, err
	}
	defer func() {
		if _, ok := errors.AsType[*installer.Error](err); err != nil && !ok {
			err = &installer.Error{Phase: installer.Installing, Key: pkg.Key, Version: pkg.Version, Err: err}
		}
	}()
	d, err := in.open(true)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	prefix := attemptPrefix(pkg.Key, pkg.Version, pkg.Artifact.Digest)
	if _, err := clearAttempts(d, prefix); err != nil {
		return nil, err
	}
	r, err = in.reuse(ctx, d, pkg, report)
	if r != nil || err != nil {
		return r, err
	}
	s, err := newStage(d, prefix)
	if err != nil {
		return nil, err
	}
	r, err = in.fill(ctx, s, pkg, report)
	if rerr := s.remove(); err != nil {
		return nil, errors.Join(err, rerr)
	}
	// An attempt that cannot be removed after its commit is left to Sweep.
	return r, nil
}

// fill makes the package in the stage and commits it.
func (in *Installer) fill(ctx context.Context, s *stage, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	r, err := in.pipeline.Run(ctx, pkg, s, report)
	if err != nil {
		return nil, err
	}
	if err := writeReceipt(s.disk, path.Join(s.path, newDir, receiptFile), r); err != nil {
		return nil, err
	}
	if err := s.disk.Sync(path.Join(s.path, newDir)); err != nil {
		return nil, fmt.Errorf("flush: %w", err)
	}
	if err := s.close(); err != nil {
		return nil, fmt.Errorf("close: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := commit(s, r); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return r, nil
}

// commit moves the new package into its place. What does not verify there is
// moved to the stage, and back if that was for nothing.
func commit(s *stage, r *installer.Receipt) error {
	content, err := contentPath(r.Digest)
	if err != nil {
		return err
	}
	parent := path.Dir(content)
	if err := s.disk.MkdirAll(parent, 0o755); err != nil {
		return err
	}
	old, fresh := path.Join(s.path, oldDir), path.Join(s.path, newDir)
	replaced, err := moveAway(s.disk, content, old)
	if err != nil {
		return err
	}
	err = s.disk.Rename(fresh, content)
	if err == nil {
		if err = syncAll(s.disk, parent, contentDir, "."); err == nil {
			return nil
		}
		// It is there, but may not be after the next power cut.
		err = errors.Join(err, s.disk.Rename(content, fresh))
	}
	if replaced {
		err = errors.Join(err, s.disk.Rename(old, content))
	}
	return err
}

// moveAway renames what is in the way, if anything is.
func moveAway(d disk, content, old string) (moved bool, err error) {
	err = d.Rename(content, old)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// syncAll flushes directories, the inner before the outer.
func syncAll(d disk, dirs ...string) error {
	for _, dir := range dirs {
		if err := d.Sync(dir); err != nil {
			return fmt.Errorf("flush %s: %w", dir, err)
		}
	}
	return nil
}
