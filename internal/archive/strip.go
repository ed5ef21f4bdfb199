package archive

import "strings"

// stripTop returns name without its first element, which is the same directory
// for the whole archive. The directory itself becomes "".
func (u *unpacker) stripTop(name string, dir bool) (string, error) {
	if !u.strip {
		return name, nil
	}
	top, rest, below := strings.Cut(name, "/")
	if !below && !dir {
		return "", because(ErrFormat, "file outside of a top directory")
	}
	if u.top == "" {
		u.top = top
	}
	if u.top != top {
		return "", because(ErrFormat, "outside of the top directory %s", quote(u.top))
	}
	return rest, nil
}
