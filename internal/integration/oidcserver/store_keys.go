package oidcserver

import (
	"context"

	"github.com/go-jose/go-jose/v4"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// signingKey signs ID tokens; it is the server's only one.
type signingKey struct{ key any }

const signingKeyID = "1"

func (k signingKey) ID() string                                  { return signingKeyID }
func (k signingKey) Algorithm() jose.SignatureAlgorithm          { return jose.RS256 }
func (k signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k signingKey) Use() string                                 { return "sig" }
func (k signingKey) Key() any                                    { return k.key }

func (s *store) SigningKey(context.Context) (op.SigningKey, error) { return signingKey{s.key}, nil }

func (s *store) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{signingKey{&s.key.PublicKey}}, nil
}

func (s *store) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

// GetKeyByIDAndClientID returns what verifies the assertions of a client.
func (s *store) GetKeyByIDAndClientID(_ context.Context, keyID, client string) (*jose.JSONWebKey, error) {
	c, err := s.client(client)
	if err != nil {
		return nil, err
	}
	if c.Key == nil || c.KeyID != keyID {
		return nil, errUnknown
	}
	return &jose.JSONWebKey{KeyID: keyID, Use: "sig", Key: c.Key}, nil
}
