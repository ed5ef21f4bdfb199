package auth

// App is a program's registration at an authorization server: what RFC 6749
// section 2 calls a client. It is data, and shows none of its secrets.
type App struct {
	// ClientID is the client identifier (RFC 6749 section 2.2). Only a JWTBearer
	// scheme may do without.
	ClientID string `json:"clientID,omitempty"`
	// ClientSecret is the client password (RFC 6749 section 2.3.1); the scheme's
	// ClientAuth says how it is sent. It is needed unless that is ClientAuthNone,
	// there is a Key, or the scheme is JWTBearer.
	ClientSecret Secret `json:"clientSecret,omitzero"`
	// Key signs assertions (RFC 7523): for a JWTBearer scheme the grant; for every
	// other one the proof of who the client is, in place of the secret
	// (private_key_jwt).
	Key *SigningKey `json:"key,omitempty"`
}

// maxClientIDBytes bounds a client identifier.
const maxClientIDBytes = 1024

// Validate returns everything that is wrong with the app for a scheme, or nil. For
// OAuth1 the parts are the consumer's key and secret (RFC 5849 section 1.1).
func (a *App) Validate(s *Scheme) []Fault {
	_, f := a.faults(s)
	return f
}

// faults returns what is wrong with the app for a scheme, and the signer of its
// key.
func (a *App) faults(s *Scheme) (*signer, []Fault) {
	var f faults
	if len(a.ClientID) > maxClientIDBytes {
		f.add("clientID", tooLong(maxClientIDBytes))
	} else if !printable(a.ClientID, "") {
		f.add("clientID", "must be visible ASCII")
	}
	if a.ClientID == "" && s.Type != JWTBearer {
		f.add("clientID", "is missing")
	}
	if len(a.ClientSecret.Reveal()) > MaxValueBytes {
		f.add("clientSecret", tooLong(MaxValueBytes))
	}
	var sign *signer
	switch {
	case a.Key != nil:
		var found []Fault
		sign, found = a.Key.signer()
		f.under("key", found)
	case s.Type == JWTBearer || s.Type == PrivateKeyJWT:
		f.add("key", "is missing")
	case a.ClientSecret.IsZero() && s.Quirks.clientAuth() != ClientAuthNone:
		f.add("clientSecret", "is missing")
	}
	return sign, f
}

// scopeParam returns the parameter that carries scopes. It may be called on nil.
func (q *Quirks) scopeParam() string {
	if q == nil || q.ScopeParam == "" {
		return "scope"
	}
	return q.ScopeParam
}
