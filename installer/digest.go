package installer

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io/fs"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// digester computes a digest by the algorithm of the one that is wanted.
type digester struct {
	hash.Hash
	want connector.Digest
	alg  string
}

// newDigester fails when want is no digest: bytes that nothing vouches for are
// not installed.
func newDigester(want connector.Digest) (*digester, error) {
	if want == "" {
		return nil, fmt.Errorf("the feed states no digest: %w", fs.ErrInvalid)
	}
	d := &digester{want: want}
	alg, sum, _ := strings.Cut(string(want), ":")
	switch alg {
	case "sha256":
		d.Hash = sha256.New()
	case "sha512":
		d.Hash = sha512.New()
	default:
		return nil, fmt.Errorf("digest %q: algorithm not known: %w", want, fs.ErrInvalid)
	}
	if raw, err := hex.DecodeString(sum); err != nil || len(raw) != d.Size() || sum != strings.ToLower(sum) {
		return nil, fmt.Errorf("digest %q: not %d bytes in lower-case hex: %w", want, d.Size(), fs.ErrInvalid)
	}
	d.alg = alg
	return d, nil
}

// digest returns what was written so far.
func (d *digester) digest() connector.Digest {
	return connector.Digest(d.alg + ":" + hex.EncodeToString(d.Sum(nil)))
}

// check returns a *DigestError when what was written is not what was wanted.
func (d *digester) check() error {
	if got := d.digest(); got != d.want {
		return &DigestError{Want: d.want, Got: got}
	}
	return nil
}
