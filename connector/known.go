package connector

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
)

// Known is what an index contained when it was last parsed, so that parsing the
// next one need not look at what is still the same. It is immutable and safe for
// concurrent use; nil knows nothing.
type Known struct {
	sums map[[sha256.Size]byte]knownDocument
}

// knownDocument is where a digest leads.
type knownDocument struct {
	key  Key
	size int
}

// NewKnown remembers keys, digests and sizes of the documents, and not their bytes.
func NewKnown(list []Document) *Known {
	k := &Known{sums: make(map[[sha256.Size]byte]knownDocument, len(list))}
	for i := range list {
		d := &list[i]
		k.sums[d.sum] = knownDocument{d.key, len(d.json)}
	}
	return k
}

// The parts of an envelope as Encode writes it. Others are not looked up.
const (
	envelopeDigest    = `{"digest":"` + SHA256 + `:`
	envelopeConnector = `","connector":`
	envelopeEnd       = '}'
)

// find looks at the start of an envelope. If the digest stated is a known one and its connector's
// size fits, it returns the document, taken by its word, and the size of the envelope.
func (k *Known) find(rest []byte) (d Document, size int) {
	const head = len(envelopeDigest) + 2*sha256.Size + len(envelopeConnector)
	if k == nil || len(rest) < head || !bytes.HasPrefix(rest, []byte(envelopeDigest)) ||
		!bytes.HasSuffix(rest[:head], []byte(envelopeConnector)) {
		return d, 0
	}
	stated := rest[len(envelopeDigest):][:2*sha256.Size]
	if n, err := hex.Decode(d.sum[:], stated); err != nil || n != sha256.Size || bytes.ContainsAny(stated, "ABCDEF") {
		return d, 0
	}
	known, ok := k.sums[d.sum]
	end := head + known.size
	if !ok || len(rest) <= end || rest[head] != '{' || rest[end-1] != '}' || rest[end] != envelopeEnd {
		return d, 0
	}
	d.key, d.json, d.unread = known.key, rest[head:end:end], true
	return d, end + 1
}
