package authtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

// reply is an answer, decoded.
type reply struct {
	status int
	header http.Header
	body   map[string]any
}

func (r *reply) text(name string) string {
	s, _ := r.body[name].(string)
	return s
}

// ask posts a form to an endpoint of a server in memory, by POST.
func ask(t *testing.T, s *authtest.Server, endpoint string, form url.Values) *reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/"+endpoint, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(t, s.HTTPClient(), req)
}

func do(t *testing.T, c *http.Client, req *http.Request) *reply {
	t.Helper()
	resp, err := c.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	r := &reply{status: resp.StatusCode, header: resp.Header}
	if len(body) > 0 {
		require.NoError(t, json.Unmarshal(body, &r.body), "%s", body)
	}
	return r
}

// posting adds the client's proof to a form.
func posting(s *authtest.Server, pairs ...string) url.Values {
	form := url.Values{"client_id": {s.App().ClientID}, "client_secret": {s.App().ClientSecret.Reveal()}}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

// authorizeURL is that of a client without PKCE.
func authorizeURL(s *authtest.Server, more ...string) string {
	q := url.Values{"client_id": {"client-id"}, "response_type": {"code"}, "state": {"st"}, "redirect_uri": {"https://app.example.test/cb?x=1"}}
	for i := 0; i < len(more); i += 2 {
		q.Add(more[i], more[i+1])
	}
	return s.URL + "/authorize?" + q.Encode()
}

func code(t *testing.T, s *authtest.Server) string {
	t.Helper()
	query, err := s.Approve(authorizeURL(s, "scope", "a b"))
	require.NoError(t, err)
	values, err := url.ParseQuery(query)
	require.NoError(t, err)
	assert.Equal(t, "1", values.Get("x"), "the redirect URI keeps its query")
	assert.Equal(t, "st", values.Get("state"))
	return values.Get("code")
}

func redeem(t *testing.T, s *authtest.Server, code string) *reply {
	t.Helper()
	return ask(t, s, authtest.Token, posting(s, "grant_type", "authorization_code", "code", code, "redirect_uri", "https://app.example.test/cb?x=1"))
}

func renew(t *testing.T, s *authtest.Server, token string) *reply {
	t.Helper()
	return ask(t, s, authtest.Token, posting(s, "grant_type", "refresh_token", "refresh_token", token))
}

func TestReuseRevokesTheFamily(t *testing.T) {
	t.Parallel()
	for _, tolerant := range []bool{false, true} {
		s := authtest.NewServer(&authtest.ServerOptions{TolerateReuse: tolerant})
		other := redeem(t, s, code(t, s))
		first := redeem(t, s, code(t, s))
		second := renew(t, s, first.text("refresh_token"))
		require.Equal(t, 200, second.status)
		assert.Equal(t, "a b", second.text("scope"))
		assert.Equal(t, "invalid_grant", renew(t, s, first.text("refresh_token")).text("error"))
		assert.Equal(t, 1, s.Reused())
		assert.Equal(t, tolerant, s.Live(second.text("access_token")))
		assert.Equal(t, tolerant, renew(t, s, second.text("refresh_token")).status == 200)
		assert.True(t, s.Live(other.text("access_token")), "of another family")
	}
}

func TestCodesAreForOneUse(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	value := code(t, s)
	first := redeem(t, s, value)
	require.Equal(t, 200, first.status)
	assert.Equal(t, "no-store", first.header.Get("Cache-Control"))
	again := redeem(t, s, value)
	assert.Equal(t, 400, again.status)
	assert.False(t, s.Live(first.text("access_token")), "RFC 6749 section 4.1.2")
	assert.Equal(t, "invalid_grant", redeem(t, s, "unknown").text("error"))
	assert.Equal(t, "invalid_grant", ask(t, s, authtest.Token,
		posting(s, "grant_type", "authorization_code", "code", code(t, s), "redirect_uri", "https://evil.example.com/")).text("error"))
	assert.Equal(t, "invalid_grant", ask(t, s, authtest.Token, posting(s, "grant_type", "authorization_code", "code", code(t, s),
		"redirect_uri", "https://app.example.test/cb?x=1", "code_verifier", "not asked for")).text("error"))
}

func TestTokenEndpointIsStrict(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	for want, form := range map[string]url.Values{
		"unsupported_grant_type": posting(s, "grant_type", "password"),
		"invalid_request":        posting(s, "grant_type", "client_credentials", "scope", "a", "scope", "b"),
		"invalid_client":         {"grant_type": {"client_credentials"}, "client_id": {"client-id"}},
		"invalid_grant":          {"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {"a.b"}},
	} {
		assert.Equal(t, want, ask(t, s, authtest.Token, form).text("error"), want)
	}
	form := posting(s, "grant_type", "client_credentials", "client_assertion", "a.b.c")
	assert.Equal(t, "more than one client authentication", ask(t, s, authtest.Token, form).text("error_description"))
	delete(form, "client_secret")
	assert.Equal(t, "invalid_client", ask(t, s, authtest.Token, form).text("error"))
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	assert.Equal(t, "not a compact JWS", ask(t, s, authtest.Token, form).text("error_description"))
	form.Set("client_assertion", "e30.e30.e30")
	assert.Equal(t, "the signature is wrong", ask(t, s, authtest.Token, form).text("error_description"))

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/token", nil)
	require.NoError(t, err)
	assert.Equal(t, 405, do(t, s.HTTPClient(), req).status)
	req.URL.Path = "/nothing"
	assert.Equal(t, 404, do(t, s.HTTPClient(), req).status)
	req.URL.Path = "/.well-known/other"
	assert.Equal(t, 404, do(t, s.HTTPClient(), req).status)
	req.URL.Path = "/token"
	req.Header.Set("Authorization", "Basic %%")
	req.Method = http.MethodPost
	assert.Equal(t, 401, do(t, s.HTTPClient(), req).status)
	assert.Equal(t, "basic", last(s).ClientAuth)
	req.SetBasicAuth("%zz", "x")
	assert.Equal(t, 401, do(t, s.HTTPClient(), req).status)
	assert.Equal(t, 401, ask(t, s, authtest.Revoke, url.Values{"token": {"x"}}).status)
	assert.Equal(t, 401, ask(t, s, authtest.Device, nil).status)
}

func last(s *authtest.Server) authtest.Request {
	all := s.Requests("")
	return all[len(all)-1]
}

func TestAuthorizationRequestsAreJudged(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(&authtest.ServerOptions{RequirePKCE: true})
	good := authorizeURL(s, "code_challenge", "x", "code_challenge_method", "S256")
	query, err := s.Deny(good, "access_denied")
	require.NoError(t, err)
	assert.Contains(t, query, "error=access_denied")
	assert.NotContains(t, query, "code=")
	for _, bad := range []string{
		authorizeURL(s), // no challenge
		strings.Replace(good, "S256", "plain", 1), good + "&state=2", good + "&client_secret=x", good + "&code_verifier=x",
		strings.Replace(good, "state=st", "state=", 1), strings.Replace(good, "client-id", "other", 1),
		strings.Replace(good, "response_type=code", "response_type=token", 1), strings.Replace(good, "https%3A%2F%2Fapp", "app", 1),
		"https://evil.example.com/authorize?x", good + "&x=%zz", "::",
	} {
		_, err := s.Approve(bad)
		require.Error(t, err, bad)
	}
	// As a browser sees it.
	client := s.HTTPClient()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, good, nil)
	require.NoError(t, err)
	answer := do(t, client, req)
	assert.Equal(t, 302, answer.status)
	assert.Contains(t, answer.header.Get("Location"), "https://app.example.test/cb?code=")
	req.URL.RawQuery = ""
	assert.Equal(t, 400, do(t, client, req).status)
}

func TestDeviceMustNotHurry(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	s := authtest.NewServer(&authtest.ServerOptions{Now: func() time.Time { return now }})
	begin := func() *reply { return ask(t, s, authtest.Device, posting(s, "scope", "a")) }
	poll := func(d *reply) *reply {
		return ask(t, s, authtest.Token, posting(s, "grant_type", "urn:ietf:params:oauth:grant-type:device_code", "device_code", d.text("device_code")))
	}
	d := begin()
	assert.Equal(t, "slow_down", poll(d).text("error"))
	now = now.Add(9 * time.Second) // five were enough before
	assert.Equal(t, "slow_down", poll(d).text("error"))
	now = now.Add(15 * time.Second)
	assert.Equal(t, "authorization_pending", poll(d).text("error"))
	require.NoError(t, s.ApproveDevice(d.text("user_code")))
	now = now.Add(15 * time.Second)
	assert.Equal(t, "a", poll(d).text("scope"))
	assert.Equal(t, "invalid_grant", poll(d).text("error"), "for one use")

	d = begin()
	require.NoError(t, s.DenyDevice(d.text("user_code")))
	assert.Equal(t, "access_denied", poll(d).text("error"))
	now = now.Add(time.Hour)
	assert.Equal(t, "expired_token", poll(d).text("error"))
	require.Error(t, s.ApproveDevice("unknown"))
}

func TestProtectedResource(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	s := authtest.NewServer(&authtest.ServerOptions{Now: func() time.Time { return now }, Lifetime: time.Minute})
	granted := redeem(t, s, code(t, s))
	get := func(authorization string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/api/items", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", authorization)
		return do(t, s.HTTPClient(), req).status
	}
	token := granted.text("access_token")
	assert.Equal(t, 200, get("Bearer "+token))
	assert.Equal(t, 401, get(token))
	assert.Equal(t, 401, get("Bearer x"))
	assert.Equal(t, 3, s.Count(authtest.API))
	now = now.Add(time.Minute)
	assert.Equal(t, 401, get("Bearer "+token))
	fresh := renew(t, s, granted.text("refresh_token"))
	assert.Equal(t, 200, get("Bearer "+fresh.text("access_token")))
	s.RevokeAll()
	assert.Equal(t, 401, get("Bearer "+fresh.text("access_token")))
	assert.Equal(t, 400, renew(t, s, fresh.text("refresh_token")).status)
	for _, secret := range []string{token, fresh.text("refresh_token"), s.App().ClientSecret.Reveal()} {
		assert.Contains(t, s.Secrets(), secret)
	}
	s.Forget()
	assert.Zero(t, s.Count(""))
}

func TestRepliesByOption(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(&authtest.ServerOptions{Lifetime: -1, NoRefresh: true, TokenPath: "a.b.access_token", OmitIssuer: true, ScopeSeparator: ","})
	answer := redeem(t, s, code(t, s))
	assert.Equal(t, true, answer.body["ok"])
	inner := answer.body["a"].(map[string]any)["b"].(map[string]any)
	assert.NotContains(t, inner, "expires_in")
	assert.NotContains(t, inner, "refresh_token")
	assert.Equal(t, "a b", inner["scope"], "one scope with this separator")
	query, err := s.Approve(authorizeURL(s))
	require.NoError(t, err)
	assert.NotContains(t, query, "iss=")
}

func TestRequestsAreRecorded(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	resp, err := s.HTTPClient().Post(s.URL+"/token?x=1", "application/json", strings.NewReader(`{"client_id":"client-id","n":1,"resource":["a","b"]}`))
	require.NoError(t, err)
	resp.Body.Close()
	got := last(s)
	assert.Equal(t, url.Values{"client_id": {"client-id"}, "n": {"1"}, "resource": {"a", "b"}}, got.Form)
	assert.True(t, got.JSON)
	assert.Equal(t, "none", got.ClientAuth)
	assert.Equal(t, "1", got.Query.Get("x"))
	assert.Equal(t, authtest.Token, got.Endpoint)
	resp, err = s.HTTPClient().Post(s.URL+"/token", "application/json", strings.NewReader(`[`))
	require.NoError(t, err)
	resp.Body.Close()
	assert.Empty(t, last(s).Form)
}

func TestSchemesAreValid(t *testing.T) {
	t.Parallel()
	for _, o := range []*authtest.ServerOptions{nil, {ClientSecret: "-"}, {ClientAuth: []string{"post"}}} {
		s := authtest.NewServer(o)
		for _, typ := range []auth.Type{auth.OAuth2Code, auth.Device, auth.ClientCredentials, auth.JWTBearer, auth.PrivateKeyJWT} {
			assert.Empty(t, s.Scheme(typ).Validate())
		}
	}
}
