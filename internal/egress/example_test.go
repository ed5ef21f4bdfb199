package egress_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/patchbay/patchbay/internal/egress"
)

func ExampleClient_Open() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "package bytes")
	}))
	defer server.Close()

	client := egress.New(&egress.Options{AllowHTTP: true, AllowPrivate: true}) // for the test server
	defer client.CloseIdleConnections()
	for _, limit := range []int64{100, 5} {
		fmt.Println(download(client, server.URL, limit))
	}

	_, err := download(egress.New(nil), "https://169.254.169.254/latest/?token=hush", 100)
	fmt.Println(err)
	// Output:
	// 13 <nil>
	// 0 body of 13 bytes is larger than the 5 allowed
	// get https://169.254.169.254/latest/: address "169.254.169.254" refused: it lies in a special-purpose range
}

func download(client *egress.Client, url string, limit int64) (int64, error) {
	body, _, err := client.Open(context.Background(), url, limit)
	if large, ok := errors.AsType[*egress.TooLargeError](err); ok {
		return 0, large
	}
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, body)
	return n, errors.Join(err, body.Close())
}
