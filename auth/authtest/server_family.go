package authtest

import "time"

// refresh is a refresh token. A family is all that came of one authorization.
type refresh struct {
	family int
	scopes []string
	spent  bool
	dead   bool
}

// access is an access token.
type access struct {
	family  int
	expires time.Time
	dead    bool
}

// family returns a new one.
func (s *Server) family() int {
	s.families++
	return s.families
}

// abuse answers the reuse of what is for one use.
func (s *Server) abuse(family int) {
	s.reused++
	if !s.o.TolerateReuse {
		s.kill(family)
	}
}

// kill revokes a family.
func (s *Server) kill(family int) {
	for _, r := range s.refresh {
		r.dead = r.dead || r.family == family
	}
	for _, a := range s.access {
		a.dead = a.dead || a.family == family
	}
}
