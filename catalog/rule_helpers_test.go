package catalog_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ruled is connectable with one more published connector, of the publisher acme.
func ruled(t *testing.T) *bench {
	t.Helper()
	b := connectable(t)
	b.offer("acme/crm@1.0.0", func(r *connector.Release) {
		r.Manifest.Auth = []auth.Scheme{
			{ID: "token", Type: auth.Bearer, Params: []auth.Param{
				{Key: "token", Secret: true, Role: auth.RoleRequired},
				{Key: "region", Enum: []any{"eu", "us"}, Default: "eu"},
				{Key: "site", Role: auth.RoleRequired, Pattern: "^[a-z]+$"},
			}},
			{ID: "open", Type: auth.None},
			{ID: "open2", Type: auth.None},
		}
	})
	b.refresh(t)
	b.install(t, "acme/crm")
	return b
}

// whole is everything that the store holds, with the revisions.
func whole(t *testing.T, s catalog.Store) map[string]catalog.Record {
	t.Helper()
	all := map[string]catalog.Record{}
	for after := ""; ; {
		recs, err := s.List(t.Context(), "", after, catalog.MaxStorePage)
		require.NoError(t, err)
		for _, r := range recs {
			all[r.Key], after = r, r.Key
		}
		if len(recs) < catalog.MaxStorePage {
			return all
		}
	}
}

// ofConnections is what the store holds of connections.
func ofConnections(t *testing.T, s catalog.Store) map[string]catalog.Record {
	t.Helper()
	all := whole(t, s)
	maps.DeleteFunc(all, func(key string, _ catalog.Record) bool { return !strings.HasPrefix(key, "conn") })
	return all
}

// unchanged does something and fails if the store holds anything else afterwards.
func (b *bench) unchanged(t *testing.T, do func()) {
	t.Helper()
	b.idle(t)
	before := whole(t, b.store)
	do()
	assert.Equal(t, before, whole(t, b.store), "nothing is stored of what is refused")
}

// assigned is an assignment of a table.
type assigned struct {
	scope  governance.Scope
	policy string
}

func (b *bench) assignAll(t *testing.T, list []assigned) {
	t.Helper()
	for _, a := range list {
		b.assign(t, a.scope, a.policy)
	}
}

// rules is a policy of some rules.
func rules(id string, list ...governance.Rule) *governance.Policy {
	return &governance.Policy{ID: id, Connectors: list}
}

func enable(match version.Scope) governance.Rule {
	return governance.Rule{Match: match, Effect: governance.Enable}
}

func disable(match version.Scope) governance.Rule {
	return governance.Rule{Match: match, Effect: governance.Disable}
}
