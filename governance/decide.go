package governance

import (
	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// Decide says whether a subject may make a new connection to a connector by one
// of its schemes, and why. Of the scheme only ID and Type count. It does not
// allocate.
//
// What cannot be evaluated is denied (G9): a nil Engine, a subject without a tenant,
// a key or scheme that is not valid. The Engine does not know which connectors
// are published.
func (e *Engine) Decide(s Subject, key connector.Key, scheme *auth.Scheme) Decision {
	r := e.govern(&s)
	d := r.decide(key)
	r.narrow(&d, scheme)
	return d
}

// DecideConnector says whether a connector is enabled for a subject at all. That is
// for lists and pages: what admits a connection is Decide.
func (e *Engine) DecideConnector(s Subject, key connector.Key) Decision {
	r := e.govern(&s)
	return r.decide(key)
}

// decide applies a ruling to a connector.
func (r *ruling) decide(key connector.Key) Decision {
	d := Decision{code: r.code, note: r.note, binding: r.binding, policy: r.policy, key: key, rule: noRule}
	switch {
	case !key.Valid():
		return Decision{code: CodeInvalid, note: "the connector's key is not valid", key: key, binding: r.binding}
	case r.policy != nil:
		d.code, d.rule = r.policy.connector(key)
	}
	return d
}

// narrow applies a ruling to a scheme of the connector that d is about.
func (r *ruling) narrow(d *Decision, scheme *auth.Scheme) {
	if scheme == nil || scheme.ID == "" || !scheme.Type.Known() {
		*d = Decision{code: CodeInvalid, note: "the scheme has no id or no known type", key: d.key, binding: d.binding}
		return
	}
	d.scheme, d.typ = scheme.ID, scheme.Type
	if d.code == CodeEnabled {
		d.code = r.policy.scheme(d.rule, scheme)
	}
}
