package installer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/patchbay/patchbay/connector"
)

// maxManifest bounds the file that a manifest is read from, in bytes.
const maxManifest = connector.DefaultMaxManifestBytes

// NativeManifest reads connector.json at the root of a package, strictly. It is
// the ManifestReader of the library's own media types. Everything that is wrong
// with the manifest is in the error at once, as [connector.Faults].
func NativeManifest(_ context.Context, files fs.FS) (*connector.Manifest, error) {
	data, err := readBounded(files, connector.ManifestFile)
	if err != nil {
		return nil, err
	}
	m, err := connector.ParseManifest(data, nil)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRefused, connector.ManifestFile, err)
	}
	return m, nil
}

// readBounded reads a file that a package must have and that is not too big.
func readBounded(files fs.FS, name string) (data []byte, err error) {
	f, err := files.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: no %s", ErrRefused, name)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	defer func() {
		if cerr := f.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("close %s: %w", name, cerr)
		}
	}()
	if info, err := f.Stat(); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	} else if info.IsDir() {
		return nil, fmt.Errorf("%w: %s is a directory", ErrRefused, name)
	}
	data, err = io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(data) > maxManifest {
		return nil, &LimitError{Limit: "bytes of " + name, Max: maxManifest}
	}
	return data, nil
}
