package oauth_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog"
)

// together calls f from many goroutines at once.
func together(n int, f func()) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(f)
	}
	wg.Wait()
}

func TestC9_ManyCallersRenewOnce(t *testing.T) {
	t.Parallel()
	const callers, rounds = 30, 4
	onEach(t, func(t *testing.T, s *realServer) {
		c := s.open(t)
		conn := c.connect(t, byPerson)
		for range rounds {
			c.Clock.Advance(time.Hour) // the token has ended
			together(callers, func() { assert.NoError(t, c.ask(t, conn)) })
		}
		assert.Equal(t, rounds, s.asked()[grantRefresh])
		assert.Zero(t, s.reuses())
	})
}

// Tokens that die before their time are found out by the API's 401, by all at once.
func TestC9_ManyCallersThatAreRefusedRenewOnce(t *testing.T) {
	t.Parallel()
	const callers, rounds = 30, 4
	s := startZitadel(t)
	c := s.open(t)
	conn := c.connect(t, byPerson)
	for range rounds {
		c.Clock.Advance(time.Minute)
		s.zitadel.ExpireAccess()
		together(callers, func() { assert.NoError(t, c.ask(t, conn)) })
	}
	assert.Equal(t, rounds, s.asked()[grantRefresh])
	assert.Zero(t, s.reuses())
}

// A token that came of a lost answer is gone. To ask again would look like theft, and
// end what others may have of the grant.
func TestC11_ALostAnswerCostsTheConnectionAndNothingElse(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		c := s.open(t)
		conn := c.connect(t, byPerson)
		s.faults.add(drop)
		c.Clock.Advance(time.Hour)
		together(10, func() { assert.Error(t, c.ask(t, conn)) })
		assert.Equal(t, catalog.ConnectionNeedsReauth, c.state(t, conn))
		assert.Equal(t, 1, s.asked()[grantRefresh])
		assert.Zero(t, s.reuses())
	})
}

// A gateway that does not let the request through costs nobody their connection, and
// is left alone for a while.
func TestC9_AnOutageIsWaitedOut(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		c := s.open(t)
		conn := c.connect(t, byPerson)
		blocked := 0
		s.faults.add(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			blocked++
			w.Header().Set("Retry-After", "60")
			http.Error(w, "busy", http.StatusServiceUnavailable)
		})
		c.Clock.Advance(time.Hour)
		for range 3 {
			err := c.ask(t, conn)
			failed, ok := errors.AsType[*catalog.RenewalError](err)
			require.True(t, ok, err)
			assert.InDelta(t, time.Minute, failed.Until.Sub(c.Clock.Now()), float64(time.Second))
		}
		assert.Equal(t, 1, blocked, "they share the failure")
		assert.Equal(t, catalog.ConnectionActive, c.state(t, conn))

		c.Clock.Advance(time.Minute)
		require.NoError(t, c.ask(t, conn))
		assert.Equal(t, 1, s.asked()[grantRefresh])
		assert.Zero(t, s.reuses())
	})
}

// An app that asks for itself gets a new token where it had none to refresh with.
func TestC9_AnAppRenewsForItself(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *realServer) {
		c := s.open(t)
		robot, err := c.conns.Create(t.Context(), connectorKey, byRobot, &catalog.ConnectionRequest{Name: "Robot"})
		require.NoError(t, err)
		before := s.asked()["client_credentials"]
		c.Clock.Advance(time.Hour)
		together(10, func() { assert.NoError(t, c.ask(t, robot)) })
		assert.Equal(t, before+1, s.asked()["client_credentials"])
		assert.Empty(t, s.asked()[grantRefresh])
	})
}
