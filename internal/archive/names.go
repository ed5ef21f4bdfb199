package archive

import (
	"crypto/sha256"
	"strings"
)

// names remembers every path of one archive, to refuse a second claim on one
// place however it is spelled.
type names struct {
	limits Limits
	bytes  int64
	known  map[key]place
}

// key stands for a folded path, which would be as long again as the path.
type key [sha256.Size / 2]byte

func keyOf(folded string) key {
	sum := sha256.Sum256([]byte(folded))
	return key(sum[:len(key{})])
}

type place struct {
	spelling string
	dir      bool
	implied  bool // a directory that so far only the paths below it name
}

func newNames(l Limits) *names { return &names{limits: l, known: map[key]place{}} }

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
	k := keyOf(folded)
	old, ok := n.known[k]
	if !ok {
		n.bytes += int64(len(path))
		if n.bytes > n.limits.Names {
			return false, &LimitError{Limit: "bytes of names", Max: n.limits.Names}
		}
		if len(n.known) >= n.limits.Entries {
			return false, n.limits.tooManyEntries()
		}
		n.known[k] = p
		return true, nil
	}
	switch {
	case old.spelling != path:
		return false, because(ErrCollision, "differs only in case from %s", quote(old.spelling))
	case old.dir && p.dir && p.implied:
		return false, nil
	case old.dir && p.dir && old.implied:
		old.implied = false
		n.known[k] = old
		return false, nil
	case old.dir != p.dir:
		return false, because(ErrCollision, "%s is both a file and a directory", quote(path))
	default:
		return false, because(ErrCollision, "appears twice")
	}
}
