package auth

import "slices"

// read judges an answer and returns the members of a success. The order is that of
// consequences: a server in trouble first, then what it says, then what it
// does not.
func (c *TokenClient) read(r *outgoing, in *incoming) (jsonObject, *TokenError) {
	m, err := readReply(in.body, in.header.Get("Content-Type"))
	code, description, failed := m.problem()
	if in.status/100 == 2 && !failed {
		if err != nil {
			return nil, r.bad(in, err)
		}
		return m, nil
	}
	e := r.fail(nil, outcome(in.status))
	e.Status, e.RetryAfter = in.status, retryAfter(in.header, c.now())
	secrets := slices.Concat(r.secrets, m.secrets())
	if code != "" {
		e.Code = scrubCode(code, secrets)
	}
	e.Description = scrub(description, secrets)
	switch {
	case passing(in.status):
		e.Err = ErrTransient
	case in.status/100 == 3:
		e.Err = ErrRedirected
	default:
		e.Err = meaning(code)
	}
	return nil, e
}

// bad returns the error of a success that cannot be understood.
func (r *outgoing) bad(in *incoming, err error) *TokenError {
	e := r.fail(because(ErrBadReply, err), OutcomeUnknown)
	e.Status = in.status
	return e
}

// secrets returns what in a reply must not be shown.
func (m jsonObject) secrets() []string {
	var found []string
	for name := range m {
		if o := m.object(name); o != nil {
			found = append(found, o.secrets()...)
		} else if secretName(name) {
			found = append(found, m.text(name))
		}
	}
	return found
}
