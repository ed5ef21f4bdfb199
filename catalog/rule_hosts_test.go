package catalog_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestC10_WhereAClientSendsCredentials asks for addresses beside the one that the manifest names.
func TestC10_WhereAClientSendsCredentials(t *testing.T) {
	t.Parallel()
	const carried = "Bearer " + canary
	tests := []struct {
		name   string
		method string
		url    func(api, other string) string
		header http.Header
		sent   int // requests with the credentials to the host; none is ever sent elsewhere
		ok     bool
	}{
		{"its host", http.MethodGet, func(api, _ string) string { return api + "/x?y=z" }, nil, 1, true},
		{"its host, to write", http.MethodPost, func(api, _ string) string { return api + "/x" }, nil, 1, true},
		{"refused there, with nothing to renew", http.MethodGet, func(api, _ string) string { return api + "/401" }, nil, 1, true},
		{"another host", http.MethodGet, func(_, other string) string { return other }, nil, 0, false},
		{"sent on to another host", http.MethodGet, func(api, _ string) string { return api + "/away" }, nil, 1, false},
		{"sent on with a body", http.MethodPost, func(api, _ string) string { return api + "/away" }, nil, 1, false},
		{"without encryption", http.MethodGet, func(api, _ string) string { return strings.Replace(api, "https", "http", 1) }, nil, 0, false},
		{"another port", http.MethodGet, func(string, string) string { return "https://127.0.0.1" }, nil, 0, false},
		{"another name of it", http.MethodGet, func(api, _ string) string { return strings.Replace(api, "127.0.0.1", "localhost", 1) }, nil, 0, false},
		{"a user in the address", http.MethodGet, func(api, _ string) string { return strings.Replace(api, "//", "//a:b@", 1) }, nil, 0, false},
		{"credentials of the program's own", http.MethodGet, func(api, _ string) string { return api }, http.Header{"Authorization": {"Bearer mine"}}, 0, false},
		{"another host by its header", http.MethodGet, func(api, _ string) string { return api }, http.Header{"Host": {"evil.example"}}, -1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, api, other, seen := apis(t)
			conn := b.connect(t, viewerP, "crm", "c")
			client, err := b.For(viewerP).Connections().Client(t.Context(), conn.ID)
			require.NoError(t, err)
			req, err := http.NewRequestWithContext(t.Context(), tt.method, tt.url(api.URL, other.URL), nil)
			require.NoError(t, err)
			if tt.header != nil {
				req.Header = tt.header
			}
			req.Host = tt.header.Get("Host")
			resp, err := client.Do(req)
			if err == nil {
				require.NoError(t, resp.Body.Close())
			} else {
				assert.NotContains(t, err.Error(), canary)
			}
			if tt.sent >= 0 {
				assert.Equal(t, tt.ok, err == nil, "%v", err)
			}
			sent := 0
			for _, s := range seen.take() {
				assert.NotContains(t, s, strings.TrimPrefix(other.URL, "https://"), "nothing goes elsewhere")
				if strings.HasSuffix(s, carried) {
					sent++
				}
			}
			assert.Equal(t, max(tt.sent, 0), sent)
		})
	}
}
