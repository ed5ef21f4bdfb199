package dirinstaller_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/dirinstaller"
	"github.com/patchbay/patchbay/installer/installertest"
)

// place is an Installer that remembers its directory.
type place struct {
	*dirinstaller.Installer

	dir string
}

func newPlace(dir string) place { return place{dirinstaller.New(dir, nil), dir} }

func TestInstaller(t *testing.T) {
	t.Parallel()
	installertest.TestInstaller(t,
		func(tb testing.TB) installer.Installer {
			tb.Helper()
			return newPlace(filepath.Join(tb.TempDir(), "not", "yet", "there"))
		},
		&installertest.KitOptions{
			Reopen: func(_ testing.TB, in installer.Installer) installer.Installer { return newPlace(in.(place).dir) },
			Corrupt: func(tb testing.TB, in installer.Installer, r *installer.Receipt) {
				tb.Helper()
				name := filepath.Join(contentOf(in.(place).dir, r), "files", connector.ManifestFile)
				data, err := os.ReadFile(name)
				require.NoError(tb, err)
				data[0] ^= 1
				require.NoError(tb, os.WriteFile(name, data, 0o644))
			},
		})
}

// contentOf returns where a package lies.
func contentOf(dir string, r *installer.Receipt) string {
	alg, sum, _ := strings.Cut(string(r.Digest), ":")
	return filepath.Join(dir, "content", alg, sum)
}
