package version

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// Set is what choosing needs of the releases of one connector, parsed and sorted
// once, newest first. It is immutable and safe for concurrent use. A nil *Set is
// empty. It keeps nothing else of the releases, and about 64 bytes for each: a
// catalog has very many.
type Set struct {
	entries []entry
}

// entry is one release, parsed.
type entry struct {
	packed
	remarks *remarks // nil for almost all
	seconds int64    // of Published since 1970; math.MinInt64 when remarks have it
	preview bool     // by its EffectiveStage (P5)
	// How far the nearest entry is that is neither yanked nor deprecated, itself
	// included, with Preview releases and without: so Newest takes one step over
	// any run of them. Beyond the largest number it goes on from there.
	nextAny, nextGA uint16
}

// remarks is what few releases say.
type remarks struct {
	yanked, deprecated, requires string
	hosts                        Range // requires, parsed
	unreadable                   error // why it could not be; hosts then contains nothing
	published                    time.Time
}

// Compile parses and sorts the releases of one connector. The same version
// string twice is ErrAmbiguous, a string that is no version ErrInvalidVersion;
// all faults are reported at once (see Faults), and then there is no Set. A
// Requires that is no range is no fault here: it refuses that release only
// (CodeHost).
func Compile(releases []connector.Release) (*Set, error) {
	list := make([]Candidate, len(releases))
	for i := range releases {
		list[i] = CandidateOf(&releases[i])
	}
	return CompileCandidates(list)
}

// CompileCandidates is Compile for whoever knows no more of the releases. The Set
// holds on to none of the list's memory.
func CompileCandidates(list []Candidate) (*Set, error) { return (*Set)(nil).With(list) }

// With returns a Set of the same releases and more of them. Faults are those of
// Compile.
func (s *Set) With(more []Candidate) (*Set, error) {
	set := &Set{entries: make([]entry, s.Len(), s.Len()+len(more))}
	if s != nil {
		copy(set.entries, s.entries)
	}
	texts := versionTexts(more)
	sound := true
	for i := range more {
		raw := texts[:len(more[i].Version)]
		texts = texts[len(raw):]
		v, why := parseVersion(raw)
		if why != "" {
			sound = false
			continue
		}
		set.entries = append(set.entries, newEntry(v, &more[i]))
	}
	slices.SortFunc(set.entries, func(a, b entry) int { return b.compare(&a.packed) })
	for i := 1; i < len(set.entries); i++ {
		sound = sound && set.entries[i-1].raw != set.entries[i].raw
	}
	if !sound {
		return nil, releaseFaults(s.Versions(), more)
	}
	set.link()
	return set, nil
}

// versionTexts is all version strings in one, so that they share an allocation
// and nothing else of the releases is held on to.
func versionTexts(releases []Candidate) string {
	n := 0
	for i := range releases {
		n += len(releases[i].Version)
	}
	var b strings.Builder
	b.Grow(n)
	for i := range releases {
		b.WriteString(releases[i].Version)
	}
	return b.String()
}

func newEntry(v Version, r *Candidate) entry {
	e := entry{packed: pack(v), preview: v.pre != "" || r.Stage != "" && r.Stage != connector.GA, seconds: r.Published.Unix()}
	odd := !time.Unix(e.seconds, 0).Equal(r.Published)
	if r.Yanked == "" && r.Deprecated == "" && r.Requires == "" && !odd {
		return e
	}
	e.remarks = &remarks{
		yanked: strings.Clone(r.Yanked), deprecated: strings.Clone(r.Deprecated), requires: strings.Clone(r.Requires),
	}
	if r.Requires != "" {
		e.remarks.hosts, e.remarks.unreadable = ParseRange(e.remarks.requires)
	}
	if odd {
		e.seconds, e.remarks.published = math.MinInt64, r.Published.UTC()
	}
	return e
}

// releaseFaults says everything that keeps releases from being a Set.
func releaseFaults(known []string, more []Candidate) error {
	var faults []error
	first := make(map[string]string, len(more))
	for _, v := range known {
		first[v] = "known already"
	}
	for i := range more {
		v := more[i].Version
		_, err := ParseVersion(v)
		if at, twice := first[v]; twice && err == nil {
			err = fmt.Errorf("%w %q: also %s", ErrAmbiguous, v, at)
		} else if !twice {
			first[v] = fmt.Sprintf("/releases/%d", i)
		}
		if err != nil {
			faults = append(faults, &FaultError{fmt.Sprintf("/releases/%d/version", i), err})
		}
	}
	return errors.Join(faults...)
}

// link fills in nextAny and nextGA.
func (s *Set) link() {
	farther := func(n uint16) uint16 { return min(n, math.MaxUint16-1) + 1 }
	var anyStage, ga uint16
	for i := len(s.entries) - 1; i >= 0; i-- {
		e := &s.entries[i]
		anyStage, ga = farther(anyStage), farther(ga)
		if e.yanked() == "" && e.deprecated() == "" {
			anyStage = 0
			if !e.preview {
				ga = 0
			}
		}
		e.nextAny, e.nextGA = anyStage, ga
	}
}

func (e *entry) yanked() string {
	if e.remarks == nil {
		return ""
	}
	return e.remarks.yanked
}

func (e *entry) deprecated() string {
	if e.remarks == nil {
		return ""
	}
	return e.remarks.deprecated
}

func (e *entry) published() time.Time {
	if e.seconds == math.MinInt64 {
		return e.remarks.published
	}
	return time.Unix(e.seconds, 0).UTC()
}

func (e *entry) candidate() Candidate {
	c := Candidate{Version: e.raw, Stage: connector.GA, Published: e.published()}
	if e.preview {
		c.Stage = connector.Preview
	}
	if r := e.remarks; r != nil {
		c.Deprecated, c.Yanked, c.Requires = r.deprecated, r.yanked, r.requires
	}
	return c
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
		out[i] = s.entries[i].raw
	}
	return out
}

// First returns the newest version, eligible or not; empty when there is none.
func (s *Set) First() string {
	if s.Len() == 0 {
		return ""
	}
	return s.entries[0].raw
}

// HasGA reports whether there is a release that is not Preview.
func (s *Set) HasGA() bool {
	return s != nil && slices.ContainsFunc(s.entries, func(e entry) bool { return !e.preview })
}

// Find returns the release whose version is the identical string, or false.
func (s *Set) Find(v string) (Candidate, bool) {
	parsed, why := parseVersion(v)
	if why != "" {
		return Candidate{}, false
	}
	i, ok := s.index(&parsed)
	if !ok {
		return Candidate{}, false
	}
	return s.entries[i].candidate(), true
}

// index finds a version, build metadata included.
func (s *Set) index(v *Version) (int, bool) {
	n := s.Len()
	wanted := pack(*v)
	i := sort.Search(n, func(i int) bool { return s.entries[i].compare(&wanted) <= 0 })
	return i, i < n && s.entries[i].raw == v.raw
}

// builds returns the versions that differ from v, which is not offered, in build
// metadata only; newest first.
func (s *Set) builds(v *Version) []string {
	var out []string
	for i := range s.Len() {
		if w := s.entries[i].version(); precedence(&w, v) == 0 {
			out = append(out, w.raw)
		}
	}
	return out
}
