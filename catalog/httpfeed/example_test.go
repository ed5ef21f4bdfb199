package httpfeed_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/httpfeed"
	"github.com/patchbay/patchbay/connector"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/index.json":
			_, _ = io.WriteString(w, "package bytes")
		case r.Header.Get("If-None-Match") == `"1"`:
			w.WriteHeader(http.StatusNotModified)
		default:
			w.Header().Set("ETag", `"1"`)
			_, _ = fmt.Fprintf(w, `{"format": "patchbay.index/v1", "version": 1, "connectors": [{"connector":
				{"key": "slack", "name": "Slack", "releases": [
					{"version": "1.0.0", "artifact": {"url": "slack-1.0.0.tgz", "digest": %q}}]}}]}`,
				connector.DigestOf([]byte("package bytes")))
		}
	}))
	defer server.Close()

	ctx := context.Background()
	feed := httpfeed.New(server.URL+"/index.json", &httpfeed.Options{
		Name:      "main",
		AllowHTTP: true, AllowPrivate: true, // for the test server only
	})
	defer feed.CloseIdleConnections()

	update, err := feed.Load(ctx, catalog.FeedState{})
	if err == nil {
		err = update.Decode()
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	release := update.Connectors[0].Releases[0]
	fmt.Println(update.Connectors[0].Key, release.Version)

	again, err := feed.Load(ctx, update.State) // a 304
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("unchanged:", again.Unchanged)

	body, _, err := feed.OpenArtifact(ctx, release.Artifact)
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := io.ReadAll(body)
	fmt.Println(string(text), errors.Join(err, body.Close()))
	// Output:
	// slack 1.0.0
	// unchanged: true
	// package bytes <nil>
}

// What a guard refuses shows as a typed error.
func ExampleAddressError() {
	feed := httpfeed.New("https://169.254.169.254/index.json?token=hush", nil)
	_, err := feed.Load(context.Background(), catalog.FeedState{})
	refused, ok := errors.AsType[*httpfeed.AddressError](err)
	fmt.Println(ok, refused)
	// Output:
	// true address "169.254.169.254" refused: it lies in a special-purpose range
}
