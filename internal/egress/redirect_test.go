package egress

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRedirectIsFollowedFiveTimes(t *testing.T) {
	t.Parallel()
	codes := []int{301, 302, 303, 307, 308, 302}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var left int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &left); err != nil || left == 0 {
			_, _ = io.WriteString(w, r.Method)
			return
		}
		w.Header().Set("Location", fmt.Sprintf("/%d", left-1))
		w.WriteHeader(codes[left-1])
	})
	c := newClient(t, open())
	data, err := fetch(t, c, s.URL+"/5")
	require.NoError(t, err)
	assert.Equal(t, "GET", string(data))
	_, err = fetch(t, c, s.URL+"/6")
	var refused *RedirectError
	require.ErrorAs(t, err, &refused)
	assert.Contains(t, refused.Error(), "more than 5")
}

func TestRedirectIsRefused(t *testing.T) {
	t.Parallel()
	location, visits := "", 0
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		visits++
		if location != "" {
			w.Header().Set("Location", location)
		}
		w.WriteHeader(http.StatusFound)
	})
	plain := serve(t, h)
	secure := httptest.NewTLSServer(h)
	defer secure.Close()
	o := open()
	o.RootCAs = roots(t, secure)
	c := newClient(t, o)
	for _, tt := range []struct {
		from, to, why string
		is            error
	}{
		{plain.URL, secure.URL, "changes the scheme from http", nil},
		{secure.URL, plain.URL, "changes the scheme from https", nil},
		{secure.URL, "file:///etc/passwd", "changes the scheme", nil},
		{secure.URL, "gopher://feeds.example.com/", "changes the scheme", nil},
		{secure.URL, "javascript:alert(1)", "changes the scheme", nil},
		{plain.URL, "http://169.254.169.254/latest/meta-data/?q=hush", "link-local", fs.ErrPermission},
		{plain.URL, "//169.254.169.254/", "special-purpose", fs.ErrPermission},
		{plain.URL, "http://2852039166/", "dotted-decimal", fs.ErrPermission},
		{plain.URL, "http://[fd00:ec2::254]/", "metadata", fs.ErrPermission},
		{plain.URL, "http://u:p@feeds.example.com/", "user information", fs.ErrInvalid},
		{plain.URL, "http://", "no host", fs.ErrInvalid},
		{plain.URL, "http://exa mple/", "cannot be parsed", nil},
		{plain.URL, "", "missing", nil},
	} {
		location, visits = tt.to, 0
		_, err := fetch(t, c, tt.from)
		var refused *RedirectError
		require.ErrorAs(t, err, &refused, "%s", tt.to)
		if tt.why != "link-local" {
			assert.Contains(t, err.Error(), tt.why, tt.to)
		}
		if tt.is != nil {
			require.ErrorIs(t, err, tt.is, "%s", tt.to)
		}
		assert.Equal(t, 1, visits, "a refusal is not retried")
		assert.NotContains(t, err.Error(), "hush")
	}
}

func TestRedirectKeepsTheGuardOfTheStart(t *testing.T) {
	t.Parallel()
	// Without AllowPrivate a public server cannot send us home.
	o, dials := pipes(
		say("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:8080/admin\r\nContent-Length: 0\r\n\r\n"),
		say("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"),
	)
	data, err := fetch(t, newClient(t, o), "http://feeds.example.com/")
	var refused *AddressError
	require.ErrorAs(t, err, &refused)
	assert.Empty(t, data)
	assert.Equal(t, 1, dials())
	assert.True(t, strings.HasPrefix(err.Error(), "get http://feeds.example.com/: redirect to http://127.0.0.1:8080/admin"))
}
