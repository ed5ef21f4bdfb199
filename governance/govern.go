package governance

// Subject is who asks. The host authenticates; the Engine believes it.
type Subject struct {
	Tenant string   // required: there is no default tenant
	User   string   // empty for a machine, which is governed like a user without an assignment
	Groups []string // of the user, in any order
}

// ruling is which policy decides for a subject.
type ruling struct {
	binding *binding  // nil: nothing is assigned
	policy  *compiled // nil: none decides, and code says what does
	code    Code
	note    string // for code; empty: it says enough
}

// govern finds the one assignment that decides (G2, G3).
func (e *Engine) govern(s *Subject) ruling {
	switch {
	case e == nil || !e.loaded || e.fault != "":
		return ruling{code: CodeNotLoaded, note: e.notLoaded()}
	case s.Tenant == "":
		return ruling{code: CodeInvalid, note: "the subject has no tenant"}
	}
	b, tie := e.winner(s)
	switch {
	case tie:
		return ruling{binding: b, code: CodeAmbiguous, note: "two groups of the user have an equal priority"}
	case b == nil:
		return ruling{code: CodeUngoverned}
	default:
		return e.rulingOf(b)
	}
}

// winner returns the first assignment by precedence, nil when nothing is assigned.
// A tie means that two groups have an equal claim.
func (e *Engine) winner(s *Subject) (b *binding, tie bool) {
	t, ok := e.tenants.get(s.Tenant)
	if !ok {
		return e.organization, false
	}
	if t.users > 0 && s.User != "" {
		if b, ok = e.users.get(place{s.Tenant, s.User}); ok {
			return b, false
		}
	}
	if len(t.groups) > 0 {
		if b, tie = t.group(s.Groups); b != nil {
			return b, tie
		}
	}
	if t.own != nil {
		return t.own, false
	}
	return e.organization, false
}

// group returns the assignment with the lowest priority number among some
// groups.
func (t *tenant) group(groups []string) (first *binding, tie bool) {
	for _, name := range groups {
		b := t.groups[name]
		switch {
		case b == nil || b == first:
		case first == nil || b.Scope.Priority < first.Scope.Priority:
			first, tie = b, false
		case b.Scope.Priority == first.Scope.Priority:
			tie = true
		}
	}
	return first, tie
}

// rulingOf says what an assignment means.
func (e *Engine) rulingOf(b *binding) ruling {
	r := ruling{binding: b}
	if b.code != "" {
		r.code, r.note = b.code, b.fault
		return r
	}
	if b.Policy == NoPolicy {
		r.code = CodeNoPolicy
		return r
	}
	c, ok := e.policies.get(b.Policy)
	if !ok {
		r.code = CodeMissingPolicy
		return r
	}
	r.policy = c
	return r
}

// notLoaded says why an Engine denies everything.
func (e *Engine) notLoaded() string {
	if e == nil || !e.loaded {
		return ErrNotLoaded.Error()
	}
	return "an assignment does not say whom it governs: " + e.fault
}
