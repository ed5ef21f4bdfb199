package auth_test

import (
	"fmt"
	"log"
	"log/slog"
	"os"

	"github.com/patchbay/patchbay/auth"
)

// A manifest states a scheme; the program checks it, draws a form from it and
// checks what the user typed.
func Example() {
	scheme := &auth.Scheme{
		ID:           "oauth2",
		Type:         auth.OAuth2Code,
		AuthorizeURL: "https://login.example.com/authorize",
		TokenURL:     "https://login.example.com/token",
		Scopes:       []string{"mail.read", "offline_access"},
		Quirks:       &auth.Quirks{ScopeSeparator: ",", TokenPath: "authed_user.access_token"},
		Params: []auth.Param{
			{Key: "client_id", Title: "Client ID", Role: auth.RoleRequired},
			{Key: "client_secret", Title: "Client secret", Role: auth.RoleRequired, Secret: true},
			{Key: "region", Enum: []any{"us", "eu"}, Default: "us"},
		},
	}
	if faults := scheme.Validate(); len(faults) > 0 {
		log.Fatal(faults)
	}
	fmt.Println(scheme.Origins())

	typed := map[string]any{"client_secret": auth.NewSecret("hunter2"), "region": "mars"}
	for _, fault := range auth.Validate(scheme.Params, typed) {
		fmt.Println(fault)
	}
	// Output:
	// [https://login.example.com]
	// client_id: is required
	// region: is not one of the allowed values
}

func ExampleSecret() {
	token := auth.NewSecret("hunter2")
	fmt.Printf("%v %+v %q %#v\n", token, token, token, struct{ token auth.Secret }{token}.token)

	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	}))
	logger.Info("connected", "token", token)
	fmt.Println(token.Reveal())
	// Output:
	// [redacted] [redacted] [redacted] [redacted]
	// level=INFO msg=connected token=[redacted]
	// hunter2
}

func ExampleSchemaOf() {
	schema := auth.SchemaOf([]auth.Param{
		{Key: "token", Title: "Token", Role: auth.RoleRequired, Secret: true},
	})
	fmt.Println(string(schema))
	// Output:
	// {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"token":{"type":"string","title":"Token","format":"password","writeOnly":true,"minLength":1,"x-order":0}},"required":["token"],"additionalProperties":false}
}

func ExampleScheme_Changes() {
	installed := &auth.Scheme{ID: "key", Type: auth.APIKey, In: auth.InHeader, Name: "X-Api-Key"}
	next := &auth.Scheme{ID: "key", Type: auth.APIKey, In: auth.InQuery, Name: "api_key", Title: "API key"}
	fmt.Println(installed.Changes(next))
	// Output: [in name]
}
