package dirinstaller

import (
	"context"
	"fmt"
	"io/fs"
	"path"

	"github.com/patchbay/patchbay/installer"
)

// reuse returns the receipt of pkg if it is installed and still verifies. With
// neither a receipt nor an error it has to be fetched.
func (in *Installer) reuse(ctx context.Context, d disk, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	content, err := contentPath(pkg.Artifact.Digest)
	if err != nil {
		return nil, err
	}
	kept, err := readReceipt(d, content)
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // what cannot be read is replaced, whatever the reason
	}
	files, err := subFS(d, content)
	if err != nil {
		return nil, err
	}
	r, err := in.pipeline.Reuse(ctx, pkg, kept, files, report)
	if r == nil || err != nil {
		return nil, err
	}
	// Who put it there may have been killed before its name was durable.
	parent := path.Dir(content)
	flush, err := in.parents(d, parent)
	if err == nil {
		err = in.settle(d, parent, flush)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// subFS returns the files of a package.
func subFS(d disk, content string) (fs.FS, error) {
	files, err := fs.Sub(d.FS(), path.Join(content, filesDir))
	if err != nil {
		return nil, fmt.Errorf("open files: %w", err)
	}
	return files, nil
}
