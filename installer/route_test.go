package installer_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/installer/meminstaller"
	"github.com/patchbay/patchbay/installer/refinstaller"
)

func TestRoutePassesTheKit(t *testing.T) {
	t.Parallel()
	installertest.TestInstaller(t, func(testing.TB) installer.Installer {
		return installer.Route(map[string]installer.Installer{connector.MediaNPM: meminstaller.New(nil)}, meminstaller.New(nil))
	}, nil)
}

func TestRouteGoesByMediaType(t *testing.T) {
	t.Parallel()
	npm, rest := &installertest.Fake{}, &installertest.Fake{}
	table := map[string]installer.Installer{connector.MediaNPM: npm, connector.MediaReference: refinstaller.New(nil)}
	in := installer.Route(table, rest)
	delete(table, connector.MediaNPM) // the route has its own copy

	a, err := in.Install(t.Context(), installertest.NPMPackage("a", "1.0.0"), nil)
	require.NoError(t, err)
	b, err := in.Install(t.Context(), installertest.Package("b", "1.0.0"), nil)
	require.NoError(t, err)
	c, err := in.Install(t.Context(), installertest.Reference("c", "1.0.0", "docker://example.com/c"), nil)
	require.NoError(t, err)
	assert.Equal(t, connector.MediaReference, c.MediaType)
	assert.Equal(t, 1, npm.Count(installertest.Install, "a"))
	assert.Equal(t, 1, rest.Count(installertest.Install, ""))

	for _, r := range []*installer.Receipt{a, b, c} {
		require.NoError(t, in.Verify(t.Context(), r))
	}
	// A receipt from a time without a route names no media type.
	c.MediaType = ""
	require.NoError(t, in.Verify(t.Context(), c))
	b.MediaType = ""
	require.NoError(t, in.Verify(t.Context(), b))

	n, err := in.(installer.Sweeper).Sweep(t.Context(), []*installer.Receipt{b, c})
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	require.ErrorIs(t, in.Verify(t.Context(), a), fs.ErrNotExist)
	require.NoError(t, in.Remove(t.Context(), b))
	require.ErrorIs(t, in.Verify(t.Context(), b), fs.ErrNotExist)

	_, err = in.(installer.Opener).Open(t.Context(), b)
	require.ErrorIs(t, err, errors.ErrUnsupported, "a Fake has no files")
}

func TestRouteWithoutFallback(t *testing.T) {
	t.Parallel()
	in := installer.Route(nil, nil)
	_, err := in.Install(t.Context(), installertest.Package("mail", "1.0.0"), nil)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, connector.MediaPackageTarGzip)
	r := &installer.Receipt{Key: "mail", MediaType: "other/type"}
	require.ErrorIs(t, in.Verify(t.Context(), r), errors.ErrUnsupported)
	require.ErrorIs(t, in.Remove(t.Context(), r), errors.ErrUnsupported)
	_, err = in.(installer.Opener).Open(t.Context(), r)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	n, err := in.(installer.Sweeper).Sweep(t.Context(), nil)
	require.NoError(t, err)
	assert.Zero(t, n)

	_, err = in.Install(t.Context(), nil, nil)
	require.ErrorIs(t, err, fs.ErrInvalid)
	require.ErrorIs(t, in.Verify(t.Context(), nil), fs.ErrInvalid)
	require.ErrorIs(t, in.Remove(t.Context(), nil), fs.ErrInvalid)
	_, err = in.(installer.Opener).Open(t.Context(), nil)
	require.ErrorIs(t, err, fs.ErrInvalid)
}
