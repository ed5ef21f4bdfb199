package dirinstaller

import (
	"context"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/installertest"
)

// TestAReceiptThatIsWrittenCanBeRead: a manifest that grows when it is kept, because it is deeply nested or has to be
// escaped, is kept all the same, and one that is too large for a receipt is refused before the package is committed.
func TestAReceiptThatIsWrittenCanBeRead(t *testing.T) {
	t.Parallel()
	rows := func(n int) string { return strings.Repeat(strings.Repeat("0,", 9999)+"0],[", n) }
	for name, input := range map[string]string{
		"nested":  strings.Repeat("[", 60) + "[" + rows(150) + "0]" + strings.Repeat("]", 60),
		"escaped": `["` + strings.Repeat(strings.Repeat("<", 60<<10)+`","`, 60) + `"]`,
	} {
		m := &connector.Manifest{Key: "mail", Version: "1.0.0", Activities: []connector.Activity{{Name: "a"}}}
		file := installertest.ManifestFile(m)
		file.Body = strings.Replace(file.Body, `"name": "a"`, `"name":"a","input":{"enum":`+input+`}`, 1)
		pkg := installertest.FromBytes("mail", "1.0.0", connector.MediaPackageTarGzip, installertest.TarGz(file))
		in := quick(t.TempDir())
		r, err := in.Install(t.Context(), pkg, nil)
		require.NoError(t, err, name)
		require.NoError(t, in.Verify(t.Context(), r), name)
	}

	large, err := json.Marshal(strings.Repeat("x", maxReceipt))
	require.NoError(t, err)
	const mediaType = "application/vnd.example.large+tar"
	dir := t.TempDir()
	in := quick(dir)
	in.pipeline.Media = map[string]installer.Media{mediaType: {Format: installer.FormatTar, Manifest: func(context.Context, fs.FS) (*connector.Manifest, error) {
		return &connector.Manifest{Key: "mail", Version: "1.0.0", Activities: []connector.Activity{{Name: "a", Input: large}}}, nil
	}}}
	_, err = in.Install(t.Context(), installertest.FromBytes("mail", "1.0.0", mediaType, installertest.Tar()), nil)
	require.ErrorIs(t, err, installer.ErrLimit)
	assert.Empty(t, leftovers(t, dir))
	requireVersions(t, dir)
}
