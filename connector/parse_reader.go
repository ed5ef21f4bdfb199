package connector

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"runtime"
	"strings"
	"sync"

	"github.com/patchbay/patchbay/internal/strictjson"
)

// element is one of "connectors", read as if nothing were wrong with it.
type element struct {
	raw   strictjson.Raw
	index int

	left      bool // out, because it is known
	sound     bool // nothing is wrong with it by itself
	key       Key
	connector Connector // or
	document  Document
}

// readers reads elements side by side.
type readers struct {
	list  []*reader
	batch []element
	held  []Document // that were left out and are still to come
}

// reader reads one element after the other, with memory of its own.
type reader struct {
	p      *parser
	o      strictjson.Options
	sound  soundEnvelope
	checks checker
}

// batchBytes is about how much is read before what came of it is taken in: enough to
// keep all readers busy. batchElements bounds it where elements are small or were left out.
const (
	batchBytes    = 4 << 20
	batchElements = 4 << 10
)

func newReaders(p *parser) *readers {
	rs := &readers{list: make([]*reader, runtime.GOMAXPROCS(0)), held: p.held}
	for i := range rs.list {
		rs.list[i] = &reader{p: p, o: p.whole}
		rs.list[i].o.Borrow = p.undecoded
	}
	return rs
}

// read reads elements of the list from index i on, at least one. The result is good until
// the next call.
func (rs *readers) read(list *strictjson.List, i int) []element {
	clear(rs.batch) // what is kept of them is in the parser
	rs.batch = rs.batch[:0]
	for size := 0; size < batchBytes && len(rs.batch) < batchElements && i < list.Len(); i++ {
		raw, left := list.At(i)
		e := element{raw: raw, index: i, left: left}
		if left {
			e.document, rs.held = rs.held[0], rs.held[1:]
			e.key, e.sound = e.document.key, true
		}
		size += len(raw.Bytes)
		rs.batch = append(rs.batch, e)
	}
	work := make(chan []element, len(rs.batch))
	const few = 16
	for i := 0; i < len(rs.batch); i += few {
		work <- rs.batch[i:min(i+few, len(rs.batch))]
	}
	close(work)
	var wg sync.WaitGroup
	for _, r := range rs.list {
		wg.Go(func() {
			for part := range work {
				for i := range part {
					r.read(&part[i])
				}
			}
		})
	}
	wg.Wait()
	return rs.batch
}

func (r *reader) read(e *element) {
	if e.left || len(e.raw.Bytes) > r.p.o.MaxConnectorBytes {
		return
	}
	conn := &r.sound.Connector.Value
	*conn = Connector{Categories: conn.Categories[:0], Releases: conn.Releases[:0]}
	if !r.p.undecoded {
		*conn = Connector{} // the one before was given away
	}
	r.sound.Digest = strictjson.Raw{}
	if len(strictjson.DecodeRaw(e.raw, &r.sound, &r.o)) > 0 || !r.isSound(e) {
		return
	}
	e.sound, e.key = true, conn.Key
	if r.p.undecoded {
		e.key = Key(strings.Clone(string(conn.Key)))
		e.document.key, e.document.json = e.key, r.sound.Connector.Bytes
	} else {
		e.connector = *conn
	}
}

// isSound checks what was decoded without a fault.
func (r *reader) isSound(e *element) bool {
	conn := &r.sound.Connector.Value
	if len(conn.Releases) > r.p.o.MaxReleases {
		return false
	}
	stated := ""
	if d := r.sound.Digest.Bytes; d != nil {
		// What is written with escapes is no digest anyway.
		rest, ok := strings.CutPrefix(string(d), `"`)
		rest, closed := strings.CutSuffix(rest, `"`)
		if !ok || !closed || rest == "" {
			return false
		}
		stated = rest
	}
	if r.p.undecoded || stated != "" {
		e.document.sum = sha256.Sum256(r.sound.Connector.Bytes)
	}
	if stated != "" && sumReason(stated, r.sound.Connector.Bytes, &e.document.sum) != "" {
		return false
	}
	r.checks = checker{parsed: true, path: r.checks.path[:0]}
	r.checks.connector(conn)
	for i := range conn.Releases {
		r.checks.release(&conn.Releases[i], conn.Key)
	}
	return len(r.checks.findings) == 0 && distinct(conn.Releases)
}

// sumReason says why data does not have the digest that an envelope states. short is
// its SHA-256.
func sumReason(stated string, data []byte, short *[sha256.Size]byte) string {
	if reason := digestReason(stated); reason != "" || data == nil {
		return reason
	}
	sum := short[:]
	if strings.HasPrefix(stated, SHA512) {
		long := sha512.Sum512(data)
		sum = long[:]
	}
	algorithm, want, _ := strings.Cut(stated, ":")
	var got [2 * sha512.Size]byte
	if n := hex.Encode(got[:], sum); string(got[:n]) != want {
		return "the connector's bytes have digest " + algorithm + ":" + string(got[:n])
	}
	return ""
}

// distinct reports whether no version is there twice.
func distinct(releases []Release) bool {
	const few = 32
	if len(releases) <= few {
		for i := range releases {
			for j := range i {
				if releases[i].Version == releases[j].Version {
					return false
				}
			}
		}
		return true
	}
	seen := make(map[string]struct{}, len(releases))
	for i := range releases {
		seen[releases[i].Version] = struct{}{}
	}
	return len(seen) == len(releases)
}
