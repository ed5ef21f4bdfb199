package installer

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/patchbay/patchbay/connector"
)

// IsReference reports whether r is the receipt of a reference, which has no
// files.
func (r *Receipt) IsReference() bool {
	return r.Reference != "" || r.MediaType == connector.MediaReference
}

// CheckKept compares r with the receipt that an installer finds where r points.
// The error wraps ErrCorrupt: something else lies there.
func (r *Receipt) CheckKept(kept *Receipt) error {
	if kept.Digest != r.Digest || kept.Tree != r.Tree || kept.Key != r.Key || kept.Version != r.Version {
		return fmt.Errorf("%w: the receipt kept is for %s@%s with files %s", ErrCorrupt, kept.Key, kept.Version, kept.Tree)
	}
	return nil
}

// CheckFiles hashes files and compares them with what r says of them. The error
// wraps ErrCorrupt when they differ.
func (r *Receipt) CheckFiles(ctx context.Context, files fs.FS) error {
	tree, err := HashTree(ctx, files)
	if err != nil {
		return err
	}
	if tree.Digest != r.Tree || tree.Files != r.Files {
		return fmt.Errorf("files: %w", &DigestError{Want: r.Tree, Got: tree.Digest})
	}
	return nil
}

// Reuse returns the receipt for pkg if files, which an installer has kept with
// the receipt kept, still are that package (P13). report then gets one Verifying
// and nothing else. With neither a receipt nor an error the files do not verify,
// and the package has to be installed anew. An error means that installing
// anew would end the same way, or that ctx is over.
func (p *Pipeline) Reuse(ctx context.Context, pkg *Package, kept *Receipt, files fs.FS, report func(Progress)) (*Receipt, error) {
	err := kept.CheckFiles(ctx, files)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil || kept.Digest != pkg.Artifact.Digest {
		return nil, nil //nolint:nilerr,nilnil // whatever the reason, it has to be installed anew
	}
	if kept.MediaType != pkg.MediaType() || kept.Key != pkg.Key || kept.Version != pkg.Version {
		return nil, &IdentityError{
			WantKey: pkg.Key, GotKey: kept.Key, WantVersion: pkg.Version, GotVersion: kept.Version,
			Differences: []string{fmt.Sprintf("the same bytes are installed as %s@%s of media type %s", kept.Key, kept.Version, kept.MediaType)},
		}
	}
	r := *kept
	if r.Manifest, err = p.Identify(ctx, pkg, files); err != nil {
		return nil, err
	}
	newReporter(report, r.Size).phase(Verifying, r.Size)
	return &r, nil
}
