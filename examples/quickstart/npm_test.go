package main

import (
	"crypto/sha512"
	"encoding/hex"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/internal/realdata"
)

func TestRealPackagesAreInstalled(t *testing.T) {
	t.Parallel()
	data := realdata.Dir(t, "npm")
	dir := t.TempDir()
	p := runProgram(t, "-json", "-dir", dir, "-feed", "npm:"+data, "-install", "all").must(t, exitOK).parse(t)
	if len(p.installs) != 5 || len(p.rows) != 5 {
		t.Fatalf("printed %+v", p)
	}
	for key, line := range p.installs {
		if row := p.row(t, key); line.State != catalog.Done || row.Active != line.Version || row.Tag != catalog.Active {
			t.Errorf("%+v %+v", line, row)
		}
	}
	again := runProgram(t, "-json", "-dir", dir, "-feed", "npm:"+data, "-install", "all").must(t, exitOK).parse(t)
	if len(again.installs) != 0 {
		t.Errorf("nothing is left to install, but %+v", again.installs)
	}
}

func TestFlippedByteFailsItsRowAndHeals(t *testing.T) {
	t.Parallel()
	data := realdata.Dir(t, "npm")
	dir := t.TempDir()
	copied, installed := filepath.Join(dir, "copy"), filepath.Join(dir, "data")
	if err := os.CopyFS(copied, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	const bad = "n8n-nodes-minio"
	tarball := filepath.Join(copied, "tarballs", bad+"-0.1.4.tgz")
	bytes, err := os.ReadFile(tarball)
	if err != nil {
		t.Fatal(err)
	}
	bytes[len(bytes)/2] ^= 1
	received := sha512.Sum512(bytes)
	if err := os.Chmod(tarball, 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, tarball, string(bytes))

	args := []string{"-json", "-dir", installed, "-install", "all", "-feed"}
	p := runProgram(t, append(args, "npm:"+copied)...).must(t, exitFailed).parse(t)
	if len(p.installs) != 5 {
		t.Fatalf("printed %+v", p)
	}
	for key, line := range p.installs {
		switch {
		case key != bad:
			if line.State != catalog.Done {
				t.Errorf("%+v", line)
			}
		case line.State != catalog.Failed || !strings.Contains(line.Error, string(line.Digest)) || !strings.Contains(line.Error, hex.EncodeToString(received[:])):
			t.Errorf("the row does not name both digests: %+v", line)
		}
	}
	if row := p.row(t, bad); row.Active != "" || row.Tag != catalog.LatestNotInstalled {
		t.Errorf("row %+v", row)
	}
	if left := filesNaming(t, installed, bad); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}

	healed := runProgram(t, append(args, "npm:"+data)...).must(t, exitOK).parse(t)
	if len(healed.installs) != 1 || healed.installs[bad].State != catalog.Done || healed.row(t, bad).Active != "0.1.4" {
		t.Errorf("healed: %+v", healed)
	}
	if len(filesNaming(t, installed, bad)) == 0 {
		t.Error("the test finds nothing even when it is there")
	}
}

// filesNaming lists what lies in the installer's folder and speaks of a package,
// and anything at all that is under way there.
func filesNaming(t *testing.T, dir, name string) []string {
	t.Helper()
	var found []string
	root := filepath.Join(dir, "connectors")
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), `"`+name+`"`) || strings.HasPrefix(path, filepath.Join(root, "stage")) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestRealRegistryOverHTTP(t *testing.T) {
	t.Parallel()
	data := realdata.Dir(t, "npm")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, file, ok := strings.Cut(r.URL.Path[1:], "/-/"); ok && strings.HasPrefix(file, name) {
			http.ServeFile(w, r, filepath.Join(data, "tarballs", filepath.Base(file)))
			return
		}
		w.Header().Set("Content-Type", "application/json")
		http.ServeFile(w, r, filepath.Join(data, filepath.Base(r.URL.Path)+".json"))
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	args := []string{"-json", "-dir", dir, "-install", "n8n-nodes-mcp@0.1.33", "-feed"}
	p := runProgram(t, append(args, "npm:"+server.URL)...).must(t, exitOK).parse(t)
	if row := p.row(t, "n8n-nodes-mcp"); len(p.rows) != 1 || row.Active != "0.1.33" || row.Upgrade != "0.1.37" {
		t.Errorf("printed %+v", p)
	}
	p = runProgram(t, append(args, "npm:"+server.URL+"#n8n-nodes-mcp,n8n-nodes-minio")...).must(t, exitOK).parse(t)
	if len(p.rows) != 2 || p.installs["n8n-nodes-mcp"].State != catalog.Skipped {
		t.Errorf("printed %+v", p)
	}
}
