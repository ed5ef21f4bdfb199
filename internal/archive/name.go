package archive

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// checkName refuses a slash-separated path that some platform would not keep
// inside the tree, would not hold, or would read as another.
func checkName(name string, depth int) error {
	switch {
	case name == "":
		return because(ErrName, "empty")
	case len(name) > maxPath:
		return because(ErrName, "longer than %d bytes", maxPath)
	case !utf8.ValidString(name):
		return because(ErrName, "not UTF-8")
	case name[0] == '/':
		return because(ErrName, "absolute")
	}
	if n := strings.Count(name, "/") + 1; n > depth {
		return &LimitError{Limit: "path elements", Max: int64(depth)}
	}
	for element := range strings.SplitSeq(name, "/") {
		if err := checkElement(element); err != nil {
			return err
		}
	}
	return nil
}

func checkElement(element string) error {
	switch {
	case element == "":
		return because(ErrName, "empty element")
	case element == "." || element == "..":
		return because(ErrName, "element %q", element)
	case len(element) > maxElement:
		return because(ErrName, "element longer than %d bytes", maxElement)
	}
	for _, r := range element {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`<>:"\|?*`, r) {
			return because(ErrName, "character %q", r)
		}
	}
	// Windows drops these, so that "a." and "a" would be one file.
	if last := element[len(element)-1]; last == '.' || last == ' ' {
		return because(ErrName, "element ends with %q", last)
	}
	if isDevice(element) {
		return because(ErrName, "element %q is a device name", element)
	}
	return nil
}

// isDevice reports whether Windows takes the element for a device, which it
// does whatever extension follows.
func isDevice(element string) bool {
	stem, _, _ := strings.Cut(element, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	rest, ok := strings.CutPrefix(stem, "COM")
	if !ok {
		rest, ok = strings.CutPrefix(stem, "LPT")
	}
	const ports = "0123456789¹²³"
	return ok && utf8.RuneCountInString(rest) == 1 && strings.ContainsAny(ports, rest)
}

// fold maps names that differ only in case to one string.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		// The smallest rune of the orbit stands for all of it.
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, name)
}
