package version

import "github.com/patchbay/patchbay/connector"

// Set is the releases of one connector, parsed and sorted once, newest first.
// It is immutable and safe for concurrent use. A nil *Set is empty.
type Set struct{}

// Compile parses and sorts the releases of one connector. The same version
// string twice is ErrAmbiguous, a string that is no version ErrInvalidVersion;
// all faults are reported at once (see Faults), and then there is no Set.
//
// The Set refers to the releases it is given: they must not be changed while it
// is in use.
func Compile(releases []connector.Release) (*Set, error) { return &Set{}, nil }

// Len returns the number of releases.
func (s *Set) Len() int { return 0 }

// Versions returns all versions, newest first. The slice is the caller's.
func (s *Set) Versions() []string { return nil }

// Release returns the release whose version is the identical string. It is not
// to be changed.
func (s *Set) Release(v string) (*connector.Release, bool) { return nil, false }

// Newest returns the newest eligible version: the Target that Select would
// name, without explaining it. It allocates nothing, beyond what Rules.Policy does.
func (s *Set) Newest(c *Compiled) (version string, ok bool) { return "", false }

// Select chooses the newest eligible version and says of every release why it
// is or is not the choice (P6). installed is the installed version, empty for
// none.
func (s *Set) Select(installed string, c *Compiled) *Selection { return &Selection{} }

// Select is Compile, Rules.Compile and Set.Select in one call. All faults of the
// releases, of the installed version and of the rules are reported at once.
func Select(releases []connector.Release, installed string, rules *Rules) (*Selection, error) {
	return &Selection{}, nil
}
