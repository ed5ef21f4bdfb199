package installertest

import (
	"errors"

	"github.com/patchbay/patchbay/installer"
)

func hostileTopics() []topic {
	return []topic{{"HostileArchives", testHostile}}
}

func testHostile(k *kit) {
	good := k.install(Package("mail", "1.0.0"))
	for _, h := range HostileArchives() {
		r, err := k.Install(k.Context(), h.Package(), nil)
		want := installer.ErrRefused
		if h.Kind == "limit" {
			want = installer.ErrLimit
		}
		k.bad(h.Name, err, want)
		if r != nil {
			k.Errorf("%s: a receipt with the error", h.Name)
		}
		if e, ok := errors.AsType[*installer.Error](err); !ok || e.Phase != installer.Installing {
			k.Errorf("%s: %v is no *installer.Error of installing", h.Name, err)
		}
		if errors.Is(err, installer.ErrCorrupt) {
			k.Errorf("%s: the bytes are those promised, but the error says otherwise: %v", h.Name, err)
		}
	}
	k.only(good)
}
