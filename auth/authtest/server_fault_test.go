package authtest_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth/authtest"
)

func TestStepsHappenOnceEach(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	s.Script(authtest.Token, authtest.Usual(), authtest.Refuse(418, "x", "y"))
	s.Script(authtest.Token, authtest.Edit(func(reply map[string]any) { reply["more"] = 1 }))
	form := posting(s, "grant_type", "client_credentials")
	assert.Equal(t, 200, ask(t, s, authtest.Token, form).status)
	assert.Equal(t, 418, ask(t, s, authtest.Token, form).status)
	assert.InDelta(t, 1, ask(t, s, authtest.Token, form).body["more"], 0)
	assert.NotContains(t, ask(t, s, authtest.Token, form).body, "more")
	s.Script(authtest.Revoke, authtest.Edit(func(reply map[string]any) { reply["made"] = "up" }))
	assert.Equal(t, "up", ask(t, s, authtest.Revoke, posting(s, "token", "x")).text("made"))
}

// What breaks does so in memory as it does over a connection.
func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*authtest.Server{"memory": authtest.NewServer(nil), "loopback": authtest.NewServer(nil).Start(t)} {
		client := s.HTTPClient()
		if name == "loopback" {
			client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		}
		granted := redeemAt(t, client, s)
		s.Forget()
		for _, step := range []authtest.Step{authtest.DropBefore(), authtest.DropAfter(), authtest.Cut()} {
			s.Script(authtest.Token, step)
			resp, err := client.PostForm(s.URL+"/token", posting(s, "grant_type", "refresh_token", "refresh_token", granted))
			if err == nil {
				_, err = io.ReadAll(resp.Body)
				resp.Body.Close()
			}
			require.Error(t, err, name)
		}
		assert.Equal(t, 3, s.Count(authtest.Token))
		assert.Equal(t, 1, s.Reused(), "the first was not carried out, the second was, the third found it spent")
	}
}

func redeemAt(t *testing.T, c *http.Client, s *authtest.Server) string {
	t.Helper()
	form := posting(s, "grant_type", "authorization_code", "code", code(t, s), "redirect_uri", "https://app.example.test/cb?x=1")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/token", strings.NewReader(form.Encode()))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := do(t, c, req)
	return answer.text("refresh_token")
}

func TestTimeInMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := authtest.NewServer(nil)
		ready := make(chan struct{})
		s.Script(authtest.Metadata, authtest.Delay(time.Minute), authtest.Hold(ready), authtest.Hang(), authtest.Delay(time.Hour), authtest.Hold(nil))
		start := time.Now()
		time.AfterFunc(3*time.Minute, func() { close(ready) })
		get := func(limit time.Duration) error {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/.well-known/oauth-authorization-server", nil)
			require.NoError(t, err)
			resp, err := s.HTTPClient().Do(req)
			if err == nil {
				resp.Body.Close()
			}
			return err
		}
		require.NoError(t, get(time.Hour))
		assert.Equal(t, time.Minute, time.Since(start))
		require.NoError(t, get(time.Hour))
		assert.Equal(t, 3*time.Minute, time.Since(start))
		for range 3 {
			require.ErrorIs(t, get(time.Minute), context.DeadlineExceeded)
		}
		require.ErrorIs(t, get(0), context.DeadlineExceeded)
	})
}

func TestMemoryReachesOneHost(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(nil)
	get := func(at string) error {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
		require.NoError(t, err)
		resp, err := s.Transport().RoundTrip(req)
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	require.ErrorContains(t, get("https://other.example.com/token?secret"), "https://other.example.com is not in memory")
	assert.Zero(t, s.Count(""))
	s.Script(authtest.API, authtest.Edit(func(map[string]any) { panic("a fault of the test") }))
	assert.PanicsWithValue(t, "a fault of the test", func() { _ = get(s.URL + "/api") })
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := authtest.NewServer(&authtest.ServerOptions{TolerateReuse: true})
	granted := redeem(t, s, code(t, s)).text("refresh_token")
	var won atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			resp, err := s.HTTPClient().PostForm(s.URL+"/token", posting(s, "grant_type", "refresh_token", "refresh_token", granted))
			if err != nil {
				t.Error(err)
				return
			}
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				won.Add(1)
			}
			_, _, _ = s.Count(""), s.Secrets(), s.Reused()
		})
	}
	all.Wait()
	assert.EqualValues(t, 1, won.Load(), "a token that rotates is spent once")
	assert.Equal(t, 49, s.Reused())
}
