package dirinstaller

import (
	"errors"
	"os"
	"testing"

	"github.com/patchbay/patchbay/installer"
)

// Whatever lies where the receipt was, it is the receipt or damage, and the
// next installation heals it.
func FuzzReceipt(f *testing.F) {
	dir := f.TempDir()
	in := quick(dir)
	r, err := in.Install(f.Context(), mail("1.0.0"), nil)
	if err != nil {
		f.Fatal(err)
	}
	content, err := contentPath(r.Digest)
	if err != nil {
		f.Fatal(err)
	}
	name := dir + "/" + content + "/" + receiptFile
	good, err := os.ReadFile(name)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	for _, s := range []string{"", "{}", "null", "[]", `{"digest":"sha256:00"}`, `{"manifest":{"key":"../x"}}`, `{"installed":"10000-01-01T00:00:00Z"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := in.Verify(t.Context(), r); err != nil && !errors.Is(err, installer.ErrCorrupt) {
			t.Fatal(err)
		}
		again, err := in.Install(t.Context(), mail("1.0.0"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if again.Digest != r.Digest || again.Tree != r.Tree || again.Key != r.Key || again.Version != r.Version {
			t.Fatalf("%+v instead of %+v", again, r)
		}
		if err := in.Verify(t.Context(), again); err != nil {
			t.Fatal(err)
		}
	})
}
