package installer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/patchbay/patchbay/connector"
)

// maxManifest bounds the file that a manifest is read from, in bytes.
const maxManifest = 8 << 20

// NativeManifest reads connector.json at the root of a package. It is the
// ManifestReader of the library's own media types.
func NativeManifest(_ context.Context, files fs.FS) (*connector.Manifest, error) {
	data, err := readBounded(files, connector.ManifestFile)
	if err != nil {
		return nil, err
	}
	m := &connector.Manifest{}
	if err := json.Unmarshal(data, m); err != nil {
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
