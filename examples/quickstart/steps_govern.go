package main

import (
	"context"
	"errors"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/governance"
)

func (w *walker) govern(ctx context.Context, r *result) error {
	mine := w.vic.Connections()
	conn, err := mine.Create(ctx, "openai", "api-key", &catalog.ConnectionRequest{
		Name: "Drafts", Params: map[string]any{"token": auth.NewSecret("sk-sample")}, // sealed before it is stored
	})
	if err != nil {
		return err
	}
	policy, err := w.ada.PutPolicy(ctx, &governance.Policy{ID: "data-protection", Connectors: []governance.Rule{
		{Match: "openai", Effect: governance.Disable, Reason: "where the data goes is not settled yet"},
		{Match: "jira", Effect: governance.Enable, SchemeDefault: governance.Disable, Schemes: []governance.SchemeRule{{ID: "token", Effect: governance.Enable}}},
	}})
	if err != nil {
		return err
	}
	// What would it mean? Nothing is changed by asking.
	impact, err := w.ada.Preview(ctx, governance.Assign(governance.Tenant("acme"), policy.ID))
	if err != nil {
		return err
	}
	for _, t := range impact.Tenants {
		r.WouldBeRefused += t.RefusedTotal
		for _, refusal := range t.Refused {
			w.out.printf("  would be refused today: %s to %s: %s\n", refusal.Connection.User, refusal.Connection.Key, refusal.After.Reason)
		}
	}
	if _, err := w.ada.Assign(ctx, governance.Tenant("acme"), policy.ID); err != nil {
		return err
	}
	_, refused := mine.Create(ctx, "openai", "api-key", &catalog.ConnectionRequest{Name: "More drafts"})
	r.refuse(w.out, refused)
	_, hidden := w.vic.Connector(ctx, "openai")
	r.refuse(w.out, hidden)
	if r.Explanation, err = w.ada.ExplainAccess(ctx, viewer(), "jira"); err != nil {
		return err
	}
	for _, scheme := range r.Explanation.Schemes {
		w.out.printf("  jira by %s: %s\n", scheme.Scheme, scheme.Reason)
	}
	// The connection that was there keeps the decision that admitted it.
	if conn, err = mine.Get(ctx, conn.ID); err != nil {
		return err
	}
	r.Connection = &connectionLine{conn.Name, conn.Connector, conn.State, conn.Admitted.Policy}
	_, usable := mine.Client(ctx, conn.ID)
	w.out.printf("  %q to %s is %s, as before.\n", conn.Name, conn.Connector, conn.State)
	return errors.Join(
		must(r.WouldBeRefused == 1, "the preview lists the one connection"),
		must(errors.Is(refused, catalog.ErrDisabledByPolicy) && errors.Is(hidden, catalog.ErrDisabledByPolicy), "the connector is closed for new connections"),
		must(conn.State == catalog.ConnectionActive && usable == nil, "the connection that exists still works: %v", usable))
}
