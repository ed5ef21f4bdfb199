package oauth_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/internal/integration/browser"
	"github.com/patchbay/patchbay/internal/integration/oidcserver"
)

func TestC2_AConnectionIsMadeWhenThePersonAgrees(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		c := s.open(t)
		for _, scheme := range []string{byPerson, bySigned} {
			conn := c.connect(t, scheme)
			assert.True(t, conn.OwnApp)
			require.NoError(t, c.ask(t, conn), scheme)
			test, err := c.conns.Test(t.Context(), conn.ID)
			require.NoError(t, err)
			assert.True(t, test.OK && test.Probed, "%+v", test)
			err = ask(t.Context(), c.conns, conn.ID, "https://example.com/")
			_, outside := errors.AsType[*auth.HostError](err)
			assert.True(t, outside, err)
		}
		robot, err := c.conns.Create(t.Context(), connectorKey, byRobot, &catalog.ConnectionRequest{Name: "Robot"})
		require.NoError(t, err)
		require.NoError(t, c.ask(t, robot))
		assert.Zero(t, s.reuses())
	})
}

// The code of another person's authorization is worth nothing in mine, even when it
// comes back to my browser with my state: it is bound to their verifier.
func TestC3_ACodeOfSomebodyElseBuysNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		c := s.open(t)
		_, theirs := c.begin(t, byPerson, "Theirs")
		mine, err := c.conns.Begin(t.Context(), connectorKey, byPerson, &catalog.ConnectionRequest{Name: "Mine", Browser: catalogtest.Browser()})
		require.NoError(t, err)
		forged := *theirs
		query := forged.Query()
		query.Set("state", mine.ID)
		forged.RawQuery = query.Encode()
		_, err = c.conns.Complete(t.Context(), mine.ID, &forged, catalogtest.Browser())
		require.ErrorIs(t, err, auth.ErrInvalidGrant)
		for _, err := range c.conns.List(t.Context(), nil) {
			require.NoError(t, err)
			t.Error("a connection was made")
		}
		_, err = c.conns.Complete(t.Context(), mine.ID, c.agree(t, mine), catalogtest.Browser())
		require.ErrorIs(t, err, catalog.ErrUsed)
	})
}

func TestC3_APersonBesideADeviceAgrees(t *testing.T) {
	t.Parallel()
	s := startZitadel(t)
	c := s.open(t)
	a, err := c.conns.Begin(t.Context(), connectorKey, byDevice, &catalog.ConnectionRequest{Name: "Screen"})
	require.NoError(t, err)
	poll := func() (*catalog.Connection, error) {
		c.Clock.Advance(a.Device.Interval)
		return c.conns.Poll(t.Context(), a.ID)
	}
	_, err = poll()
	require.ErrorIs(t, err, auth.ErrAuthorizationPending)
	asked := s.asked()[grantDevice]
	for range 3 {
		_, err = c.conns.Poll(t.Context(), a.ID)
		require.ErrorIs(t, err, auth.ErrAuthorizationPending)
	}
	assert.Equal(t, asked, s.asked()[grantDevice], "nobody asks before it is due")
	s.zitadel.SlowDown()
	_, err = poll()
	require.ErrorIs(t, err, auth.ErrAuthorizationPending)

	_, err = s.browser.Visit(t.Context(), a.Device.CompleteURI, browser.Allow)
	require.NoError(t, err)
	c.Clock.Advance(oidcserver.DefaultPollInterval) // what slow_down has added
	conn, err := poll()
	require.NoError(t, err)
	require.NoError(t, c.ask(t, conn))
	c.Clock.Advance(time.Hour)
	require.NoError(t, c.ask(t, conn), "it is renewed like any other")
	assert.Equal(t, 1, s.asked()[grantRefresh])
}

// A person who takes the access away is asked again, once, and by nobody else.
func TestC6_WhatThePersonTookAwayNeedsThem(t *testing.T) {
	t.Parallel()
	s := startZitadel(t)
	c := s.open(t)
	conn := c.connect(t, byPerson)
	s.zitadel.RevokeAll()
	c.Clock.Advance(time.Minute)
	for range 3 {
		require.Error(t, c.ask(t, conn))
	}
	assert.Equal(t, 1, s.asked()[grantRefresh], "once it is known, nobody asks")
	require.Equal(t, catalog.ConnectionNeedsReauth, c.state(t, conn))

	a, err := c.conns.BeginReauthenticate(t.Context(), conn.ID, &catalog.ReauthRequest{Browser: catalogtest.Browser()})
	require.NoError(t, err)
	again, err := c.conns.Complete(t.Context(), a.ID, c.agree(t, a), catalogtest.Browser())
	require.NoError(t, err)
	assert.Equal(t, conn.ID, again.ID)
	require.NoError(t, c.ask(t, conn))
}

func TestC4_DeletingAConnectionRevokesItsTokens(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		revoked := make(chan string, 1)
		s.faults.watch("/revoke", func(r *http.Request) { revoked <- r.PostFormValue("token") })
		c := s.open(t)
		conn := c.connect(t, byPerson)
		client, err := c.conns.Client(t.Context(), conn.ID)
		require.NoError(t, err)
		defer client.CloseIdleConnections()
		require.NoError(t, c.conns.Delete(t.Context(), conn.ID))
		select {
		case token := <-revoked:
			assert.False(t, s.active(t, &auth.Token{AccessToken: auth.NewSecret(token)}))
		case <-time.After(time.Minute):
			t.Fatal("nobody told the provider")
		}
		if s.zitadel != nil { // which says nothing about refresh tokens
			_, usable := s.zitadel.RefreshTokens()
			assert.Zero(t, usable)
		}
		resp, err := client.Get(s.api)
		if err == nil {
			resp.Body.Close()
		}
		require.ErrorIs(t, err, catalog.ErrNotFound)
		assert.Zero(t, s.asked()[grantRefresh])
	})
}
