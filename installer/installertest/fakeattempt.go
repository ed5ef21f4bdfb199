package installertest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

// attempt is one Install of a Fake.
type attempt struct {
	fake   *Fake
	pkg    *installer.Package
	report func(installer.Progress)
	phase  installer.Phase
}

func (a *attempt) install(ctx context.Context) (*installer.Receipt, error) {
	if err := a.strike(ctx, nil); err != nil {
		return nil, err
	}
	if r := a.reuse(); r != nil {
		a.tell(installer.Verifying, a.pkg.Artifact.Size)
		return r, nil
	}
	if a.pkg.MediaType() != connector.MediaReference {
		if err := a.fetch(ctx); err != nil {
			return nil, err
		}
	}
	a.tell(installer.Installing, a.pkg.Artifact.Size)
	r := a.receipt()
	if err := a.strike(ctx, r); err != nil {
		return nil, err
	}
	a.commit(r)
	out := *r
	return &out, nil
}

// fetch goes through the phases of a package with bytes.
func (a *attempt) fetch(ctx context.Context) error {
	size := a.pkg.Artifact.Size
	a.tell(installer.Fetching, 0)
	if err := a.strike(ctx, nil); err != nil {
		return err
	}
	if a.fake.Fetch {
		if err := a.read(ctx); err != nil {
			return err
		}
	}
	a.tell(installer.Fetching, size/2)
	a.tell(installer.Fetching, size)
	a.tell(installer.Verifying, size)
	return a.strike(ctx, nil)
}

// read fetches the bytes and checks them.
func (a *attempt) read(ctx context.Context) error {
	sum, err := a.pkg.Artifact.Digest.New()
	if err != nil {
		return err
	}
	if a.pkg.Open == nil {
		return errors.ErrUnsupported
	}
	body, err := a.pkg.Open(ctx)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	n, err := io.Copy(sum, body)
	if err = errors.Join(err, body.Close()); err != nil {
		return fmt.Errorf("receive: %w", err)
	}
	if want := a.pkg.Artifact.Size; want > 0 && n != want {
		return &installer.SizeError{Want: want, Got: n}
	}
	if got := connector.DigestSum(sum); got != a.pkg.Artifact.Digest {
		return &installer.DigestError{Want: a.pkg.Artifact.Digest, Got: got}
	}
	return nil
}

func (a *attempt) tell(phase installer.Phase, bytes int64) {
	a.phase = phase
	if a.report != nil {
		a.report(installer.Progress{Phase: phase, Bytes: bytes, Total: a.pkg.Artifact.Size})
	}
}

func (a *attempt) strike(ctx context.Context, r *installer.Receipt) error {
	return a.fake.strike(ctx, Install, a.pkg.Key, a.pkg.Version, a.phase, r)
}

// reuse returns the receipt of what is installed already.
func (a *attempt) reuse() *installer.Receipt {
	a.fake.mu.Lock()
	defer a.fake.mu.Unlock()
	id := release{a.pkg.Key, a.pkg.Version}
	held := a.fake.held[id]
	if held == nil || a.fake.broken[id] || held.Digest != a.digest() {
		return nil
	}
	r := *held
	return &r
}

// receipt is made up of what the package states.
func (a *attempt) receipt() *installer.Receipt {
	r := &installer.Receipt{
		Key: a.pkg.Key, Version: a.pkg.Version, MediaType: a.pkg.MediaType(), Digest: a.digest(),
		InstalledAt: a.fake.now(), Manifest: a.pkg.Manifest,
	}
	if r.Manifest == nil {
		r.Manifest = &connector.Manifest{Key: a.pkg.Key, Version: a.pkg.Version}
	}
	if r.MediaType == connector.MediaReference {
		r.Reference = a.pkg.Artifact.URL
		return r
	}
	r.Tree = connector.DigestOf([]byte("files of " + string(r.Digest)))
	r.Size, r.Files = a.pkg.Artifact.Size, 1
	return r
}

func (a *attempt) digest() connector.Digest {
	if a.pkg.Artifact.Digest != "" {
		return a.pkg.Artifact.Digest
	}
	return (&connector.Release{Version: a.pkg.Version, Artifact: a.pkg.Artifact, Manifest: a.pkg.Manifest}).Digest()
}

func (a *attempt) commit(r *installer.Receipt) {
	f := a.fake
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held == nil {
		f.held = map[release]*installer.Receipt{}
	}
	id := release{a.pkg.Key, a.pkg.Version}
	f.held[id] = r
	delete(f.broken, id)
}

func compare(a, b *installer.Receipt) int {
	return cmp.Or(strings.Compare(string(a.Key), string(b.Key)), strings.Compare(a.Version, b.Version))
}
