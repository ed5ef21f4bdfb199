package archive_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/internal/archive"
)

// sentinels says what the kinds of the kit's hostile archives are here.
var sentinels = map[string]error{
	"type":      archive.ErrType,
	"name":      archive.ErrName,
	"collision": archive.ErrCollision,
	"format":    archive.ErrFormat,
	"feature":   archive.ErrFeature,
	"limit":     archive.ErrLimit,
}

// media says how the kit's media types are unpacked.
func media(mediaType string) (archive.Format, *archive.Options) {
	switch mediaType {
	case connector.MediaPackageTar:
		return archive.Tar, nil
	case connector.MediaPackageZip:
		return archive.Zip, nil
	case connector.MediaNPM:
		return archive.TarGzip, &archive.Options{StripTop: true}
	default:
		return archive.TarGzip, nil
	}
}

func TestHostileArchivesAreRefused(t *testing.T) {
	t.Parallel()
	all := installertest.HostileArchives()
	require.Greater(t, len(all), 40)
	seen := map[string]bool{}
	for _, h := range all {
		require.False(t, seen[h.Name+h.MediaType], "case %q twice", h.Name)
		seen[h.Name+h.MediaType] = true
		t.Run(h.Kind+"/"+h.Name, func(t *testing.T) {
			t.Parallel()
			data := h.Build()
			format, options := media(h.MediaType)

			s := &suspicious{known: map[string]bool{}}
			stats, err := archive.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), format, s, options)
			require.Error(t, err, "unpacked %+v", stats)
			require.Empty(t, s.known, "nothing is unpacked of what is refused")
			require.ErrorIs(t, err, sentinels[h.Kind])
			var refused *archive.Error
			require.ErrorAs(t, err, &refused)
			t.Log(err)
		})
	}
}

// TestHostileArchivesStayInside unpacks onto a disk, where a name that slipped
// through would do harm.
func TestHostileArchivesStayInside(t *testing.T) {
	t.Parallel()
	for _, h := range installertest.HostileArchives() {
		if h.Kind == "limit" {
			continue // slow to build
		}
		outer := t.TempDir()
		inner := filepath.Join(outer, "inner")
		require.NoError(t, os.Mkdir(inner, 0o755))
		root, err := os.OpenRoot(inner)
		require.NoError(t, err)
		data := h.Build()
		format, options := media(h.MediaType)

		_, err = archive.Unpack(t.Context(), bytes.NewReader(data), int64(len(data)), format, sinkOn(t, root), options)
		require.ErrorIs(t, err, sentinels[h.Kind], h.Name)
		require.NoError(t, root.Close())

		entries, err := os.ReadDir(outer)
		require.NoError(t, err)
		assert.Len(t, entries, 1, h.Name)
		require.NoError(t, filepath.WalkDir(inner, func(path string, d fs.DirEntry, err error) error {
			assert.True(t, d.IsDir() || d.Type().IsRegular(), "%s left %s, a %s", h.Name, path, d.Type())
			return err
		}))
	}
}
