package auth

import (
	"context"
	"net/url"
)

// call sends one request to an endpoint and reads the members of its answer.
func (p *Provider) call(ctx context.Context, op, endpoint string, form url.Values) (*outgoing, *incoming, jsonObject, *TokenError) {
	r, err := p.request(op, endpoint, form)
	if err != nil {
		return nil, nil, nil, &TokenError{Op: op, Outcome: OutcomeNotSent, Err: err}
	}
	in, failed := p.client.send(ctx, r)
	if failed != nil {
		return r, nil, nil, failed
	}
	m, failed := p.client.read(r, in)
	return r, in, m, failed
}

// obtain asks the token endpoint for a token.
func (p *Provider) obtain(ctx context.Context, op string, form url.Values, scopes []string) (*Token, error) {
	r, in, m, failed := p.call(ctx, op, p.scheme.TokenURL, form)
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
