package strictjson

import "sync"

// scratch is the memory that a decoder works in. Nothing of a result lies in it.
type scratch struct {
	path  []name
	names []name
	buf   []byte
}

var scratches sync.Pool //nolint:gochecknoglobals // of *scratch: spares every entry of a big array its own

// maxScratch bounds what is kept for the next decoder, in entries of each slice.
const maxScratch = 4 << 10

func takeScratch() *scratch {
	if s, ok := scratches.Get().(*scratch); ok {
		return s
	}
	return &scratch{path: make([]name, 0, 16)}
}

func (s *scratch) giveBack() {
	if cap(s.path) <= maxScratch && cap(s.names) <= maxScratch && cap(s.buf) <= maxScratch {
		scratches.Put(s)
	}
}
