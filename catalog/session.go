package catalog

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

const (
	prefixSession = "session/" // session/<tenant>/<hash of the id>: an authorization under way
	maxSessions   = 100        // of one user at a time
)

// Authorization is an authorization that has begun: what to show the person who has to
// agree. It is for one use, and ends at Expires (C3).
type Authorization struct {
	// ID finishes it: Complete, or Poll. For a browser it is also the "state" of the
	// callback (RFC 6749 section 4.1.2), by which a program finds it again.
	ID string
	// URL is where to send the browser. Empty for a device.
	URL string
	// Device is what to show the person beside a device; nil for a browser.
	Device  *DevicePrompt
	Expires time.Time
}

// DevicePrompt is what a person needs to agree on another device: RFC 8628 section 3.3.
type DevicePrompt struct {
	UserCode string // to be typed at URI
	URI      string
	// CompleteURI has the code in it already, for a link or a QR code. It may be
	// empty.
	CompleteURI string
	Interval    time.Duration // between two calls of Poll
}

// ErrUsed is what finishing an authorization a second time fails with, as far as it is
// still known. It wraps ErrNotFound: to anybody else it is one that never was (C5).
var ErrUsed error = &sentinel{"the authorization was finished already, or never begun", ErrNotFound}

// session is an authorization under way (C3), as it is stored.
type session struct {
	Tenant   string        `json:"tenant"`
	User     string        `json:"user,omitempty"`
	Browser  string        `json:"browser,omitempty"` // hash of the host's binding
	Key      connector.Key `json:"key"`
	Scheme   string        `json:"scheme"`
	Release  string        `json:"release"`
	Redirect string        `json:"redirect,omitempty"`
	App      string        `json:"app,omitempty"`
	OwnApp   bool          `json:"ownApp,omitempty"`
	Name     string        `json:"name,omitempty"`
	Folder   string        `json:"folder,omitempty"`
	Shared   bool          `json:"shared,omitempty"`
	// Connection is the one that authenticates again; empty for a new one.
	Connection string      `json:"connection,omitempty"`
	Generation uint64      `json:"generation,omitempty"` // of it, when this began
	Expires    time.Time   `json:"expires"`
	Sealed     auth.Sealed `json:"sealed"` // sessionSecrets

	id  string
	rev Revision
}

// sessionSecrets is what is sealed of a session.
type sessionSecrets struct {
	Given  map[string]any `json:"given,omitempty"`  // parameters as the user gave them
	Values string         `json:"values,omitempty"` // JSON of the values as they were judged at the beginning
	Begun  string         `json:"begun"`            // auth.Authorization or auth.DeviceAuthorization
}

func sessionKey(tenant, id string) string { return tenantKey(prefixSession, tenant, hashed(id)) }

func (s *session) key() string { return sessionKey(s.Tenant, s.id) }

func (s *session) binding() auth.Binding {
	return auth.Binding{Tenant: s.Tenant, Connection: hashed(s.id), Field: "session"}
}

// browserHash is how a session knows its browser.
func browserHash(binding auth.Secret) string {
	if binding.IsZero() {
		return ""
	}
	sum := sha256.Sum256([]byte(binding.Reveal()))
	return hex.EncodeToString(sum[:])
}

// openSession stores a session that has begun.
func (c *Connections) openSession(ctx context.Context, s *session, secrets *sessionSecrets) error {
	var err error
	if s.Sealed, err = c.cat.sealJSON(ctx, s.binding(), secrets); err != nil {
		return err
	}
	value := encode(s)
	entry := AuditEntry{By: c.principal, Action: "begin authorization", Key: s.Key, Target: s.Connection, Detail: "scheme " + s.Scheme, After: digestOf(value)}
	ops := []Op{Put(s.key(), value, Absent())}
	for {
		claim, err := c.cat.claim(ctx, s.Redirect, s.Key)
		if err != nil {
			return err
		}
		err = c.cat.commit(ctx, entry, append(ops, claim...)...)
		if len(claim) == 0 || !conflicted(err, claim[0].Key) {
			return err
		}
	}
}

// tidySessions removes the tenant's sessions that have ended unfinished, and refuses
// one more than a user should need.
func (c *Connections) tidySessions(ctx context.Context) error {
	now, open := c.cat.opts.Clock(), 0
	for rec, err := range c.cat.list(ctx, tenantKey(prefixSession, c.principal.Tenant, "")) {
		var s session
		if err == nil {
			s, err = decode[session](rec)
		}
		switch {
		case err != nil:
			return err
		case !now.Before(s.Expires):
			if _, err := c.cat.store.Apply(ctx, Delete(rec.Key, At(rec.Revision))); ignore(err, ErrConflict) != nil {
				return err
			}
		case s.User == c.principal.User:
			open++
		}
	}
	if open >= maxSessions {
		return fmt.Errorf("%w: %d authorizations are under way already", ErrInvalid, open)
	}
	return nil
}

// findSession reads a session of the principal's. Those of others are not found.
func (c *Connections) findSession(ctx context.Context, id string) (*session, error) {
	if id == "" {
		return nil, ErrUsed
	}
	s, rev, err := get[session](ctx, c.cat, sessionKey(c.principal.Tenant, id))
	if errors.Is(err, ErrNotFound) || err == nil && s.User != c.principal.User {
		return nil, ErrUsed
	}
	if err != nil {
		return nil, err
	}
	s.id, s.rev = id, rev
	if !c.cat.opts.Clock().Before(s.Expires) {
		return nil, auth.ErrExpired
	}
	return &s, nil
}

// endSession takes a session out of the store, so that whoever comes next does not find it:
// it is for one use, whatever comes of it (C3).
func (c *Connections) endSession(ctx context.Context, s *session) error {
	entry := AuditEntry{By: c.principal, Action: "end authorization", Key: s.Key, Target: s.Connection, Detail: "scheme " + s.Scheme}
	for {
		err := c.cat.commit(ctx, entry, Delete(s.key(), At(s.rev)))
		if !conflicted(err, s.key()) {
			return err
		}
		rec, err := c.cat.store.Get(ctx, s.key())
		if errors.Is(err, ErrNotFound) {
			return ErrUsed
		}
		if err != nil {
			return err
		}
		s.rev = rec.Revision // it was rewrapped under another key, and is the same
	}
}

// boundTo reports whether the browser is the one that began.
func (s *session) boundTo(browser auth.Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Browser), []byte(browserHash(browser))) == 1
}
