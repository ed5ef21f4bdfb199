package auth

import (
	"errors"
	"io/fs"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCustomPlacer(t *testing.T) {
	t.Parallel()
	scheme := &Scheme{ID: "mine", Type: Custom}
	n := newNet(t, ok)
	for name, c := range map[string]struct {
		place PlacerFunc
		want  string
	}{
		"fails":   {func(*http.Request, *Credentials) error { return fs.ErrNotExist }, "its Placer failed"},
		"says it": {func(_ *http.Request, c *Credentials) error { return errors.New(c.value("k")) }, "showed the credentials"},
		"host":    {func(r *http.Request, _ *Credentials) error { r.URL.Host = "away.example.net"; return nil }, "changed where"},
		"scheme":  {func(r *http.Request, _ *Credentials) error { r.URL.Scheme = "http"; return nil }, "changed where"},
		"front":   {func(r *http.Request, _ *Credentials) error { r.Host = "away.example.net"; return nil }, "changed where"},
		"opaque":  {func(r *http.Request, _ *Credentials) error { r.URL.Opaque = "//away.example.net"; return nil }, "changed where"},
		"user": {func(r *http.Request, _ *Credentials) error {
			r.URL.User = parsed(t, "https://u@x").User
			return nil
		}, "changed where"},
		"replaces": {func(r *http.Request, _ *Credentials) error { r.Header.Set("X-Own", "x"); return nil }, "header X-Own"},
		"removes":  {func(r *http.Request, _ *Credentials) error { r.Header.Del("X-Own"); return nil }, "header X-Own"},
		"query":    {func(r *http.Request, _ *Credentials) error { r.URL.RawQuery = "own=2"; return nil }, "query parameter"},
	} {
		o := &TransportOptions{
			Scheme: scheme, Source: StaticSource(creds("k", canary)), Hosts: hosts(t, "api.example.com"), Base: n.base,
			Placers: map[string]Placer{"mine": c.place},
		}
		req := request(t, "GET", home+"/?own=1", "")
		req.Header.Set("X-Own", "1")
		_, err := do(newTransport(t, o).RoundTrip, req)
		require.ErrorContains(t, err, c.want, name)
		clean(t, err)
		if name == "fails" {
			require.ErrorIs(t, err, fs.ErrNotExist)
		}
	}
	all, dials := n.take()
	assert.Empty(t, all)
	assert.Empty(t, dials)

	o := &TransportOptions{
		Scheme: &Scheme{ID: "mine", Type: Bearer}, Source: StaticSource(creds(ValueToken, "t")), Hosts: hosts(t, "api.example.com"),
		Base: n.base, Placers: map[string]Placer{"mine": PlacerFunc(func(*http.Request, *Credentials) error { panic("not custom") })},
	}
	_, err := get(newTransport(t, o).Client(), home)
	require.NoError(t, err)
}
