package strictjson

import "bytes"

// Sieve takes a document in, piece by piece, and leaves out elements of one list that the caller
// knows, so that a document of which little is new need never be in memory. Whoever knows them has to see for
// himself that they are what he knows; of a document that is other than expected, all stays. It is not
// for concurrent use.
type Sieve struct {
	member string // with quotes
	known  func(rest []byte) (size int, more bool)
	left   func(p []byte)
	room   int // expected bytes of the whole document

	x     Excerpt
	state sieveState
	at    int // in x.Bytes: what is from here on waits for more
	drop  int // bytes of the element that is being left out
}

type sieveState uint8

const (
	inHeader sieveState = iota
	atElement
	afterElement
	keepingAll
)

// maxWaiting bounds what may wait for its end before nothing is left out any more, and so how often it is
// looked at again.
const maxWaiting = 1 << 20

// NewSieve returns a Sieve for a document of about size bytes. known says how many bytes the element has that
// rest begins with; 0 when it is not known. With more it asks for a longer rest to tell. left is told what is left out of the elements that known took, one
// after the other, in pieces that it must not keep.
func NewSieve(member string, size int, known func(rest []byte) (size int, more bool), left func(p []byte)) *Sieve {
	return &Sieve{member: `"` + member + `"`, known: known, left: left, room: size}
}

// Write takes in the next piece. It does not keep p, and never fails.
func (s *Sieve) Write(p []byte) (int, error) {
	n := len(p)
	s.x.Size += n
	for len(p) > 0 {
		switch {
		case s.drop > 0:
			gone := min(s.drop, len(p))
			s.leave(p[:gone])
			p = p[gone:]
		case s.state == keepingAll:
			s.keep(p)
			p = nil
		case len(s.x.Bytes) > s.at:
			p = s.resume(p)
		default:
			kept, more := s.step(p)
			s.keep(p[:kept])
			s.at = len(s.x.Bytes)
			p = p[kept:]
			if more {
				s.keep(p)
				p = nil
			} else if s.drop > 0 {
				s.cut()
			}
		}
	}
	return n, nil
}

// resume looks again at what waits, with p after it, and returns what is left of p.
func (s *Sieve) resume(p []byte) []byte {
	waiting := len(s.x.Bytes) - s.at
	s.keep(p)
	w := s.x.Bytes[s.at:]
	kept, more := s.step(w)
	s.at += kept
	switch {
	case s.state == keepingAll:
		return nil
	case more:
		if len(w)-kept > maxWaiting {
			s.state = keepingAll
		}
		return nil
	case waiting-kept > s.drop: // known asked for more than there is of it
		s.state, s.drop = keepingAll, 0
		return nil
	}
	s.x.Bytes = s.x.Bytes[:s.at]
	s.cut()
	if kept < waiting { // part of what is left out is here already
		s.leave(w[kept:waiting])
		kept = waiting
	}
	return p[kept-waiting:]
}

// Excerpt returns what is left of the document. ok is false when the document ends within an element that was to be
// left out.
func (s *Sieve) Excerpt() (x *Excerpt, ok bool) { return &s.x, s.drop == 0 }

// step finds out how much of w can be kept, up to an element to be left out, whose size is then in drop. more says
// that the rest can be judged only with what follows it.
func (s *Sieve) step(w []byte) (kept int, more bool) {
	if s.state == inHeader {
		if kept, more = s.header(w); more || s.state == keepingAll {
			return kept, more
		}
	}
	for {
		i := skipSpace(w, kept)
		switch {
		case i == len(w):
			return kept, true
		case s.state == afterElement && w[i] == ',':
			kept, s.state = i+1, atElement
			continue
		case s.state == afterElement, w[i] == ']':
			s.state = keepingAll
			return kept, false
		}
		s.drop, more = s.known(w[i:])
		if more || s.drop > 0 {
			if !more {
				kept, s.state = i, afterElement
			}
			return kept, more
		}
		end, reason := skipValue(w, i)
		if reason != "" || end == len(w) { // perhaps only because it is not all
			return kept, true
		}
		kept, s.state = end, afterElement
	}
}

// header looks for the list, and returns where its first element can be.
func (s *Sieve) header(w []byte) (kept int, more bool) {
	i := skipSpace(w, 0)
	for first := true; ; first = false {
		opens := byte(',')
		if first {
			opens = '{'
		}
		if i == len(w) {
			return 0, true
		}
		if w[i] != opens {
			s.state = keepingAll
			return 0, false
		}
		i = skipSpace(w, i+1)
		hit := bytes.HasPrefix(w[i:], []byte(s.member))
		end, reason := skipName(w, i)
		if i = skipSpace(w, end); reason != "" || i == len(w) {
			return 0, true
		}
		if hit {
			if s.state = atElement; w[i] != '[' {
				s.state = keepingAll
			}
			return i + 1, false
		}
		if end, reason = skipValue(w, i); reason != "" || end == len(w) {
			return 0, true
		}
		i = skipSpace(w, end)
	}
}

// keep appends to what is left. There is room for all of it once a good part is kept.
func (s *Sieve) keep(p []byte) {
	if need := len(s.x.Bytes) + len(p); need > cap(s.x.Bytes) {
		size := 4 * cap(s.x.Bytes)
		if size > s.room/4 {
			size = s.room
		}
		if size < need {
			size = 2 * need
		}
		grown := make([]byte, len(s.x.Bytes), size)
		copy(grown, s.x.Bytes)
		s.x.Bytes = grown
	}
	s.x.Bytes = append(s.x.Bytes, p...)
}

// cut begins to leave an element out at the end of what is kept.
func (s *Sieve) cut() {
	c := cut{at: len(s.x.Bytes), newline: -1}
	if n := len(s.x.cuts); n > 0 {
		c.size, c.lines, c.newline = s.x.cuts[n-1].size, s.x.cuts[n-1].lines, s.x.cuts[n-1].newline
	}
	s.x.cuts = append(s.x.cuts, c)
}

// leave notes what is left out.
func (s *Sieve) leave(p []byte) {
	s.left(p)
	i := len(s.x.cuts) - 1
	c := &s.x.cuts[i]
	c.size += len(p)
	c.tail += len(p)
	if n := bytes.Count(p, []byte{'\n'}); n > 0 {
		c.lines += n
		c.newline = i
		c.tail = len(p) - 1 - bytes.LastIndexByte(p, '\n')
	}
	s.drop -= len(p)
}
