package auth

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestC10_EchoedQueryKeyIsTakenOut: servers repeat the query they were sent.
func TestC10_EchoedQueryKeyIsTakenOut(t *testing.T) {
	t.Parallel()
	for _, key := range []string{canary, "a b&c=d;e#f%67", "k"} {
		n := newNet(t, goTo)
		o := &TransportOptions{
			Scheme: &Scheme{ID: "s", Type: APIKey, In: InQuery, Name: "api.key[]"}, Source: StaticSource(creds(ValueAPIKey, key)),
			Hosts: hosts(t, "api.example.com"), Base: n.base, Outside: OutsideRedirects,
		}
		client := newTransport(t, o).Client()
		for _, to := range []string{away + "/landing", "/landing"} {
			resp, err := get(client, home+"/echo?page=2&to="+to)
			require.NoError(t, err)
			all, _ := n.take()
			require.Len(t, all, 2)
			got, err := url.Parse(all[1].uri)
			require.NoError(t, err)
			assert.Equal(t, "2", got.Query().Get("page"), "the rest of the query stays")
			values := got.Query()["api.key[]"]
			if to == "/landing" {
				assert.Equal(t, []string{key}, values, "at home it is set anew, once")
			} else {
				assert.Empty(t, values)
			}
			assert.Empty(t, resp.Request.URL.Query()["api.key[]"])
		}
	}
}

func TestC10_LocationWithTheCredentialsIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, w := range ways(t) {
		if w.name == "mtls" {
			continue // nothing of it can be seen in a request
		}
		for _, to := range []string{
			away + "/landing?stolen=" + url.QueryEscape(canary), away + "/" + url.PathEscape(canary), away + "/x?" + encodeStrict(canary) + "=1",
			away + "/x?" + strings.ToUpper(url.QueryEscape(canary)), "/y#" + canary,
		} {
			base := roundTrip(func(req *http.Request) (*http.Response, error) {
				return reply(302, http.Header{"Location": {to}}), nil
			})
			o := &TransportOptions{
				Scheme: w.scheme, Source: StaticSource(w.creds), Hosts: hosts(t, "api.example.com"), Base: base, Outside: OutsideAllowed,
				Placers: map[string]Placer{"s": w.placer},
			}
			_, err := get(newTransport(t, o).Client(), home)
			var refused *RedirectError
			require.ErrorAs(t, err, &refused, "%s %s", w.name, to)
			require.Equal(t, "it has the credentials in it", refused.Reason, "%s %s", w.name, to)
			clean(t, err)
		}
	}
}

// TestC10_WhatIsNoSecretMayStandInALocation: regions and account names do, in host
// names for example.
func TestC10_WhatIsNoSecretMayStandInALocation(t *testing.T) {
	t.Parallel()
	scheme := &Scheme{ID: "s", Type: AWSSigV4, Params: []Param{{Key: "bucket"}, {Key: "secret_access_key", Secret: true}, {Key: "realm", Secret: true}}}
	for to, refused := range map[string]bool{
		"https://s3.eu-central-1.example.com/my-bucket/AKIDEXAMPLE": false,
		"https://x.example.com/open-realm":                          true, // the scheme says that it is one
		"https://x.example.com/unknown-value":                       true, // nobody says that it is none
	} {
		base := roundTrip(func(req *http.Request) (*http.Response, error) {
			if req.URL.Host != "api.example.com" {
				return reply(200, nil), nil
			}
			return reply(302, http.Header{"Location": {to}}), nil
		})
		o := &TransportOptions{
			Scheme: scheme, Hosts: hosts(t, "api.example.com"), Base: base, Outside: OutsideRedirects,
			Source: StaticSource(creds(ValueAccessKeyID, "AKIDEXAMPLE", ValueSecretAccessKey, canary, ValueRegion, "eu-central-1",
				ValueService, "s3", "bucket", "my-bucket", "realm", "open-realm", "unknown", "unknown-value")),
		}
		_, err := get(newTransport(t, o).Client(), home)
		if refused {
			require.ErrorContains(t, err, "it has the credentials in it", to)
			continue
		}
		require.NoError(t, err, to)
	}
}

func TestC10_RedirectWithoutLocationIsTheAnswer(t *testing.T) {
	t.Parallel()
	for _, code := range []int{300, 301, 304, 305, 307} {
		base := roundTrip(func(req *http.Request) (*http.Response, error) { return reply(code, nil), nil })
		resp, err := get(newTransport(t, &TransportOptions{Hosts: hosts(t, "api.example.com"), Base: base}).Client(), home)
		require.NoError(t, err)
		assert.Equal(t, code, resp.StatusCode)
	}
	base := roundTrip(func(req *http.Request) (*http.Response, error) {
		return reply(302, http.Header{"Location": {"https://a b%%/?" + canary}}), nil
	})
	_, err := get(newTransport(t, &TransportOptions{Hosts: hosts(t, "api.example.com"), Base: base}).Client(), home)
	require.ErrorContains(t, err, "the Location cannot be parsed")
	clean(t, err)
}
