package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestC10_URLErrorShowsNoQueryKey: net/http quotes the URL in every error.
func TestC10_URLErrorShowsNoQueryKey(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		for name, answer := range map[string]roundTrip{
			"dial": func(r *http.Request) (*http.Response, error) { return nil, errors.New("no route") },
			"says it": func(r *http.Request) (*http.Response, error) {
				return nil, fmt.Errorf("malformed answer to %s %v: %w", r.URL, r.Header, context.DeadlineExceeded)
			},
			"nested": func(r *http.Request) (*http.Response, error) {
				return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: fmt.Errorf("%v %w", r.Header, errors.ErrUnsupported)}
			},
		} {
			if w.name == "mtls" {
				continue // it needs a real transport
			}
			o := w.options(&fakeNet{}, hosts(t, "api.example.com")...)
			o.Base = answer
			_, err := get(newTransport(t, o).Client(), home+"/v1")
			var outer *url.Error
			require.ErrorAs(t, err, &outer, name)
			assert.Equal(t, home+"/v1", outer.URL)
			for e := err; e != nil; e = errors.Unwrap(e) {
				clean(t, e)
			}
			if name == "says it" && w.name == "bearer" {
				require.ErrorIs(t, err, context.DeadlineExceeded, "what kind of error it was is still known")
			}
		}
	}
}

// TestC10_TraceSeesNoHeader: instrumentation of the program logs what it sees.
func TestC10_TraceSeesNoHeader(t *testing.T) {
	t.Parallel()
	n := newNet(t, ok)
	var log strings.Builder
	connected := false
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		GotConn:          func(httptrace.GotConnInfo) { connected = true },
		WroteHeaderField: func(name string, values []string) { fmt.Fprint(&log, name, values) },
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, home, http.NoBody)
	require.NoError(t, err)
	w := ways(t)[1]
	_, err = do(newTransport(t, w.options(n, hosts(t, "api.example.com")...)).Client().Do, req)
	require.NoError(t, err)
	assert.Empty(t, log.String())
	assert.True(t, connected, "the rest of the trace works")
}

func TestC10_JarOfTheCallerLearnsNothingFromOtherHosts(t *testing.T) {
	t.Parallel()
	n := newNet(t, goTo)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	o := ways(t)[0].options(n, hosts(t, "api.example.com")...)
	o.Outside = OutsideRedirects
	client := newTransport(t, o).Client()
	client.Jar = jar
	_, err = get(client, home+"/start?code=302&to="+away+"/landing")
	require.NoError(t, err)
	assert.Empty(t, jar.Cookies(parsed(t, home)))
	_, err = get(client, home+"/landing")
	require.NoError(t, err)
	assert.Len(t, jar.Cookies(parsed(t, home)), 1)
}
