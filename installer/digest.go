package installer

import (
	"errors"
	"hash"

	"github.com/patchbay/patchbay/connector"
)

// digester computes a digest to compare with the one that is wanted.
type digester struct {
	hash.Hash

	want connector.Digest
}

// newDigester fails when want is no digest: bytes that nothing vouches for are
// not installed.
func newDigester(want connector.Digest) (*digester, error) {
	h, err := want.New()
	if err != nil {
		return nil, err
	}
	return &digester{h, want}, nil
}

// check returns a *DigestError when what was written is not what was wanted.
func (d *digester) check() error {
	if got := connector.DigestSum(d); got != d.want {
		return &DigestError{Want: d.want, Got: got}
	}
	return nil
}

// verify compares what was received with what was stated, and names everything
// that differs.
func verify(pkg *Package, size int64, sum *digester) error {
	var short error
	if want := pkg.Artifact.Size; want > 0 && size != want {
		short = &SizeError{Want: want, Got: size}
	}
	return errors.Join(short, sum.check())
}
