package refinstaller_test

import (
	"context"
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/installer/refinstaller"
)

const image = "docker://example.com/mail:1.0.0"

func TestInstall(t *testing.T) {
	t.Parallel()
	noon := time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)
	in := refinstaller.New(&refinstaller.Options{Now: func() time.Time { return noon }})
	pkg := installertest.Reference("acme/mail", "1.0.0", image)
	pkg.Manifest = &connector.Manifest{Key: "acme/mail", Version: "1.0.0", Hosts: []string{"https://api.example.com"}}
	var phases []installer.Phase
	r, err := in.Install(t.Context(), pkg, func(p installer.Progress) { phases = append(phases, p.Phase) })
	require.NoError(t, err)
	assert.Equal(t, []installer.Phase{installer.Installing}, phases)
	release := &connector.Release{Version: pkg.Version, Artifact: pkg.Artifact, Manifest: pkg.Manifest}
	assert.Equal(t, &installer.Receipt{
		Key: "acme/mail", Version: "1.0.0", MediaType: connector.MediaReference, Reference: image,
		Digest: release.Digest(), InstalledAt: noon, Manifest: pkg.Manifest,
	}, r)
	assert.True(t, r.IsReference())
	require.NoError(t, in.Verify(t.Context(), r))
	require.NoError(t, in.Remove(t.Context(), r))

	pkg.Artifact.Digest = connector.DigestOf([]byte("the image"))
	pkg.Manifest = nil
	r, err = in.Install(t.Context(), pkg, nil)
	require.NoError(t, err)
	assert.Equal(t, pkg.Artifact.Digest, r.Digest)
	assert.Nil(t, r.Manifest)
}

func TestBytesAreRefused(t *testing.T) {
	t.Parallel()
	in := refinstaller.New(nil)
	_, err := in.Install(t.Context(), installertest.Package("mail", "1.0.0"), nil)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	pkg := installertest.Package("mail", "1.0.0")
	pkg.Artifact.MediaType = connector.MediaReference
	_, err = in.Install(t.Context(), pkg, nil)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	var failed *installer.Error
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, connector.Key("mail"), failed.Key)
}

func TestP18_TheManifestIsOfThisRelease(t *testing.T) {
	t.Parallel()
	pkg := installertest.Reference("mail", "1.0.0", image)
	pkg.Manifest = &connector.Manifest{Key: "male", Version: "1.0.1"}
	_, err := refinstaller.New(nil).Install(t.Context(), pkg, nil)
	var identity *installer.IdentityError
	require.ErrorAs(t, err, &identity)
	assert.Equal(t, connector.Key("male"), identity.GotKey)
	assert.Len(t, identity.Differences, 2)
}

func TestEverythingWrongIsToldAtOnce(t *testing.T) {
	t.Parallel()
	pkg := installertest.Reference("../mail", "one", "")
	pkg.Artifact.Digest = "md5:00"
	_, err := refinstaller.New(nil).Install(t.Context(), pkg, nil)
	require.ErrorIs(t, err, fs.ErrInvalid)
	for _, part := range []string{"../mail", `"one"`, "empty reference", "md5:00"} {
		assert.Contains(t, err.Error(), part)
	}
}

func TestVerifyAndRemove(t *testing.T) {
	t.Parallel()
	in := refinstaller.New(nil)
	require.ErrorIs(t, in.Verify(t.Context(), nil), fs.ErrInvalid)
	require.ErrorIs(t, in.Remove(t.Context(), nil), fs.ErrInvalid)
	_, err := in.Install(t.Context(), nil, nil)
	require.ErrorIs(t, err, fs.ErrInvalid)
	require.ErrorIs(t, in.Verify(t.Context(), &installer.Receipt{Digest: connector.DigestOf(nil)}), fs.ErrNotExist, "a package with bytes")
	require.ErrorIs(t, in.Verify(t.Context(), &installer.Receipt{Reference: image}), installer.ErrCorrupt, "no digest")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = in.Install(ctx, installertest.Reference("mail", "1.0.0", image), nil)
	require.ErrorIs(t, err, context.Canceled)
}
