package version

// Newest returns the newest eligible version: the Target that Select would
// name, without the explanation. It allocates nothing beyond what Rules.Policy
// does. Its work grows with the logarithm of the number of versions, times the
// number of stretches that the constraint, the pin and the skips cut out near
// the newest, plus the releases that the host or the policy refuse there.
func (s *Set) Newest(c *Compiled) (version string, ok bool) {
	if i := s.newest(c); i >= 0 {
		return s.entries[i].raw, true
	}
	return "", false
}

// newest returns the index of the newest eligible entry, or -1.
func (s *Set) newest(c *Compiled) int {
	if s == nil {
		return -1
	}
	if c == nil {
		c = &Compiled{}
	}
	if v, ok := c.named(); ok {
		i, found := s.index(&v)
		if !found || s.entries[i].yanked() != "" || !c.permits(&v) || !c.admits(&s.entries[i]) {
			return -1
		}
		return i
	}
	near := len(c.allowed) // versions come newest first, and so do spans
	for i := 0; i < len(s.entries); {
		e := &s.entries[i]
		step := e.nextGA
		if c.preview {
			step = e.nextAny
		}
		if step > 0 {
			i += int(step)
			continue
		}
		if c.restricted {
			j, inside := c.allowed.findNear(&e.packed, near)
			near = j
			if j < 0 {
				break
			}
			if !inside {
				i = s.below(i+1, &c.allowed[j].hi)
				continue
			}
		}
		if c.admits(e) {
			return i
		}
		i++
	}
	return -1
}

// permits reports whether constraint, pin and skips leave v.
func (c *Compiled) permits(v *Version) bool {
	if !c.restricted {
		return true
	}
	p := pack(*v)
	_, inside := c.allowed.find(&p)
	return inside
}

// admits reports whether host and policy let the release be chosen.
func (c *Compiled) admits(e *entry) bool { return c.runs(e) && c.denial(e) == nil }

// below returns the first index, not before from, whose version is below the cut.
func (s *Set) below(from int, limit *cut) int {
	to := len(s.entries)
	for from < to { // by hand, as in spans.find
		if mid := int(uint(from+to) >> 1); s.entries[mid].below(limit) {
			to = mid
		} else {
			from = mid + 1
		}
	}
	return from
}
