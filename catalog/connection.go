package catalog

import (
	"strings"
	"time"
	"unicode"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
)

// ConnectionState says whether a connection can be used (C6).
type ConnectionState string

// The states of a connection.
const (
	ConnectionActive      ConnectionState = "active"
	ConnectionNeedsReauth ConnectionState = "needsReauth" // the provider no longer accepts its credentials
	ConnectionDisabled    ConnectionState = "disabled"    // by its owner
	ConnectionQuarantined ConnectionState = "quarantined" // by an admin (G13)
)

// Connection is a user's access to the application behind a connector. Its ID,
// tenant, connector and scheme never change (C1).
type Connection struct {
	ID        string
	Tenant    string
	Folder    string
	Name      string // unique per tenant, folder and connector, whatever its case
	Connector connector.Key
	Release   string // the version it was made with, and keeps until it is moved (C7)
	Scheme    string
	Owner     string // the user who made it
	Shared    bool   // everybody in the tenant may use it
	Default   bool   // the one to use when none is named, in its folder
	// Params are the parameters that are no secrets.
	Params map[string]any
	// OwnApp: it goes by the tenant's own registration with the provider.
	OwnApp bool
	// TokenExpires is when its access token ends, and is renewed. Zero: it has none, or nobody knows.
	TokenExpires time.Time

	State   ConnectionState
	Reason  string    // why it is not active
	Since   time.Time // since when it is in State
	Created time.Time
	// Admitted is the decision that admitted it, with the policy and its revision.
	// Later policies do not change it (G5).
	Admitted governance.Record
}

// ConnectionRequest is what a user says of a new connection.
type ConnectionRequest struct {
	Name   string // required; at most 128 bytes
	Folder string // at most 128 bytes; empty is a folder too
	Shared bool
	// Params are the scheme's parameters by key, secrets as auth.Secret or string.
	Params map[string]any
	// Browser is a secret of the browser or device that begins an authorization, such as a
	// random cookie: it can be finished only with the same one (C3). Required by Begin for
	// a browser; others do without.
	Browser auth.Secret
}

// ParamError reports every parameter that is wrong, by key (C2). It wraps
// ErrInvalid and contains no values.
type ParamError struct{ Faults []auth.Fault }

func (e *ParamError) Error() string {
	lines := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		lines[i] = f.String()
	}
	return "parameters: " + strings.Join(lines, "; ")
}

// Unwrap returns ErrInvalid.
func (e *ParamError) Unwrap() error { return ErrInvalid }

// connRecord is a connection as it is stored, without its secrets.
type connRecord struct {
	ID       string            `json:"id"`
	Tenant   string            `json:"tenant"`
	Folder   string            `json:"folder,omitempty"`
	Name     string            `json:"name"`
	Key      connector.Key     `json:"key"`
	Release  string            `json:"release"`
	Scheme   string            `json:"scheme"`
	Type     auth.Type         `json:"type"`
	Owner    string            `json:"owner,omitempty"`
	Groups   []string          `json:"groups,omitempty"` // of the owner, when it was made
	Shared   bool              `json:"shared,omitempty"`
	Params   map[string]any    `json:"params,omitempty"`
	State    ConnectionState   `json:"state"`
	Reason   string            `json:"reason,omitempty"`
	Since    time.Time         `json:"since"`
	Created  time.Time         `json:"created"`
	Admitted governance.Record `json:"admitted"`
	App      string            `json:"app,omitempty"` // the id of the registration it goes by
	OwnApp   bool              `json:"ownApp,omitempty"`
	Lost     string            `json:"lost,omitempty"`     // why the credential is of no use any more
	Disabled *string           `json:"disabled,omitempty"` // why its owner had disabled it before it was quarantined
	Fixed    []string          `json:"fixed,omitempty"`    // parameters that a policy gave and no user may change
	// Generation counts how often the secret was replaced (C8, C9).
	Generation uint64    `json:"generation"`
	Obtained   time.Time `json:"obtained,omitzero"`  // when the token was
	Expires    time.Time `json:"expires,omitzero"`   // when the token does
	Triggers   int       `json:"triggers,omitempty"` // how many it has
}

func (r *connRecord) connection(isDefault bool) Connection {
	return Connection{
		ID: r.ID, Tenant: r.Tenant, Folder: r.Folder, Name: r.Name, Connector: r.Key, Release: r.Release, Scheme: r.Scheme,
		Owner: r.Owner, Shared: r.Shared, Default: isDefault, Params: r.Params, State: r.State, Reason: r.Reason, Since: r.Since,
		Created: r.Created, Admitted: r.Admitted, OwnApp: r.OwnApp, TokenExpires: r.Expires,
	}
}

// hold notes what is to be known of a token without opening it.
func (r *connRecord) hold(t *auth.Token, now time.Time) {
	if t != nil {
		r.Obtained, r.Expires = now, t.Expiry
	}
}

// visible reports whether the principal may know of the connection (C5).
func (r *connRecord) visible(p Principal) bool {
	return r.Tenant == p.Tenant && (r.Shared || r.Owner == p.User)
}

const maxConnectionName = 128 // bytes, of names and folders

// checkName adds what is wrong with a name or folder.
func checkName(faults *faultList, what, s string) {
	switch {
	case len(s) > maxConnectionName:
		faults.add("%s has %d bytes, at most %d are allowed", what, len(s), maxConnectionName)
	case strings.TrimSpace(s) != s:
		faults.add("%s has spaces around it", what)
	case strings.ContainsFunc(s, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }):
		faults.add("%s has characters that cannot be shown", what)
	}
}

// fold makes names that differ in case only the same: every letter becomes the
// least of those that Unicode's simple folding takes for equal.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s)
}
