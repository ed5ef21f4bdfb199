package auth

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// goTo answers /start with a redirect as its query says, /echo with one that
// keeps the query of the request, and everything else with 200.
func goTo(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	switch r.URL.Path {
	case "/start":
		code, _ := strconv.Atoi(q.Get("code"))
		w.Header().Set("Location", q.Get("to"))
		w.Header().Set("Set-Cookie", "server=1")
		w.WriteHeader(code)
	case "/echo":
		w.Header().Set("Location", q.Get("to")+"?"+r.URL.RawQuery)
		w.WriteHeader(http.StatusFound)
	case "/landing":
		w.Header().Set("Set-Cookie", "server=2")
		_, _ = io.WriteString(w, "landed")
	case "/back":
		http.Redirect(w, r, home+"/start?code=307&to=/landing", http.StatusFound)
	}
}

// hopCase is a redirect and what becomes of it.
type hopCase struct {
	to      string
	follows string // origin that sees the next request; empty: nobody
	creds   bool   // it carries credentials
	closed  bool   // it is followed with OutsideRefused, too
}

var hopCases = []hopCase{
	// The same origin, however it is written.
	{"/landing", home, true, true},
	{"landing?x=1#f", home, true, true},
	{"//api.example.com/landing", home, true, true},
	{"https://API.example.com/landing", "https://API.example.com", true, true},
	{"https://api.example.com:443/landing", home + ":443", true, true},
	// Another port, host or scheme: listed or not, no credentials.
	{"https://api.example.com:8443/landing", home + ":8443", false, true},
	{"https://other.example.com/landing", "https://other.example.com", false, true},
	{"https://deep.sub.example.org/landing", "https://deep.sub.example.org", false, true},
	{"//other.example.com/landing", "https://other.example.com", false, true},
	{away + "/landing", away, false, false},
	{"https://example.com/landing", "https://example.com", false, false},
	{"https://x.api.example.com/landing", "https://x.api.example.com", false, false},
	{"https://api.example.com.away.example.net/landing", "https://api.example.com.away.example.net", false, false},
	{"https://api.example.com./landing", "https://api.example.com.", false, false},
	{"https://xn--pi-7kc.example.com/landing", "https://xn--pi-7kc.example.com", false, false},
	{"https://away.example.net:8443/landing", away + ":8443", false, false},
	// Never.
	{"http://api.example.com/landing", "", false, false},
	{"http://api.example.com:443/landing", "", false, false},
	{"http://away.example.net/landing", "", false, false},
	{"https://u:p@api.example.com/landing", "", false, false},
	{"https://api.example.com@away.example.net/landing", "", false, false},
	{"https://\u0430pi.example.com/landing", "", false, false},
	{"https://\uff41pi.example.com/landing", "", false, false},
	{"ftp://api.example.com/landing", "", false, false},
	{"file:///etc/passwd", "", false, false},
	{"javascript:alert(1)", "", false, false},
	{"https:///landing", "", false, false},
	{"https://", "", false, false},
	{`https:\\away.example.net\landing`, "", false, false},
	{"https://api.example.com:0/landing", "", false, false},
	{"https://api.example.com:x/landing", "", false, false},
	{"https://127.0.0.1/landing", "", false, false},
	{"https://localhost/landing", "", false, false},
	{"https://2130706433/landing", "", false, false},
	{"https://[::ffff:169.254.169.254]/landing", "", false, false},
	{"https://169.254.169.254/latest", "", false, false},
}

// TestC10_CredentialsStayAtHome sends every placement into every kind of hop, by
// every status that redirects.
func TestC10_CredentialsStayAtHome(t *testing.T) {
	t.Parallel()
	listed := hosts(t, "api.example.com", "api.example.com:8443", "other.example.com", "*.sub.example.org")
	for _, w := range ways(t) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			n := newNet(t, goTo)
			for _, mode := range []Outside{OutsideRefused, OutsideRedirects, OutsideAllowed} {
				o := w.options(n, listed...)
				o.Outside = mode
				tr := newTransport(t, o)
				client := tr.Client()
				for i, hop := range hopCases {
					code := []int{301, 302, 303, 307, 308}[(i+int(mode))%5]
					for _, code := range map[bool][]int{true: {301, 302, 303, 307, 308}, false: {code}}[mode == OutsideRefused] {
						hop := hop
						if mode == OutsideRefused && !hop.closed {
							hop.follows = ""
						}
						hop.run(t, n, client, code)
					}
				}
			}
		})
	}
}

func (h *hopCase) run(t *testing.T, n *fakeNet, client *http.Client, code int) {
	t.Helper()
	name := fmt.Sprintf("%d %s", code, h.to)
	req := request(t, "GET", home+"/start?"+url.Values{"to": {h.to}, "code": {strconv.Itoa(code)}}.Encode(), "")
	req.Header.Set("Accept", "text/plain")
	req.Header.Set("X-Own", "mine")
	resp, err := do(client.Do, req)
	all, _ := n.take()
	require.NotEmpty(t, all, "%s: %v", name, err)
	require.True(t, all[0].creds(), "%s: the first request carries credentials", name)
	if h.follows == "" {
		require.Error(t, err, name)
		require.Len(t, all, 1, "%s: nothing more is sent", name)
		var refused *RedirectError
		require.ErrorAs(t, err, &refused, name)
		clean(t, err)
		return
	}
	require.NoError(t, err, name)
	require.Len(t, all, 2, name)
	require.Equal(t, h.follows, all[1].origin, name)
	require.Equal(t, h.creds, all[1].creds(), "%s: %s", name, all[1].dump())
	require.Empty(t, all[1].header["Referer"], name)
	require.Equal(t, []string{"text/plain"}, all[1].header["Accept"], name)
	require.Equal(t, h.creds, all[1].header["X-Own"] != nil, "%s: the caller's own headers stay at home, too", name)
	require.Equal(t, h.creds, resp.Header["Set-Cookie"] != nil, "%s: other hosts set no cookie here", name)
	clean(t, resp.Request.URL, resp.Request.Header)
}

// clean fails when a value shows the canary or a piece of a placement.
func clean(t *testing.T, values ...any) {
	t.Helper()
	for _, v := range values {
		for _, text := range []string{fmt.Sprint(v), fmt.Sprintf("%+v", v), fmt.Sprintf("%q", v)} {
			plain, _ := url.QueryUnescape(text)
			for _, text := range []string{text, plain} {
				for _, bad := range []string{canary, "canary", "Basic ", "Bearer ", "OAuth ", "AWS4", "Y2FuYXJ5", "PRIVATE KEY"} {
					require.NotContains(t, text, bad)
				}
			}
		}
	}
}
