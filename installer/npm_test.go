package installer_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/installer/meminstaller"
	"github.com/patchbay/patchbay/internal/realdata"
)

func TestNPMKey(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]connector.Key{
		"left-pad": "left-pad", "JSONStream": "jsonstream", "@acme/mail": "acme/mail", "@Acme/Mail.js": "acme/mail.js",
	} {
		got, err := installer.NPMKey(name)
		require.NoError(t, err, name)
		assert.Equal(t, want, got)
	}
	for _, name := range []string{"", "@", "@acme", "acme/mail", "@acme/", "@/mail", "@a/b/c", "../mail", "@../mail", "a b", ".hidden", "nul", "@acme/con"} {
		_, err := installer.NPMKey(name)
		require.ErrorIs(t, err, connector.ErrInvalid, name)
	}
}

func TestNPMManifestReadsOnlyWhatItNeeds(t *testing.T) {
	t.Parallel()
	for text, docs := range map[string]string{
		`{"name":"mail","version":"1.0.0"}`:                                                  "",
		`{"name":"mail","version":"1.0.0","homepage":"https://example.com/mail"}`:            "https://example.com/mail",
		`{"name":"mail","version":"1.0.0","homepage":"javascript:alert(1)"}`:                 "",
		`{"name":"mail","version":"1.0.0","homepage":"mail"}`:                                "",
		`{"name":"mail","version":"1.0.0","homepage":{"url":"https://example.com"}}`:         "",
		`{"name":"mail","version":"1.0.0","homepage":null}`:                                  "",
		`{"Name":"evil","name":"mail","Version":"9.9.9","version":"1.0.0","x":[{"name":1}]}`: "",
	} {
		m, err := installer.NPMManifest(t.Context(), fstest.MapFS{"package.json": file(text)})
		require.NoError(t, err, text)
		assert.Equal(t, &connector.Manifest{Key: "mail", Version: "1.0.0", DocsURL: docs}, m)
		assert.Empty(t, m.Validate())
	}
	_, err := installer.NPMManifest(t.Context(), fstest.MapFS{"package.json": file("{\n\"name\": 7,\n\"version\": true}")})
	require.ErrorIs(t, err, installer.ErrRefused)
	var faults connector.Faults
	require.ErrorAs(t, err, &faults)
	require.Len(t, faults, 2, "both at once")
	assert.Equal(t, 2, faults[0].Line)
	assert.Equal(t, 3, faults[1].Line)
	_, err = installer.NPMManifest(t.Context(), fstest.MapFS{"package.json": file(`{"name":"../x","version":"latest"}`)})
	require.ErrorContains(t, err, "../x")
	require.ErrorContains(t, err, "latest")
}

// TestRealNPMPackages installs packages as a registry serves them, with the
// integrity that it states.
func TestRealNPMPackages(t *testing.T) {
	t.Parallel()
	dir := realdata.Dir(t, "npm")
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	require.NoError(t, err)
	in := meminstaller.New(nil)
	count := 0
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		var packument struct {
			Name     string
			Versions map[string]struct {
				Dist struct{ Integrity, Tarball string }
			}
		}
		require.NoError(t, json.Unmarshal(data, &packument))
		for version, v := range packument.Versions {
			tarball, err := os.ReadFile(filepath.Join(dir, "tarballs", v.Dist.Tarball[strings.LastIndexByte(v.Dist.Tarball, '/')+1:]))
			require.NoError(t, err)
			key, err := installer.NPMKey(packument.Name)
			require.NoError(t, err)
			pkg := installertest.FromBytes(key, version, connector.MediaNPM, tarball)
			pkg.Artifact.Digest, err = connector.FromSRI(v.Dist.Integrity)
			require.NoError(t, err)

			r, err := in.Install(t.Context(), pkg, nil)
			require.NoError(t, err)
			assert.Equal(t, key, r.Manifest.Key)
			require.NoError(t, in.Verify(t.Context(), r))
			t.Logf("%s@%s: %d files, docs %q", r.Key, r.Version, r.Files, r.Manifest.DocsURL)
			count++

			tarball[len(tarball)/2] ^= 1
			_, err = meminstaller.New(nil).Install(t.Context(), pkg, nil)
			require.ErrorIs(t, err, installer.ErrCorrupt)
		}
	}
	assert.Equal(t, 7, count)
}
