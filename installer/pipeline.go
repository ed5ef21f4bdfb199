package installer

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/archive"
)

// Pipeline is what all installers of packages have in common: it fetches,
// verifies and unpacks a package into a Stage and checks what it says of
// itself. Keeping the stage is the installer's own part. The zero value uses all
// defaults; it is safe for concurrent use as long as nobody changes it.
type Pipeline struct {
	// Limits bound what one package may cost. The zero value means the defaults.
	Limits Limits
	// Media adds media types, or replaces what is known of one. Nil adds nothing.
	Media map[string]Media
	// Now tells the time for receipts. Nil means time.Now.
	Now func() time.Time
}

// Stage is the private place of one attempt. Its methods are called from one
// goroutine; whoever made it throws it away after an error.
type Stage interface {
	// Mkdir makes a directory, whose parent exists.
	Mkdir(name string) error
	// Create makes a regular file, whose directory exists.
	Create(name string, executable bool) (io.WriteCloser, error)
	// Spool opens the place for the artifact's bytes until they are unpacked.
	Spool() (Spool, error)
	// Files returns what Mkdir and Create made, as it is read back from where it
	// is kept. It has to be durable when the stage is committed, not before.
	Files() (fs.FS, error)
}

// Spool holds an artifact's bytes. Close throws them away. One that implements
// io.ReaderFrom receives them by that.
type Spool interface {
	io.Writer
	io.ReaderAt
	io.Closer
}

// Run fetches pkg, verifies it, unpacks it into stage and checks its identity.
// The receipt it returns is true once the caller has committed the stage. Every
// error is an *Error. report may be nil.
func (p *Pipeline) Run(ctx context.Context, pkg *Package, stage Stage, report func(Progress)) (*Receipt, error) {
	if err := p.Check(pkg); err != nil {
		return nil, err
	}
	r := &run{p: p, pkg: pkg, stage: stage, report: newReporter(report, pkg.Artifact.Size)}
	receipt, err := r.all(ctx)
	if err != nil {
		return nil, &Error{Phase: r.phase, Key: pkg.Key, Version: pkg.Version, Err: err}
	}
	return receipt, nil
}

// Check says what in pkg itself keeps it from being installed: an invalid key,
// version or digest, a media type that is not known, no way to open it. Run begins
// with it. An installer that looks for what it has calls it first.
func (p *Pipeline) Check(pkg *Package) error {
	if pkg == nil {
		return &Error{Err: fmt.Errorf("no package: %w", fs.ErrInvalid)}
	}
	_, keyErr := connector.ParseKey(string(pkg.Key))
	_, digestErr := connector.ParseDigest(string(pkg.Artifact.Digest))
	errs := []error{keyErr, connector.CheckVersion(pkg.Version), digestErr}
	if _, err := p.media(pkg.Artifact.MediaType); err != nil {
		errs = append(errs, err)
	} else if pkg.Open == nil {
		errs = append(errs, fmt.Errorf("no way to open it: %w", fs.ErrInvalid))
	}
	if pkg.Artifact.Size < 0 {
		errs = append(errs, fmt.Errorf("size %d: %w", pkg.Artifact.Size, fs.ErrInvalid))
	}
	if err := errors.Join(errs...); err != nil {
		return &Error{Key: pkg.Key, Version: pkg.Version, Err: err}
	}
	return nil
}

// run is one package on its way.
type run struct {
	p      *Pipeline
	pkg    *Package
	stage  Stage
	report *reporter
	phase  Phase
}

func (r *run) all(ctx context.Context) (*Receipt, error) {
	unpacked := newQuickHash(maphash.MakeSeed())
	size, err := r.fill(ctx, unpacked)
	if err != nil {
		return nil, err
	}
	files, err := r.stage.Files()
	if err != nil {
		return nil, fmt.Errorf("keep: %w", err)
	}
	again := newQuickHash(unpacked.seed)
	tree, err := hashTree(ctx, files, again)
	if err != nil {
		return nil, err
	}
	if again.tree() != unpacked.tree() {
		return nil, fmt.Errorf("%w: what was read back is not what was unpacked", ErrCorrupt)
	}
	manifest, err := r.p.Identify(ctx, r.pkg, files)
	if err != nil {
		return nil, err
	}
	now := r.p.Now
	if now == nil {
		now = time.Now
	}
	return &Receipt{
		Key: r.pkg.Key, Version: r.pkg.Version, MediaType: r.pkg.MediaType(),
		Digest: r.pkg.Artifact.Digest, Tree: tree.Digest, Size: size, Files: tree.Files,
		InstalledAt: now().UTC().Round(0), Manifest: manifest,
	}, nil
}

// fill fetches, verifies and unpacks.
func (r *run) fill(ctx context.Context, tree *quickHash) (size int64, err error) {
	r.phase = Fetching
	sum, err := newDigester(r.pkg.Artifact.Digest)
	if err != nil {
		return 0, err
	}
	spool, err := r.stage.Spool()
	if err != nil {
		return 0, fmt.Errorf("make room: %w", err)
	}
	defer func() {
		if cerr := spool.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("throw away the artifact: %w", cerr)
		}
	}()
	size, err = r.p.fetch(ctx, r.pkg, spool, sum, r.report)
	if err != nil {
		return size, err
	}
	r.phase = Verifying
	r.report.phase(Verifying, size)
	if err := verify(r.pkg, size, sum); err != nil {
		return size, err
	}
	r.phase = Installing
	r.report.phase(Installing, size)
	return size, r.unpack(ctx, spool, size, tree)
}

func (r *run) unpack(ctx context.Context, spool io.ReaderAt, size int64, tree *quickHash) error {
	media, err := r.p.media(r.pkg.Artifact.MediaType)
	if err != nil {
		return err
	}
	sink := &hashingSink{stage: r.stage, tree: tree}
	_, err = archive.Unpack(ctx, spool, size, archive.Format(media.Format), sink, r.p.archiveOptions(media))
	if err != nil {
		return exported(err)
	}
	return nil
}

// Identify reads what files say of themselves and compares it with pkg (P18).
// It returns the manifest for the receipt, or an error wrapping ErrIdentity or
// ErrRefused. An installer calls it for files that it already has.
func (p *Pipeline) Identify(ctx context.Context, pkg *Package, files fs.FS) (*connector.Manifest, error) {
	media, err := p.media(pkg.Artifact.MediaType)
	if err != nil {
		return nil, err
	}
	manifest, err := media.Manifest(ctx, files)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	if manifest == nil {
		return nil, fmt.Errorf("%w: no manifest", ErrRefused)
	}
	if err := checkIdentity(pkg, manifest, media.IdentityOnly); err != nil {
		return nil, err
	}
	if media.IdentityOnly && pkg.Manifest != nil {
		return pkg.Manifest, nil
	}
	return manifest, nil
}
