package installertest

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"testing"

	"github.com/patchbay/patchbay/installer"
)

// KitOptions says what the kit can do with an installer beyond its port. Nil
// means the zero value.
type KitOptions struct {
	// Reopen returns an Installer on the same place as in, as another process
	// would. Nil skips what needs it.
	Reopen func(tb testing.TB, in installer.Installer) installer.Installer
	// Corrupt changes a file of the installed package, behind the installer's back.
	// Nil skips what needs it.
	Corrupt func(tb testing.TB, in installer.Installer, r *installer.Receipt)
}

// TestInstaller holds an implementation of [installer.Installer] for packages
// with bytes to its contract. newInstaller returns one that is empty and has
// the default limits and media types. What the implementation offers beside, an
// [installer.Opener] and an [installer.Sweeper], is tested too.
func TestInstaller(t *testing.T, newInstaller func(tb testing.TB) installer.Installer, o *KitOptions) { //nolint:tparallel // that is the caller's to say
	t.Helper()
	if o == nil {
		o = &KitOptions{}
	}
	for _, topic := range topics() {
		t.Run(topic.name, func(t *testing.T) {
			t.Parallel()
			topic.run(&kit{TB: t, Installer: newInstaller(t), o: o})
		})
	}
}

// topic is one thing that is tested.
type topic struct {
	name string
	run  func(k *kit)
}

func topics() []topic {
	return slices.Concat(installTopics(), progressTopics(), downloadTopics(), identityTopics(), hostileTopics(),
		cancelTopics(), removeTopics(), verifyTopics(), sweepTopics())
}

// kit is one installer under one topic.
type kit struct {
	testing.TB
	installer.Installer

	o *KitOptions
}

// good fails the test on an error.
func (k *kit) good(what string, err error) {
	k.Helper()
	if err != nil {
		k.Fatalf("%s: %v", what, err)
	}
}

// bad fails the test unless err is the error wanted.
func (k *kit) bad(what string, err, want error) {
	k.Helper()
	switch {
	case err == nil:
		k.Fatalf("%s: no error, want %q", what, want)
	case !errors.Is(err, want):
		k.Fatalf("%s: error %q, want %q", what, err, want)
	}
}

// equal compares two values.
func equal[T comparable](k *kit, what string, got, want T) {
	k.Helper()
	if got != want {
		k.Errorf("%s: %v, want %v", what, got, want)
	}
}

// install installs what must be possible to install.
func (k *kit) install(pkg *installer.Package) *installer.Receipt {
	k.Helper()
	r, err := k.Install(k.Context(), pkg, nil)
	k.good("Install", err)
	if r == nil {
		k.Fatal("Install returned neither a receipt nor an error")
	}
	return r
}

// refuse is refused for who does not need the error.
func (k *kit) refuse(pkg *installer.Package, want error, keep ...*installer.Receipt) {
	k.Helper()
	_ = k.refused(pkg, want, keep...)
}

// refused tries to install what must not be installed, and sees that nothing of
// it is left and that it is told as an *installer.Error.
func (k *kit) refused(pkg *installer.Package, want error, keep ...*installer.Receipt) error {
	k.Helper()
	r, err := k.Install(k.Context(), pkg, nil)
	k.bad("Install", err, want)
	if r != nil {
		k.Errorf("Install returned a receipt with its error")
	}
	if e, ok := errors.AsType[*installer.Error](err); !ok {
		k.Errorf("Install failed with a %T, want an *installer.Error", err)
	} else if e.Key != pkg.Key || e.Version != pkg.Version {
		k.Errorf("the error is about %s@%s, want %s@%s", e.Key, e.Version, pkg.Key, pkg.Version)
	}
	k.only(keep...)
	return err
}

// only sees that exactly what keep names is installed: it verifies, and
// sweeping finds nothing else.
func (k *kit) only(keep ...*installer.Receipt) {
	k.Helper()
	for _, r := range keep {
		k.good("Verify", k.Verify(k.Context(), r))
	}
	if s, ok := k.Installer.(installer.Sweeper); ok {
		n, err := s.Sweep(k.Context(), keep)
		k.good("Sweep", err)
		equal(k, "left behind", n, 0)
	}
	for _, r := range keep {
		k.good("Verify", k.Verify(k.Context(), r))
	}
}

// gone sees that a receipt names nothing any more.
func (k *kit) gone(r *installer.Receipt) {
	k.Helper()
	k.bad("Verify", k.Verify(k.Context(), r), fs.ErrNotExist)
	if o, ok := k.Installer.(installer.Opener); ok {
		_, err := o.Open(k.Context(), r)
		k.bad("Open", err, fs.ErrNotExist)
	}
}

// open returns the installed files; ok is false where the installer has none to show.
func (k *kit) open(ctx context.Context, r *installer.Receipt) (files fs.FS, ok bool) {
	k.Helper()
	o, ok := k.Installer.(installer.Opener)
	if !ok {
		return nil, false
	}
	files, err := o.Open(ctx, r)
	k.good("Open", err)
	return files, true
}
