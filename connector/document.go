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
}

// Key is the connector's.
func (d *Document) Key() Key { return d.key }

// JSON is the connector. It may share memory with the index that it came in, and
// must not be changed. It is nil for one that was known when the index was read: see ReadExcerpt.
func (d *Document) JSON() []byte { return d.json }

// Sum is the SHA-256 of JSON.
func (d *Document) Sum() [sha256.Size]byte { return d.sum }

// Digest is Sum as an index states it.
func (d *Document) Digest() Digest { return Digest(SHA256 + ":" + hex.EncodeToString(d.sum[:])) }

// Connector decodes the whole of it, sharing nothing. The error is of type Faults.
func (d *Document) Connector() (*Connector, error) {
	if d.json == nil {
		return nil, Faults{{Reason: "the connector was left out, because it was known"}}
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
