package auth_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

func renewable() *auth.Token { return &auth.Token{RefreshToken: auth.NewSecret("the-refresh-token")} }

func TestC11_RedirectsTakeNoSecretAlong(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		elsewhere := authtest.NewServer(nil).Start(t)
		s := authtest.NewServer(nil).Start(t)
		// A client that would follow, with cookies and all.
		for _, client := range []*http.Client{nil, {}, {Transport: http.DefaultTransport}} {
			s.Script(authtest.Token, authtest.Redirect(status, elsewhere.URL+"/token?hint=the-refresh-token"))
			s.Script(authtest.Revoke, authtest.Redirect(status, elsewhere.URL+"/revoke"))
			p := provider(t, overHTTP(auth.TokenOptions{HTTPClient: client}), s.Scheme(auth.OAuth2Code), s.App())
			_, err := p.Refresh(t.Context(), renewable())
			require.ErrorIs(t, err, auth.ErrRedirected)
			assert.NotContains(t, err.Error(), "hint")
			require.ErrorIs(t, p.Revoke(t.Context(), renewable()), auth.ErrRedirected)
		}
		assert.Zero(t, elsewhere.Count(""))
		assert.Equal(t, 3, s.Count(authtest.Token))
	}
}

func TestC11_NothingIsRepeated(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]authtest.Step{
		"dropped before": authtest.DropBefore(), "dropped after": authtest.DropAfter(), "cut": authtest.Cut(),
		"503": authtest.Refuse(503, "temporarily_unavailable", ""), "401": authtest.Refuse(401, "invalid_client", ""),
		"429": authtest.Reply(429, http.Header{"Retry-After": {"0"}}, ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := authtest.NewServer(nil).Start(t)
			for _, client := range []*http.Client{nil, {Transport: &http.Transport{}}} {
				p := provider(t, overHTTP(auth.TokenOptions{HTTPClient: client}), s.Scheme(auth.OAuth2Code), s.App())
				token := connect(t, s, p) // leaves a connection behind where the transport keeps them
				s.Forget()
				s.Script(authtest.Token, step)
				_, err := p.Refresh(t.Context(), token)
				require.Error(t, err)
				assert.Equal(t, 1, s.Count(authtest.Token))
				assert.Zero(t, s.Reused())
				if !strings.HasPrefix(name, "4") {
					require.ErrorIs(t, err, auth.ErrTransient)
					assert.Equal(t, auth.OutcomeUnknown, failure(t, err).Outcome)
				}
			}
		})
	}
}

func TestC11_NotSentIsSaidOnlyWhenItIsSo(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := "http://" + closed.Addr().String()
	require.NoError(t, closed.Close())
	scheme := func(at string) *auth.Scheme {
		return &auth.Scheme{ID: "x", Type: auth.OAuth2Code, AuthorizeURL: at + "/a", TokenURL: at + "/token"}
	}
	app := &auth.App{ClientID: "id", ClientSecret: auth.NewSecret("secret")}
	breaks := func(err error) *http.Client {
		return &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) { return nil, err })}
	}
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("refused")}
	for _, c := range []struct {
		name      string
		at        string
		client    *http.Client
		outcome   auth.Outcome
		transient bool
	}{
		{"nobody listens", nobody, nil, auth.OutcomeNotSent, true},
		{"no such host", "http://nowhere.invalid", breaks(&net.DNSError{Err: "no such host", Name: "nowhere.invalid", IsNotFound: true}), auth.OutcomeNotSent, true},
		{"a transport of the caller, dialing", nobody, breaks(dial), auth.OutcomeNotSent, true},
		{"a transport of the caller, reading", nobody, breaks(&net.OpError{Op: "read", Err: errors.New("reset")}), auth.OutcomeUnknown, true},
		{"a transport of the caller, anything", nobody, breaks(errors.New("Authorization: Basic c2VjcmV0")), auth.OutcomeUnknown, true},
		{"not TLS", nobody, breaks(tls.RecordHeaderError{Msg: "secret"}), auth.OutcomeUnknown, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := provider(t, overHTTP(auth.TokenOptions{HTTPClient: c.client}), scheme(c.at), app)
			_, err := p.Refresh(t.Context(), renewable())
			assert.Equal(t, c.outcome, failure(t, err).Outcome)
			assert.Equal(t, c.transient, errors.Is(err, auth.ErrTransient), "%v", err)
			assert.NotContains(t, err.Error(), "c2VjcmV0")
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}

// A transport of the caller that sends a request twice cannot talk us into
// calling it not sent.
func TestC11_ADialErrorAfterASentRequestIsNotUnsent(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil).Start(t)
	s.Script(authtest.Token, authtest.DropAfter())
	base := &http.Transport{}
	retrying := transport(func(r *http.Request) (*http.Response, error) {
		if resp, err := base.RoundTrip(r); err == nil {
			return resp, nil
		}
		return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
	})
	p := provider(t, overHTTP(auth.TokenOptions{HTTPClient: &http.Client{Transport: retrying}}), s.Scheme(auth.OAuth2Code), s.App())
	_, err := p.Refresh(t.Context(), renewable())
	assert.Equal(t, auth.OutcomeUnknown, failure(t, err).Outcome)
}

// A server may close a kept connection while the next request is written to it;
// then nobody knows what became of the refresh token.
func TestC11_EveryCallHasItsOwnConnection(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	var connections atomic.Int32
	web := httptest.NewUnstartedServer(s)
	web.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	web.Start()
	t.Cleanup(web.Close)
	s.URL = web.URL
	p := provider(t, overHTTP(auth.TokenOptions{}), s.Scheme(auth.ClientCredentials), s.App())
	for range 3 {
		_, err := p.ClientCredentials(t.Context(), nil)
		require.NoError(t, err)
	}
	assert.EqualValues(t, 3, connections.Load())
}

func TestC12_TokenEndpointsPassTheGuard(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil).Start(t)
	c := auth.NewTokenClient(nil)
	for _, host := range []string{
		"127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "168.63.129.16", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]",
	} {
		_, err := c.For(&auth.Scheme{ID: "x", Type: auth.ClientCredentials, TokenURL: "https://" + host + "/token"}, s.App(), nil)
		require.ErrorIs(t, err, fs.ErrInvalid, host)
		assert.Contains(t, err.Error(), "scheme/tokenURL", host)
	}
	_, err := c.For(s.Scheme(auth.ClientCredentials), s.App(), nil)
	require.ErrorContains(t, err, "https")

	// What a transport of the caller dials is its own business, what is written not.
	dials := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, strings.TrimPrefix(s.URL, "http://"))
	}}}
	c = auth.NewTokenClient(&auth.TokenOptions{AllowHTTP: true, HTTPClient: dials})
	at := strings.Replace(s.URL, "127.0.0.1", "login.example.test", 1)
	_, err = provider(t, c, &auth.Scheme{ID: "x", Type: auth.ClientCredentials, TokenURL: at + "/token"}, s.App()).
		ClientCredentials(t.Context(), nil)
	require.NoError(t, err)
	_, err = c.For(s.Scheme(auth.ClientCredentials), s.App(), nil)
	require.ErrorIs(t, err, fs.ErrInvalid)
}

func TestC12_LoopbackByOption(t *testing.T) {
	t.Parallel()
	web := httptest.NewUnstartedServer(authtest.NewServer(nil))
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.StartTLS()
	t.Cleanup(web.Close)
	scheme := &auth.Scheme{ID: "x", Type: auth.ClientCredentials, TokenURL: web.URL + "/token"}
	app := &auth.App{ClientID: "id", ClientSecret: auth.NewSecret("secret")}
	p := provider(t, auth.NewTokenClient(&auth.TokenOptions{AllowPrivate: true}), scheme, app)
	_, err := p.ClientCredentials(t.Context(), nil)
	require.ErrorContains(t, err, "certificate")
	require.NotErrorIs(t, err, auth.ErrTransient, "waiting does not help")
	assert.Equal(t, auth.OutcomeNotSent, failure(t, err).Outcome)

	roots := web.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	p = provider(t, auth.NewTokenClient(&auth.TokenOptions{AllowPrivate: true, RootCAs: roots}), scheme, app)
	_, err = p.ClientCredentials(t.Context(), nil)
	require.ErrorIs(t, err, auth.ErrInvalidClient, "it was asked")
}

func TestCallsEndInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := authtest.NewServer(nil)
		for _, o := range []auth.TokenOptions{
			{Timeout: 7 * time.Second}, {HTTPClient: &http.Client{Timeout: 7 * time.Second}}, {}, {Timeout: time.Hour},
		} {
			want := min(max(o.Timeout, 7*time.Second), auth.MaxTokenTimeout)
			if o.Timeout == 0 && o.HTTPClient == nil {
				want = auth.DefaultTokenTimeout
			}
			if o.HTTPClient == nil {
				o.HTTPClient = &http.Client{}
			}
			o.HTTPClient.Transport = s.Transport()
			p := provider(t, auth.NewTokenClient(&o), s.Scheme(auth.OAuth2Code), s.App())
			s.Script(authtest.Token, authtest.Hang())
			start := time.Now()
			_, err := p.Refresh(t.Context(), renewable())
			require.ErrorIs(t, err, auth.ErrTransient)
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			assert.Equal(t, auth.OutcomeUnknown, failure(t, err).Outcome)
			assert.Equal(t, want, time.Since(start))
		}
	})
}

func TestTheCallersContextIsHonoured(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := authtest.NewServer(nil)
		p := provider(t, inMemory(s), s.Scheme(auth.OAuth2Code), s.App())
		s.Script(authtest.Token, authtest.Hang(), authtest.Hang())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := p.Refresh(ctx, renewable())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NotErrorIs(t, err, auth.ErrTransient, "nothing is known of the server")
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, stop)
		_, err = p.Refresh(ctx, renewable())
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestTokenSkew(t *testing.T) {
	t.Parallel()
	for skew, want := range map[time.Duration]time.Duration{
		0: auth.DefaultTokenSkew, -1: 0, time.Minute: time.Minute, time.Hour: auth.MaxTokenSkew,
	} {
		s := authtest.NewServer(nil)
		c := auth.NewTokenClient(&auth.TokenOptions{HTTPClient: s.HTTPClient(), Now: atEpoch, Skew: skew})
		token := connect(t, s, provider(t, c, s.Scheme(auth.OAuth2Code), s.App()))
		assert.Equal(t, epoch.Add(time.Hour-want), token.Expiry, "%s", skew)
	}
	assert.False(t, (&auth.Token{}).Expired(epoch), "not known is not expired")
}

func TestExtraIsAnAllowList(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	s.Script(authtest.Token, authtest.Edit(func(reply map[string]any) {
		reply["instance_url"], reply["team"] = "https://eu.example.com", map[string]any{"id": 12345678901234567, "on": true, "null": nil}
		reply["webhook_secret"], reply["long"] = "hush", strings.Repeat("x", 3000)
	}))
	c := auth.NewTokenClient(&auth.TokenOptions{HTTPClient: s.HTTPClient(), Extra: []string{
		"instance_url", "team.id", "team.on", "team.null", "team", "team.id.x", "missing", "access_token", "refresh_token",
		"webhook_secret", "long", "token_type",
	}})
	token := connect(t, s, provider(t, c, s.Scheme(auth.OAuth2Code), s.App()))
	assert.Equal(t, map[string]string{
		"instance_url": "https://eu.example.com", "team.id": "12345678901234567", "team.on": "true", "token_type": "Bearer",
	}, token.Extra)
}
