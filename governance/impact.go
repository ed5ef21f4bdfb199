package governance

import (
	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// Connection is what Preview has to know of an existing connection.
type Connection struct {
	ID     string        `json:"id"`
	Tenant string        `json:"tenant"`
	User   string        `json:"user,omitempty"`
	Groups []string      `json:"groups,omitempty"` // of the user, as far as the caller knows them
	Key    connector.Key `json:"key"`
	Scheme string        `json:"scheme"` // the scheme's ID
	// Type is the scheme's. Empty means that of the published scheme with this ID.
	Type auth.Type `json:"type,omitempty"`
}

// Published is a connector with the schemes that it offers.
type Published struct {
	Key     connector.Key
	Schemes []auth.Scheme
}

// Impact is what a change would mean (G7). It is plain data, to be shown.
type Impact struct {
	// Tenants are those for whom something changes or a connection would be refused,
	// in the order of their names. The one with an empty name stands for every
	// tenant to which nothing is assigned; it has no connections.
	Tenants []TenantImpact `json:"tenants,omitempty"`
}

// TenantImpact is what a change would mean for one tenant.
type TenantImpact struct {
	Tenant string `json:"tenant,omitempty"`
	// Refused are existing connections that would be refused if they were
	// made after the change, at most PreviewOptions.MaxRefused. They go on working (G5).
	Refused []Refusal `json:"refused,omitempty"`
	// RefusedTotal counts all of those, NewlyRefused those that the change causes.
	RefusedTotal int `json:"refusedTotal,omitempty"`
	NewlyRefused int `json:"newlyRefused,omitempty"`
	// Audiences are those of the tenant who would see something else.
	Audiences []Audience `json:"audiences,omitempty"`
}

// Refusal is an existing connection that would be refused if it were made now.
type Refusal struct {
	Connection Connection `json:"connection"`
	Before     Record     `json:"before"` // the decision as things are; it may refuse already
	After      Record     `json:"after"`
}

// Audience are those in a tenant whom one assignment, old or new, governs: a
// user, a group without regard to other groups, or everybody else.
type Audience struct {
	Scope Scope `json:"scope"` // without a priority
	// Before and After name the policy that decides, NoPolicy, or nothing.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Vanish and Appear are what they could connect with before only, and after
	// only. Audiences for which they are the same share them: they are not to be
	// changed.
	Vanish []Offer `json:"vanish,omitempty"`
	Appear []Offer `json:"appear,omitempty"`
}

// Offer is a connector, or one scheme of it. When a connector vanishes, so do the
// schemes of it that were enabled, and each is listed.
type Offer struct {
	Key    connector.Key `json:"key"`
	Scheme string        `json:"scheme,omitempty"` // empty: the connector as a whole
	// Code is why it is not offered: after the change if it vanishes, before if it
	// appears.
	Code Code `json:"code"`
}
