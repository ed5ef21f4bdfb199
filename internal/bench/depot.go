package main

import (
	"archive/tar"
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/patchbay/patchbay/connector"
)

// depot serves packages over loopback HTTP: by URL, with an index, and as an OCI
// registry does. They lie in files, so that what the server keeps is not taken
// for memory of whoever downloads.
type depot struct {
	*httptest.Server
	dir      string
	packages []pack
	spoilt   atomic.Bool // whether the first package has another byte than it should
}

// pack is one package: a tar archive with a manifest and one large file.
type pack struct {
	name, file      string
	digest, payload string // sha256 of the archive, and of the large file in it
	size            int64
	manifest        []byte // as the registry has it
}

const payloadName = "payload.bin"

func openDepot(folder string, n, size int) (d *depot, err error) {
	d = &depot{}
	if d.dir, err = os.MkdirTemp(folder, "depot"); err != nil {
		return nil, err
	}
	for i := range n {
		p, err := writePack(d.dir, i, size)
		if err != nil {
			return nil, errors.Join(err, os.RemoveAll(d.dir))
		}
		d.packages = append(d.packages, p)
	}
	d.Server = httptest.NewServer(http.HandlerFunc(d.serve))
	return d, nil
}

func (d *depot) close() error {
	d.Close()
	return os.RemoveAll(d.dir)
}

func writePack(dir string, i, size int) (p pack, err error) {
	p = pack{name: fmt.Sprintf("package-%d", i)}
	p.file = filepath.Join(dir, p.name+".tar")
	f, err := os.Create(p.file)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	whole, inner, buffered := sha256.New(), sha256.New(), bufio.NewWriterSize(f, 1<<20)
	w := tar.NewWriter(io.MultiWriter(buffered, whole))
	manifest, err := json.Marshal(connector.Manifest{Key: connector.Key(p.name), Version: "1.0.0"})
	if err != nil {
		return p, err
	}
	if err := w.WriteHeader(&tar.Header{Name: "connector.json", Mode: 0o644, Size: int64(len(manifest)), Typeflag: tar.TypeReg}); err != nil {
		return p, err
	}
	if _, err := w.Write(manifest); err != nil {
		return p, err
	}
	if err := w.WriteHeader(&tar.Header{Name: payloadName, Mode: 0o644, Size: int64(size), Typeflag: tar.TypeReg}); err != nil {
		return p, err
	}
	var seed [32]byte
	copy(seed[:], p.name)
	if _, err := io.CopyN(io.MultiWriter(w, inner), rand.NewChaCha8(seed), int64(size)); err != nil {
		return p, err
	}
	if err := errors.Join(w.Close(), buffered.Flush()); err != nil {
		return p, err
	}
	p.digest, p.payload = hex.EncodeToString(whole.Sum(nil)), hex.EncodeToString(inner.Sum(nil))
	if p.size, err = f.Seek(0, io.SeekEnd); err != nil {
		return p, err
	}
	p.manifest, err = p.ociManifest()
	return p, err
}

// ociManifest is the package as one layer of an artifact.
func (p *pack) ociManifest() ([]byte, error) {
	m := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		ArtifactType: "application/vnd.bench", Config: ocispec.DescriptorEmptyJSON,
		Layers: []ocispec.Descriptor{{
			MediaType: "application/vnd.bench.layer", Digest: digestOf(p.digest), Size: p.size,
			Annotations: map[string]string{ocispec.AnnotationTitle: p.name + ".tar"},
		}},
	}
	return json.Marshal(m)
}

// index offers the first n packages.
func (d *depot) index(n int) ([]byte, error) {
	x := connector.Index{Format: connector.IndexFormat}
	for _, p := range d.packages[:n] {
		x.Connectors = append(x.Connectors, connector.Connector{
			Key: connector.Key(p.name), Name: p.name,
			Releases: []connector.Release{{Version: "1.0.0", Artifact: connector.Artifact{
				URL: p.name + ".tar", MediaType: connector.MediaPackageTar, Digest: connector.Digest("sha256:" + p.digest), Size: p.size,
			}}},
		})
	}
	return json.Marshal(x)
}

// serve answers /index-N.json, /NAME.tar, and of a registry's API what a pull
// asks for.
func (d *depot) serve(w http.ResponseWriter, r *http.Request) {
	var n int
	if _, err := fmt.Sscanf(r.URL.Path, "/index-%d.json", &n); err == nil {
		text, err := d.index(n)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(text)
		return
	}
	name, rest := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/"), ".tar"), ""
	if inRegistry, ok := strings.CutPrefix(r.URL.Path, "/v2/"); ok {
		name, rest, _ = strings.Cut(inRegistry, "/")
	}
	for i := range d.packages {
		if p := &d.packages[i]; p.name == name {
			d.servePack(w, r, p, rest)
			return
		}
	}
	http.NotFound(w, r)
}

func (d *depot) servePack(w http.ResponseWriter, r *http.Request, p *pack, what string) {
	switch {
	case strings.HasPrefix(what, "manifests/"):
		sum := sha256.Sum256(p.manifest)
		w.Header().Set("Content-Type", ocispec.MediaTypeImageManifest)
		w.Header().Set("Docker-Content-Digest", "sha256:"+hex.EncodeToString(sum[:]))
		w.Header().Set("Content-Length", fmt.Sprint(len(p.manifest)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(p.manifest)
		}
	case what == "blobs/"+ocispec.DescriptorEmptyJSON.Digest.String():
		w.Header().Set("Content-Length", "2")
		_, _ = io.WriteString(w, "{}")
	case d.spoilt.Load() && p == &d.packages[0]:
		text, err := os.ReadFile(p.file)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		text[len(text)/2] ^= 1
		w.Header().Set("Content-Length", fmt.Sprint(len(text)))
		_, _ = w.Write(text)
	default:
		http.ServeFile(w, r, p.file)
	}
}
