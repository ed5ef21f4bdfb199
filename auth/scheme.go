// Package auth describes how to authenticate to the application behind a
// connector: schemes, their parameters and secrets, as data.
package auth

// Type names how a scheme proves who calls. The values are the ones written in
// manifests.
type Type string

// The scheme types of the model.
const (
	None              Type = "none"
	Basic             Type = "basic"
	APIKey            Type = "apiKey"
	Bearer            Type = "bearer" // also personal access tokens
	OAuth2Code        Type = "oauth2.code"
	ClientCredentials Type = "oauth2.clientCredentials"
	Device            Type = "oauth2.device"
	JWTBearer         Type = "oauth2.jwtBearer"
	PrivateKeyJWT     Type = "oauth2.privateKeyJWT"
	OAuth1            Type = "oauth1"
	AWSSigV4          Type = "aws.sigv4"
	MTLS              Type = "mtls"
	Custom            Type = "custom"
)

// Scheme is one way to authenticate to the application behind a connector,
// as data: its manifest says what to ask for and where to send it.
type Scheme struct {
	ID     string  `json:"id"`
	Type   Type    `json:"type"`
	Title  string  `json:"title,omitempty"`
	Help   string  `json:"help,omitempty"`
	Params []Param `json:"params,omitempty"`

	// In and Name place an APIKey: In is "header" or "query".
	In   string `json:"in,omitempty"`
	Name string `json:"name,omitempty"`

	AuthorizeURL string   `json:"authorizeURL,omitempty"`
	TokenURL     string   `json:"tokenURL,omitempty"`
	DeviceURL    string   `json:"deviceURL,omitempty"`
	RevokeURL    string   `json:"revokeURL,omitempty"`
	Issuer       string   `json:"issuer,omitempty"`
	Scopes       []string `json:"scopes,omitempty"`
	Quirks       *Quirks  `json:"quirks,omitempty"`
}
