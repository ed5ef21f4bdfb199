package dirinstaller

import (
	"context"
	"io/fs"

	"github.com/patchbay/patchbay/installer"
)

// Verify implements [installer.Installer]. It reads and hashes every file.
func (in *Installer) Verify(ctx context.Context, r *installer.Receipt) error {
	if r == nil {
		return failed(nil, errNoReceipt())
	}
	return failed(r, in.use(fs.ErrNotExist, func(d disk) error {
		content, err := in.find(d, r)
		if err != nil {
			return err
		}
		files, err := subFS(d, content)
		if err != nil {
			return err
		}
		return r.CheckFiles(ctx, files)
	}))
}

// Open implements [installer.Opener]. It sees that the package is there, not
// that it verifies. The file system is for reading only, safe for concurrent
// use and needs no closing; when the package is removed its files no longer exist.
func (in *Installer) Open(_ context.Context, r *installer.Receipt) (fs.FS, error) {
	if r == nil {
		return nil, failed(nil, errNoReceipt())
	}
	var files fs.FS
	err := in.use(fs.ErrNotExist, func(d disk) error {
		content, err := in.find(d, r)
		files = &packageFS{in: in, dir: content + "/" + filesDir}
		return err
	})
	if err != nil {
		return nil, failed(r, err)
	}
	return files, nil
}

// find returns where the package of r lies, if what lies there is that package.
func (in *Installer) find(d disk, r *installer.Receipt) (string, error) {
	content, err := contentPath(r.Digest)
	if err != nil {
		return "", err
	}
	kept, err := readReceipt(d, content)
	if err != nil {
		return "", err
	}
	return content, r.CheckKept(kept)
}
