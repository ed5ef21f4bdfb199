package connector

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"

	"github.com/patchbay/patchbay/internal/strictjson"
)

// ErrAstray is what Excerpt.Documents fails with when an index states digests that are not those of
// its connectors: all of it must be read then, to tell which ones they are.
var ErrAstray = errors.New("what is known of the index led astray")

// Excerpt is an index without the connectors that were known already: little memory, however
// large the index is. It is not for concurrent use.
type Excerpt struct {
	o      ParseOptions
	text   *strictjson.Excerpt
	whole  bool // what was left out was what it was taken for
	held   []Document
	digest Digest
}

// ReadExcerpt reads an index to its end, and keeps what is not known of it. A connector is known when its
// envelope, as Encode writes it, states a digest that was added to known, and has that digest.
//
// size is about how many bytes there are; less than 0: nobody knows. Of an index that is longer than
// o allows no more is read than it takes to know that. The error is r's.
func ReadExcerpt(r io.Reader, size int64, known *Known, o *ParseOptions) (*Excerpt, error) {
	e := &Excerpt{o: o.withDefaults(DefaultMaxIndexBytes), held: make([]Document, 0, known.Len())}
	most := int64(e.o.MaxBytes) + 1
	v := verifier{h: sha256.New()}
	s := strictjson.NewSieve("connectors", int(min(max(size, 0)+1, most)), func(rest []byte) (int, bool) {
		d, n, more := known.find(rest)
		if n > e.o.MaxConnectorBytes {
			return 0, false
		}
		if n > 0 {
			e.held = append(e.held, d)
			v.expect(d.sum, n)
		}
		return n, more
	}, v.take)
	var err error
	e.digest, err = pour(io.LimitReader(r, most), s, pieceOf(size))
	if err != nil {
		return nil, err
	}
	e.text, e.whole = s.Excerpt()
	e.whole = e.whole && !v.astray && e.text.Cuts() == len(e.held)
	return e, nil
}

// verifier holds envelopes that are left out against what they were taken for: a digest that is merely stated could
// hide any change, and by the size that belongs to it also what comes after the connector (P16).
type verifier struct {
	h      hash.Hash
	sum    [sha256.Size]byte
	found  [sha256.Size]byte
	head   int // bytes still to come of the envelope before the connector
	rest   int // and of the connector
	astray bool
}

// expect is told what the next envelope is taken for.
func (v *verifier) expect(sum [sha256.Size]byte, size int) {
	v.sum, v.head, v.rest = sum, envelopeHead, size-envelopeHead-envelopeEnd
	v.h.Reset()
}

// take looks at the next bytes of the envelope.
func (v *verifier) take(p []byte) {
	skip := min(v.head, len(p))
	v.head -= skip
	p = p[skip:]
	n := min(v.rest, len(p))
	v.rest -= n
	v.h.Write(p[:n])
	if p = p[n:]; len(p) > 0 {
		v.h.Sum(v.found[:0])
		v.astray = v.astray || v.found != v.sum || string(p) != "}"
	}
}

// pieces is how many pieces of a document may be in memory.
const pieces = 4

// usualPiece is how large they are where nobody knows the document's size.
const usualPiece = 128 << 10

// pieceOf is how large the pieces of a document of size bytes are: in large ones the hash seldom waits for
// the reader, and they still lie in the processor's cache.
func pieceOf(size int64) int {
	const least, most = 4 << 10, 512 << 10
	if size < 0 {
		return usualPiece
	}
	return int(max(least, min(size/pieces+1, most)))
}

// pour writes all of r to w in pieces, and returns the digest of it, which is made meanwhile.
func pour(r io.Reader, w io.Writer, piece int) (Digest, error) {
	empty, full := make(chan []byte, pieces), make(chan []byte, pieces)
	for range pieces {
		empty <- nil
	}
	h := sha256.New()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for b := range full {
			h.Write(b)
			empty <- b[:cap(b)]
		}
	}()
	var err error
	for count := 0; err == nil; count++ {
		b, n := <-empty, 0
		if count == pieces { // there is more than was said, if they are small
			piece = max(piece, usualPiece)
		}
		if len(b) < piece {
			b = make([]byte, piece)
		}
		for n < len(b) && err == nil {
			var more int
			more, err = r.Read(b[n:])
			n += more
		}
		full <- b[:n]
		if _, errWrite := w.Write(b[:n]); errWrite != nil {
			err = errWrite
		}
	}
	close(full)
	<-done
	if !errors.Is(err, io.EOF) {
		return "", err
	}
	return Digest(SHA256 + ":" + hex.EncodeToString(h.Sum(nil))), nil
}

// Digest is the SHA-256 of all that was read.
func (e *Excerpt) Digest() Digest { return e.digest }

// Documents is ParseDocuments of the index. A known connector is among them without JSON. The error is of type
// Faults or, where something was left out, ErrAstray. The documents share memory with the Excerpt.
func (e *Excerpt) Documents() (*Documents, []Problem, error) {
	p := newParser(&e.o, DefaultMaxIndexBytes)
	p.undecoded, p.held = true, e.held
	p.documents, p.claimed = make([]Document, 0, len(e.held)+len(e.held)/8), make(map[Key]int, len(e.held))
	p.apart.Left = e.text.Left()
	var doc *indexDocument
	var err error
	if e.whole {
		doc, err = p.index(e.text)
	}
	if !e.whole || err != nil && e.text.Cuts() > 0 {
		return nil, nil, ErrAstray
	}
	if err != nil {
		return nil, nil, err
	}
	return p.collected(doc), p.problems, nil
}
