package installer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"

	"github.com/patchbay/patchbay/connector"
)

// Route returns an Installer that hands each package to the installer of its
// media type, and to fallback where there is none; a nil fallback refuses those
// with an error wrapping errors.ErrUnsupported. Receipts go back to where they
// came from, by their MediaType.
//
// The result is also an Opener and a Sweeper, as far as the installer in
// question is one: opening what cannot be opened fails with
// errors.ErrUnsupported, and sweeping passes over what cannot be swept.
func Route(byMediaType map[string]Installer, fallback Installer) Installer {
	return &route{byMediaType: maps.Clone(byMediaType), fallback: fallback}
}

type route struct {
	byMediaType map[string]Installer
	fallback    Installer
}

func (r *route) find(mediaType string) (Installer, error) {
	in := r.byMediaType[effectiveMediaType(mediaType)]
	if in == nil {
		in = r.fallback
	}
	if in == nil {
		return nil, fmt.Errorf("no installer for media type %q: %w", mediaType, errors.ErrUnsupported)
	}
	return in, nil
}

// ofReceipt finds the installer that made the receipt. One made by an installer
// that was used alone before may not name its media type.
func (r *route) ofReceipt(rec *Receipt) (Installer, error) {
	if rec == nil {
		return nil, &Error{Err: fmt.Errorf("no receipt: %w", fs.ErrInvalid)}
	}
	mediaType := rec.MediaType
	if rec.IsReference() {
		mediaType = connector.MediaReference
	}
	in, err := r.find(mediaType)
	if err != nil {
		return nil, &Error{Key: rec.Key, Version: rec.Version, Err: err}
	}
	return in, nil
}

// Install implements Installer.
func (r *route) Install(ctx context.Context, pkg *Package, report func(Progress)) (*Receipt, error) {
	if pkg == nil {
		return nil, &Error{Err: fmt.Errorf("no package: %w", fs.ErrInvalid)}
	}
	in, err := r.find(pkg.Artifact.MediaType)
	if err != nil {
		return nil, &Error{Key: pkg.Key, Version: pkg.Version, Err: err}
	}
	rec, err := in.Install(ctx, pkg, report)
	if err != nil {
		return nil, err
	}
	out := *rec
	out.MediaType = pkg.MediaType()
	return &out, nil
}

// Verify implements Installer.
func (r *route) Verify(ctx context.Context, rec *Receipt) error {
	in, err := r.ofReceipt(rec)
	if err != nil {
		return err
	}
	return in.Verify(ctx, rec)
}

// Remove implements Installer.
func (r *route) Remove(ctx context.Context, rec *Receipt) error {
	in, err := r.ofReceipt(rec)
	if err != nil {
		return err
	}
	return in.Remove(ctx, rec)
}

// Open implements Opener.
func (r *route) Open(ctx context.Context, rec *Receipt) (fs.FS, error) {
	in, err := r.ofReceipt(rec)
	if err != nil {
		return nil, err
	}
	if o, ok := in.(Opener); ok {
		return o.Open(ctx, rec)
	}
	return nil, &Error{Key: rec.Key, Version: rec.Version, Err: fmt.Errorf("open: %w", errors.ErrUnsupported)}
}

// Sweep implements Sweeper. Each installer keeps everything that any of them
// has a receipt for: two may share one place.
func (r *route) Sweep(ctx context.Context, keep []*Receipt) (int, error) {
	var errs []error
	removed := 0
	sweep := func(in Installer) {
		if s, ok := in.(Sweeper); ok {
			n, err := s.Sweep(ctx, keep)
			removed += n
			errs = append(errs, err)
		}
	}
	for _, in := range r.byMediaType {
		sweep(in)
	}
	sweep(r.fallback)
	return removed, errors.Join(errs...)
}
