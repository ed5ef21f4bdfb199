package index

import "sort"

// head is how far a list of several runs has come in one of them.
type head[T Item] struct {
	*pick[T]

	backwards bool
	at        int // the position of the next item; -1: there is none
}

// advance goes to the next item selected.
func (h *head[T]) advance() {
	switch {
	case h.backwards && h.bits != nil:
		h.at = h.bits.previous(h.at - 1)
	case h.backwards:
		h.at--
	case h.bits != nil:
		h.at = h.bits.next(h.at + 1)
	default:
		if h.at++; h.at == len(h.items) {
			h.at = -1
		}
	}
}

// before reports whether p comes before q in the list.
func (h *head[T]) before(p, q Place) bool {
	if h.backwards {
		p, q = q, p
	}
	return p.Compare(q) < 0
}

// stretch returns how many positions, from the current one on, come before p: at least the
// current one. It looks at few items when there are few such positions, and never at many.
func (h *head[T]) stretch(p Place) int {
	rest, item := len(h.items)-h.at, func(i int) Place { return h.items[h.at+i].Place() }
	if h.backwards {
		rest, item = h.at+1, func(i int) Place { return h.items[h.at-i].Place() }
	}
	low, step := 1, 1 // the first low of them do
	for step < rest && h.before(item(step), p) {
		low, step = step+1, step*2
	}
	return low + sort.Search(min(step, rest)-low, func(i int) bool { return !h.before(item(low+i), p) })
}

// mergeHeads yields what all heads have in one order.
func mergeHeads[T Item](heads []head[T], yield func(T) bool) {
	for {
		var first, second *head[T]
		for i := range heads {
			switch h := &heads[i]; {
			case h.at < 0:
			case first == nil || h.before(h.place(), first.place()):
				first, second = h, first
			case second == nil || h.before(h.place(), second.place()):
				second = h
			}
		}
		if first == nil {
			return
		}
		// Until the second head's place all comes from the first.
		end := len(first.items)
		if first.backwards {
			end = -1
		}
		if second != nil {
			n := first.stretch(second.place())
			end = first.at + n
			if first.backwards {
				end = first.at - n
			}
		}
		for first.at >= 0 && (first.backwards && first.at > end || !first.backwards && first.at < end) {
			if !yield(first.items[first.at]) {
				return
			}
			first.advance()
		}
	}
}

func (h *head[T]) place() Place { return h.items[h.at].Place() }
