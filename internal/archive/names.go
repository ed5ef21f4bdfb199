package archive

import "strings"

// names remembers every path of one archive, to refuse a second claim on one
// place however it is spelled.
type names struct {
	limits Limits
	bytes  int64
	known  map[string]place // by folded path
}

type place struct {
	spelling string
	dir      bool
	implied  bool // a directory that so far only the paths below it name
}

func newNames(l Limits) *names { return &names{limits: l, known: map[string]place{}} }

// add claims path and returns the directories above it that are new, the
// outermost first, and whether path itself is: a directory that names below it
// implied may still be stated once.
func (n *names) add(path string, dir bool) (parents []string, isNew bool, err error) {
	if err := checkName(path, n.limits.Depth); err != nil {
		return nil, false, err
	}
	folded := fold(path)
	for i, j := 0, 0; ; {
		// Folding keeps the slashes, but not the lengths between them.
		di, dj := strings.IndexByte(path[i:], '/'), strings.IndexByte(folded[j:], '/')
		if di < 0 {
			break
		}
		i, j = i+di, j+dj
		isNew, err := n.claim(path[:i], folded[:j], place{spelling: path[:i], dir: true, implied: true})
		if err != nil {
			return nil, false, err
		}
		if isNew {
			parents = append(parents, path[:i])
		}
		i, j = i+1, j+1
	}
	isNew, err = n.claim(path, folded, place{spelling: path, dir: dir})
	return parents, isNew, err
}

func (n *names) claim(path, folded string, p place) (isNew bool, err error) {
	old, ok := n.known[folded]
	if !ok {
		n.bytes += int64(len(path))
		if n.bytes > n.limits.Names {
			return false, &LimitError{Limit: "bytes of names", Max: n.limits.Names}
		}
		if len(n.known) >= n.limits.Entries {
			return false, n.limits.tooManyEntries()
		}
		n.known[folded] = p
		return true, nil
	}
	switch {
	case old.spelling != path:
		return false, because(ErrCollision, "differs only in case from %s", quote(old.spelling))
	case old.dir && p.dir && p.implied:
		return false, nil
	case old.dir && p.dir && old.implied:
		old.implied = false
		n.known[folded] = old
		return false, nil
	case old.dir != p.dir:
		return false, because(ErrCollision, "%s is both a file and a directory", quote(path))
	default:
		return false, because(ErrCollision, "appears twice")
	}
}
