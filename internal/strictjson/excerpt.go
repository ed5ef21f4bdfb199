package strictjson

import "sort"

// Excerpt is a document from which a Sieve may have left elements out. Where nothing is left out it
// is the document.
type Excerpt struct {
	Bytes []byte // without what was left out
	Size  int    // of the document, in bytes

	cuts []cut
}

// cut is where an element was left out. Its numbers but tail count the cuts before it, too.
type cut struct {
	at      int // in the excerpt
	size    int // bytes left out
	lines   int // line breaks among them
	newline int // which of the cuts is the last one with a line break; -1: none
	tail    int // bytes of this one after its last line break
}

// Whole is a document from which nothing was left out.
func Whole(data []byte) *Excerpt { return &Excerpt{Bytes: data, Size: len(data)} }

// Cuts is how many elements were left out.
func (x *Excerpt) Cuts() int { return len(x.cuts) }

// Left returns what tells a List where elements were left out: see Options.Left. It is for decoding once.
func (x *Excerpt) Left() func(offset int) bool {
	next := 0
	return func(offset int) bool {
		if next == len(x.cuts) || x.cuts[next].at > offset {
			return false
		}
		next++
		return true
	}
}

// Lines finds positions in the document by offsets in the excerpt.
func (x *Excerpt) Lines() *Lines {
	l := NewLines(x.Bytes)
	l.cuts = x.cuts
	return l
}

// inDocument turns the position of an offset in the excerpt into that in the document. start is where
// the line starts in the excerpt.
func inDocument(cuts []cut, offset, start, line, column int) (int, int) {
	until := sort.Search(len(cuts), func(i int) bool { return cuts[i].at > offset })
	if until == 0 {
		return line, column
	}
	last := &cuts[until-1]
	line += last.lines
	if last.newline >= 0 && cuts[last.newline].at >= start {
		nearest := &cuts[last.newline]
		return line, offset - nearest.at + nearest.tail + last.size - nearest.size + 1
	}
	if first := sort.Search(len(cuts), func(i int) bool { return cuts[i].at >= start }); first > 0 {
		column -= cuts[first-1].size
	}
	return line, column + last.size
}
