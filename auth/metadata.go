package auth

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/patchbay/patchbay/internal/egress"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// Metadata is what an authorization server publishes about itself (RFC 8414 section
// 2), as far as it matters here.
type Metadata struct {
	Issuer                      string   `json:"issuer"`
	AuthorizationEndpoint       string   `json:"authorization_endpoint,omitempty"`
	TokenEndpoint               string   `json:"token_endpoint,omitempty"`
	DeviceAuthorizationEndpoint string   `json:"device_authorization_endpoint,omitempty"` // RFC 8628 section 4
	RevocationEndpoint          string   `json:"revocation_endpoint,omitempty"`
	Scopes                      []string `json:"scopes_supported,omitempty"`
	GrantTypes                  []string `json:"grant_types_supported,omitempty"`
	ClientAuthMethods           []string `json:"token_endpoint_auth_methods_supported,omitempty"`
	CodeChallengeMethods        []string `json:"code_challenge_methods_supported,omitempty"`
	// IssuerInResponse says that callbacks name the issuer, RFC 9207 section 3.
	IssuerInResponse bool `json:"authorization_response_iss_parameter_supported,omitempty"`
}

// maxMetadataItems bounds each list of a metadata document.
const maxMetadataItems = 4096

// Discover reads the metadata of the server whose issuer identifier is given: from
// the place of RFC 8414 section 3.1 and, when there is none, from that of OpenID
// Connect Discovery (RFC 8414 section 5). The document must name exactly this issuer
// (RFC 8414 section 3.3), and every endpoint in it must be one that this client
// would ask. It is not kept: do not ask for it at every use.
//
// Errors are *TokenError. A redirect is not followed, because an open one on the
// issuer's host would let anyone answer for it.
func (c *TokenClient) Discover(ctx context.Context, issuer string) (*Metadata, error) {
	base := strings.TrimSuffix(issuer, "/")
	u, err := egress.CheckURL(issuer, c.guard)
	if err == nil && strings.ContainsAny(issuer, "?#") {
		err = errors.New("an issuer has neither query nor fragment") // RFC 8414 section 2
	}
	if err != nil {
		return nil, &TokenError{Op: opDiscover, Endpoint: egress.Redact(issuer), Outcome: OutcomeNotSent, Err: err}
	}
	origin := u.Scheme + "://" + u.Host
	m, absent, err := c.metadata(ctx, issuer, origin+"/.well-known/oauth-authorization-server"+strings.TrimPrefix(base, origin))
	if absent {
		m, _, err = c.metadata(ctx, issuer, base+"/.well-known/openid-configuration")
	}
	return m, err
}

const opDiscover = "discovery"

// metadata reads one document. absent reports that there is none: many servers
// answer with a page or a redirect for what they do not know.
func (c *TokenClient) metadata(ctx context.Context, issuer, at string) (m *Metadata, absent bool, err error) {
	r := &outgoing{op: opDiscover, url: at}
	in, failed := c.send(ctx, r)
	if failed != nil {
		return nil, false, failed
	}
	if in.status != http.StatusOK {
		if _, failed = c.read(r, in); failed == nil { // another success
			failed = r.bad(in, errors.New("it is no document"))
		}
		return nil, !passing(in.status), failed
	}
	m = &Metadata{}
	faults := strictjson.Decode(in.body, m, &strictjson.Options{
		AllowUnknown: true, AllowNull: true, MaxItems: maxMetadataItems, MaxText: MaxURLBytes,
	})
	if len(faults) > 0 {
		return nil, true, r.bad(in, errors.New("it is no metadata document"))
	}
	if m.Issuer != issuer {
		return nil, false, r.bad(in, errors.New("it speaks for another issuer"))
	}
	for _, endpoint := range []string{
		m.AuthorizationEndpoint, m.TokenEndpoint, m.DeviceAuthorizationEndpoint, m.RevocationEndpoint,
	} {
		if endpoint == "" {
			continue
		}
		if _, err := egress.CheckURL(endpoint, c.guard); err != nil {
			return nil, false, r.bad(in, err)
		}
	}
	return m, false, nil
}
