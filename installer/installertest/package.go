package installertest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

// Package returns a native package of a connector that states nothing but its
// key and version, with more files if wanted.
func Package(key connector.Key, version string, files ...File) *installer.Package {
	return PackageOf(&connector.Manifest{Key: key, Version: version}, files...)
}

// PackageOf returns a native package with a manifest, and with more files if
// wanted. Its Manifest field is nil, as from a feed that serves no manifests.
func PackageOf(m *connector.Manifest, files ...File) *installer.Package {
	data := TarGz(append([]File{ManifestFile(m)}, files...)...)
	return FromBytes(m.Key, m.Version, connector.MediaPackageTarGzip, data)
}

// ManifestFile returns the manifest as it lies in a package.
func ManifestFile(m *connector.Manifest) File {
	data, err := json.MarshalIndent(m, "", "  ")
	must(err)
	return File{Name: connector.ManifestFile, Body: string(data)}
}

// NPMPackage returns an npm package as a registry would serve it: name may be
// scoped ("@scope/name"), files lie below the top directory.
func NPMPackage(name, version string, files ...File) *installer.Package {
	data, err := json.Marshal(map[string]any{"name": name, "version": version, "main": "index.js"})
	must(err)
	all := []File{{Name: "package/package.json", Body: string(data)}}
	for _, f := range files {
		f.Name = "package/" + f.Name
		all = append(all, f)
	}
	key := connector.Key(strings.ToLower(strings.TrimPrefix(name, "@")))
	return FromBytes(key, version, connector.MediaNPM, TarGz(all...))
}

// Reference returns a package without bytes, which another system fetches.
func Reference(key connector.Key, version, reference string) *installer.Package {
	return &installer.Package{
		Key: key, Version: version,
		Artifact: connector.Artifact{URL: reference, MediaType: connector.MediaReference},
	}
}

// FromBytes returns a package of the given media type whose artifact is data,
// with its true digest and size.
func FromBytes(key connector.Key, version, mediaType string, data []byte) *installer.Package {
	return &installer.Package{
		Key: key, Version: version,
		Artifact: connector.Artifact{
			URL:       "https://packages.example.com/" + string(key) + "/" + version,
			MediaType: mediaType,
			Digest:    connector.DigestOf(data),
			Size:      int64(len(data)),
		},
		Open: func(ctx context.Context) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(data)), ctx.Err()
		},
	}
}
