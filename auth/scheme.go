package auth

// Type names how a scheme proves who calls. The values are the ones written in
// manifests; there is no zero value.
type Type string

// The scheme types of the model.
const (
	None              Type = "none"                     // nothing is asked for or sent
	Basic             Type = "basic"                    // user name and password, RFC 7617
	APIKey            Type = "apiKey"                   // a key in a header or in the query
	Bearer            Type = "bearer"                   // a token the user pastes, also personal access tokens; RFC 6750
	OAuth2Code        Type = "oauth2.code"              // RFC 6749 section 4.1, with PKCE (RFC 7636)
	ClientCredentials Type = "oauth2.clientCredentials" // RFC 6749 section 4.4
	Device            Type = "oauth2.device"            // RFC 8628
	JWTBearer         Type = "oauth2.jwtBearer"         // RFC 7523 section 2.1: a signed assertion as the grant
	PrivateKeyJWT     Type = "oauth2.privateKeyJWT"     // RFC 7523 section 2.2: client credentials, the client proven by a signed assertion
	OAuth1            Type = "oauth1"                   // RFC 5849
	AWSSigV4          Type = "aws.sigv4"                // AWS Signature Version 4
	MTLS              Type = "mtls"                     // a client certificate, RFC 8446 section 4.4.2
	Custom            Type = "custom"                   // the connector itself knows how
)

// NeedsApp reports whether schemes of the type go by a registration with the provider:
// OAuth1 and all of OAuth 2.0.
func (t Type) NeedsApp() bool { return t == OAuth1 || t.oauth2() }

// oauth2 reports whether the type ends at an OAuth 2.0 token endpoint.
func (t Type) oauth2() bool {
	switch t {
	case OAuth2Code, ClientCredentials, Device, JWTBearer, PrivateKeyJWT:
		return true
	default:
		return false
	}
}

// Known reports whether t is one of the types above.
func (t Type) Known() bool {
	switch t {
	case None, Basic, APIKey, Bearer, OAuth1, AWSSigV4, MTLS, Custom:
		return true
	default:
		return t.oauth2()
	}
}

// Where an APIKey goes.
const (
	InHeader = "header"
	InQuery  = "query"
)

// Scheme is one way to authenticate to the application behind a connector,
// as data: its manifest says what to ask for and where to send it.
//
// An endpoint may be empty even where the type needs it, because not every
// registry publishes endpoints: such a scheme can be shown and compared, and
// becomes usable when the host supplies them. An endpoint, scope or quirk
// that the type has no use for is a fault.
type Scheme struct {
	// ID names the scheme within its connector: [A-Za-z0-9], then also '.', '_'
	// and '-', at most MaxIDBytes.
	ID string `json:"id"`
	// Type says which of the fields below have a meaning.
	Type Type `json:"type"`
	// Title is shown where a user chooses between schemes; empty means the ID.
	Title string `json:"title,omitempty"`
	// Help is one or more sentences on how to obtain what is asked for.
	Help string `json:"help,omitempty"`
	// Params are what the user or a policy supplies, at most MaxParams, with
	// distinct keys.
	Params []Param `json:"params,omitempty"`

	// In and Name place an APIKey: In is InHeader or InQuery, Name the header
	// (RFC 9110 section 5.1) or the query parameter. Both are empty for any
	// other type.
	In   string `json:"in,omitempty"`
	Name string `json:"name,omitempty"`

	// AuthorizeURL is where the user agrees: RFC 6749 section 3.1, RFC 5849
	// section 2.2. Like every endpoint it is an absolute https URL without user
	// information and fragment, at most MaxURLBytes long.
	AuthorizeURL string `json:"authorizeURL,omitempty"`
	// TokenURL is the token endpoint: RFC 6749 section 3.2; for OAuth1 the token
	// request of RFC 5849 section 2.3.
	TokenURL string `json:"tokenURL,omitempty"`
	// RequestTokenURL is where OAuth1 obtains temporary credentials: RFC 5849
	// section 2.1.
	RequestTokenURL string `json:"requestTokenURL,omitempty"`
	// DeviceURL is the device authorization endpoint: RFC 8628 section 3.1.
	DeviceURL string `json:"deviceURL,omitempty"`
	// RevokeURL is the revocation endpoint: RFC 7009 section 2.
	RevokeURL string `json:"revokeURL,omitempty"`
	// Issuer is the authorization server's issuer identifier: RFC 8414 section
	// 2. It has no query.
	Issuer string `json:"issuer,omitempty"`
	// Scopes are asked for when the user agrees, at most MaxScopes, each a
	// scope-token of RFC 6749 section 3.3.
	Scopes []string `json:"scopes,omitempty"`
	// Quirks says where an OAuth 2.0 provider departs from the RFCs; nil means
	// nowhere.
	Quirks *Quirks `json:"quirks,omitempty"`
}
