package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/integration/oidcserver"
)

// What the connector is called.
const (
	key     = "notes"
	scheme  = "oauth2"
	release = "1.0.0"
)

// manifest describes the application: where to agree, and which hosts may see the
// token. The scheme states nothing but the issuer, which publishes the rest (RFC 8414).
func manifest(origin string) *connector.Manifest {
	return &connector.Manifest{
		Key: key, Version: release, Hosts: []string{origin}, Probe: origin + oidcserver.PathAPI,
		Auth: []auth.Scheme{{
			ID: scheme, Type: auth.OAuth2Code, Title: "Sign in to Notes", Issuer: origin,
			Scopes: []string{"openid", "offline_access", "notes.read"},
			Quirks: &auth.Quirks{PKCE: auth.PKCERequired},
		}},
		Activities: []connector.Activity{{Name: "whoami", Title: "Who am I", Operation: "get", Object: "account"}},
	}
}

// writeFeed writes a feed of one connector into a folder: an index, and a package
// beside it.
func writeFeed(dir, origin string) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	m := manifest(origin)
	pack, err := packed(m)
	if err != nil {
		return err
	}
	const file = key + "-" + release + ".tgz"
	index := &connector.Index{
		Format: connector.IndexFormat, Version: 1,
		Connectors: []connector.Connector{{Key: key, Name: "Notes", Publisher: "Example", Releases: []connector.Release{{
			Version: release, Published: time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC), Manifest: m,
			Artifact: connector.Artifact{URL: file, Size: int64(len(pack)), Digest: connector.DigestOf(pack)},
		}}}},
	}
	var document bytes.Buffer
	if err := index.Encode(&document); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, file), pack, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "index.json"), document.Bytes(), 0o600)
}

// packed returns a package: an archive with the manifest at its root, where a real
// one has the connector's code, too.
func packed(m *connector.Manifest) ([]byte, error) {
	data, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	zw := gzip.NewWriter(&out)
	tw := tar.NewWriter(zw)
	h := &tar.Header{Name: connector.ManifestFile, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(data))}
	if err := tw.WriteHeader(h); err != nil {
		return nil, err
	}
	if _, err := tw.Write(data); err != nil {
		return nil, err
	}
	if err := tw.Close(); err != nil {
		return nil, err
	}
	err = zw.Close()
	return out.Bytes(), err
}
