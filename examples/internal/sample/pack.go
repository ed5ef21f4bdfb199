package sample

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// FilesPerPackage is how many files each package has.
const FilesPerPackage = 4

// pack builds the package of a release: a gzip-compressed tar archive with the
// manifest at its root. The same release always gives the same bytes.
func (a *app) pack(m *connector.Manifest, modified time.Time) ([]byte, error) {
	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	files := [FilesPerPackage]struct {
		name string
		data []byte
	}{
		{connector.ManifestFile, manifest},
		{"README.md", fmt.Appendf(nil, "# %s %s\n\n%s\n\nA sample. It connects to nothing.\n", a.Name, m.Version, a.About)},
		{"icons/icon.svg", icon(a.Name)},
		{"bin/connector.bin", filler(a.Key, m.Version)},
	}
	var out bytes.Buffer
	// Stored, not compressed: what compression gives may change with the version
	// of Go, and with it the digest of a release that is said to be immutable.
	zw, err := gzip.NewWriterLevel(&out, gzip.NoCompression)
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	tw := tar.NewWriter(zw)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(f.data)), ModTime: modified}
		if err := tw.WriteHeader(h); err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.name, err)
		}
		if _, err := tw.Write(f.data); err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.name, err)
		}
	}
	if err := tw.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if err := zw.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return out.Bytes(), nil
}

// icon draws the first letter in a colour of its own.
func icon(name string) []byte {
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="hsl(%d 60%% 45%%)"/>`+
		`<text x="12" y="17" text-anchor="middle" font-family="sans-serif" font-size="14" fill="white">%s</text></svg>`+"\n",
		seed(name)%360, name[:1])
}

// filler stands for the connector's code: enough bytes that a download takes a
// moment.
func filler(key connector.Key, version string) []byte {
	random := rand.New(rand.NewPCG(seed(string(key)), seed(version))) //nolint:gosec // nothing depends on it being secret
	data := make([]byte, (32+random.IntN(96))<<10)
	for i := 0; i < len(data); i += 8 {
		binary.LittleEndian.PutUint64(data[i:], random.Uint64())
	}
	return data
}

func seed(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // a hash never fails
	return h.Sum64()
}
