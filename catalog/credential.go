package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/patchbay/patchbay/auth"
)

// credential is what a connection keeps sealed.
type credential struct {
	values map[string]any // secret parameters: auth.Secret, or any JSON
	token  *auth.Token    // nil where requests carry none
	// keeps: the provider has left the refresh token as it was, so sending it
	// twice does no harm.
	keeps bool
}

// sealedCredential is the form that is sealed.
type sealedCredential struct {
	Values map[string]any `json:"values,omitempty"`
	Token  string         `json:"token,omitempty"`
	Keeps  bool           `json:"keeps,omitempty"`
}

// credentialOf makes one of a connection's values.
func credentialOf(s *auth.Scheme, values map[string]any, token *auth.Token) *credential {
	cred := &credential{values: map[string]any{}, token: token}
	for i := range s.Params {
		p := &s.Params[i]
		if v, given := values[p.Key]; given && p.Secret {
			cred.values[p.Key] = v
		}
	}
	return cred
}

// revealed is values with their secrets in the clear, for sealing.
func revealed(values map[string]any) map[string]any {
	out := make(map[string]any, len(values))
	for k, v := range values {
		if s, ok := v.(auth.Secret); ok {
			v = s.Reveal()
		}
		out[k] = v
	}
	return out
}

func (cred *credential) empty() bool { return len(cred.values) == 0 && cred.token == nil }

// seal seals the credential for its place (C8). Without keys the error wraps
// auth.ErrNoKey; nothing is ever stored in the clear.
func (c *Catalog) seal(ctx context.Context, at auth.Binding, cred *credential) ([]byte, error) {
	record := sealedCredential{Values: revealed(cred.values), Keeps: cred.keeps}
	if cred.token != nil {
		text, err := cred.token.Encode()
		if err != nil {
			return nil, errors.New("the token cannot be encoded")
		}
		record.Token = text.Reveal()
	}
	sealed, err := c.sealJSON(ctx, at, record)
	if err != nil {
		return nil, err
	}
	return encode(sealed), nil
}

// sealJSON seals the JSON of v.
func (c *Catalog) sealJSON(ctx context.Context, at auth.Binding, v any) (auth.Sealed, error) {
	if err := c.needKeys(); err != nil {
		return auth.Sealed{}, err
	}
	plain, err := json.Marshal(v)
	if err != nil {
		return auth.Sealed{}, errors.New("the secrets cannot be encoded") // err might quote them
	}
	defer clear(plain)
	return c.sealer.SealBytes(ctx, at, plain)
}

// openJSON is the reverse of sealJSON.
func openJSON[T any](ctx context.Context, c *Catalog, at auth.Binding, sealed auth.Sealed) (T, error) {
	var v T
	plain, err := c.sealer.OpenBytes(ctx, at, sealed)
	if err != nil {
		return v, err
	}
	defer clear(plain)
	numbers := json.NewDecoder(bytes.NewReader(plain))
	numbers.UseNumber() // a number among secrets is kept to the last digit
	if err := numbers.Decode(&v); err != nil {
		return v, fmt.Errorf("what was sealed is %w", errDamaged) // err might quote it
	}
	return v, nil
}

// open returns what a connection keeps sealed.
func (c *Catalog) open(ctx context.Context, r *connRecord) (*credential, error) {
	sealed, _, err := get[auth.Sealed](ctx, c, r.secretKey())
	if errors.Is(err, ErrNotFound) && !byToken(r.Type) {
		return &credential{}, nil // the scheme has no secrets
	}
	if err != nil {
		return nil, fmt.Errorf("credential: %w", err)
	}
	record, err := openJSON[sealedCredential](ctx, c, r.binding(), sealed)
	if err != nil {
		return nil, err
	}
	cred := &credential{values: map[string]any{}, keeps: record.Keeps}
	for k, v := range record.Values {
		if text, ok := v.(string); ok {
			v = auth.NewSecret(text)
		}
		cred.values[k] = v
	}
	if record.Token != "" {
		if cred.token, err = auth.DecodeToken(auth.NewSecret(record.Token)); err != nil {
			return nil, err
		}
	}
	return cred, nil
}

// all returns all parameters of a connection, secrets as auth.Secret.
func (cred *credential) all(r *connRecord) map[string]any {
	values := make(map[string]any, len(r.Params)+len(cred.values))
	maps.Copy(values, r.Params)
	maps.Copy(values, cred.values)
	return values
}
