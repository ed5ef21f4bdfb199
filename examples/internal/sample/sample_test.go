package sample

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

func build(t *testing.T) *Feed {
	t.Helper()
	f, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *Feed) get(t *testing.T, path string) []byte {
	t.Helper()
	w := httptest.NewRecorder()
	f.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/"+path, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d", path, w.Code)
	}
	return w.Body.Bytes()
}

func TestFeedIsRich(t *testing.T) {
	t.Parallel()
	f := build(t)
	index, problems, err := connector.ParseIndex(f.get(t, "index.json"), nil)
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	if len(index.Connectors) < 24 {
		t.Errorf("%d connectors", len(index.Connectors))
	}
	schemes := map[auth.Type]bool{}
	previews, breaking := 0, 0
	for _, c := range index.Connectors {
		if len(c.Releases) < 3 || len(c.Categories) == 0 || c.Description == "" {
			t.Errorf("%s is poor", c.Key)
		}
		for _, r := range c.Releases {
			if r.EffectiveStage() == connector.Preview {
				previews++
			}
			breaking += len(r.Breaking)
			if len(r.Manifest.Activities) == 0 || len(r.Manifest.Hosts) == 0 || len(r.Manifest.Auth) == 0 {
				t.Errorf("%s %s is poor", c.Key, r.Version)
			}
			for _, s := range r.Manifest.Auth {
				schemes[s.Type] = true
			}
		}
	}
	if previews < 10 || breaking < 5 || !schemes[auth.OAuth2Code] || !schemes[auth.APIKey] || !schemes[auth.Basic] {
		t.Errorf("%d previews, %d breaking changes, schemes %v", previews, breaking, schemes)
	}
}

func TestPackagesAreWhatTheIndexSays(t *testing.T) {
	t.Parallel()
	f := build(t)
	index, _, err := connector.ParseIndex(f.get(t, "index.json"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range index.Connectors {
		for _, r := range c.Releases {
			data := f.get(t, r.Artifact.URL)
			if connector.DigestOf(data) != r.Artifact.Digest || int64(len(data)) != r.Artifact.Size {
				t.Errorf("%s %s is not what the index says", c.Key, r.Version)
			}
			if m := unpack(t, data); !m.Equal(r.Manifest) {
				t.Errorf("%s %s: %v", c.Key, r.Version, m.Differences(r.Manifest))
			}
		}
	}
	if !bytes.Equal(f.index, build(t).index) {
		t.Error("two feeds differ")
	}
}

// unpack returns the manifest of a package of FilesPerPackage files.
func unpack(t *testing.T, data []byte) *connector.Manifest {
	t.Helper()
	zr, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	tr := tar.NewReader(zr)
	m := &connector.Manifest{}
	for n := 0; ; n++ {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			if n != FilesPerPackage {
				t.Errorf("%d files", n)
			}
			return m
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Name == connector.ManifestFile {
			if err := json.NewDecoder(tr).Decode(m); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestDamageCanBeRepaired(t *testing.T) {
	t.Parallel()
	f := build(t)
	path := packagePath("slack", "1.0.0")
	good := f.get(t, path)
	if !f.Damage("slack", "1.0.0") || bytes.Equal(f.get(t, path), good) {
		t.Error("not damaged")
	}
	if !f.Repair("slack", "1.0.0") || !bytes.Equal(f.get(t, path), good) {
		t.Error("not repaired")
	}
	if f.Damage("slack", "0.0.1") || f.Damage("none", "1.0.0") {
		t.Error("damaged what is not there")
	}
	if got := f.Served(); got != 3 {
		t.Errorf("%d served", got)
	}
}

func TestServerSaysNotFoundAndNotModified(t *testing.T) {
	t.Parallel()
	f := build(t)
	f.Pace(time.Millisecond)
	server := httptest.NewServer(f)
	defer server.Close()
	ask := func(path, etag string) (status int, newTag string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("If-None-Match", etag)
		resp, err := server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Error(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
		return resp.StatusCode, resp.Header.Get("ETag")
	}
	status, tag := ask(IndexPath, "")
	if again, _ := ask(IndexPath, tag); status != http.StatusOK || again != http.StatusNotModified {
		t.Errorf("status %d, then %d", status, again)
	}
	for path, want := range map[string]int{"packages/none-1.0.0.tgz": http.StatusNotFound, packagePath("slack", "1.0.0"): http.StatusOK} {
		if got, _ := ask("/"+path, ""); got != want {
			t.Errorf("%s: status %d", path, got)
		}
	}
}
