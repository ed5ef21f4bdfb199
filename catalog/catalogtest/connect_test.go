package catalogtest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
)

func TestNewConnects(t *testing.T) {
	t.Parallel()
	cat := catalogtest.New(t, "crm@1.0.0")
	cat.Install(t, "crm")
	cat.Register(t, "", "crm", "oauth2")
	user := catalogtest.Principal(catalog.RoleViewer)
	conn := cat.Connect(t, user, "crm", "mine")

	client, err := cat.For(user).Connections().Client(t.Context(), conn.ID)
	require.NoError(t, err)
	cat.Clock.Advance(2 * time.Hour)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, cat.Auth.URL+"/api", nil)
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, 2, cat.Auth.Count(authtest.Token))
}
