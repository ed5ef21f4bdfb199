package auth

import (
	"context"
	"net/url"
)

// obtain asks the token endpoint for a token.
func (p *Provider) obtain(ctx context.Context, op string, form url.Values, scopes []string) (*Token, bool, error) {
	r, err := p.request(op, p.scheme.TokenURL, form)
	if err != nil {
		return nil, false, &TokenError{Op: op, Outcome: OutcomeNotSent, Err: err}
	}
	in, failed := p.client.send(ctx, r)
	if failed != nil {
		return nil, false, failed
	}
	m, failed := p.client.read(r, in)
	if failed != nil {
		return nil, false, failed
	}
	reader := replyReader{p.scheme.Quirks, scopes, p.client.extra, in.sent, p.client.skew}
	t, said, err := reader.token(m)
	if err != nil {
		return nil, false, r.bad(in, err)
	}
	return t, said, nil
}
