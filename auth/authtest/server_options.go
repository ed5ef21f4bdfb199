package authtest

import (
	"crypto"
	"crypto/rand"
	"time"
)

// ServerOptions say what a Server is like. The zero value, and nil, are a strict
// server that rotates refresh tokens.
type ServerOptions struct {
	ClientID     string // the one client; default "client-id"
	ClientSecret string // default: random. "-" makes the client public
	// ClientAuth lists the styles of client authentication that are accepted: "basic",
	// "post", "private_key_jwt". Empty: all of them. A public client has "none".
	ClientAuth []string
	// PublicKey verifies assertions: *rsa.PublicKey (RS256, PS256), *ecdsa.PublicKey on
	// P-256 (ES256) or ed25519.PublicKey (EdDSA). Nil: none is accepted.
	PublicKey crypto.PublicKey

	Lifetime time.Duration // of access tokens; default one hour, less than 0: not stated
	// KeepRefresh leaves refresh tokens valid when they are used, and replies to a
	// refresh leave them out.
	KeepRefresh bool
	// TolerateReuse refuses a spent refresh token or code, but lets the tokens that came
	// of it live. Without it, reuse revokes all of them (RFC 6749 section 4.1.2, RFC
	// 9700 section 4.14.2).
	TolerateReuse bool
	// NoRefresh issues no refresh tokens.
	NoRefresh bool
	// RequirePKCE refuses an authorization without a challenge.
	RequirePKCE bool

	Interval  time.Duration // between polls of a device; default 5 s
	DeviceTTL time.Duration // default 10 min

	ScopeSeparator string // default one space
	ScopeParam     string // default "scope"
	// TokenPath nests the reply, such as "authed_user.access_token".
	TokenPath string
	// OmitIssuer leaves "iss" out of callbacks and its promise out of the metadata.
	OmitIssuer bool

	Now func() time.Time // default time.Now
}

// complete fills in the defaults.
func (o *ServerOptions) complete() {
	standard := func(at *string, value string) {
		if *at == "" {
			*at = value
		}
	}
	standard(&o.ClientID, "client-id")
	standard(&o.ClientSecret, "cs-"+rand.Text())
	standard(&o.ScopeSeparator, " ")
	standard(&o.ScopeParam, "scope")
	if o.ClientSecret == "-" {
		o.ClientSecret = ""
	}
	for at, value := range map[*time.Duration]time.Duration{
		&o.Lifetime: time.Hour, &o.Interval: 5 * time.Second, &o.DeviceTTL: 10 * time.Minute,
	} {
		if *at == 0 {
			*at = value
		}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}
