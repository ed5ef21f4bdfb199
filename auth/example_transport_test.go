package auth_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/patchbay/patchbay/auth"
)

// A client for one connection: its credentials go to the hosts of the manifest
// and nowhere else.
func ExampleTransport() {
	api := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "https://files.example.net/a.pdf", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, "hello "+r.Header.Get("X-Api-Key"))
	}))
	defer api.Close()

	scheme := &auth.Scheme{
		ID: "key", Type: auth.APIKey, In: auth.InHeader, Name: "X-API-Key",
		Params: []auth.Param{{Key: "key", Secret: true, Role: auth.RoleRequired}, {Key: "host"}},
	}
	values := map[string]any{"key": auth.NewSecret("k-123"), "host": strings.TrimPrefix(api.URL, "https://")}
	hosts, faults := auth.CompileHosts([]string{"{host}", "*.example.com"}, values)
	if len(faults) > 0 {
		fmt.Println(faults)
		return
	}
	transport := auth.NewTransport(&auth.TransportOptions{
		Scheme:       scheme,
		Source:       auth.StaticSource(auth.CredentialsOf(scheme, values)),
		Hosts:        hosts,
		AllowPrivate: true, // the server of this example listens on loopback
		RootCAs:      api.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs,
	})
	defer transport.CloseIdleConnections()
	client := transport.Client()

	resp, err := client.Get(api.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	fmt.Println(string(body))

	var host *auth.HostError
	_, err = client.Get("https://example.net/") //nolint:bodyclose // there is none
	fmt.Println(errors.As(err, &host), host.Host)
	_, err = client.Get(api.URL + "/moved") //nolint:bodyclose // there is none
	fmt.Println(errors.As(err, &host), host.Host)
	// Output:
	// hello k-123
	// true example.net
	// true files.example.net
}

// A scheme that the library does not know is placed by the program.
func ExamplePlacerFunc() {
	sign := auth.PlacerFunc(func(req *http.Request, c *auth.Credentials) error {
		req.Header.Set("X-Account", c.Values["account"].Reveal())
		req.Header.Set("X-Signature", "of "+req.URL.Path+" with "+c.Values["key"].Reveal())
		return nil
	})
	options := &auth.TransportOptions{
		Scheme:  &auth.Scheme{ID: "acme", Type: auth.Custom},
		Placers: map[string]auth.Placer{"acme": sign},
	}
	_, registered := options.Placers[options.Scheme.ID]
	fmt.Println(registered)
	// Output: true
}

// The hosts of a manifest may depend on what the user has answered.
func ExampleCompileHosts() {
	hosts, faults := auth.CompileHosts(
		[]string{"{subdomain}.example.com", "*.{zone}.example.org", "api.example.com:99999"},
		map[string]any{"subdomain": "acme"},
	)
	for _, fault := range faults {
		fmt.Println(fault)
	}
	u, _ := http.NewRequest(http.MethodGet, "https://acme.example.com/v1", http.NoBody)
	for _, host := range hosts {
		fmt.Println(host, host.Match(u.URL))
	}
	// Output:
	// 2: has a port that is no number from 1 to 65535
	// {subdomain}.example.com true
	// *.{zone}.example.org false
	// api.example.com:99999 false
}
