package egress

import (
	"bufio"
	"context"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostileHosts are ways to write an address that nobody else's URL may reach.
// Each is refused before any lookup.
var hostileHosts = []string{
	// loopback, in every disguise that resolvers understand
	"127.0.0.1", "127.1.2.3", "127.255.255.255", "127.1", "127.0.1", "2130706433", "0x7f000001", "0X7F000001",
	"0x7f.0.0.1", "0x7f.1", "0177.0.0.1", "017700000001", "127.0.0.01", "127.0.0.1.", "0x", "1.2.3.0x", "00000000177.1",
	"[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:0:0:1]", "localhost", "LOCALHOST",
	"localhost.", "a.localhost",
	// unspecified
	"0.0.0.0", "0", "0x0", "0.1.2.3", "[::]", "[::ffff:0.0.0.0]",
	// private and shared
	"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "[fc00::1]", "[fd12:3456::1]",
	"[::ffff:10.0.0.1]", "[::ffff:c0a8:101]", "167772161", "0xa.1", "012.0.0.1",
	// link-local and metadata
	"169.254.169.254", "169.254.0.1", "2852039166", "0xa9fea9fe", "0xa9.0xfe.0xa9.0xfe", "0251.0376.0251.0376",
	"[fe80::1]", "[fe80::1%25eth0]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[fd00:ec2::254]", "[fd20:ce::254]",
	"168.63.129.16", "[::ffff:168.63.129.16]", "[::ffff:a83f:8110]", "100.100.100.200", "192.0.0.192",
	// translations that carry an IPv4 address inside
	"[64:ff9b::7f00:1]", "[64:ff9b::169.254.169.254]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]",
	"[2002:a83f:8110::]", "[64:ff9b::a83f:8110]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[::ffff:0:127.0.0.1]",
	// multicast, broadcast, documentation, benchmarks, reserved
	"224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1",
	"198.18.0.1", "192.88.99.1", "[ff02::1]", "[ff0e::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]", "[fec0::1]",
	"[5f00::1]",
}

func TestC12_SpecialAddressIsRefusedWithoutAConnection(t *testing.T) {
	t.Parallel()
	o, dials := pipes(say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"))
	c := newClient(t, o)
	assert.GreaterOrEqual(t, len(hostileHosts), 39)
	for _, host := range hostileHosts {
		for _, url := range []string{"http://" + host + "/", "https://" + host + ":8443/x"} {
			_, err := fetch(t, c, url)
			var refused *AddressError
			require.ErrorAs(t, err, &refused, "%s", url)
			require.ErrorIs(t, err, fs.ErrPermission, "%s", url)
		}
	}
	assert.Zero(t, dials(), "no connection may be tried")

	data, err := fetch(t, c, "http://feeds.example.com/")
	require.NoError(t, err, "what is not hostile passes, so the test can fail")
	assert.Equal(t, "hi", string(data))
}

func TestC12_SpecialAddressIsRefusedAtTheDial(t *testing.T) {
	t.Parallel()
	g := newGuard(false)
	n := 0
	for _, host := range hostileHosts {
		a, err := netip.ParseAddr(strings.ReplaceAll(strings.Trim(host, "[]"), "%25", "%"))
		if err != nil {
			continue // a disguise; the resolver would turn it into one of the others
		}
		n++
		network := "tcp6"
		if a.Is4() {
			network = "tcp4"
		}
		err = g.control(network, netip.AddrPortFrom(a, 443).String(), nil)
		var refused *AddressError
		require.ErrorAs(t, err, &refused, "%s", a)
	}
	assert.GreaterOrEqual(t, n, 39)
	for _, public := range []string{"8.8.8.8:443", "[2606:4700::1111]:443", "93.184.215.14:8080"} {
		network := "tcp4"
		if strings.HasPrefix(public, "[") {
			network = "tcp6"
		}
		require.NoError(t, g.control(network, public, nil), public)
	}
	require.Error(t, g.control("udp4", "8.8.8.8:53", nil))
	require.Error(t, g.control("unix", "/run/docker.sock", nil))
	require.Error(t, g.control("tcp4", "feeds.example.com:443", nil))
}

func TestC12_AllowPrivateOpensOnlyPrivateRanges(t *testing.T) {
	t.Parallel()
	g := newGuard(true)
	for _, a := range []string{
		"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "100.64.0.1", "::1", "fd00::1", "::ffff:10.0.0.1", "8.8.8.8",
	} {
		require.NoError(t, g.addr(netip.MustParseAddr(a)), a)
	}
	for _, a := range []string{
		"169.254.169.254", "fe80::1", "fd00::1%eth0", "fd00:ec2::254", "fd20:ce::254", "168.63.129.16",
		"::ffff:168.63.129.16", "100.100.100.200", "0.0.0.0", "::", "224.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
		"255.255.255.255", "192.0.2.1", "::127.0.0.1",
	} {
		require.Error(t, g.addr(netip.MustParseAddr(a)), a)
	}
	require.NoError(t, g.host("localhost"))
	require.Error(t, g.host("2130706433"), "a disguise is refused even where loopback is allowed")
}

// nameserver answers A queries with the addresses in turn, and other queries
// with nothing.
func nameserver(t *testing.T, addrs ...string) *net.Resolver {
	t.Helper()
	next := make(chan netip.Addr, len(addrs))
	for _, a := range addrs {
		next <- netip.MustParseAddr(a)
	}
	answer := func(conn net.Conn) {
		defer conn.Close()
		buf := make([]byte, 2048)
		n, err := conn.Read(buf)
		for err == nil && n < 2 || n < int(buf[0])<<8+int(buf[1])+2 {
			var more int
			if more, err = conn.Read(buf[n:]); err != nil {
				return
			}
			n += more
		}
		q := buf[2:n]
		end := 12
		for q[end] != 0 {
			end += int(q[end]) + 1
		}
		end += 5 // root label, type, class
		isA := q[end-4] == 0 && q[end-3] == 1
		reply := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:end]...)
		if isA {
			a := (<-next).As4()
			reply[7] = 1
			reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
			reply = append(reply, a[:]...)
		}
		_, _ = conn.Write(append([]byte{byte(len(reply) >> 8), byte(len(reply))}, reply...))
	}
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go answer(server)
		return client, nil
	}}
}

func TestC12_NameThatResolvesToASpecialAddressIsRefused(t *testing.T) {
	t.Parallel()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	accepted := make(chan struct{}, 10)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- struct{}{}
			_, _ = http.ReadRequest(bufio.NewReader(conn))
			say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")(conn)
			_ = conn.Close()
		}
	}()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	url := "http://rebind.example.com:" + port + "/"

	for _, private := range []bool{false, true} {
		o := &Options{AllowHTTP: true, AllowPrivate: private, Attempts: 1, resolver: nameserver(t, "127.0.0.1")}
		data, err := fetch(t, newClient(t, o), url)
		if private {
			require.NoError(t, err, "the same name passes where loopback is allowed, so the test can fail")
			assert.Equal(t, "hi", string(data))
			continue
		}
		var refused *AddressError
		require.ErrorAs(t, err, &refused)
		require.ErrorIs(t, err, fs.ErrPermission)
		assert.Equal(t, "127.0.0.1", refused.Host)
		assert.Empty(t, accepted, "no connection may be made")
	}
}

func TestC12_AddressIsJudgedAtEachDial(t *testing.T) {
	t.Parallel()
	// A name that pointed elsewhere when it was looked at first gains nothing:
	// nothing but the dialed address counts.
	o := &Options{AllowHTTP: true, Attempts: 3, resolver: nameserver(t, "169.254.169.254", "10.0.0.1", "127.0.0.1")}
	c := newClient(t, o)
	for _, want := range []string{"169.254.169.254", "10.0.0.1", "127.0.0.1"} {
		_, err := fetch(t, c, "http://rebind.example.com/")
		var refused *AddressError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, want, refused.Host, "a refusal is not retried")
	}
}

func TestC12_ProxyOfTheEnvironmentIsIgnored(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://proxy.example.test:3128")
	t.Setenv("HTTPS_PROXY", "http://proxy.example.test:3128")
	assert.Nil(t, NewTransport(nil).Proxy)
	var dialed []string
	o := &Options{AllowHTTP: true, Attempts: 1}
	o.dial = func(_ context.Context, _, addr string) (net.Conn, error) {
		dialed = append(dialed, addr)
		return nil, fs.ErrClosed
	}
	for _, url := range []string{"http://feeds.example.com/", "https://feeds.example.com/"} {
		_, err := fetch(t, newClient(t, o), url)
		require.ErrorIs(t, err, fs.ErrClosed)
	}
	assert.Equal(t, []string{"feeds.example.com:80", "feeds.example.com:443"}, dialed)
}
