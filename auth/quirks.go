package auth

// ClientAuth says how a client proves itself at the token endpoint (RFC 6749
// section 2.3). The zero value means ClientAuthBasic.
type ClientAuth string

// The client authentication styles.
const (
	ClientAuthBasic ClientAuth = "basic" // Authorization header, the default
	ClientAuthPost  ClientAuth = "post"  // client_id and client_secret in the body
	ClientAuthNone  ClientAuth = "none"  // a public client: client_id only
)

// BodyFormat says how a token request is encoded. The zero value means
// BodyForm.
type BodyFormat string

// The body formats.
const (
	BodyForm BodyFormat = "form" // application/x-www-form-urlencoded, RFC 6749 section 4.1.3
	BodyJSON BodyFormat = "json" // application/json, against the RFC
)

// ExpiryUnit is the unit of "expires_in" in a token response. The zero value
// means ExpirySeconds.
type ExpiryUnit string

// The expiry units.
const (
	ExpirySeconds      ExpiryUnit = "s" // RFC 6749 section 5.1
	ExpiryMilliseconds ExpiryUnit = "ms"
)

// PKCE says whether an authorization carries a code challenge (RFC 7636). The
// only method is S256. The zero value sends one and accepts a server that
// does not say it understands it.
type PKCE string

// The PKCE modes.
const (
	PKCEDefault  PKCE = ""         // S256 is sent
	PKCERequired PKCE = "required" // S256 is sent; a server whose metadata does not list S256 is refused
	PKCEOff      PKCE = "off"      // none is sent, for servers that refuse unknown parameters
)

// Quirks are the ways in which a provider departs from the OAuth 2.0
// specifications, as data. The zero value, like a nil *Quirks, is a provider
// that follows them.
type Quirks struct {
	// ScopeSeparator joins scopes. Default is one space (RFC 6749 section 3.3);
	// also "," and the like, at most MaxSeparatorBytes.
	ScopeSeparator string `json:"scopeSeparator,omitempty"`
	// ScopeParam is the request parameter that carries the scopes. Default
	// "scope" (RFC 6749 section 3.3).
	ScopeParam string `json:"scopeParam,omitempty"`
	// ClientAuth is the style at the token, revocation and device endpoints.
	ClientAuth ClientAuth `json:"clientAuth,omitempty"`
	// Body is the encoding of token requests.
	Body BodyFormat `json:"body,omitempty"`
	// TokenPath is the dotted path of the access token in a token response, such
	// as "authed_user.access_token". Default "access_token" (RFC 6749 section
	// 5.1). The refresh token, expiry, type and scopes are looked for beside it
	// first, then at the top. The answer to a refresh may have the token at the top
	// instead.
	TokenPath string `json:"tokenPath,omitempty"`
	// ExpiryUnit is the unit of expires_in.
	ExpiryUnit ExpiryUnit `json:"expiryUnit,omitempty"`
	// AuthorizeParams are added to the authorization request (RFC 6749 section
	// 4.1.1), such as access_type=offline. They never replace a parameter that
	// the protocol sets.
	AuthorizeParams map[string]string `json:"authorizeParams,omitempty"`
	// TokenParams are added to every token request, under the same condition.
	TokenParams map[string]string `json:"tokenParams,omitempty"`
	// PKCE says whether a code challenge is sent.
	PKCE PKCE `json:"pkce,omitempty"`
	// Audience is the "audience" parameter that some providers ask for instead
	// of RFC 8707. Empty: not sent.
	Audience string `json:"audience,omitempty"`
	// Resource is the resource indicators of RFC 8707 section 2, absolute URIs
	// without fragment.
	Resource []string `json:"resource,omitempty"`
	// AssertionAudience is the "aud" of the assertions that the app signs (RFC 7523
	// section 3), for servers that want another value than their token endpoint: most of
	// those want their issuer identifier. Empty: the token endpoint.
	AssertionAudience string `json:"assertionAudience,omitempty"`
}
