package refinstaller

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

// Options change how references are installed. The zero value and nil mean the
// defaults.
type Options struct {
	// Now tells the time for receipts. Nil means time.Now.
	Now func() time.Time
}

// Installer installs references. Make it with New. It has no state and is safe
// for concurrent use. Because it keeps nothing, it can neither tell that a
// reference was removed nor that what it points to is gone.
type Installer struct {
	now func() time.Time
}

var _ installer.Installer = (*Installer)(nil)

// New returns an Installer.
func New(o *Options) *Installer {
	if o == nil || o.Now == nil {
		return &Installer{now: time.Now}
	}
	return &Installer{now: o.Now}
}

// Install implements [installer.Installer]. It refuses artifacts that have bytes
// with an error wrapping errors.ErrUnsupported, and a manifest of another
// connector or version with an *installer.IdentityError (P18).
func (in *Installer) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	if pkg == nil {
		return nil, &installer.Error{Err: fmt.Errorf("no package: %w", fs.ErrInvalid)}
	}
	if err := errors.Join(ctx.Err(), check(pkg)); err != nil {
		return nil, &installer.Error{Key: pkg.Key, Version: pkg.Version, Err: err}
	}
	if report != nil {
		report(installer.Progress{Phase: installer.Installing})
	}
	return &installer.Receipt{
		Key: pkg.Key, Version: pkg.Version, MediaType: connector.MediaReference,
		Digest: digest(pkg), Reference: pkg.Artifact.URL,
		InstalledAt: in.now().UTC().Round(0), Manifest: pkg.Manifest,
	}, nil
}

// Verify implements [installer.Installer]. It sees that r is the receipt of a
// reference.
func (in *Installer) Verify(_ context.Context, r *installer.Receipt) error {
	switch {
	case r == nil:
		return &installer.Error{Err: fmt.Errorf("no receipt: %w", fs.ErrInvalid)}
	case !r.IsReference():
		return &installer.Error{Key: r.Key, Version: r.Version, Err: fmt.Errorf("no reference: %w", fs.ErrNotExist)}
	case r.Reference == "" || !r.Digest.Valid():
		return &installer.Error{Key: r.Key, Version: r.Version, Err: installer.ErrCorrupt}
	}
	return nil
}

// Remove implements [installer.Installer]. There is nothing to remove.
func (in *Installer) Remove(_ context.Context, r *installer.Receipt) error {
	if r == nil {
		return &installer.Error{Err: fmt.Errorf("no receipt: %w", fs.ErrInvalid)}
	}
	return nil
}

// check says everything that keeps pkg from being installed.
func check(pkg *installer.Package) error {
	a := pkg.Artifact
	if pkg.MediaType() != connector.MediaReference || pkg.Open != nil {
		return fmt.Errorf("media type %q: only references can be installed here: %w", pkg.MediaType(), errors.ErrUnsupported)
	}
	_, keyErr := connector.ParseKey(string(pkg.Key))
	errs := []error{keyErr, connector.CheckVersion(pkg.Version)}
	if a.URL == "" {
		errs = append(errs, fmt.Errorf("empty reference: %w", fs.ErrInvalid))
	}
	if !digest(pkg).Valid() {
		errs = append(errs, fmt.Errorf("digest %q: %w", a.Digest, fs.ErrInvalid))
	}
	if m := pkg.Manifest; m != nil {
		errs = append(errs, installer.CheckIdentity(pkg, m))
	}
	return errors.Join(errs...)
}

// digest is the one that the package states, or else the one that identifies
// the reference.
func digest(pkg *installer.Package) connector.Digest {
	if pkg.Artifact.Digest != "" {
		return pkg.Artifact.Digest
	}
	return (&connector.Release{Version: pkg.Version, Artifact: pkg.Artifact, Manifest: pkg.Manifest}).Digest()
}
