package installertest

import (
	"io/fs"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

func removeTopics() []topic {
	return []topic{
		{"Remove", testRemove},
		{"Remove/Invalid", testRemoveInvalid},
	}
}

func testRemove(k *kit) {
	first, second := k.install(Package("mail", "1.0.0")), k.install(Package("mail", "2.0.0"))
	k.good("Remove", k.Remove(k.Context(), first))
	k.gone(first)
	k.only(second)
	k.good("Remove what is gone", k.Remove(k.Context(), first))

	again := k.install(Package("mail", "1.0.0"))
	k.only(again, second)
	equal(k, "Tree", again.Tree, first.Tree)
	k.good("Remove", k.Remove(k.Context(), second))
	k.good("Remove", k.Remove(k.Context(), again))
	k.only()

	// A receipt that names the digest of another package removes nothing.
	kept := k.install(Package("mail", "1.0.0"))
	other := *kept
	other.Key = "male"
	k.good("Remove another package", k.Remove(k.Context(), &other))
	k.only(kept)
}

func testRemoveInvalid(k *kit) {
	kept := k.install(Package("mail", "1.0.0"))
	k.bad("Remove nothing", k.Remove(k.Context(), nil), fs.ErrInvalid)
	k.bad("Verify nothing", k.Verify(k.Context(), nil), fs.ErrInvalid)
	for _, digest := range []connector.Digest{"", "sha256:..", "sha256:../../content", "../x", "md5:00"} {
		r := *kept
		r.Digest = digest
		k.bad("Remove with digest "+string(digest), k.Remove(k.Context(), &r), fs.ErrInvalid)
		k.bad("Verify with digest "+string(digest), k.Verify(k.Context(), &r), fs.ErrInvalid)
		if o, ok := k.Installer.(installer.Opener); ok {
			_, err := o.Open(k.Context(), &r)
			k.bad("Open with digest "+string(digest), err, fs.ErrInvalid)
		}
	}
	k.only(kept)
}
