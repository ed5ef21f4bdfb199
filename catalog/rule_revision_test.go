package catalog_test

import (
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestG12_WritesAreBasedOnWhatThereIs(t *testing.T) {
	t.Parallel()
	put := func(id string, revision int64) func(*testing.T, *catalog.Admin, int64) error {
		return func(t *testing.T, a *catalog.Admin, now int64) error {
			if revision != 0 {
				revision += now
			}
			_, err := a.PutPolicy(t.Context(), &governance.Policy{ID: id, Revision: revision})
			return err
		}
	}
	remove := func(id string, off int64) func(*testing.T, *catalog.Admin, int64) error {
		return func(t *testing.T, a *catalog.Admin, now int64) error {
			return a.DeletePolicy(t.Context(), id, now+off)
		}
	}
	tests := []struct {
		name string
		do   func(t *testing.T, a *catalog.Admin, now int64) error // now is the revision of "free" and about that of "used"
		want []error
	}{
		{"put what is there, as new", put("free", 0), []error{governance.ErrConflict, catalog.ErrConflict}},
		{"put on an older revision", put("free", -1), []error{governance.ErrConflict}},
		{"put on a later revision", put("free", 1), []error{governance.ErrConflict}},
		{"put what is not there, on a revision", put("new", -1), []error{governance.ErrConflict}},
		{"delete on an older revision", remove("free", -1), []error{governance.ErrConflict}},
		{"delete on a later revision", remove("free", 1), []error{governance.ErrConflict}},
		{"delete what is not there", remove("new", 0), []error{catalog.ErrNotFound}},
		{"delete what is assigned", func(t *testing.T, a *catalog.Admin, _ int64) error {
			p, err := a.Policy(t.Context(), "used")
			require.NoError(t, err)
			return a.DeletePolicy(t.Context(), "used", p.Revision)
		}, []error{governance.ErrInUse, catalog.ErrInUse}},
		{"assign what is not there", func(t *testing.T, a *catalog.Admin, _ int64) error {
			_, err := a.Assign(t.Context(), governance.Tenant("acme"), "new")
			return err
		}, []error{catalog.ErrNotFound}},
		{"assign to nobody", func(t *testing.T, a *catalog.Admin, _ int64) error {
			_, err := a.Assign(t.Context(), governance.Scope{}, "free")
			return err
		}, []error{catalog.ErrInvalid}},
		{"assign nothing", func(t *testing.T, a *catalog.Admin, _ int64) error {
			_, err := a.Assign(t.Context(), governance.Tenant("acme"), "")
			return err
		}, []error{catalog.ErrInvalid}},
		{"unassign what is not assigned", func(t *testing.T, a *catalog.Admin, _ int64) error {
			return a.Unassign(t.Context(), governance.User("acme", "nobody"))
		}, []error{catalog.ErrNotFound}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			b.put(t, &governance.Policy{ID: "used"})
			b.assign(t, governance.Tenant("acme"), "used")
			now := b.put(t, &governance.Policy{ID: "free"}).Revision
			b.unchanged(t, func() {
				err := tt.do(t, b.admin, now)
				for _, want := range tt.want {
					require.ErrorIs(t, err, want)
				}
				var of *catalog.Error
				require.ErrorAs(t, err, &of)
				assert.NotEmpty(t, of.Op)
			})
		})
	}
}

func TestG13_OnlyAnAdminEndsAQuarantine(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		do      func(t *testing.T, b *bench, mine *catalog.Connections, id string) error
		refused bool
	}{
		{"look at it", func(t *testing.T, _ *bench, mine *catalog.Connections, id string) error {
			_, err := mine.Get(t.Context(), id)
			return err
		}, false},
		{"use it", func(t *testing.T, _ *bench, mine *catalog.Connections, id string) error {
			_, err := mine.Client(t.Context(), id)
			return err
		}, true},
		{"enable it", func(t *testing.T, _ *bench, mine *catalog.Connections, id string) error {
			return mine.Enable(t.Context(), id)
		}, true},
		{"disable it", func(t *testing.T, _ *bench, mine *catalog.Connections, id string) error {
			return mine.Disable(t.Context(), id, "r")
		}, true},
		{"authenticate again", func(t *testing.T, _ *bench, mine *catalog.Connections, id string) error {
			_, err := mine.Reauthenticate(t.Context(), id, nil)
			return err
		}, true},
		{"quarantine it without a reason", func(t *testing.T, b *bench, _ *catalog.Connections, id string) error {
			return b.admin.Quarantine(t.Context(), id, "")
		}, true},
		{"allow it by a policy", func(t *testing.T, b *bench, mine *catalog.Connections, id string) error {
			b.assign(t, governance.User("acme", "vic"), governance.NoPolicy)
			_, err := mine.Client(t.Context(), id)
			require.Error(t, err)
			return nil
		}, false},
		{"rename it", func(t *testing.T, _ *bench, mine *catalog.Connections, id string) error {
			return mine.Rename(t.Context(), id, "other")
		}, false},
		{"delete it", func(t *testing.T, _ *bench, mine *catalog.Connections, id string) error {
			return mine.Delete(t.Context(), id)
		}, false},
		{"release it", func(t *testing.T, b *bench, mine *catalog.Connections, id string) error {
			require.NoError(t, b.admin.Release(t.Context(), id))
			_, err := mine.Client(t.Context(), id)
			return err
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := ruled(t)
			id := b.connect(t, viewerP, "slack", "c").ID
			require.NoError(t, b.admin.Quarantine(t.Context(), id, "leaked"))
			require.Equal(t, 1, auditCount(t, b, "quarantine"))
			do := func() error { return tt.do(t, b, b.For(viewerP).Connections(), id) }
			if !tt.refused {
				require.NoError(t, do())
				return
			}
			b.unchanged(t, func() { require.Error(t, do()) })
			conn, err := b.For(viewerP).Connections().Get(t.Context(), id)
			require.NoError(t, err)
			assert.Equal(t, []any{catalog.ConnectionQuarantined, "leaked"}, []any{conn.State, conn.Reason})
		})
	}
}
