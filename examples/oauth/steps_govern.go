package main

import (
	"context"
	"errors"
	"strings"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/examples/internal/steps"
	"github.com/patchbay/patchbay/governance"
	"github.com/patchbay/patchbay/internal/integration/browser"
)

// closing is the policy that disables the connector.
func closing(revision int64) *governance.Policy {
	p := policy()
	p.Revision = revision
	p.Connectors = []governance.Rule{{Match: key, Effect: governance.Disable, Reason: "Notes leave the house in March."}}
	return p
}

func (w *walker) preview(ctx context.Context, r *steps.Result) error {
	now, err := w.admin.Policy(ctx, policy().ID)
	if err != nil {
		return err
	}
	impact, err := w.admin.Preview(ctx, governance.Put(closing(now.Revision)))
	if err != nil {
		return err
	}
	var refused, vanish int
	for _, t := range impact.Tenants {
		for _, c := range t.Refused {
			r.Say("Tenant %s: connection %s of %s would be refused if it were made now: %s", t.Tenant, c.Connection.Key, c.Connection.User, c.After.Reason)
		}
		refused += t.NewlyRefused
		for _, a := range t.Audiences {
			vanish += len(a.Vanish)
			for _, o := range a.Vanish {
				r.Say("Tenant %s: %s vanishes (%s).", t.Tenant, strings.TrimSuffix(string(o.Key)+" by "+o.Scheme, " by "), o.Code)
			}
		}
	}
	r.Fact("refused", refused)
	r.Fact("vanish", vanish)
	after, err := w.admin.Policy(ctx, now.ID)
	if err != nil {
		return err
	}
	_, err = w.account(ctx)
	return errors.Join(err,
		steps.Must(refused == 1 && vanish == 2, "it lists the connection, and the connector with its scheme"),
		steps.Must(after.Revision == now.Revision, "nothing has changed"))
}

func (w *walker) tighten(ctx context.Context, r *steps.Result) error {
	begun, err := w.conns.Begin(ctx, key, scheme, w.request("Late"))
	if err != nil {
		return err
	}
	now, err := w.admin.Policy(ctx, policy().ID)
	if err != nil {
		return err
	}
	if _, err := w.admin.PutPolicy(ctx, closing(now.Revision)); err != nil {
		return err
	}
	issued, before := w.server.RefreshTokens()
	back, err := w.browser.Visit(ctx, begun.URL, browser.Allow)
	if err != nil {
		return err
	}
	_, late := w.conns.Complete(ctx, begun.ID, back, w.cookie)
	r.Refused(late)
	usable := w.settled(ctx, before)
	after, _ := w.server.RefreshTokens()
	r.Say("%d refresh token was issued for it and has been given back.", after-issued)
	_, anew := w.conns.Begin(ctx, key, scheme, w.request("New"))
	r.Refused(anew)
	_, page := w.cat.For(user()).Connector(ctx, key)
	return errors.Join(
		steps.Must(errors.Is(late, catalog.ErrDisabledByPolicy), "what ends under the new policy is judged by it"),
		steps.Must(usable == before, "what was issued for it was given back"),
		steps.Must(errors.Is(anew, catalog.ErrDisabledByPolicy) && strings.Contains(anew.Error(), policy().ID), "a new connection is refused with the policy's name"),
		steps.Must(errors.Is(page, catalog.ErrDisabledByPolicy), "so is the connector's page"))
}

func (w *walker) explain(ctx context.Context, r *steps.Result) error {
	e, err := w.admin.ExplainAccess(ctx, user(), key)
	if err != nil {
		return err
	}
	for _, c := range e.Assignments {
		r.Say("%s -> %s, revision %d, decides: %v. %s", c.Scope, c.Policy, c.Revision, c.Decides, c.Why)
	}
	r.Say("%s: allowed %v. %s", e.Key, e.Connector.Allowed, e.Connector.Reason)
	other, err := w.admin.ExplainAccess(ctx, stranger(), key)
	if err != nil {
		return err
	}
	r.Say("For tenant %s: allowed %v. %s", other.Tenant, other.Connector.Allowed, other.Connector.Reason)
	r.Fact("code", e.Connector.Code)
	r.Fact("policy", e.Connector.Policy)
	return errors.Join(
		steps.Must(len(e.Assignments) == 1 && e.Assignments[0].Decides, "the tenant's assignment decides"),
		steps.Must(!e.Connector.Allowed && e.Connector.Policy == policy().ID, "the policy denies"),
		steps.Must(other.Connector.Allowed, "another tenant is not meant"))
}
