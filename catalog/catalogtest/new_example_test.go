package catalogtest_test

import (
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
)

// A connection that somebody agreed to in the browser, and one renewal of its token.
func ExampleNew() {
	var t *testing.T // func TestRenewal(t *testing.T)
	renewal(t)
}

func renewal(t *testing.T) (tokens int) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	cat := catalogtest.New(t, "slack@1.0.0")
	cat.Install(t, "slack")
	cat.Register(t, "acme", "slack", "oauth2")

	connections := cat.Viewer.Connections()
	begun, err := connections.Begin(t.Context(), "slack", "oauth2", &catalog.ConnectionRequest{Name: "chat", Browser: catalogtest.Browser()})
	check(err)
	conn, err := connections.Complete(t.Context(), begun.ID, cat.Agree(t, begun), catalogtest.Browser())
	check(err)

	cat.Clock.Advance(2 * time.Hour) // tokens are for one
	client, err := connections.Client(t.Context(), conn.ID)
	check(err)
	resp, err := client.Get(cat.Auth.URL + "/api")
	check(err)
	check(resp.Body.Close())
	return cat.Auth.Count(authtest.Token) // one for the code, one renewal
}

func TestRenewal(t *testing.T) {
	t.Parallel()
	if n := renewal(t); n != 2 {
		t.Errorf("%d tokens were asked for, want 2", n)
	}
}
