package authtest_test

import (
	"context"
	"fmt"
	"log"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

// A test chooses what goes wrong, and looks at what came.
func ExampleServer() {
	server := authtest.NewServer(nil) // in memory; Start makes it listen
	server.Script(authtest.Token, authtest.Redirect(307, "https://evil.example.com/"))

	client := auth.NewTokenClient(&auth.TokenOptions{HTTPClient: server.HTTPClient()})
	provider, err := client.For(server.Scheme(auth.ClientCredentials), server.App(), nil)
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		_, err = provider.ClientCredentials(context.Background(), nil)
		fmt.Println(err)
	}
	for _, r := range server.Requests(authtest.Token) {
		fmt.Println(r.Method, r.Path, r.ClientAuth, r.Form.Get("grant_type"))
	}
	// Output:
	// auth: client credentials at https://login.example.com/token: the endpoint redirects (status 307 Temporary Redirect)
	// <nil>
	// POST /token basic client_credentials
	// POST /token basic client_credentials
}
