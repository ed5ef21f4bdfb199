package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog/fsfeed"
	"github.com/patchbay/patchbay/connector"
)

// The connectors, all made up. People connect to the first two.
const (
	mail   connector.Key = "mail"
	chat   connector.Key = "chat"
	crm    connector.Key = "crm"
	sheets connector.Key = "sheets"

	scheme = "key"
	first  = "1.0.0"
	second = "1.1.0"

	payload = 128 << 10 // bytes of a package
)

func connectors() []connector.Key { return []connector.Key{mail, chat, crm, sheets} }

// upgrades are what the installer is killed at: at the first of them, unless the
// others are so quick that there is nothing left for it to fetch.
func upgrades() []string { return []string{"2.0.0", "2.1.0", "2.2.0", "2.3.0"} }

func packageFile(key connector.Key, version string) string {
	return fmt.Sprintf("%s-%s.tgz", key, version)
}

// writeFeed writes a feed into a folder: an index, and packages beside it.
func writeFeed(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil { //nolint:gosec // the folder is the user's choice
		return err
	}
	index := &connector.Index{Format: connector.IndexFormat, Version: 1}
	for _, key := range connectors() {
		c := connector.Connector{Key: key, Name: string(key), Publisher: "Example"}
		for n, version := range append([]string{first, second}, upgrades()...) {
			m := &connector.Manifest{
				Key: key, Version: version, Hosts: []string{"https://" + string(key) + ".example.com"},
				Auth: []auth.Scheme{{
					ID: scheme, Type: auth.APIKey, In: auth.InHeader, Name: "X-Key",
					Params: []auth.Param{{Key: "key", Title: "Key", Role: auth.RoleRequired, Secret: true}},
				}},
			}
			pack, err := packed(m)
			if err != nil {
				return err
			}
			file := packageFile(key, version)
			if err := os.WriteFile(filepath.Join(dir, file), pack, 0o600); err != nil { //nolint:gosec // the folder is the user's choice
				return err
			}
			c.Releases = append(c.Releases, connector.Release{
				Version: version, Published: time.Date(2026, time.March, 2+n, 9, 0, 0, 0, time.UTC), Manifest: m,
				Artifact: connector.Artifact{URL: file, Size: int64(len(pack)), Digest: connector.DigestOf(pack)},
			})
		}
		index.Connectors = append(index.Connectors, c)
	}
	var document bytes.Buffer
	if err := index.Encode(&document); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, fsfeed.DefaultPath), document.Bytes(), 0o600) //nolint:gosec // the folder is the user's choice
}

// packed returns a package: an archive with the manifest at its root, and something
// that takes the place of code.
func packed(m *connector.Manifest) ([]byte, error) {
	manifest, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	code := make([]byte, payload)
	_, _ = rand.NewChaCha8([32]byte([]byte(fmt.Sprintf("%-32s", string(m.Key)+m.Version)))).Read(code) // never fails
	var out bytes.Buffer
	zw := gzip.NewWriter(&out)
	tw := tar.NewWriter(zw)
	for _, f := range []struct {
		name string
		data []byte
	}{{connector.ManifestFile, manifest}, {"code.bin", code}} {
		if err := tw.WriteHeader(&tar.Header{Name: f.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(f.data))}); err != nil {
			return nil, err
		}
		if _, err := tw.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := tw.Close(); err != nil {
		return nil, err
	}
	err = zw.Close()
	return out.Bytes(), err
}

// distant is a folder that takes as long as a server far away, and tells what is fetched.
type distant struct {
	*fsfeed.Feed

	fetching func(file string)
}

// OpenArtifact implements catalog.ArtifactOpener.
func (d *distant) OpenArtifact(ctx context.Context, a connector.Artifact) (io.ReadCloser, int64, error) {
	d.fetching(a.URL)
	body, size, err := d.Feed.OpenArtifact(ctx, a)
	if err != nil {
		return nil, 0, err
	}
	return &slow{body}, size, nil
}

type slow struct{ io.ReadCloser }

// Read implements io.Reader: some 300 KB a second.
func (s *slow) Read(p []byte) (int, error) {
	time.Sleep(25 * time.Millisecond)
	return s.ReadCloser.Read(p[:min(len(p), 8<<10)])
}
