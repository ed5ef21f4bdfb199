package catalog_test

import (
	"context"
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestP1_FreshCatalogPublishesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "jira@2.0.0"})
	assert.Empty(t, b.published(t))
	assert.Equal(t, []string{"jira", "slack"}, b.rows(t, nil))
	b.install(t, "slack@1.0.0")
	assert.Equal(t, []string{"slack@1.0.0"}, b.published(t))
}

func TestP1_ZeroOptionsAreAnEmptyCatalog(t *testing.T) {
	t.Parallel()
	c, err := catalog.Open(t.Context(), nil)
	require.NoError(t, err)
	admin, err := c.Manage(adminP)
	require.NoError(t, err)
	for _, err := range admin.Available(t.Context(), nil) {
		t.Error("nothing is offered", err)
	}
	require.NoError(t, c.Close())
	require.NoError(t, c.Close(), "closing twice is no error")
	_, err = c.Manage(adminP)
	require.ErrorIs(t, err, catalog.ErrClosed)
	_, err = admin.Plan(t.Context(), catalog.Pick("slack", ""))
	require.ErrorIs(t, err, fs.ErrClosed)
}

func TestP2_PrincipalWithoutTenantIsAnError(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	p := catalog.Principal{User: "ada", Roles: []string{catalog.RoleAdmin}}
	_, err := b.Manage(p)
	require.ErrorIs(t, err, catalog.ErrInvalid)
	_, err = b.For(p).Connector(t.Context(), "slack")
	require.ErrorIs(t, err, catalog.ErrInvalid)
}

func TestP2_OnlyAdminsManage(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	for _, p := range []catalog.Principal{viewerP, nobodyP} {
		_, err := b.Manage(p)
		require.ErrorIs(t, err, catalog.ErrForbidden)
		require.ErrorIs(t, err, fs.ErrPermission)
	}
	_, err := b.For(nobodyP).Connector(t.Context(), "slack")
	require.ErrorIs(t, err, catalog.ErrForbidden, "no role, no view")
}

func TestP2_ViewerReachesPublishedOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0", "jira@1.0.0"})
	b.install(t, "slack@1.0.0")
	v := b.For(viewerP)
	assert.Equal(t, []string{"slack@1.0.0"}, b.published(t))
	_, err := v.Connector(t.Context(), "jira")
	require.ErrorIs(t, err, catalog.ErrNotFound)
	_, missing := v.Connector(t.Context(), "missing")
	assert.Equal(t, strings.ReplaceAll(err.Error(), "jira", "missing"), missing.Error(), "available and missing look the same")
	for err := range errorsOf(v.Published(t.Context(), &catalog.Query{Tag: catalog.LatestNotInstalled})) {
		require.ErrorIs(t, err, catalog.ErrInvalid)
	}
	page, err := v.PublishedPage(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, 1, page.Total)
}

func errorsOf[T any](seq func(func(T, error) bool)) func(func(error) bool) {
	return func(yield func(error) bool) {
		seq(func(_ T, err error) bool { return yield(err) })
	}
}

func TestP2_AuthorizerIsAskedForEveryMethod(t *testing.T) {
	t.Parallel()
	denied := errors.New("not on Sundays")
	var deny catalog.Action
	b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) {
		o.Authorizer = catalog.AuthorizerFunc(func(_ context.Context, _ catalog.Principal, a catalog.Action, _ string) error {
			if a == deny {
				return denied
			}
			return nil
		})
	})
	ctx := t.Context()
	plan := b.plan(t, "slack")
	for action, calls := range map[catalog.Action][]func() error{
		catalog.ActionManage: {
			func() error { return first(b.admin.Available(ctx, nil)) },
			func() error { _, err := b.admin.AvailablePage(ctx, nil); return err },
			func() error { _, err := b.admin.Explain(ctx, "slack"); return err },
			func() error { _, err := b.admin.Connector(ctx, "slack"); return err },
			func() error { return first(b.admin.Feeds(ctx)) },
			func() error { return first(b.admin.Skips(ctx, "")) },
			func() error { return first(b.admin.Pins(ctx, "")) },
			func() error { return first(b.admin.Events(ctx)) },
			func() error { return first(b.admin.Operations(ctx)) },
			func() error { return first(b.admin.Verify(ctx, "")) },
			func() error { _, err := b.admin.Operation(ctx, "x"); return err },
		},
		catalog.ActionInstall: {
			func() error { _, err := b.admin.Plan(ctx, catalog.Pick("slack", "")); return err },
			func() error { _, err := b.admin.Install(ctx, plan); return err },
		},
		catalog.ActionHold: {
			func() error {
				_, err := b.admin.Skip(ctx, "slack", &catalog.Skip{Versions: "1.0.0", Reason: "r"})
				return err
			},
			func() error {
				_, err := b.admin.Pin(ctx, "slack", &catalog.Pin{Versions: "1.0.0", Reason: "r"})
				return err
			},
			func() error { return b.admin.Unskip(ctx, "x") },
			func() error { return b.admin.Unpin(ctx, "x") },
		},
		catalog.ActionRefresh: {func() error { return b.admin.Refresh(ctx) }},
		catalog.ActionPrune: {
			func() error { _, err := b.admin.Prune(ctx, "slack"); return err },
			func() error { _, err := b.admin.Sweep(ctx); return err },
		},
		catalog.ActionAudit: {func() error { return first(b.admin.Audit(ctx, nil)) }},
		catalog.ActionView: {
			func() error { _, err := b.For(viewerP).Connector(ctx, "slack"); return err },
			func() error { return first(b.For(viewerP).Published(ctx, nil)) },
		},
	} {
		deny = action
		for i, call := range calls {
			err := call()
			require.ErrorIs(t, err, catalog.ErrForbidden, "%s call %d", action, i)
			require.ErrorIs(t, err, denied, "the reason is kept")
		}
		deny = ""
	}
}

func first[T any](seq func(func(T, error) bool)) (err error) {
	seq(func(_ T, e error) bool { err = e; return false })
	return err
}

func TestP3_NothingUnpublishes(t *testing.T) {
	t.Parallel()
	for _, v := range []any{&catalog.Admin{}, &catalog.Viewer{}, &catalog.Catalog{}} {
		typ := reflect.TypeOf(v)
		for m := range typ.Methods() {
			name := strings.ToLower(m.Name)
			for _, bad := range []string{"unpublish", "uninstall", "deactivate", "deletec"} {
				assert.NotContains(t, name, bad)
			}
		}
	}
	b := newBench(t, []string{"slack@1.0.0"})
	b.install(t, "slack")
	b.feed.Withdraw("slack")
	b.refresh(t)
	_, err := b.admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: ">=0.0.0", Reason: "all bad"})
	require.NoError(t, err)
	assert.Equal(t, []string{"slack@1.0.0"}, b.published(t))
}

func TestP4_RowsFollowInstallations(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0", "slack@3.0.0-rc.1"})
	row := b.row(t, "slack")
	assert.Equal(t, []any{catalog.LatestNotInstalled, "2.0.0", ""}, []any{row.Tag, row.Version, row.Upgrade})
	b.install(t, "slack@1.0.0")
	row = b.row(t, "slack")
	assert.Equal(t, []any{catalog.Active, "1.0.0", "2.0.0"}, []any{row.Tag, row.Version, row.Upgrade})
	b.install(t, "slack")
	row = b.row(t, "slack")
	assert.Equal(t, []any{catalog.Active, "2.0.0", "", "1.0.0"}, []any{row.Tag, row.Version, row.Upgrade, row.Previous})
	d, err := b.admin.Connector(t.Context(), "slack")
	require.NoError(t, err)
	tags := map[string]catalog.Tag{}
	for _, v := range d.Versions {
		tags[v.Version] = v.Tag
	}
	assert.Equal(t, map[string]catalog.Tag{"3.0.0-rc.1": "", "2.0.0": catalog.Active, "1.0.0": catalog.PreviouslyInstalled}, tags)
}
