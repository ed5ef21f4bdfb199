package catalog_test

import (
	"context"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestC1_NamesAreUniqueWithinTenantFolderAndConnector(t *testing.T) {
	t.Parallel()
	wim := catalog.Principal{Tenant: "acme", User: "wim", Roles: viewerP.Roles}
	tests := []struct {
		name                   string
		who                    catalog.Principal
		key, folder, connected string
		taken                  bool
	}{
		{"the same", viewerP, "slack", "", "Team K", true},
		{"another case", viewerP, "slack", "", "TEAM k", true},
		{"another letter of the same case folding", viewerP, "slack", "", "Team \u212a", true},
		{"by another user", wim, "slack", "", "team k", true},
		{"another name", viewerP, "slack", "", "Team KK", false},
		{"another folder", viewerP, "slack", "f", "Team K", false},
		{"another connector", viewerP, "jira", "", "Team K", false},
		{"another tenant", otherP, "slack", "", "Team K", false},
		{"a name that was given up", viewerP, "slack", "", "old", false},
		{"a name that was deleted", viewerP, "slack", "", "gone", false},
		{"folder and name do not run together", viewerP, "slack", "Team", "K", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			mine := b.For(viewerP).Connections()
			require.NoError(t, mine.Rename(t.Context(), b.connect(t, viewerP, "slack", "old").ID, "Team K"))
			require.NoError(t, mine.Delete(t.Context(), b.connect(t, viewerP, "slack", "gone").ID))
			create := func() (*catalog.Connection, error) {
				req := request(tt.connected)
				req.Folder = tt.folder
				return b.For(tt.who).Connections().Create(t.Context(), tt.key, "token", req)
			}
			if !tt.taken {
				conn, err := create()
				require.NoError(t, err)
				assert.Len(t, conn.ID, 26, "ids are minted")
				return
			}
			b.unchanged(t, func() {
				_, err := create()
				require.ErrorIs(t, err, catalog.ErrExists)
			})
			second := b.connect(t, tt.who, "slack", "second")
			b.unchanged(t, func() {
				require.ErrorIs(t, b.For(tt.who).Connections().Rename(t.Context(), second.ID, tt.connected), catalog.ErrExists)
			})
		})
	}
}

// Between its read and its commit, the connection is deleted and somebody else takes the name: there was no moment
// at which both the connection and the other one with its name were there.
func TestC1_ANameIsTakenOnlyForAConnectionThatIsThere(t *testing.T) {
	t.Parallel()
	var shared catalog.Options
	mem := catalog.NewMemStore(nil)
	faulty := catalogtest.NewFaultStore(mem)
	c := catalogtest.NewWith(t, func(o *catalog.Options) {
		o.Store = faulty
		shared = *o
	}, "slack@1.0.0")
	c.Install(t, "slack")
	shared.Store, shared.Feeds, shared.Installer = mem, nil, nil
	there, err := catalog.Open(t.Context(), &shared)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, there.Close()) })
	mine, same := c.Viewer.Connections(), there.For(catalogtest.Principal(catalog.RoleViewer)).Connections()
	create := func(ctx context.Context, name string) (*catalog.Connection, error) {
		return same.Create(ctx, "slack", "key", &catalog.ConnectionRequest{Name: name, Params: map[string]any{"api_key": "k"}})
	}
	first, err := create(t.Context(), "first")
	require.NoError(t, err)
	faulty.Add(catalogtest.StoreFault{Key: "conn/", Do: func(ctx context.Context) error {
		if err := same.Delete(ctx, first.ID); err != nil {
			return err
		}
		_, err := create(ctx, "second")
		return err
	}})
	require.ErrorIs(t, mine.Rename(t.Context(), first.ID, "second"), catalog.ErrNotFound)
}

// TestC2_EveryFaultIsToldByKeyAndNothingIsStored has one request for each fault, and one with all
// of them.
func TestC2_EveryFaultIsToldByKeyAndNothingIsStored(t *testing.T) {
	t.Parallel()
	good := func(edit func(r *catalog.ConnectionRequest)) *catalog.ConnectionRequest {
		r := request("c")
		edit(r)
		return r
	}
	set := func(key string, value any) *catalog.ConnectionRequest {
		return good(func(r *catalog.ConnectionRequest) { r.Params[key] = value })
	}
	tests := []struct {
		name    string
		request *catalog.ConnectionRequest
		params  []string
		says    []string
	}{
		{"no request", nil, []string{"token", "site"}, []string{"Name is empty"}},
		{"no name", good(func(r *catalog.ConnectionRequest) { r.Name = "" }), nil, []string{"Name is empty"}},
		{"spaces around the name", good(func(r *catalog.ConnectionRequest) { r.Name = " c" }), nil, []string{"Name has spaces"}},
		{"a name that cannot be shown", good(func(r *catalog.ConnectionRequest) { r.Name = "a\x00b" }), nil, []string{"Name has characters"}},
		{"a name that is no UTF-8", good(func(r *catalog.ConnectionRequest) { r.Name = "a\xff" }), nil, []string{"Name has characters"}},
		{"a name that is too long", good(func(r *catalog.ConnectionRequest) { r.Name = strings.Repeat("n", 129) }), nil, []string{"Name has 129 bytes"}},
		{"a folder that is too long", good(func(r *catalog.ConnectionRequest) { r.Folder = strings.Repeat("f", 129) }), nil, []string{"Folder has 129 bytes"}},
		{"a folder of two lines", good(func(r *catalog.ConnectionRequest) { r.Folder = "a\nb" }), nil, []string{"Folder has characters"}},
		{"no parameters", good(func(r *catalog.ConnectionRequest) { r.Params = nil }), []string{"token", "site"}, nil},
		{"an empty secret", set("token", ""), []string{"token"}, nil},
		{"a secret that is no text", set("token", 4711), []string{"token"}, nil},
		{"a value that does not match", set("site", "A1"), []string{"site"}, nil},
		{"a value that is not listed", set("region", "mars"), []string{"region"}, nil},
		{"a value of another kind", set("region", []string{"eu"}), []string{"region"}, nil},
		{"an unknown parameter", set("what", "x"), []string{"what"}, nil},
		{"a parameter in another case", set("Site", "x"), []string{"Site"}, nil},
		{"all at once", &catalog.ConnectionRequest{Name: " x", Folder: "a\nb", Params: map[string]any{"region": "mars", "site": "A1", "what": 1}},
			[]string{"token", "region", "site", "what"}, []string{"Name has spaces", "Folder has characters"}},
	}
	b := ruled(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b.unchanged(t, func() {
				_, err := b.For(viewerP).Connections().Create(t.Context(), "slack", "token", tt.request)
				require.ErrorIs(t, err, catalog.ErrInvalid)
				for _, text := range tt.says {
					require.ErrorContains(t, err, text)
				}
				if tt.params != nil {
					assert.Equal(t, tt.params, faultFields(t, err))
				}
				assert.NotContains(t, err.Error(), canary)
			})
		})
	}
}
