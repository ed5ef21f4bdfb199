package governance

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Level is where an assignment is made. The order of precedence is that of the
// constants (G2). There is no zero value.
type Level string

// The levels.
const (
	LevelUser         Level = "user"
	LevelGroup        Level = "group"
	LevelTenant       Level = "tenant"
	LevelOrganization Level = "organization" // everybody on this catalog
)

// Bounds of a Scope.
const (
	MaxSubjectBytes = 512     // of a tenant, a user or a group
	MaxPriority     = 1 << 30 // of a group
)

// Scope is whom an assignment governs. Make it with User, Group, Tenant or
// Organization; the zero value is invalid, so that a forgotten one never governs
// everybody.
type Scope struct {
	Level   Level  `json:"level"`
	Tenant  string `json:"tenant,omitempty"`  // empty only for the organization
	Subject string `json:"subject,omitempty"` // the user or group; empty for the other levels
	// Priority orders the groups of one tenant: of a user's groups the one with the
	// lowest number decides (G3). It is 0 to MaxPriority, 0 for other levels, and not part of
	// what identifies the scope.
	Priority int `json:"priority,omitempty"`
}

// User is the scope of one user of a tenant.
func User(tenant, user string) Scope { return Scope{Level: LevelUser, Tenant: tenant, Subject: user} }

// Group is the scope of one group of a tenant, with priority 0. Every group of a
// tenant needs a priority of its own: see WithPriority.
func Group(tenant, group string) Scope {
	return Scope{Level: LevelGroup, Tenant: tenant, Subject: group}
}

// Tenant is the scope of everybody in a tenant.
func Tenant(tenant string) Scope { return Scope{Level: LevelTenant, Tenant: tenant} }

// Organization is the scope of everybody.
func Organization() Scope { return Scope{Level: LevelOrganization} }

// WithPriority returns the scope of a group with another priority; the lowest
// number wins.
func (s Scope) WithPriority(n int) Scope {
	s.Priority = n
	return s
}

// Same reports whether both are the same scope, whatever their priorities.
func (s Scope) Same(o Scope) bool { return s.identity() == o.identity() }

// identity is the scope without its priority.
func (s Scope) identity() Scope { return s.WithPriority(0) }

// String returns the scope for people, such as `user "ada" of tenant "acme"`.
func (s Scope) String() string {
	switch s.Level {
	case LevelUser, LevelGroup:
		return fmt.Sprintf("%s %q of tenant %q", s.Level, s.Subject, s.Tenant)
	case LevelTenant:
		return fmt.Sprintf("tenant %q", s.Tenant)
	case LevelOrganization:
		return "the organization"
	default:
		return "no scope"
	}
}

func (f *findings) scope(at string, s Scope) {
	f.whom(at, s)
	switch {
	case s.Priority != 0 && s.Level != LevelGroup:
		f.add(at+"/priority", "only a group has one")
	case s.Priority < 0 || s.Priority > MaxPriority:
		f.addf(at+"/priority", "it is %d, want 0 to %d", s.Priority, MaxPriority)
	}
}

// whom checks what identifies the scope.
func (f *findings) whom(at string, s Scope) {
	switch s.Level {
	case LevelUser, LevelGroup:
		f.subject(at+"/tenant", s.Tenant)
		f.subject(at+"/subject", s.Subject)
	case LevelTenant:
		f.subject(at+"/tenant", s.Tenant)
		f.unused(at+"/subject", s.Subject, s.Level)
	case LevelOrganization:
		f.unused(at+"/tenant", s.Tenant, s.Level)
		f.unused(at+"/subject", s.Subject, s.Level)
	case "":
		f.add(at+"/level", "it is missing")
	default:
		f.addf(at+"/level", "%s is no level", quote(string(s.Level)))
	}
}

// subject checks a name that the host made up; it means nothing here.
func (f *findings) subject(at, s string) {
	switch {
	case s == "":
		f.add(at, "it is missing")
	case len(s) > MaxSubjectBytes:
		f.addf(at, "it is %d bytes long, at most %d are allowed", len(s), MaxSubjectBytes)
	case !utf8.ValidString(s):
		f.add(at, "it is not valid UTF-8")
	default:
		for i, r := range s {
			if unicode.IsControl(r) {
				f.addf(at, "it has a control character at byte %d", i)
				return
			}
		}
	}
}

func (f *findings) unused(at, s string, l Level) {
	if s != "" {
		f.addf(at, "it has no meaning at level %s", l)
	}
}
