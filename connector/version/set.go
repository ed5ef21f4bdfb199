package version

import (
	"errors"
	"fmt"
	"slices"
	"sort"

	"github.com/patchbay/patchbay/connector"
)

// Set is the releases of one connector, parsed and sorted once, newest first.
// It is immutable and safe for concurrent use. A nil *Set is empty.
type Set struct {
	entries []entry
	// From each entry the index of the nearest one, itself included, that is
	// neither yanked nor deprecated, with Preview releases and without; the number
	// of entries when there is none. So Newest takes one step over any run of them.
	nextAny, nextGA []int32
}

// entry is one release, parsed.
type entry struct {
	version  Version
	release  *connector.Release
	requires *requirement // nil when Requires is empty
	preview  bool         // by its EffectiveStage (P5)
}

// requirement is a release's Requires, parsed. When that failed, err says why
// and hosts contains nothing.
type requirement struct {
	hosts Range
	err   error
}

// Compile parses and sorts the releases of one connector. The same version
// string twice is ErrAmbiguous, a string that is no version ErrInvalidVersion;
// all faults are reported at once (see Faults), and then there is no Set. A
// Requires that is no range is no fault here: it refuses that release only
// (CodeHost).
//
// The Set refers to the releases it is given: they must not be changed while it
// is in use.
func Compile(releases []connector.Release) (*Set, error) {
	s := &Set{entries: make([]entry, 0, len(releases))}
	sound := true
	for i := range releases {
		r := &releases[i]
		v, err := ParseVersion(r.Version)
		if err != nil {
			sound = false
			continue
		}
		e := entry{version: v, release: r, preview: r.EffectiveStage() != connector.GA}
		if r.Requires != "" {
			hosts, err := ParseRange(r.Requires)
			e.requires = &requirement{hosts, err}
		}
		s.entries = append(s.entries, e)
	}
	slices.SortFunc(s.entries, func(a, b entry) int { return b.version.Compare(a.version) })
	for i := 1; i < len(s.entries); i++ {
		sound = sound && s.entries[i-1].version.raw != s.entries[i].version.raw
	}
	if !sound {
		return nil, releaseFaults(releases)
	}
	s.link()
	return s, nil
}

// releaseFaults says everything that keeps releases from being a Set.
func releaseFaults(releases []connector.Release) error {
	var faults []error
	first := make(map[string]int, len(releases))
	for i := range releases {
		v := releases[i].Version
		_, err := ParseVersion(v)
		if j, twice := first[v]; twice && err == nil {
			err = fmt.Errorf("%w %q: also /releases/%d", ErrAmbiguous, v, j)
		} else if !twice {
			first[v] = i
		}
		if err != nil {
			faults = append(faults, &FaultError{fmt.Sprintf("/releases/%d/version", i), err})
		}
	}
	return errors.Join(faults...)
}

// link fills in nextAny and nextGA.
func (s *Set) link() {
	n := len(s.entries)
	next := make([]int32, 2*n)
	s.nextAny, s.nextGA = next[:n:n], next[n:]
	anyStage, ga := int32(n), int32(n) //nolint:gosec // no feed has 2^31 releases of one connector
	for i := n - 1; i >= 0; i-- {
		e := &s.entries[i]
		if e.release.Yanked == "" && e.release.Deprecated == "" {
			anyStage = int32(i) //nolint:gosec // as above
			if !e.preview {
				ga = anyStage
			}
		}
		s.nextAny[i], s.nextGA[i] = anyStage, ga
	}
}

// Len returns the number of releases.
func (s *Set) Len() int {
	if s == nil {
		return 0
	}
	return len(s.entries)
}

// Versions returns all versions, newest first. The slice is the caller's.
func (s *Set) Versions() []string {
	out := make([]string, s.Len())
	for i := range out {
		out[i] = s.entries[i].version.raw
	}
	return out
}

// Release returns the release whose version is the identical string, or false.
// It must not be changed.
func (s *Set) Release(v string) (*connector.Release, bool) {
	parsed, err := ParseVersion(v)
	if err != nil {
		return nil, false
	}
	i, ok := s.index(&parsed)
	if !ok {
		return nil, false
	}
	return s.entries[i].release, true
}

// index finds a version, build metadata included.
func (s *Set) index(v *Version) (int, bool) {
	n := s.Len()
	i := sort.Search(n, func(i int) bool { return s.entries[i].version.Compare(*v) <= 0 })
	return i, i < n && s.entries[i].version.raw == v.raw
}

// builds returns the versions that differ from v, which is not offered, in build
// metadata only; newest first.
func (s *Set) builds(v *Version) []string {
	var out []string
	for i := range s.Len() {
		if w := &s.entries[i].version; precedence(w, v) == 0 {
			out = append(out, w.raw)
		}
	}
	return out
}
