package connector

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/patchbay/patchbay/internal/strictjson"
)

// Document is a Connector as the bytes of its JSON, which were checked as
// ParseIndex checks them: most of what is kept of a connector is seldom looked at. It
// is immutable and safe for concurrent use; the zero value is no document.
type Document struct {
	key  Key
	json []byte
	sum  [sha256.Size]byte
	// unread: neither json nor that it has this sum was looked at.
	unread bool
}

// Key is the connector's.
func (d *Document) Key() Key { return d.key }

// JSON is the connector. It may share memory with the index that it came in, and
// must not be changed.
func (d *Document) JSON() []byte { return d.json }

// Sum is the SHA-256 of JSON.
func (d *Document) Sum() [sha256.Size]byte { return d.sum }

// Digest is Sum as an index states it.
func (d *Document) Digest() Digest { return Digest(SHA256 + ":" + hex.EncodeToString(d.sum[:])) }

// Verify makes up for what ParseDocuments left out because it was known: the JSON must be
// what the digest says. The error is of type Faults.
func (d *Document) Verify() error {
	if !d.unread || sha256.Sum256(d.json) == d.sum {
		return nil // what has this digest was checked when it became known
	}
	return Faults{{Reason: "the connector's bytes do not have the digest " + string(d.Digest())}}
}

// Connector verifies it and decodes the whole of it, sharing nothing. The error is of type
// Faults.
func (d *Document) Connector() (*Connector, error) {
	if err := d.Verify(); err != nil {
		return nil, err
	}
	var c Connector
	faults := strictjson.Decode(d.json, &c, &strictjson.Options{MaxDepth: maxDocumentDepth})
	if len(faults) > 0 {
		return nil, Faults(newParser(nil, DefaultMaxIndexBytes).placeIn(d.json, faults))
	}
	return &c, nil
}

// maxDocumentDepth is the most that ParseOptions.MaxDepth allows.
const maxDocumentDepth = 10_000
