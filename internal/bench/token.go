package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
)

const (
	reuse   = "x/oauth2 ReuseTokenSource"
	callers = 1000
)

// tokenWorks give out the token of a connection: one that is valid, and one that
// has ended, which a thousand callers want at once while the provider answers
// or fails.
func tokenWorks() []work {
	return []work{
		{name: "token/valid", path: "a valid token", grows: "accounts", setup: func(b *bed) (*trial, error) { return validTrial(b, 1) }},
		{name: "token/valid-1000", path: "a valid token, 1,000 callers", grows: "accounts", setup: func(b *bed) (*trial, error) { return validTrial(b, callers) }},
		{name: "token/expired", path: "an expired token, 1,000 callers, the provider answers", grows: "accounts", setup: func(b *bed) (*trial, error) {
			return expiredTrial(b, false)
		}},
		{name: "token/failing", path: "an expired token, 1,000 callers, the provider fails", grows: "accounts", setup: func(b *bed) (*trial, error) {
			return expiredTrial(b, true)
		}},
	}
}

// provider is a token endpoint that takes its time.
type provider struct {
	*httptest.Server
	asked   atomic.Int64
	failing atomic.Bool
}

func newProvider() *provider {
	p := &provider{}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := p.asked.Add(1)
		if p.failing.Load() {
			time.Sleep(time.Millisecond)
			http.Error(w, "out of order", http.StatusInternalServerError)
			return
		}
		time.Sleep(5 * time.Millisecond)
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"bearer","expires_in":3600}`, n)
	}))
	return p
}

func (p *provider) roots() *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(p.Certificate())
	return roots
}

// accounts are connections of an office that go by tokens.
type accounts struct {
	*office
	*provider
	sources []auth.Source
	later   atomic.Int64 // how far the clock is ahead, in nanoseconds
}

func openAccounts(b *bed, n int, moving bool) (*accounts, error) {
	a := &accounts{provider: newProvider()}
	var clock func() time.Time
	if moving {
		clock = func() time.Time { return time.Now().Add(time.Duration(a.later.Load())) }
	}
	var err error
	if a.office, err = openOffice(b.dir, a.URL+"/token", a.roots(), clock); err != nil {
		a.Close()
		return nil, err
	}
	for i := 0; i < n && err == nil; i++ {
		var c *catalog.Connection
		c, err = a.conns.Create(background, officeKey, tokenScheme, &catalog.ConnectionRequest{
			Name:   fmt.Sprint("account ", i),
			Params: map[string]any{"client_id": "id", "client_secret": auth.NewSecret("client-secret")},
		})
		if err != nil {
			break
		}
		var s auth.Source
		if s, err = a.conns.Source(background, c.ID); err == nil {
			a.sources = append(a.sources, s)
		}
	}
	if err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

func (a *accounts) close() error {
	err := a.office.close()
	a.Close()
	return err
}

// token asks for the token of one account.
func (a *accounts) token(i int) error {
	c, err := a.sources[i%len(a.sources)].Credentials(background, nil)
	if err != nil {
		return err
	}
	if c.Values[auth.ValueToken].IsZero() {
		return errors.New("no token")
	}
	return nil
}

// ask has callers ask n times in all, in turn for each account.
func (a *accounts) ask(by int) func(n int) error {
	return func(n int) error {
		if by == 1 {
			for i := range n {
				if err := a.token(i); err != nil {
					return err
				}
			}
			return nil
		}
		return inParallel(by, n, a.token)
	}
}

// inParallel divides n calls evenly.
func inParallel(by, n int, do func(i int) error) error {
	each := max(1, n/by)
	var at atomic.Int64
	return atOnce(by, min(by, n), func() error {
		first := int(at.Add(1))
		for i := range each {
			if err := do(first + i); err != nil {
				return err
			}
		}
		return nil
	})
}

func validTrial(b *bed, by int) (*trial, error) {
	a, err := openAccounts(b, b.of(200, 50, 10), false)
	if err != nil {
		return nil, err
	}
	small, err := openAccounts(b, 5, false)
	if err != nil {
		return nil, errors.Join(err, a.close())
	}
	theirs := oauth2.ReuseTokenSource(&oauth2.Token{AccessToken: "token", Expiry: time.Now().Add(time.Hour)}, nil)
	return &trial{
		same: func() error { return a.sameTokens(0) },
		ours: side{name: "ours", run: a.ask(by), calls: a.asked.Load},
		peers: []side{{name: reuse, run: func(n int) error {
			ask := func(int) error { _, err := theirs.Token(); return err }
			if by > 1 {
				return inParallel(by, n, ask)
			}
			for i := range n {
				if err := ask(i); err != nil {
					return err
				}
			}
			return nil
		}}},
		goals:  []goal{within(40 * time.Nanosecond), asks(0)},
		growth: &growth{small: side{name: "fewer", run: small.ask(by)}, factor: float64(len(a.sources)) / 5, law: constant},
		close:  func() error { return errors.Join(a.close(), small.close()) },
	}, nil
}

// expire ends all tokens, and what is remembered of failures.
func (a *accounts) expire(int) error {
	a.later.Add(int64(2 * time.Hour))
	return nil
}

// sameTokens sees to it that tokens are those of the provider, and renewed only once they
// have ended.
func (a *accounts) sameTokens(renewals int64) error {
	asked := a.asked.Load()
	seen := map[string]bool{}
	for i := range a.sources {
		c, err := a.sources[i].Credentials(background, nil)
		if err != nil {
			return err
		}
		seen[c.Values[auth.ValueToken].Reveal()] = true
	}
	if len(seen) != len(a.sources) {
		return fmt.Errorf("%d accounts have %d tokens", len(a.sources), len(seen))
	}
	if got := a.asked.Load() - asked; got != renewals {
		return fmt.Errorf("the provider was asked %d times, not %d", got, renewals)
	}
	return nil
}

func expiredTrial(b *bed, failing bool) (*trial, error) {
	a, err := openAccounts(b, 1, true)
	if err != nil {
		return nil, err
	}
	// theirs sends to the same provider.
	config := &oauth2.Config{ClientID: "id", ClientSecret: "client-secret", Endpoint: oauth2.Endpoint{TokenURL: a.URL + "/token", AuthStyle: oauth2.AuthStyleInParams}}
	var theirs oauth2.TokenSource
	stampede := func(ask func() error) func(int) error {
		return func(int) error {
			var failed atomic.Int64
			err := atOnce(callers, callers, func() error {
				if ask() != nil {
					failed.Add(1)
				}
				return nil
			})
			if n := failed.Load(); failing && n != callers || !failing && n != 0 {
				err = fmt.Errorf("%d of %d callers failed", n, callers)
			}
			return err
		}
	}
	return &trial{
		same: func() error {
			if err := a.expire(1); err != nil {
				return err
			}
			if err := a.sameTokens(1); err != nil {
				return err
			}
			a.failing.Store(failing)
			return nil
		},
		ours: side{
			name: "ours", once: true, before: a.expire, calls: a.asked.Load,
			run: stampede(func() error { return a.token(0) }),
		},
		peers: []side{{
			name: reuse, once: true, calls: a.asked.Load,
			before: func(int) error {
				theirs = config.TokenSource(clientContext(a.Client()), &oauth2.Token{RefreshToken: "refresh", Expiry: time.Now().Add(-time.Hour)})
				return nil
			},
			run: stampede(func() error { _, err := theirs.Token(); return err }),
		}},
		goals:  []goal{asks(1)},
		rounds: 3,
		close:  a.close,
	}, nil
}

// clientContext lends x/oauth2 a client.
func clientContext(c *http.Client) context.Context {
	return context.WithValue(background, oauth2.HTTPClient, c)
}
