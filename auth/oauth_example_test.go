package auth_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
)

// A person agrees in a browser, and the program gets a token, which it refreshes
// later. The server is one for tests; a program passes nil options and its own
// scheme and app.
func ExampleTokenClient() {
	ctx := context.Background()
	server := authtest.NewServer(nil)
	client := auth.NewTokenClient(&auth.TokenOptions{HTTPClient: server.HTTPClient()})

	provider, err := client.For(server.Scheme(auth.OAuth2Code), server.App(), nil)
	if err != nil {
		log.Fatal(err) // every fault of scheme and app
	}
	begun, err := provider.Authorize(&auth.AuthorizationRequest{RedirectURI: "https://app.example.com/callback"})
	if err != nil {
		log.Fatal(err)
	}
	stored, err := begun.Encode() // seal this until the browser comes back
	if err != nil {
		log.Fatal(err)
	}
	query, err := server.Approve(begun.URL) // the browser, and the person in front of it
	if err != nil {
		log.Fatal(err)
	}

	callback, err := auth.ParseCallback(query)
	if err != nil {
		log.Fatal(err)
	}
	begun, err = auth.DecodeAuthorization(stored)
	if err != nil {
		log.Fatal(err)
	}
	token, err := provider.Exchange(ctx, begun, callback)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.Type, token.AccessToken, token.Scopes)

	if token.Expired(time.Now().Add(time.Hour)) {
		token, err = provider.Refresh(ctx, token)
	}
	fmt.Println(server.Live(token.AccessToken.Reveal()), err)
	// Output:
	// Bearer [redacted] [read write]
	// true <nil>
}

// What went wrong and whether it was carried out are two questions.
func ExampleTokenError() {
	server := authtest.NewServer(nil)
	client := auth.NewTokenClient(&auth.TokenOptions{HTTPClient: server.HTTPClient()})
	provider, err := client.For(server.Scheme(auth.OAuth2Code), server.App(), nil)
	if err != nil {
		log.Fatal(err)
	}
	server.Script(authtest.Token, authtest.DropAfter(), authtest.Refuse(400, "invalid_grant", "Token hush-hush-token is revoked."))
	for range 2 {
		_, err = provider.Refresh(context.Background(), &auth.Token{RefreshToken: auth.NewSecret("hush-hush-token")})
		fmt.Println(err)
		if failed, ok := errors.AsType[*auth.TokenError](err); ok {
			fmt.Println(failed.Outcome, errors.Is(err, auth.ErrTransient), errors.Is(err, auth.ErrInvalidGrant))
		}
	}
	// Output:
	// auth: refresh at https://login.example.com/token: the connection broke before the answer was complete
	// unknown true false
	// auth: refresh at https://login.example.com/token: invalid_grant: Token [redacted] is revoked. (status 400 Bad Request)
	// refused false true
}

// A device shows a code, and the person agrees elsewhere.
func ExampleProvider_WaitDevice() {
	ctx := context.Background()
	now := time.Now()
	clock := func() time.Time { // it runs fast, so that nobody has to wait
		now = now.Add(10 * time.Second)
		return now
	}
	server := authtest.NewServer(&authtest.ServerOptions{ClientSecret: "-", Now: clock})
	client := auth.NewTokenClient(&auth.TokenOptions{HTTPClient: server.HTTPClient(), Now: clock})
	provider, err := client.For(server.Scheme(auth.Device), server.App(), nil)
	if err != nil {
		log.Fatal(err)
	}
	begun, err := provider.AuthorizeDevice(ctx, []string{"read"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("Open", begun.VerificationURI, "and type a code of", len(begun.UserCode), "characters")
	if err := server.ApproveDevice(begun.UserCode); err != nil { // the person
		log.Fatal(err)
	}
	token, err := provider.WaitDevice(ctx, begun)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.Scopes)
	// Output:
	// Open https://login.example.com/activate and type a code of 9 characters
	// [read]
}
