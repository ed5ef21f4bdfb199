package catalog

import (
	"crypto/sha256"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// offer is a connector as one feed offers it: what lists show, and what choosing
// needs of its releases. Everything else is read from the store when it is wanted,
// because it is most of the bytes.
type offer struct {
	feed string
	view connector.Connector // without releases
	set  *version.Set
	sum  [sha256.Size]byte // of the stored record, to see what changed
}

func newOffer(feed string, conn connector.Connector, value []byte) (*offer, error) {
	set, err := version.Compile(conn.Releases)
	if err != nil {
		return nil, err
	}
	conn.Releases = nil
	return &offer{feed: feed, view: conn, set: set, sum: sha256.Sum256(value)}, nil
}

// holds reports whether the stored record has exactly this value.
func (o *offer) holds(value []byte) bool { return o != nil && o.sum == sha256.Sum256(value) }
