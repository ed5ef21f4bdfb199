package main

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/examples/internal/steps"
	"github.com/patchbay/patchbay/internal/integration/browser"
)

// users is how many use the connection at once.
const users = 20

// grantRefresh is how the server counts renewals (RFC 6749 section 6).
const grantRefresh = "refresh_token"

func (w *walker) refresh(ctx context.Context, r *steps.Result) error {
	before, _ := w.server.RefreshTokens()
	asked := w.server.Counts().Token[grantRefresh]
	w.pass(time.Hour) // the token lives for minutes
	var group errgroup.Group
	for range users {
		group.Go(func() error {
			_, err := w.account(ctx)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	issued, usable := w.server.RefreshTokens()
	counts := w.server.Counts()
	renewals := counts.Token[grantRefresh] - asked
	r.Say("%d calls, %d renewal. The provider has issued %d refresh tokens, of which %d can be used; %d came twice.",
		users, renewals, issued, usable, counts.Reuses)
	r.Fact("renewals", renewals)
	r.Fact("reuses", counts.Reuses)
	return errors.Join(
		steps.Must(renewals == 1, "it is renewed once"),
		steps.Must(issued == before+1 && usable == 1, "the refresh token has rotated"),
		steps.Must(counts.Reuses == 0, "no refresh token came twice"))
}

func (w *walker) keep(ctx context.Context, r *steps.Result) error {
	before, _ := w.server.RefreshTokens()
	w.pass(time.Minute)
	w.server.ExpireAccess() // before its time: nobody knows until the API says so
	account, err := w.account(ctx)
	if err != nil {
		return err
	}
	issued, _ := w.server.RefreshTokens()
	r.Say("The API knows %s still, by a token that was renewed.", account.Subject)
	return steps.Must(issued == before+1, "it was renewed under the new policy")
}

func (w *walker) reauthenticate(ctx context.Context, r *steps.Result) error {
	w.pass(time.Minute)
	w.server.RevokeAll()
	_, refused := w.account(ctx)
	r.Refused(refused)
	conn, err := w.conns.Get(ctx, w.conn.ID)
	if err != nil {
		return err
	}
	r.Say("The connection is %s: %s.", conn.State, conn.Reason)
	lost := conn.State

	begun, err := w.conns.BeginReauthenticate(ctx, w.conn.ID, &catalog.ReauthRequest{Browser: w.cookie})
	if err != nil {
		return err
	}
	back, err := w.browser.Visit(ctx, begun.URL, browser.Allow)
	if err != nil {
		return err
	}
	conn, err = w.conns.Complete(ctx, begun.ID, back, w.cookie)
	if err != nil {
		return err
	}
	if _, err := w.account(ctx); err != nil {
		return err
	}
	r.Say("It is %s again, and the same connection.", conn.State)
	r.Fact("lost", lost)
	r.Fact("now", conn.State)
	return errors.Join(
		steps.Must(refused != nil && lost == catalog.ConnectionNeedsReauth, "the connection says what it needs"),
		steps.Must(conn.ID == w.conn.ID && conn.State == catalog.ConnectionActive, "it is active again"),
		steps.Must(conn.Admitted.Revision == w.conn.Admitted.Revision, "no later policy was asked"))
}

func (w *walker) remove(ctx context.Context, r *steps.Result) error {
	if err := w.conns.Delete(ctx, w.conn.ID); err != nil {
		return err
	}
	_, gone := w.conns.Get(ctx, w.conn.ID)
	r.Refused(gone)
	usable := w.settled(ctx, 0)
	r.Say("The provider has %d refresh tokens left that can be used.", usable)
	r.Fact("usable", usable)
	return errors.Join(
		steps.Must(errors.Is(gone, catalog.ErrNotFound), "the connection is gone"),
		steps.Must(usable == 0, "its tokens are revoked"))
}

// settled waits until the provider has that many refresh tokens that can be used,
// because they are given back in the background, and returns how many it has.
func (w *walker) settled(ctx context.Context, want int) (usable int) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, usable = w.server.RefreshTokens(); usable == want {
			return usable
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return usable
		}
	}
}
