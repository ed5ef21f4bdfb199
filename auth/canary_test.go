package auth_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

// canaries looks for secrets in everything that it is shown.
type canaries struct {
	t      *testing.T
	server *authtest.Server
	more   []string
	seen   bytes.Buffer
}

// show prints a value in every way that a program may, and an error with all that it
// wraps.
func (c *canaries) show(values ...any) {
	logger := slog.New(slog.NewJSONHandler(&c.seen, nil))
	text := slog.New(slog.NewTextHandler(&c.seen, nil))
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&c.seen, verb+"\n", v)
		}
		logger.Info("m", "v", v)
		text.Info("m", "v", v)
		if raw, err := json.Marshal(v); err == nil {
			c.seen.Write(raw)
		}
		if err, ok := v.(error); ok {
			c.unwrap(err)
		}
	}
}

func (c *canaries) unwrap(err error) {
	fmt.Fprintf(&c.seen, "%v %+v\n", err, err)
	switch w := err.(type) { //nolint:errorlint // every layer is looked at
	case interface{ Unwrap() error }:
		if inner := w.Unwrap(); inner != nil {
			c.unwrap(inner)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range w.Unwrap() {
			c.unwrap(inner)
		}
	}
}

func (c *canaries) check() {
	c.t.Helper()
	seen := c.seen.String()
	require.NotEmpty(c.t, seen)
	secrets := append(c.server.Secrets(), c.more...)
	require.Greater(c.t, len(secrets), 3)
	for _, secret := range secrets {
		for _, form := range []string{secret, url.QueryEscape(secret), fmt.Sprintf("%x", secret), secret[:12]} {
			if i := strings.Index(seen, form); i >= 0 {
				c.t.Errorf("%q is shown: %s", secret, seen[max(0, i-200):min(len(seen), i+100)])
			}
		}
	}
}

// echo is a server's error that quotes all it was sent.
func echo(s *authtest.Server, code string) authtest.Step {
	return authtest.Edit(func(reply map[string]any) {
		sent := s.Requests(authtest.Token)
		last := sent[len(sent)-1]
		clear(reply)
		reply["error"], reply["error_description"] = code, last.Body+" "+last.Header.Get("Authorization")+" "+fmt.Sprint(last.Form)+
			" token=\""+last.Form.Get("refresh_token")+"\" "+strings.ToUpper(last.Form.Get("code"))
		reply["access_token"] = "access-of-an-error"
		reply["message"] = "access-of-an-error"
	})
}

func TestCanarySecretsAreShownNowhere(t *testing.T) {
	t.Parallel()
	for _, style := range []string{"basic", "post"} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			s := authtest.NewServer(&authtest.ServerOptions{ClientAuth: []string{style}, ClientSecret: "+s/e:c r&e=t%canary-of-the-client"})
			client := inMemory(s)
			c := &canaries{t: t, server: s, more: []string{"access-of-an-error"}}
			scheme, app := s.Scheme(auth.OAuth2Code), s.App()
			p := provider(t, client, scheme, app)
			c.show(client, p, app, *app, p.Scheme())

			a, cb := begin(t, s, p)
			c.show(cb)
			token, err := p.Exchange(t.Context(), a, cb)
			require.NoError(t, err)
			shown := *a
			shown.URL, shown.State = "", "" // they go to the browser
			c.show(token, *token, shown)
			sealed, err := token.Encode()
			require.NoError(t, err)
			c.show(sealed)

			_, err = p.Exchange(t.Context(), a, cb)
			c.show(err)
			s.Script(authtest.Token,
				echo(s, "invalid_grant"), echo(s, "a code of my own"), authtest.DropAfter(), authtest.Cut(),
				authtest.Redirect(307, "https://evil.example.com/?refresh_token="+token.RefreshToken.Reveal()),
				authtest.Reply(200, nil, `{"access_token":"`+token.RefreshToken.Reveal()),
				authtest.Reply(500, nil, token.RefreshToken.Reveal()),
				authtest.Reply(400, nil, `{"error":"`+token.RefreshToken.Reveal()[:30]+`"}`),
			)
			for range 8 {
				_, err := p.Refresh(t.Context(), token)
				require.Error(t, err)
				c.show(err)
			}
			_, err = p.Refresh(t.Context(), &auth.Token{RefreshToken: auth.NewSecret("refresh-that-is-unknown")})
			c.show(err) // quoted by the server
			app.ClientSecret = auth.NewSecret("another-secret-of-the-client")
			_, err = provider(t, client, scheme, app).Refresh(t.Context(), token)
			require.ErrorIs(t, err, auth.ErrInvalidClient)
			c.show(err) // quoted, too
			c.check()
		})
	}
}

func TestCanaryOfADevice(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(&authtest.ServerOptions{ClientSecret: "-"})
	p := provider(t, inMemory(s), s.Scheme(auth.Device), s.App())
	c := &canaries{t: t, server: s, more: []string{"another-device-code"}}
	d, err := p.AuthorizeDevice(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, s.ApproveDevice(d.UserCode))
	c.show(d, *d)
	s.Script(authtest.Device, authtest.Reply(200, nil, `{"device_code":"another-device-code","user_code":"a"`),
		authtest.Reply(400, nil, `{"error":"x","error_description":"another-device-code","device_code":"another-device-code"}`))
	for range 2 {
		_, err = p.AuthorizeDevice(t.Context(), nil)
		c.show(err)
	}
	s.Script(authtest.Token, echo(s, "invalid_grant"), authtest.DropAfter())
	for range 2 {
		d.NextPoll = epoch
		_, err = p.PollDevice(t.Context(), d)
		c.show(err)
	}
	c.more = append(c.more, d.DeviceCode.Reveal(), s.Requests(authtest.Token)[0].Form.Get("device_code"), "access-of-an-error")
	c.check()
}

// Errors of a transport may quote the request or the answer.
func TestCanaryOfATransport(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	c := &canaries{t: t, server: s, more: []string{"the-refresh-token", "body-with-a-token"}}
	for _, err := range []error{
		&url.Error{Op: "Post", URL: "https://login.example.com/token?t=the-refresh-token", Err: errors.New("the-refresh-token")},
		fmt.Errorf(`malformed HTTP response "body-with-a-token"`),
	} {
		client := &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) { return nil, err })}
		p := provider(t, auth.NewTokenClient(&auth.TokenOptions{HTTPClient: client}), s.Scheme(auth.OAuth2Code), s.App())
		_, err := p.Refresh(t.Context(), renewable())
		require.ErrorIs(t, err, auth.ErrTransient)
		c.show(err)
	}
	scheme := s.Scheme(auth.OAuth2Code)
	scheme.TokenURL += "?key=body-with-a-token"
	client := answering(400, nil, `{"error":"x","error_description":"body-with-a-token the-refresh-token"}`)
	_, err := provider(t, auth.NewTokenClient(&auth.TokenOptions{HTTPClient: client}), scheme, s.App()).
		Refresh(t.Context(), renewable())
	c.show(err)
	_, err = auth.ParseCallback("code=the-refresh-token&code=body-with-a-token")
	c.show(err)
	_, err = auth.ParseCallback("code=the-refresh-token%zz")
	c.show(err)
	_, err = auth.DecodeToken(auth.NewSecret(`{"accessToken":the-refresh-token`))
	c.show(err)
	c.more = append(c.more, "the-refresh-tok")
	c.check()
}
