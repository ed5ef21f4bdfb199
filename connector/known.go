package connector

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
)

// Known is what somebody has of an index already, so that reading the next one can leave
// out what is still the same: see ReadExcerpt. The zero value and nil know nothing. It is safe for
// concurrent use while nothing is added.
type Known struct {
	sums map[[sha256.Size]byte]knownDocument
}

// knownDocument is where a digest leads.
type knownDocument struct {
	key  Key
	size int
}

// NewKnown returns a Known with room for n connectors.
func NewKnown(n int) *Known {
	return &Known{sums: make(map[[sha256.Size]byte]knownDocument, n)}
}

// Add adds the connector key, whose JSON has this SHA-256 and that many bytes.
func (k *Known) Add(key Key, sum [sha256.Size]byte, size int) {
	if k.sums == nil {
		k.sums = map[[sha256.Size]byte]knownDocument{}
	}
	k.sums[sum] = knownDocument{key, size}
}

// Len is how many connectors are known.
func (k *Known) Len() int {
	if k == nil {
		return 0
	}
	return len(k.sums)
}

// The parts of an envelope as Encode writes it. Others are not looked up.
const (
	envelopeDigest    = `{"digest":"` + SHA256 + `:`
	envelopeConnector = `","connector":`
	envelopeHead      = len(envelopeDigest) + 2*sha256.Size + len(envelopeConnector)
	envelopeEnd       = 1 // a brace
)

// find looks at the start of an envelope. If the digest stated is a known one, it returns the document that it
// should be, and the size of the envelope. more says that rest is too short to tell.
func (k *Known) find(rest []byte) (d Document, size int, more bool) {
	start := min(len(rest), len(envelopeDigest))
	if k == nil || string(rest[:start]) != envelopeDigest[:start] {
		return d, 0, false
	}
	if len(rest) <= envelopeHead {
		return d, 0, true
	}
	stated := rest[len(envelopeDigest):][:2*sha256.Size]
	if rest[envelopeHead] != '{' || !bytes.HasSuffix(rest[:envelopeHead], []byte(envelopeConnector)) {
		return d, 0, false
	}
	if _, err := hex.Decode(d.sum[:], stated); err != nil || bytes.ContainsAny(stated, "ABCDEF") {
		return d, 0, false
	}
	known, ok := k.sums[d.sum]
	if !ok || known.size < len("{}") {
		return d, 0, false
	}
	d.key = known.key
	return d, envelopeHead + known.size + envelopeEnd, false
}
