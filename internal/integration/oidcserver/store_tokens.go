package oidcserver

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

type accessToken struct {
	grant   *grant
	scopes  []string
	expires time.Time
}

// refreshToken is for one use. One that comes back is taken for stolen, and ends
// the whole grant: RFC 9700 section 4.14.2.
type refreshToken struct {
	grant  *grant
	access string // the id of the access token that was issued with it
	used   bool
}

func (s *store) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	g := grantOf(r)
	if g == nil {
		return "", time.Time{}, oidc.ErrUnsupportedGrantType()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id, expires := s.issue(g, r.GetScopes())
	return id, expires, nil
}

// issue makes an access token.
func (s *store) issue(g *grant, scopes []string) (id string, expires time.Time) {
	id, expires = rand.Text(), time.Now().Add(s.accessTTL)
	s.access[id] = &accessToken{g, scopes, expires}
	return id, expires
}

func (s *store) CreateAccessAndRefreshTokens(
	_ context.Context, r op.TokenRequest, current string,
) (accessID, newRefreshToken string, expires time.Time, err error) {
	g := grantOf(r)
	if g == nil {
		return "", "", time.Time{}, oidc.ErrUnsupportedGrantType()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if current != "" { // checked before, but another request may have been faster
		old, err := s.spendable(current)
		if err != nil {
			return "", "", time.Time{}, err
		}
		old.used = true
		delete(s.access, old.access)
	}
	accessID, expires = s.issue(g, r.GetScopes())
	newRefreshToken = rand.Text()
	s.refresh[newRefreshToken] = &refreshToken{grant: g, access: accessID}
	return accessID, newRefreshToken, expires, nil
}

func (s *store) TokenRequestByRefreshToken(_ context.Context, token string) (op.RefreshTokenRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.spendable(token)
	if err != nil {
		return nil, err
	}
	return &refreshRequest{t.grant, t.grant.scopes}, nil
}

// spendable returns a refresh token that may be used.
func (s *store) spendable(token string) (*refreshToken, error) {
	t := s.refresh[token]
	if t == nil || t.grant.dead {
		return nil, oidc.ErrInvalidGrant()
	}
	if t.used {
		t.grant.dead = true
		s.reuses++
		return nil, oidc.ErrInvalidGrant().WithDescription("the refresh token was used before; all its tokens are revoked")
	}
	return t, nil
}

// live returns an access token that holds.
func (s *store) live(id string) (*accessToken, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.access[id]
	if t == nil || t.grant.dead || !time.Now().Before(t.expires) {
		return nil, errUnknown
	}
	return t, nil
}

func (s *store) GetRefreshTokenInfo(_ context.Context, _, token string) (userID, tokenID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.refresh[token]
	if t == nil {
		return "", "", op.ErrInvalidRefreshToken
	}
	return t.grant.subject, token, nil
}

// RevokeToken ends an access token, or all that came of the grant of a refresh
// token: RFC 7009 section 2.1.
func (s *store) RevokeToken(_ context.Context, tokenOrID, _, client string) *oidc.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	access, refresh := s.access[tokenOrID], s.refresh[tokenOrID]
	switch {
	case access != nil && access.grant.client == client:
		delete(s.access, tokenOrID)
	case refresh != nil && refresh.grant.client == client:
		refresh.grant.dead = true
	case access != nil || refresh != nil:
		return oidc.ErrInvalidClient().WithDescription("the token is another client's")
	}
	return nil // what is not known is revoked: RFC 7009 section 2.2
}

// TerminateSession ends what a client has of a person.
func (s *store) TerminateSession(_ context.Context, user, client string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.refresh {
		if t.grant.subject == user && t.grant.client == client {
			t.grant.dead = true
		}
	}
	return nil
}

// SetIntrospectionFromToken answers the client that a token was issued to: RFC 7662.
func (s *store) SetIntrospectionFromToken(_ context.Context, i *oidc.IntrospectionResponse, id, _, client string) error {
	t, err := s.live(id)
	if err != nil {
		return err
	}
	if t.grant.client != client {
		return errUnknown
	}
	i.Subject, i.ClientID, i.Scope, i.Expiration = t.grant.subject, client, t.scopes, oidc.FromTime(t.expires)
	return nil
}

func (s *store) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, id, _, _ string) error {
	t, err := s.live(id)
	if err == nil {
		info.Subject = t.grant.subject
	}
	return err
}

// SetUserinfoFromScopes adds nothing to ID tokens.
func (s *store) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// GetPrivateClaimsFromScopes is for access tokens that are JWTs, which there are
// none of.
func (s *store) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return map[string]any{}, nil
}
