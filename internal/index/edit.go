package index

import "slices"

// growth is how many times larger than the next a run is at least.
const growth = 4

// With returns a version without the items of remove, which are in m, and then with
// those of add, none of which is. It takes time for what changed, and once in a while for a merge.
func (m Map[T]) With(remove, add []T) Map[T] {
	parts := slices.Clone(m.parts)
	own := make([]bool, len(parts)) // whether dead may be changed
	for _, item := range remove {
		place := item.Place()
		for i := range parts {
			p := &parts[i]
			at, found := position(p.run.items, place)
			if !found || p.dead != nil && p.dead.has(at) {
				continue
			}
			if !own[i] {
				own[i] = true
				dead := newBitset(len(p.run.items))
				copy(dead, p.dead)
				p.dead = dead
			}
			p.dead.set(at)
			p.live--
			break
		}
	}
	if len(add) > 0 {
		items := slices.Clone(add)
		slices.SortFunc(items, func(a, b T) int { return a.Place().Compare(b.Place()) })
		for piece := range slices.Chunk(items, maxRun) {
			parts = append(parts, newPart(slices.Clip(piece)))
		}
	}
	return Map[T]{parts: tidy(parts)}
}

func newPart[T Item](items []T) part[T] {
	return part[T]{run: &run[T]{items: items}, live: len(items)}
}

// tidy drops the dead where they are the majority, and merges runs until each is
// growth times larger than the next.
func tidy[T Item](parts []part[T]) []part[T] {
	parts = slices.DeleteFunc(parts, func(p part[T]) bool { return p.live == 0 })
	for i := range parts {
		if p := &parts[i]; p.live*2 < len(p.run.items) {
			*p = newPart(p.alive())
		}
	}
	bySize := func(a, b part[T]) int { return b.live - a.live }
	slices.SortStableFunc(parts, bySize)
	for n := len(parts); n >= 2; n = len(parts) {
		a, b := &parts[n-2], &parts[n-1]
		if a.live > growth*b.live || a.live+b.live > maxRun {
			break
		}
		*a = newPart(merge(a.alive(), b.alive()))
		parts = parts[:n-1]
		slices.SortStableFunc(parts, bySize)
	}
	return slices.Clip(parts)
}

func merge[T Item](a, b []T) []T {
	out := make([]T, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].Place().Compare(b[0].Place()) < 0 {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}
