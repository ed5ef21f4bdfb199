package installertest

import (
	"context"
	"io"
	"io/fs"
	"sync/atomic"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

func verifyTopics() []topic {
	return []topic{
		{"Verify/OtherReceipt", testOtherReceipt},
		{"Verify/NeverInstalled", testNeverInstalled},
		{"Verify/Corrupt", testCorrupt},
	}
}

func testOtherReceipt(k *kit) {
	r := k.install(Package("mail", "1.0.0"))
	for name, change := range map[string]func(*installer.Receipt){
		"tree":    func(r *installer.Receipt) { r.Tree = connector.DigestOf(nil) },
		"no tree": func(r *installer.Receipt) { r.Tree = "" },
		"files":   func(r *installer.Receipt) { r.Files++ },
		"key":     func(r *installer.Receipt) { r.Key = "male" },
		"version": func(r *installer.Receipt) { r.Version = "1.0.1" },
	} {
		other := *r
		change(&other)
		k.bad("Verify with another "+name, k.Verify(k.Context(), &other), installer.ErrCorrupt)
	}
	k.only(r)
}

func testNeverInstalled(k *kit) {
	r := &installer.Receipt{Key: "mail", Version: "1.0.0", Digest: connector.DigestOf(nil), Tree: connector.DigestOf(nil)}
	k.gone(r)
	k.good("Remove", k.Remove(k.Context(), r))
	k.only()
}

func testCorrupt(k *kit) {
	if k.o.Corrupt == nil {
		k.Skip("KitOptions.Corrupt is nil")
	}
	var opened atomic.Int32
	pkg := counted(Package("mail", "1.0.0", sampleFiles()...), &opened)
	other := k.install(Package("mail", "0.9.0"))
	r := k.install(pkg)
	k.o.Corrupt(k.TB, k.Installer, r)
	k.bad("Verify", k.Verify(k.Context(), r), installer.ErrCorrupt)

	// A download that fails now changes nothing.
	bad := *pkg
	bad.Open = func(context.Context) (io.ReadCloser, error) { return nil, errNetwork }
	_, err := k.Install(k.Context(), &bad, nil)
	k.bad("Install", err, errNetwork)
	k.bad("Verify", k.Verify(k.Context(), r), installer.ErrCorrupt)

	fresh := k.install(pkg)
	equal(k, "opened", opened.Load(), 2)
	equal(k, "Tree", fresh.Tree, r.Tree)
	k.only(fresh, other)
	k.o.Corrupt(k.TB, k.Installer, r)
	k.good("Remove what is corrupt", k.Remove(k.Context(), r))
	k.bad("Verify", k.Verify(k.Context(), r), fs.ErrNotExist)
	k.only(other)
}
