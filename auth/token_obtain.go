package auth

import (
	"context"
	"net/url"
)

// obtain asks the token endpoint for a token.
func (p *Provider) obtain(ctx context.Context, op string, form url.Values, scopes []string) (*Token, error) {
	r, err := p.request(op, p.scheme.TokenURL, form)
	if err != nil {
		return nil, &TokenError{Op: op, Outcome: OutcomeNotSent, Err: err}
	}
	in, failed := p.client.send(ctx, r)
	if failed != nil {
		return nil, failed
	}
	m, failed := p.client.read(r, in)
	if failed != nil {
		return nil, failed
	}
	reader := replyReader{
		quirks: p.scheme.Quirks, renews: form.Get("grant_type") == grantRefresh, asked: scopes,
		extra: p.client.extra, sent: in.sent, skew: p.client.skew,
	}
	t, err := reader.token(m)
	if err != nil {
		return nil, r.bad(in, err)
	}
	return t, nil
}
