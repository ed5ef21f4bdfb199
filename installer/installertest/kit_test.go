package installertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/installer/meminstaller"
)

// recorder is a testing.TB that remembers instead of failing.
type recorder struct {
	testing.TB

	mu   sync.Mutex
	said []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

func (r *recorder) Fatal(args ...any) { r.Fatalf("%s", fmt.Sprint(args...)) }
func (r *recorder) Skip(...any)       { runtime.Goexit() }

// play runs one topic and returns what it complained of; nothing, if it is
// green.
func play(t *testing.T, topic topic, in installer.Installer) []string {
	t.Helper()
	rec := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				rec.Errorf("panic: %v", p)
			}
		}()
		topic.run(&kit{TB: rec, Installer: in, o: &KitOptions{}})
	}()
	<-done
	return rec.said
}

// sound is a good installer for others to spoil.
type sound struct{ *meminstaller.Installer }

func newSound() sound { return sound{meminstaller.New(nil)} }

func TestKitPassesTheSound(t *testing.T) {
	t.Parallel()
	for _, topic := range topics() {
		assert.Empty(t, play(t, topic, newSound()), topic.name)
	}
}

// What follows are installers with one fault each.

type ignoresDigest struct{ sound }

func (b ignoresDigest) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	if pkg == nil || pkg.Open == nil || !pkg.Artifact.Digest.Valid() {
		return b.sound.Install(ctx, pkg, report)
	}
	body, err := pkg.Open(ctx)
	if err != nil || body == nil {
		return b.sound.Install(ctx, pkg, report)
	}
	data, err := io.ReadAll(io.LimitReader(body, 64<<20))
	if err != nil {
		return b.sound.Install(ctx, pkg, report)
	}
	honest := *pkg
	honest.Artifact.Digest, honest.Artifact.Size = connector.DigestOf(data), int64(len(data))
	honest.Open = func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	return b.sound.Install(ctx, &honest, report)
}

type alwaysFetches struct{ sound }

func (b alwaysFetches) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	if pkg != nil {
		_ = b.Remove(ctx, &installer.Receipt{Key: pkg.Key, Version: pkg.Version, Digest: pkg.Artifact.Digest})
	}
	return b.sound.Install(ctx, pkg, report)
}

type leavesJunk struct{ sound }

func (b leavesJunk) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	r, err := b.sound.Install(ctx, pkg, report)
	if err != nil {
		_, _ = b.sound.Install(context.WithoutCancel(ctx), Package("junk", "0.0.0"), nil)
	}
	return r, err
}

type deletesFirst struct{ sound }

func (b deletesFirst) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	if pkg != nil && pkg.Key == "mail" && pkg.Version == "2.0.0" {
		_, _ = b.Sweep(ctx, nil)
	}
	return b.sound.Install(ctx, pkg, report)
}

type silent struct{ sound }

func (b silent) Install(ctx context.Context, pkg *installer.Package, _ func(installer.Progress)) (*installer.Receipt, error) {
	return b.sound.Install(ctx, pkg, nil)
}

type talkative struct{ sound }

func (b talkative) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	return b.sound.Install(ctx, pkg, func(p installer.Progress) {
		for range 1000 {
			if report != nil {
				report(p)
			}
		}
	})
}

type ignoresContext struct{ sound }

func (b ignoresContext) Remove(_ context.Context, r *installer.Receipt) error {
	return b.sound.Remove(context.Background(), r)
}

type ignoresIdentity struct{ sound }

func (b ignoresIdentity) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	r, err := b.sound.Install(ctx, pkg, report)
	if e, ok := errors.AsType[*installer.IdentityError](err); ok {
		return &installer.Receipt{Key: e.WantKey, Version: e.WantVersion}, nil
	}
	return r, err
}

type trusting struct{ sound }

func (b trusting) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	r, err := b.sound.Install(ctx, pkg, report)
	if errors.Is(err, installer.ErrRefused) {
		return &installer.Receipt{}, nil
	}
	return r, err
}

type unlimited struct{ sound }

func (b unlimited) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	r, err := b.sound.Install(ctx, pkg, report)
	if errors.Is(err, installer.ErrLimit) {
		return &installer.Receipt{}, nil
	}
	return r, err
}

type believes struct{ sound }

func (b believes) Verify(context.Context, *installer.Receipt) error { return nil }

type keepsAll struct{ sound }

func (b keepsAll) Remove(context.Context, *installer.Receipt) error { return nil }

type sweepsAll struct{ sound }

func (b sweepsAll) Sweep(ctx context.Context, _ []*installer.Receipt) (int, error) {
	return b.sound.Sweep(ctx, nil)
}

type sweepsNothing struct{ sound }

func (b sweepsNothing) Sweep(context.Context, []*installer.Receipt) (int, error) { return 0, nil }

type bareErrors struct{ sound }

func (b bareErrors) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	r, err := b.sound.Install(ctx, pkg, report)
	if e, ok := errors.AsType[*installer.Error](err); ok {
		return r, e.Err
	}
	return r, err
}

type wrongReceipt struct{ sound }

func (b wrongReceipt) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	r, err := b.sound.Install(ctx, pkg, report)
	if err == nil {
		r.Size++
	}
	return r, err
}

type losesBits struct{ sound }

func (b losesBits) Open(ctx context.Context, r *installer.Receipt) (fs.FS, error) {
	files, err := b.sound.Open(ctx, r)
	if err != nil {
		return nil, err
	}
	plain := fstest.MapFS{}
	err = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, path)
		plain[path] = &fstest.MapFile{Data: data, Mode: 0o644}
		return err
	})
	return plain, err
}

type panics struct{ sound }

func (b panics) Verify(ctx context.Context, r *installer.Receipt) error {
	_ = r.Key
	return b.sound.Verify(ctx, r)
}

// TestKitSeesEveryFault runs the kit on installers with one fault each and
// names a topic that must go red.
func TestKitSeesEveryFault(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(sound) installer.Installer
		topic string
	}{
		"ignores the digest":            {func(s sound) installer.Installer { return ignoresDigest{s} }, "Download/WrongDigest"},
		"ignores the size":              {func(s sound) installer.Installer { return ignoresDigest{s} }, "Download/MoreThanStated"},
		"fetches again":                 {func(s sound) installer.Installer { return alwaysFetches{s} }, "P13_Reinstall_FetchesNothing"},
		"leaves junk behind":            {func(s sound) installer.Installer { return leavesJunk{s} }, "Download/Truncated"},
		"leaves junk when cancelled":    {func(s sound) installer.Installer { return leavesJunk{s} }, "Cancel/WhileFetching"},
		"deletes the old version first": {func(s sound) installer.Installer { return deletesFirst{s} }, "P12_FailedUpgrade_KeepsTheOldVersion"},
		"reports nothing":               {func(s sound) installer.Installer { return silent{s} }, "P10_Progress"},
		"reports too much":              {func(s sound) installer.Installer { return talkative{s} }, "P10_Progress"},
		"ignores the context":           {func(s sound) installer.Installer { return ignoresContext{s} }, "Cancel/BeforeInstall"},
		"ignores the identity":          {func(s sound) installer.Installer { return ignoresIdentity{s} }, "P18_OtherKeyOrVersion"},
		"ignores the manifest":          {func(s sound) installer.Installer { return ignoresIdentity{s} }, "P18_OtherManifest"},
		"takes any archive":             {func(s sound) installer.Installer { return trusting{s} }, "HostileArchives"},
		"takes any manifest":            {func(s sound) installer.Installer { return trusting{s} }, "P18_BadManifest"},
		"has no limits":                 {func(s sound) installer.Installer { return unlimited{s} }, "HostileArchives"},
		"believes any receipt":          {func(s sound) installer.Installer { return believes{s} }, "Verify/OtherReceipt"},
		"believes what is gone":         {func(s sound) installer.Installer { return believes{s} }, "Remove"},
		"removes nothing":               {func(s sound) installer.Installer { return keepsAll{s} }, "Remove"},
		"sweeps everything":             {func(s sound) installer.Installer { return sweepsAll{s} }, "Sweep"},
		"sweeps nothing":                {func(s sound) installer.Installer { return sweepsNothing{s} }, "Sweep"},
		"has bare errors":               {func(s sound) installer.Installer { return bareErrors{s} }, "Download/WrongDigest"},
		"writes a wrong receipt":        {func(s sound) installer.Installer { return wrongReceipt{s} }, "Install"},
		"loses executable bits":         {func(s sound) installer.Installer { return losesBits{s} }, "Install/Files"},
		"panics on nil":                 {func(s sound) installer.Installer { return panics{s} }, "Remove/Invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := topics()
			i := slices.IndexFunc(all, func(topic topic) bool { return topic.name == c.topic })
			require.GreaterOrEqual(t, i, 0, "no topic %s", c.topic)
			said := play(t, all[i], c.spoil(newSound()))
			require.NotEmpty(t, said, "%s stays green", c.topic)
			t.Log(said[0])
		})
	}
}
