package auth

import (
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostileHosts are ways to write an address that no URL of a stranger may reach.
var hostileHosts = strings.Fields(`
	127.0.0.1 127.1.2.3 127.1 127.0.1 2130706433 0x7f000001 0X7F000001 0x7f.0.0.1 0x7f.1 0177.0.0.1 017700000001 127.0.0.01
	127.0.0.1. 0x 1.2.3.0x 00000000177.1 [::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [0:0:0:0:0:0:0:1]
	localhost LOCALHOST localhost. a.localhost 0.0.0.0 0 0x0 0.1.2.3 [::] [::ffff:0.0.0.0]
	10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 [fc00::1] [fd12:3456::1] [::ffff:10.0.0.1] [::ffff:c0a8:101]
	167772161 0xa.1 012.0.0.1 169.254.169.254 169.254.0.1 2852039166 0xa9fea9fe 0xa9.0xfe.0xa9.0xfe 0251.0376.0251.0376
	[fe80::1] [fe80::1%25eth0] [::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [fd00:ec2::254] [fd20:ce::254]
	168.63.129.16 [::ffff:168.63.129.16] 100.100.100.200 192.0.0.192 [64:ff9b::7f00:1] [64:ff9b::169.254.169.254]
	[64:ff9b:1::a00:1] [2002:7f00:1::] [2002:a9fe:a9fe::1] [2001:0:4136:e378:8000:63bf:3fff:fdd2] [::ffff:0:127.0.0.1]
	224.0.0.1 239.255.255.250 255.255.255.255 240.0.0.1 192.0.2.1 198.51.100.1 203.0.113.1 198.18.0.1 192.88.99.1
	[ff02::1] [ff0e::1] [2001:db8::1] [3fff::1] [100::1] [fec0::1] [5f00::1]
`)

// TestC12_HostileHostsAreNeverReached writes them where a person or a server
// could: in the URL, in a parameter that fills the list of hosts, in a Location.
// Nothing is dialed and no credential leaves.
func TestC12_HostileHostsAreNeverReached(t *testing.T) {
	t.Parallel()
	require.GreaterOrEqual(t, len(hostileHosts), 39)
	for _, w := range ways(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			n := newNet(t, goTo)
			listed := 0
			for _, host := range hostileHosts {
				// The list names the host wherever its grammar can.
				patterns, _ := CompileHosts([]string{"api.example.com", "{host}"}, map[string]any{"host": strings.TrimSuffix(host, ".")})
				o := w.options(n, patterns...)
				o.Outside = OutsideAllowed
				tr := newTransport(t, o)
				if u, err := url.Parse("https://" + host); err == nil && patterns[1].Match(u) {
					listed++
				}
				for _, target := range []string{"https://" + host + "/", "https://" + host + ":8443/x?y", "http://" + host + "/"} {
					_, err := get(tr.Client(), target)
					require.Error(t, err, target)
					clean(t, err)
					all, dials := n.take()
					require.Empty(t, all, target)
					require.Empty(t, dials, target)
				}
				_, err := get(tr.Client(), "https://"+host+"/")
				require.ErrorIs(t, err, fs.ErrPermission, host)
				require.ErrorAs(t, err, new(*HostError), host)

				code := []string{"302", "307", "308"}[listed%3]
				_, err = get(tr.Client(), home+"/start?code="+code+"&to="+url.QueryEscape("https://"+host+"/"))
				require.ErrorAs(t, err, new(*RedirectError), host)
				require.ErrorAs(t, err, new(*HostError), host)
				all, dials := n.take()
				require.Len(t, all, 1, host)
				for _, dial := range dials {
					require.Equal(t, "api.example.com:443", dial)
				}
			}
			assert.Greater(t, listed, 30, "the list alone would have let these pass")
		})
	}
}

// TestC12_HostileAddressesAreRefusedAtTheDial: the guarded transport has no
// other way to connect.
func TestC12_HostileAddressesAreRefusedAtTheDial(t *testing.T) {
	t.Parallel()
	tr := newTransport(t, nil)
	own := tr.base.(*http.Transport)
	assert.Nil(t, own.Proxy, "a proxy would dial in our place")
	n := 0
	for _, host := range hostileHosts {
		if strings.ContainsAny(host, "xX") || strings.Contains(strings.ToLower(host), "localhost") || strings.HasSuffix(host, ".") ||
			!strings.Contains(host, ".") && !strings.Contains(host, ":") || strings.Count(host, ".") < 3 && !strings.Contains(host, ":") ||
			strings.HasPrefix(host, "0") && len(host) > 7 {
			continue // a disguise, which the resolver would turn into one of the others
		}
		addr := strings.NewReplacer("%25", "%").Replace(host) + ":443"
		conn, err := own.DialContext(t.Context(), "tcp", addr)
		require.Error(t, err, addr)
		require.Nil(t, conn)
		err = hostError(err, "api.example.com")
		if _, refused := err.(*HostError); refused { //nolint:errorlint // exactly this
			n++
			require.ErrorContains(t, err, `host "api.example.com" refused: its address`)
		}
	}
	assert.GreaterOrEqual(t, n, 39)
}
