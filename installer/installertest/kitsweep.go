package installertest

import (
	"io/fs"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

func sweepTopics() []topic {
	return []topic{{"Sweep", testSweep}}
}

func testSweep(k *kit) {
	s, ok := k.Installer.(installer.Sweeper)
	if !ok {
		k.Skip("the installer is no Sweeper")
	}
	n, err := s.Sweep(k.Context(), nil)
	k.good("Sweep what is empty", err)
	equal(k, "removed", n, 0)

	first, second := k.install(Package("mail", "1.0.0")), k.install(Package("mail", "2.0.0"))
	third := k.install(NPMPackage("other", "1.0.0"))
	for name, bad := range map[string]*installer.Receipt{
		"nil": nil, "without a digest": {Key: "mail", Version: "1.0.0"}, "with a path": {Digest: "sha256:../x"},
	} {
		_, err := s.Sweep(k.Context(), []*installer.Receipt{first, bad})
		k.bad("Sweep with a receipt that is "+name, err, fs.ErrInvalid)
		k.good("Verify", k.Verify(k.Context(), second)) // nothing was removed
	}

	reference := &installer.Receipt{Key: "ref", Version: "1.0.0", MediaType: connector.MediaReference, Reference: "docker://example.com/x"}
	gone := *first
	gone.Digest = connector.DigestOf([]byte("never installed"))
	n, err = s.Sweep(k.Context(), []*installer.Receipt{first, third, reference, &gone})
	k.good("Sweep", err)
	equal(k, "removed", n, 1)
	k.gone(second)
	k.only(first, third)

	n, err = s.Sweep(k.Context(), nil)
	k.good("Sweep everything", err)
	equal(k, "removed", n, 2)
	k.gone(first)
	k.install(Package("mail", "2.0.0"))
}
