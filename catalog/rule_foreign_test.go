package catalog_test

import (
	"strings"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestC5_ForeignIDsAreThoseOfNothing asks for everything that takes the id of a connection.
func TestC5_ForeignIDsAreThoseOfNothing(t *testing.T) {
	t.Parallel()
	calls := map[string]func(t *testing.T, c *catalog.Connections, id string) error{
		"get": func(t *testing.T, c *catalog.Connections, id string) error {
			_, err := c.Get(t.Context(), id)
			return err
		},
		"client": func(t *testing.T, c *catalog.Connections, id string) error {
			_, err := c.Client(t.Context(), id)
			return err
		},
		"test": func(t *testing.T, c *catalog.Connections, id string) error {
			_, err := c.Test(t.Context(), id)
			return err
		},
		"rename": func(t *testing.T, c *catalog.Connections, id string) error {
			return c.Rename(t.Context(), id, "x")
		},
		"share":   func(t *testing.T, c *catalog.Connections, id string) error { return c.Share(t.Context(), id, true) },
		"default": func(t *testing.T, c *catalog.Connections, id string) error { return c.SetDefault(t.Context(), id) },
		"disable": func(t *testing.T, c *catalog.Connections, id string) error { return c.Disable(t.Context(), id, "r") },
		"enable":  func(t *testing.T, c *catalog.Connections, id string) error { return c.Enable(t.Context(), id) },
		"delete":  func(t *testing.T, c *catalog.Connections, id string) error { return c.Delete(t.Context(), id) },
		"move": func(t *testing.T, c *catalog.Connections, id string) error {
			_, err := c.MoveToRelease(t.Context(), id, "1.0.0")
			return err
		},
		"reauthenticate": func(t *testing.T, c *catalog.Connections, id string) error {
			_, err := c.Reauthenticate(t.Context(), id, nil)
			return err
		},
		"begin again": func(t *testing.T, c *catalog.Connections, id string) error {
			_, err := c.BeginReauthenticate(t.Context(), id, nil)
			return err
		},
		"complete": func(t *testing.T, c *catalog.Connections, id string) error {
			_, err := c.Complete(t.Context(), id, nil, browser)
			return err
		},
		"poll": func(t *testing.T, c *catalog.Connections, id string) error {
			_, err := c.Poll(t.Context(), id)
			return err
		},
		"make a trigger": func(t *testing.T, c *catalog.Connections, id string) error {
			_, err := c.Triggers(id).Create(t.Context(), "received", &catalog.TriggerRequest{Name: "t"})
			return err
		},
		"change a trigger": func(t *testing.T, c *catalog.Connections, id string) error {
			return c.Triggers(id).Enable(t.Context(), "x")
		},
		"list triggers": func(t *testing.T, c *catalog.Connections, id string) error {
			for _, err := range c.Triggers(id).List(t.Context()) {
				return err
			}
			return nil
		},
	}
	b := ruled(t)
	conn := b.connect(t, viewerP, "slack", "mine")
	same := catalog.Principal{Tenant: "acme", User: "wim", Roles: viewerP.Roles}
	callers := map[string]catalog.Principal{"of another user": same, "of another tenant": otherP, "of no user": {Tenant: "acme", Roles: viewerP.Roles}}
	for name, call := range calls {
		for of, p := range callers {
			t.Run(name+" "+of, func(t *testing.T) {
				t.Parallel()
				theirs := b.For(p).Connections()
				b.unchanged(t, func() {
					missing := call(t, theirs, "MISSING")
					require.ErrorIs(t, missing, catalog.ErrNotFound)
					hidden := call(t, theirs, conn.ID)
					require.ErrorIs(t, hidden, catalog.ErrNotFound)
					assert.Equal(t, missing.Error(), strings.ReplaceAll(hidden.Error(), conn.ID, "MISSING"))
				})
			})
		}
		t.Run(name+" of what is no id", func(t *testing.T) {
			t.Parallel()
			b.unchanged(t, func() {
				for _, id := range []string{"", "/", "../" + conn.ID, conn.ID + "/", strings.ToLower(conn.ID), "a\x00b", "\xff", strings.Repeat("x", 5000)} {
					require.ErrorIs(t, call(t, b.For(viewerP).Connections(), id), catalog.ErrNotFound, "%q", id)
				}
			})
		})
	}
}

// TestC5_IDsOfAdmins has ids of an admin's calls, which reach every tenant.
func TestC5_IDsOfAdmins(t *testing.T) {
	t.Parallel()
	b := ruled(t)
	for _, id := range []string{"", "MISSING", "../x", "\xff", strings.Repeat("x", 5000)} {
		b.unchanged(t, func() {
			require.ErrorIs(t, b.admin.Quarantine(t.Context(), id, "r"), catalog.ErrNotFound, "%q", id)
			require.ErrorIs(t, b.admin.Release(t.Context(), id), catalog.ErrNotFound, "%q", id)
		})
	}
}
