package installertest

import (
	"errors"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

func identityTopics() []topic {
	return []topic{
		{"P18_OtherKeyOrVersion", testOtherIdentity},
		{"P18_OtherManifest", testOtherManifest},
		{"P18_NPM", testNPMIdentity},
		{"P18_BadManifest", testBadManifest},
	}
}

func testOtherIdentity(k *kit) {
	for _, pkg := range []*installer.Package{Package("mail", "1.0.0"), NPMPackage("mail", "1.0.0")} {
		other := *pkg
		other.Key = "male"
		k.identity(&other, pkg.Key, pkg.Version)
		other = *pkg
		other.Version = "1.0.1"
		k.identity(&other, pkg.Key, pkg.Version)
	}
	// Neither may what is there already pass for another package.
	pkg := Package("mail", "1.0.0")
	r := k.install(pkg)
	pkg.Key = "male"
	k.identity(pkg, "mail", "1.0.0", r)
}

// identity sees that a package is refused because it says to be another.
func (k *kit) identity(pkg *installer.Package, key connector.Key, version string, keep ...*installer.Receipt) {
	k.Helper()
	e, ok := errors.AsType[*installer.IdentityError](k.refused(pkg, installer.ErrIdentity, keep...))
	if !ok {
		k.Fatalf("no *installer.IdentityError")
	}
	equal(k, "WantKey", e.WantKey, pkg.Key)
	equal(k, "GotKey", e.GotKey, key)
	equal(k, "WantVersion", e.WantVersion, pkg.Version)
	equal(k, "GotVersion", e.GotVersion, version)
	if len(e.Differences) == 0 {
		k.Errorf("no difference is named")
	}
}

func testOtherManifest(k *kit) {
	said := &connector.Manifest{Key: "mail", Version: "1.0.0", Hosts: []string{"https://api.example.com"}}
	promised := *said
	promised.Hosts = []string{"https://api.example.com", "https://other.example.com"}
	pkg := PackageOf(said)
	pkg.Manifest = &promised
	k.identity(pkg, said.Key, said.Version)

	pkg.Manifest = said
	r := k.install(pkg)
	if !r.Manifest.Equal(said) {
		k.Errorf("the receipt's manifest is %+v", r.Manifest)
	}
	pkg.Manifest = &promised // though nothing would be fetched now
	k.identity(pkg, said.Key, said.Version, r)
}

// testNPMIdentity: an npm package says no more than key and version, so the
// rest comes from the feed.
func testNPMIdentity(k *kit) {
	pkg := NPMPackage("@acme/mail", "1.0.0")
	pkg.Manifest = &connector.Manifest{Key: "acme/mail", Version: "1.0.0", Hosts: []string{"https://api.example.com"}}
	r := k.install(pkg)
	if !r.Manifest.Equal(pkg.Manifest) {
		k.Errorf("the receipt's manifest is %+v, want the feed's", r.Manifest)
	}
	again := k.install(pkg)
	if !again.Manifest.Equal(pkg.Manifest) {
		k.Errorf("the second receipt's manifest is %+v, want the feed's", again.Manifest)
	}
	pkg.Manifest = &connector.Manifest{Key: "acme/mail", Version: "1.0.1"}
	k.identity(pkg, "acme/mail", "1.0.0", r)
}

func testBadManifest(k *kit) {
	native := func(files ...File) *installer.Package {
		return FromBytes("mail", "1.0.0", connector.MediaPackageTarGzip, TarGz(files...))
	}
	npm := func(text string) *installer.Package {
		return FromBytes("mail", "1.0.0", connector.MediaNPM, TarGz(File{Name: "package/package.json", Body: text}))
	}
	for name, pkg := range map[string]*installer.Package{
		"none":                native(File{Name: "lib/connector.json", Body: "{}"}),
		"empty package":       native(),
		"a directory":         native(File{Name: "connector.json/x"}),
		"no JSON":             native(File{Name: "connector.json", Body: "key: mail"}),
		"unknown member":      native(File{Name: "connector.json", Body: `{"key":"mail","version":"1.0.0","evil":1}`}),
		"key twice":           native(File{Name: "connector.json", Body: `{"key":"other","key":"mail","version":"1.0.0"}`}),
		"npm: none":           FromBytes("mail", "1.0.0", connector.MediaNPM, TarGz(File{Name: "package/x"})),
		"npm: name twice":     npm(`{"name":"other","name":"mail","version":"1.0.0"}`),
		"npm: not an object":  npm(`["mail"]`),
		"npm: no version":     npm(`{"name":"mail"}`),
		"npm: loose version":  npm(`{"name":"mail","version":"v1.0"}`),
		"npm: name is a path": npm(`{"name":"../mail","version":"1.0.0"}`),
	} {
		_, err := k.Install(k.Context(), pkg, nil)
		k.bad(name, err, installer.ErrRefused)
	}
	huge := FromBytes("mail", "1.0.0", connector.MediaNPM, TarGz(File{Name: "package/package.json", Body: string(make([]byte, 5<<20))}))
	huge.Artifact.MediaType = connector.MediaNPM
	_, err := k.Install(k.Context(), huge, nil)
	if err == nil {
		k.Errorf("a manifest of 5 MiB: no error")
	}
	k.only()
}
