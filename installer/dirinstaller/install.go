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
	s, err := newStage(d, prefix, &in.memory)
	if err != nil {
		return nil, err
	}
	r, err = in.fill(ctx, s, prefix, pkg, report)
	if err != nil {
		return nil, errors.Join(err, s.remove())
	}
	return r, nil
}

// fill makes the package in the stage and commits it.
func (in *Installer) fill(ctx context.Context, s *stage, prefix string, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	r, err := in.pipeline.Run(ctx, pkg, s, report)
	if err != nil {
		return nil, err
	}
	if err := s.keep(r); err != nil {
		return nil, err
	}
	if err := s.close(); err != nil {
		return nil, fmt.Errorf("close: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := in.commit(s, prefix, r); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	return r, nil
}

// commit makes the attempt the content. Where nothing was in the way this is the
// last thing to be done, so that nothing is left when it has succeeded. What does
// not verify there is moved to an attempt of its own, and back if that was for nothing.
func (in *Installer) commit(s *stage, prefix string, r *installer.Receipt) error {
	content, err := contentPath(r.Digest)
	if err != nil {
		return err
	}
	parent := path.Dir(content)
	flush, err := in.parents(s.disk, parent)
	if err != nil {
		return err
	}
	old := ""
	if _, err = s.disk.Lstat(content); err == nil {
		old, err = moveAway(s.disk, content, prefix)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return err
	}
	err = s.disk.Rename(s.path, content)
	if err == nil {
		if err = in.settle(s.disk, parent, flush); err != nil {
			// It is there, but may not be after the next power cut.
			err = errors.Join(err, s.disk.Rename(content, s.path))
		}
	}
	if old == "" {
		return err
	}
	if err != nil {
		err = errors.Join(err, s.disk.Rename(path.Join(old, oldDir), content))
	}
	// What cannot be removed after the commit is left to Sweep.
	_ = s.disk.RemoveAll(old)
	return err
}

// parents makes a directory for packages and returns what has to be flushed for
// a package in it to stay: those above it only if nobody has done so since
// this process began, because another one may have made them and died.
func (in *Installer) parents(d disk, parent string) (flush []string, err error) {
	if _, err := d.Lstat(parent); err == nil {
		if _, ok := in.durable.Load(parent); ok {
			return []string{parent}, nil
		}
	}
	return []string{parent, contentDir, "."}, d.MkdirAll(parent, 0o755)
}

// settle flushes what parents returned, the inner before the outer.
func (in *Installer) settle(d disk, parent string, flush []string) error {
	for _, dir := range flush {
		if err := d.Sync(dir); err != nil {
			return fmt.Errorf("flush %s: %w", dir, err)
		}
	}
	in.durable.Store(parent, nil)
	return nil
}
