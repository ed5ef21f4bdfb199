package version

import (
	"errors"
	"strconv"
)

// Compiled is a Rules made ready for use with any number of Sets. It is
// immutable and safe for concurrent use. A nil *Compiled, like the zero value,
// means no rules.
type Compiled struct {
	constraint Range // the zero Range: any version
	pin        *held // nil: none
	skips      []held
	allowed    spans // what constraint, pin and skips leave; meaningless unless restricted
	restricted bool
	preview    bool
	host       Version // the zero Version: not known
	policy     func(Candidate) *Denial
}

// Compile checks the rules and makes them ready. All faults are reported at
// once (see Faults), those of expired holds too. A nil *Rules compiles to no
// rules. The Compiled keeps no reference to r's slices.
func (r *Rules) Compile() (*Compiled, error) {
	if r == nil {
		return &Compiled{}, nil
	}
	c := &Compiled{preview: r.Preview, policy: r.Policy, allowed: everything()}
	var faults []error
	if r.Constraint != "" {
		var err error
		if c.constraint, err = ParseRange(r.Constraint); err != nil {
			faults = append(faults, &FaultError{"/constraint", err})
		}
		c.restrict(c.constraint.set)
	}
	if r.Host != "" {
		var err error
		if c.host, err = ParseVersion(r.Host); err != nil {
			faults = append(faults, &FaultError{"/host", err})
		}
	}
	skips, skipFaults := r.compileHolds("/skips/", r.Skips)
	pins, pinFaults := r.compileHolds("/pins/", r.Pins)
	faults = append(append(faults, skipFaults...), pinFaults...)
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	if len(pins) > 0 {
		c.pin = &pins[0]
		c.restrict(c.pin.versions.set)
	}
	c.skips = skips
	var skipped []span
	for i := range skips {
		skipped = append(skipped, skips[i].versions.set...)
	}
	if len(skipped) > 0 {
		c.restrict(union(skipped).complement())
	}
	return c, nil
}

// compileHolds parses all holds and returns those that have not expired, the
// one that decides first.
func (r *Rules) compileHolds(pointer string, holds []Hold) ([]held, []error) {
	var active []held
	var faults []error
	for i := range holds {
		h, bad := holds[i].compile(pointer + strconv.Itoa(i))
		faults = append(faults, bad...)
		if !h.Expired(r.Now) {
			active = append(active, h)
		}
	}
	sortHolds(active)
	return active, faults
}

func (c *Compiled) restrict(to spans) {
	c.allowed = c.allowed.intersect(to)
	c.restricted = true
}

// named returns the version that the constraint asks for by name, if it does.
func (c *Compiled) named() (Version, bool) { return c.constraint.Exact() }

// skip returns the skip that covers v, or nil. Of several it is the one that
// sortHolds puts first.
func (c *Compiled) skip(v Version) *held {
	for i := range c.skips {
		if c.skips[i].versions.Contains(v) {
			return &c.skips[i]
		}
	}
	return nil
}

// runs reports whether the host is one that the release can run on. A
// requirement that cannot be parsed is one that no host meets.
func (c *Compiled) runs(e *entry) bool {
	return e.remarks == nil || e.remarks.requires == "" || e.remarks.hosts.Contains(c.host)
}

// denial returns why the policy does not allow the release, or nil.
func (c *Compiled) denial(e *entry) *Denial {
	if c.policy == nil {
		return nil
	}
	return c.policy(e.candidate())
}
