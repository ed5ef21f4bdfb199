package auth

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestC10_NothingIsSentToOtherHosts holds for requests of the program itself.
func TestC10_NothingIsSentToOtherHosts(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		n := newNet(t, ok)
		o := w.options(n, hosts(t, "api.example.com", "https://*.example.org")...)
		for _, mode := range []Outside{OutsideRefused, OutsideRedirects, OutsideAllowed} {
			o.Outside = mode
			client := newTransport(t, o).Client()
			for _, target := range []string{
				away, "https://example.com", "https://api.example.com:8443", "https://api.example.com.", "https://example.org",
				"https://api.example.com.away.example.net",
			} {
				_, err := get(client, target)
				all, dials := n.take()
				if mode != OutsideAllowed {
					var refused *HostError
					require.ErrorAs(t, err, &refused, target)
					require.ErrorIs(t, err, fs.ErrPermission)
					assert.Equal(t, strings.TrimPrefix(target, "https://"), refused.Host)
					assert.Contains(t, err.Error(), "not among the hosts")
					assert.Empty(t, dials, target)
					continue
				}
				require.NoError(t, err, target)
				require.Len(t, all, 1)
				assert.False(t, all[0].creds(), "%s %s: %s", w.name, target, all[0].dump())
			}
		}
	}
}

func TestC10_HostErrorNamesParametersWithoutValue(t *testing.T) {
	t.Parallel()
	patterns, faults := CompileHosts([]string{"{sub}.example.com", "{zone}.{sub}"}, nil)
	require.Empty(t, faults)
	_, err := get(newTransport(t, &TransportOptions{Hosts: patterns}).Client(), home)
	require.ErrorContains(t, err, `host "api.example.com" refused`)
	require.ErrorContains(t, err, "a parameter has no value: sub")
	_, err = get(newTransport(t, nil).Client(), home)
	require.ErrorIs(t, err, fs.ErrPermission, "nil options reach nothing")
}

// TestC12_LoopbackNeedsPermission uses the guarded transport itself.
func TestC12_LoopbackNeedsPermission(t *testing.T) {
	t.Parallel()
	asked := 0
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked++; ok(w, r) }))
	t.Cleanup(server.Close)
	roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	u := parsed(t, server.URL)
	o := &TransportOptions{
		Scheme: bearer, Source: StaticSource(creds(ValueToken, canary)), Hosts: hosts(t, u.Host, "localhost:"+u.Port()), RootCAs: roots,
	}
	for _, target := range []string{server.URL, "https://localhost:" + u.Port()} {
		_, err := get(newTransport(t, o).Client(), target)
		var refused *HostError
		require.ErrorAs(t, err, &refused, target)
		require.ErrorIs(t, err, fs.ErrPermission)
		assert.Contains(t, refused.Reason, "must be allowed explicitly")
	}
	assert.Zero(t, asked)
	o.AllowPrivate = true
	_, err := get(newTransport(t, o).Client(), server.URL)
	require.NoError(t, err)
	assert.Equal(t, 1, asked)
}

func TestC12_AllowHTTP(t *testing.T) {
	t.Parallel()
	n := newNet(t, goTo)
	o := &TransportOptions{
		Scheme: bearer, Source: StaticSource(creds(ValueToken, canary)), Hosts: hosts(t, "api.example.com", "https://other.example.com"),
		Base: n.base, AllowHTTP: true, Outside: OutsideAllowed,
	}
	client := newTransport(t, o).Client()
	for target, with := range map[string]bool{
		"http://api.example.com/x": true, "http://other.example.com/x": false, "https://other.example.com/x": true,
	} {
		_, err := get(client, target)
		require.NoError(t, err, target)
		all, _ := n.take()
		assert.Equal(t, with, all[0].creds(), target)
	}
	_, err := get(client, home+"/start?code=302&to=http://api.example.com/landing")
	require.ErrorContains(t, err, "it leaves https")
	_, err = get(client, "http://api.example.com/start?code=302&to="+home+"/landing")
	require.NoError(t, err)
	all, _ := n.take()
	require.Len(t, all, 3)
	assert.False(t, all[2].creds(), "another scheme is another origin")
}
