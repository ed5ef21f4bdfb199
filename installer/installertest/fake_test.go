package installertest

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

var errScripted = errors.New("scripted")

func TestFakeInstalls(t *testing.T) {
	t.Parallel()
	noon := time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)
	f := &Fake{Fetch: true, Now: func() time.Time { return noon }}
	pkg := Package("mail", "1.0.0")
	var phases []installer.Phase
	r, err := f.Install(t.Context(), pkg, func(p installer.Progress) { phases = append(phases, p.Phase) })
	require.NoError(t, err)
	assert.Equal(t, []installer.Phase{"fetching", "fetching", "fetching", "verifying", "installing"}, phases)
	assert.Equal(t, noon, r.InstalledAt)
	assert.Equal(t, pkg.Artifact.Digest, r.Digest)
	assert.True(t, r.Manifest.Equal(&connector.Manifest{Key: "mail", Version: "1.0.0"}))
	require.NoError(t, f.Verify(t.Context(), r))

	phases = nil
	again, err := f.Install(t.Context(), pkg, func(p installer.Progress) { phases = append(phases, p.Phase) })
	require.NoError(t, err)
	assert.Equal(t, r, again)
	assert.Equal(t, []installer.Phase{"verifying"}, phases)

	ref, err := f.Install(t.Context(), Reference("image", "2.0.0", "docker://example.com/image:2.0.0"), nil)
	require.NoError(t, err)
	assert.True(t, ref.IsReference())
	assert.Equal(t, []*installer.Receipt{ref, r}, f.Installed())

	n, err := f.Sweep(t.Context(), []*installer.Receipt{r})
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	require.NoError(t, f.Remove(t.Context(), r))
	require.NoError(t, f.Remove(t.Context(), r))
	require.ErrorIs(t, f.Verify(t.Context(), r), fs.ErrNotExist)
	assert.Equal(t, 3, f.Count(Install, ""))
	assert.Equal(t, 2, f.Count(Install, "mail"))
	assert.Equal(t, 2, f.Count(Remove, "mail"))
	assert.Zero(t, f.Count(Remove, "image"))
}

func TestFakeFetches(t *testing.T) {
	t.Parallel()
	f := &Fake{Fetch: true}
	pkg := Package("mail", "1.0.0")
	pkg.Artifact.Digest = connector.DigestOf(nil)
	_, err := f.Install(t.Context(), pkg, nil)
	require.ErrorIs(t, err, installer.ErrCorrupt)
	pkg.Artifact.Size++
	_, err = f.Install(t.Context(), pkg, nil)
	var size *installer.SizeError
	require.ErrorAs(t, err, &size)
	pkg.Open = nil
	_, err = f.Install(t.Context(), pkg, nil)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	assert.Empty(t, f.Installed())
}

func TestFakeFailsAsScripted(t *testing.T) {
	t.Parallel()
	f := &Fake{}
	f.Script(
		Fault{Key: "mail", Phase: installer.Verifying, Err: errScripted, Times: 2},
		Fault{Key: "mail", Version: "2.0.0", Err: errScripted},
		Fault{Method: Verify, Err: installer.ErrCorrupt, Times: 1},
		Fault{Method: Remove, Key: "chat", Err: errScripted},
	)
	chat, err := f.Install(t.Context(), Package("chat", "1.0.0"), nil)
	require.NoError(t, err)
	for range 2 {
		_, err = f.Install(t.Context(), Package("mail", "1.0.0"), nil)
		var failed *installer.Error
		require.ErrorAs(t, err, &failed)
		require.ErrorIs(t, err, errScripted)
		assert.Equal(t, installer.Verifying, failed.Phase)
	}
	mail, err := f.Install(t.Context(), Package("mail", "1.0.0"), nil)
	require.NoError(t, err, "twice, not three times")
	for range 3 {
		_, err = f.Install(t.Context(), Package("mail", "2.0.0"), nil)
		require.ErrorIs(t, err, errScripted)
	}
	require.ErrorIs(t, f.Verify(t.Context(), mail), installer.ErrCorrupt)
	require.NoError(t, f.Verify(t.Context(), mail))
	require.ErrorIs(t, f.Remove(t.Context(), chat), errScripted)
	f.Heal()
	require.NoError(t, f.Remove(t.Context(), chat))

	calls := f.Calls()
	assert.Equal(t, Call{Method: Install, Key: "chat", Version: "1.0.0"}, calls[0])
	require.ErrorIs(t, calls[1].Err, errScripted)
	assert.Len(t, calls, 11)
}

func TestFakeChangesReceipts(t *testing.T) {
	t.Parallel()
	f := &Fake{}
	f.Script(Fault{Receipt: func(r *installer.Receipt) { r.Version = "6.6.6" }, Times: 1})
	r, err := f.Install(t.Context(), Package("mail", "1.0.0"), nil)
	require.NoError(t, err)
	assert.Equal(t, "6.6.6", r.Version)
}

func TestFakeCorruptsAndLoses(t *testing.T) {
	t.Parallel()
	f := &Fake{}
	r, err := f.Install(t.Context(), Package("mail", "1.0.0"), nil)
	require.NoError(t, err)
	f.Corrupt("mail", "1.0.0")
	require.ErrorIs(t, f.Verify(t.Context(), r), installer.ErrCorrupt)
	_, err = f.Install(t.Context(), Package("mail", "1.0.0"), nil)
	require.NoError(t, err)
	require.NoError(t, f.Verify(t.Context(), r))
	f.Lose("mail", "1.0.0")
	require.ErrorIs(t, f.Verify(t.Context(), r), fs.ErrNotExist)
}

func TestFakeWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := &Fake{}
		gate := NewGate()
		f.Script(
			Fault{Key: "slow", Phase: installer.Fetching, Delay: time.Hour},
			Fault{Key: "held", Phase: installer.Installing, Gate: gate},
		)
		start := time.Now()
		_, err := f.Install(t.Context(), Package("slow", "1.0.0"), nil)
		require.NoError(t, err)
		assert.Equal(t, time.Hour, time.Since(start))

		ctx, cancel := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		var held, cancelled error
		wait.Go(func() { _, held = f.Install(t.Context(), Package("held", "1.0.0"), nil) })
		wait.Go(func() { _, cancelled = f.Install(ctx, Package("held", "2.0.0"), nil) })
		<-gate.Reached()
		synctest.Wait()
		assert.Equal(t, 1, f.Count(Install, ""), "the others are held")
		cancel()
		synctest.Wait()
		gate.Open()
		gate.Open()
		wait.Wait()
		require.NoError(t, held)
		require.ErrorIs(t, cancelled, context.Canceled)

		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err = f.Install(ctx, Package("slow", "2.0.0"), nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestFakeTakesNil(t *testing.T) {
	t.Parallel()
	f := &Fake{}
	_, err := f.Install(t.Context(), nil, nil)
	require.ErrorIs(t, err, fs.ErrInvalid)
	require.ErrorIs(t, f.Verify(t.Context(), nil), fs.ErrInvalid)
	require.ErrorIs(t, f.Remove(t.Context(), nil), fs.ErrInvalid)
	_, err = f.Sweep(t.Context(), []*installer.Receipt{nil})
	require.ErrorIs(t, err, fs.ErrInvalid)
}

func TestBuildersAreDeterministic(t *testing.T) {
	t.Parallel()
	one, two := Package("mail", "1.0.0"), Package("mail", "1.0.0")
	assert.Equal(t, one.Artifact, two.Artifact)
	for _, build := range []func(...File) []byte{Tar, TarGz, Zip} {
		first, second := build(sampleFiles()...), build(sampleFiles()...)
		assert.Equal(t, first, second)
	}
	assert.Equal(t, connector.Key("acme/mail"), NPMPackage("@acme/Mail", "1.0.0").Key)
	assert.Panics(t, func() { Tar(File{Name: "a\x00b"}) })
}
