package installertest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

func installTopics() []topic {
	return []topic{
		{"Install", testInstall},
		{"Install/Files", testFiles},
		{"P13_Reinstall_FetchesNothing", testReinstall},
		{"P12_FailedUpgrade_KeepsTheOldVersion", testFailedUpgrade},
		{"Install/Concurrently", testConcurrently},
		{"Install/Reopened", testReopened},
		{"Install/Invalid", testInvalid},
	}
}

func sampleFiles() []File {
	return []File{
		{Name: "bin/run", Body: "#!/bin/sh\n", Mode: 0o755},
		{Name: "icons/icon.svg", Body: "<svg/>"},
		{Name: "empty"},
		{Name: "äöü.txt", Body: "text"},
	}
}

// everyMedia returns one package in every media type that has bytes.
func everyMedia() map[string]*installer.Package {
	m := &connector.Manifest{Key: "acme/mail", Version: "1.2.3-rc.1+build.5", Hosts: []string{"https://api.example.com"}}
	files := append([]File{ManifestFile(m)}, sampleFiles()...)
	return map[string]*installer.Package{
		"tar":        FromBytes(m.Key, m.Version, connector.MediaPackageTar, Tar(files...)),
		"tar+gzip":   FromBytes(m.Key, m.Version, connector.MediaPackageTarGzip, TarGz(files...)),
		"no type":    FromBytes(m.Key, m.Version, "", TarGz(append(files, File{Name: "other"})...)),
		"zip":        FromBytes(m.Key, m.Version, connector.MediaPackageZip, Zip(files...)),
		"npm":        NPMPackage("n8n-nodes-mail", "1.2.3", sampleFiles()...),
		"scoped npm": NPMPackage("@acme/Mail", "1.2.3", sampleFiles()...),
	}
}

func testInstall(k *kit) {
	var all []*installer.Receipt
	for name, pkg := range everyMedia() {
		before := time.Now().Add(-time.Minute)
		r := k.install(pkg)
		all = append(all, r)
		equal(k, name+": Key", r.Key, pkg.Key)
		equal(k, name+": Version", r.Version, pkg.Version)
		equal(k, name+": Digest", r.Digest, pkg.Artifact.Digest)
		equal(k, name+": MediaType", r.MediaType, pkg.MediaType())
		equal(k, name+": Size", r.Size, pkg.Artifact.Size)
		if !r.Tree.Valid() || r.Files < 1+len(sampleFiles()) {
			k.Errorf("%s: Tree %q of %d files", name, r.Tree, r.Files)
		}
		if r.InstalledAt.Before(before) {
			k.Errorf("%s: InstalledAt is %v", name, r.InstalledAt)
		}
		if r.Manifest == nil || r.Manifest.Key != pkg.Key || r.Manifest.Version != pkg.Version {
			k.Errorf("%s: Manifest is %+v", name, r.Manifest)
		}
	}
	k.only(all...)

	// A catalog keeps receipts as JSON.
	for _, r := range all {
		data, err := json.Marshal(r)
		k.good("Marshal", err)
		again := &installer.Receipt{}
		k.good("Unmarshal", json.Unmarshal(data, again))
		k.good("Verify a receipt that was stored", k.Verify(k.Context(), again))
	}

	unstated := Package("mail", "7.0.0")
	unstated.Artifact.Size = 0
	r := k.install(unstated)
	if r.Size == 0 {
		k.Errorf("Size is 0 where none was stated")
	}
	sha512 := Package("mail", "8.0.0")
	h, err := connector.Digest(fmt.Sprintf("sha512:%0128d", 0)).New()
	k.good("New", err)
	body, err := sha512.Open(k.Context())
	k.good("Open", err)
	_, err = io.Copy(h, body)
	k.good("Copy", err)
	sha512.Artifact.Digest = connector.DigestSum(h)
	equal(k, "Digest", k.install(sha512).Digest, sha512.Artifact.Digest)
}

func testFiles(k *kit) {
	for name, pkg := range everyMedia() {
		files, ok := k.open(k.Context(), k.install(pkg))
		if !ok {
			k.Skip("the installer has no files to show")
		}
		for _, f := range sampleFiles() {
			data, err := fs.ReadFile(files, f.Name)
			k.good(name, err)
			equal(k, name+": "+f.Name, string(data), f.Body)
			info, err := fs.Stat(files, f.Name)
			k.good(name, err)
			if runtime.GOOS != "windows" {
				equal(k, name+": executable "+f.Name, info.Mode()&0o111 != 0, f.Mode&0o111 != 0)
			}
		}
		_, err := fs.Stat(files, "../receipt.json")
		k.bad("a path that leads out", err, fs.ErrInvalid)
		_, err = fs.Stat(files, "missing")
		k.bad("a file that is not there", err, fs.ErrNotExist)
	}
}

// counted counts how often a package's bytes are asked for.
func counted(pkg *installer.Package, n *atomic.Int32) *installer.Package {
	open := pkg.Open
	pkg.Open = func(ctx context.Context) (io.ReadCloser, error) {
		n.Add(1)
		return open(ctx)
	}
	return pkg
}

func testReinstall(k *kit) {
	var opened atomic.Int32
	pkg := counted(Package("mail", "1.0.0"), &opened)
	first := k.install(pkg)
	equal(k, "opened by the first Install", opened.Load(), 1)

	var phases []installer.Phase
	second, err := k.Install(k.Context(), pkg, func(p installer.Progress) { phases = append(phases, p.Phase) })
	k.good("second Install", err)
	equal(k, "opened by the second Install", opened.Load(), 1)
	if slices.Contains(phases, installer.Fetching) {
		k.Errorf("the second Install reports %v", phases)
	}
	equal(k, "Tree", second.Tree, first.Tree)
	equal(k, "Manifest's version", second.Manifest.Version, first.Manifest.Version)
	if !second.InstalledAt.Equal(first.InstalledAt) {
		k.Errorf("InstalledAt moved from %v to %v", first.InstalledAt, second.InstalledAt)
	}
	k.only(first)
}

func testFailedUpgrade(k *kit) {
	old := k.install(Package("mail", "1.0.0"))
	bad := Package("mail", "2.0.0")
	bad.Artifact.Digest = connector.DigestOf([]byte("something else"))
	k.refuse(bad, installer.ErrCorrupt, old)

	// Both versions stay until somebody removes one.
	fresh := k.install(Package("mail", "2.0.0"))
	k.only(old, fresh)
}

func testConcurrently(k *kit) {
	const n = 8
	receipts := make([]*installer.Receipt, n)
	errs := make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		pkg := Package(connector.Key(fmt.Sprintf("mail-%d", i)), "1.0.0", sampleFiles()...)
		wait.Go(func() { receipts[i], errs[i] = k.Install(k.Context(), pkg, nil) })
	}
	wait.Wait()
	for i, err := range errs {
		k.good(fmt.Sprintf("Install %d of %d", i, n), err)
	}
	k.only(receipts...)
	for i := range n / 2 {
		wait.Go(func() { errs[i] = k.Remove(k.Context(), receipts[i]) })
		wait.Go(func() { errs[n/2+i] = k.Verify(k.Context(), receipts[n/2+i]) })
	}
	wait.Wait()
	for i, err := range errs {
		k.good(fmt.Sprintf("Remove or Verify %d", i), err)
	}
	k.only(receipts[n/2:]...)
}

func testReopened(k *kit) {
	if k.o.Reopen == nil {
		k.Skip("KitOptions.Reopen is nil")
	}
	var opened atomic.Int32
	pkg := counted(Package("mail", "1.0.0", sampleFiles()...), &opened)
	r := k.install(pkg)
	k.Installer = k.o.Reopen(k.TB, k.Installer)
	k.good("Verify", k.Verify(k.Context(), r))
	again := k.install(pkg)
	equal(k, "opened", opened.Load(), 1)
	equal(k, "Tree", again.Tree, r.Tree)
	k.only(r)
}

func testInvalid(k *kit) {
	cases := map[string]func(*installer.Package){
		"no key":               func(p *installer.Package) { p.Key = "" },
		"key is a path":        func(p *installer.Package) { p.Key = "../mail" },
		"no version":           func(p *installer.Package) { p.Version = "" },
		"version is a path":    func(p *installer.Package) { p.Version = "../1.0.0" },
		"version is too loose": func(p *installer.Package) { p.Version = "v1" },
		"no digest":            func(p *installer.Package) { p.Artifact.Digest = "" },
		"digest is a path":     func(p *installer.Package) { p.Artifact.Digest = "sha256:../../x" },
		"digest of MD5":        func(p *installer.Package) { p.Artifact.Digest = "md5:d41d8cd98f00b204e9800998ecf8427e" },
		"negative size":        func(p *installer.Package) { p.Artifact.Size = -1 },
		"no bytes":             func(p *installer.Package) { p.Open = nil },
	}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		var opened atomic.Int32
		pkg := counted(Package("mail", "1.0.0"), &opened)
		cases[name](pkg)
		_, err := k.Install(k.Context(), pkg, nil)
		k.bad(name, err, fs.ErrInvalid)
		equal(k, name+": opened", opened.Load(), 0)
	}
	_, err := k.Install(k.Context(), nil, nil)
	k.bad("no package", err, fs.ErrInvalid)
	k.only()
}
