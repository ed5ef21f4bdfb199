package catalog_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func probing(m *connector.Manifest) { m.Probe = "https://login.example.com/api" }

// probed is a connector "erp" whose manifest says how to try credentials.
func probed(t *testing.T, edit ...func(*connector.Manifest)) *oauth {
	t.Helper()
	f := newOAuth(t, nil)
	f.publish(t, "erp@1.0.0", append([]func(*connector.Manifest){probing}, edit...)...)
	for _, id := range []string{"code", "device", "machine"} {
		f.putApp(t, id)
	}
	return f
}

func (f *oauth) test(t *testing.T, id string) *catalog.TestResult {
	t.Helper()
	result, err := f.mine().Test(t.Context(), id)
	require.NoError(t, err)
	return result
}

func TestC6_TestAsksTheApplicationNow(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		step   authtest.Step
		ok     bool
		reason string
		state  catalog.ConnectionState
	}{
		"accepted":         {authtest.Usual(), true, "", catalog.ConnectionActive},
		"nothing to say":   {authtest.Reply(204, nil, ""), true, "", catalog.ConnectionActive},
		"not known":        {authtest.Reply(401, nil, ""), false, "401", catalog.ConnectionNeedsReauth},
		"not allowed":      {authtest.Reply(403, nil, ""), false, "403", catalog.ConnectionActive},
		"not there":        {authtest.Reply(404, nil, ""), false, "404", catalog.ConnectionActive},
		"in trouble":       {authtest.Reply(500, nil, "secret stack trace"), false, "500", catalog.ConnectionActive},
		"cannot be asked":  {authtest.DropBefore(), false, "cannot be asked", catalog.ConnectionActive},
		"points elsewhere": {authtest.Redirect(302, "https://evil.example/"), false, "", catalog.ConnectionActive},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := probed(t)
			conn := f.made(t)
			f.pass(time.Second)
			f.server.Forget()
			f.server.Script(authtest.API, tt.step)
			if name == "in trouble" || name == "cannot be asked" {
				f.server.Script(authtest.API, tt.step, tt.step, tt.step, tt.step, tt.step) // it is asked again
			}
			result := f.test(t, conn.ID)
			assert.Equal(t, []any{tt.ok, true, tt.state, f.time()}, []any{result.OK, result.Probed, result.State, result.At}, result.Reason)
			assert.Contains(t, result.Reason, tt.reason)
			assert.NotContains(t, result.Reason, "stack trace")
			if tt.ok {
				assert.Empty(t, result.Reason)
			}
			got, err := f.mine().Get(t.Context(), conn.ID)
			require.NoError(t, err)
			assert.Equal(t, tt.state, got.State)
			if tt.state == catalog.ConnectionNeedsReauth {
				assert.Contains(t, got.Reason, "401")
				assert.Equal(t, f.time(), got.Since)
			}
			assert.Zero(t, f.server.Count(authtest.Token), "a fresh token is not renewed")
		})
	}
}

// A token that has ended is renewed on the way; an application that knows neither needs its owner.
func TestC6_TestRenewsFirst(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		pass    time.Duration
		refuse  int // answers of the application that are 401
		renewed int
		ok      bool
		state   catalog.ConnectionState
	}{
		"ended":                   {2 * time.Hour, 0, 1, true, catalog.ConnectionActive},
		"ended, then not known":   {2 * time.Hour, 1, 1, false, catalog.ConnectionNeedsReauth},
		"not known, then renewed": {time.Minute, 1, 1, true, catalog.ConnectionActive},
		"not known for good":      {time.Minute, 2, 1, false, catalog.ConnectionNeedsReauth},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := probed(t)
			conn := f.made(t)
			f.server.Forget()
			f.pass(tt.pass)
			for range tt.refuse {
				f.server.Script(authtest.API, authtest.Reply(401, nil, ""))
			}
			result := f.test(t, conn.ID)
			assert.Equal(t, []any{tt.ok, tt.state}, []any{result.OK, result.State}, result.Reason)
			assert.Equal(t, tt.renewed, f.server.Count(authtest.Token))
		})
	}
}

// What was found out about a credential says nothing of the one that took its place.
func TestC6_ATestDoesNotCondemnTheNextCredential(t *testing.T) {
	t.Parallel()
	f := probed(t)
	conn := f.made(t)
	ready := make(chan struct{})
	f.server.Script(authtest.API, authtest.Hold(ready))
	f.server.Forget()
	found := make(chan *catalog.TestResult, 1)
	go func() {
		result, err := f.mine().Test(t.Context(), conn.ID)
		assert.NoError(t, err)
		found <- result
	}()
	require.Eventually(t, func() bool { return f.server.Count(authtest.API) == 1 }, patience, tick)
	f.server.RevokeAll() // what is on its way will be refused
	a, back := f.agreeAgain(t, conn.ID, nil)
	_, err := f.mine().Complete(t.Context(), a.ID, back, browser)
	require.NoError(t, err)
	close(ready)
	result := <-found
	assert.Equal(t, []any{true, catalog.ConnectionActive}, []any{result.OK, result.State}, result.Reason)
}

func TestC6_TestOfWhatIsNotActive(t *testing.T) {
	t.Parallel()
	f := probed(t)
	conn := f.made(t)
	f.server.Forget()
	require.NoError(t, f.mine().Disable(t.Context(), conn.ID, "holiday"))
	result := f.test(t, conn.ID)
	assert.Equal(t, catalog.TestResult{Reason: "holiday", State: catalog.ConnectionDisabled, At: f.time()}, *result)
	require.NoError(t, f.mine().Enable(t.Context(), conn.ID))
	require.NoError(t, f.admin.Quarantine(t.Context(), conn.ID, "leaked"))
	assert.Equal(t, "leaked", f.test(t, conn.ID).Reason)
	assert.Zero(t, f.server.Count(""), "nobody is asked")

	require.NoError(t, f.admin.Release(t.Context(), conn.ID))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := f.mine().Test(ctx, conn.ID)
	require.ErrorIs(t, err, context.Canceled)
	_, err = f.For(nobodyP).Connections().Test(t.Context(), conn.ID)
	require.ErrorIs(t, err, catalog.ErrForbidden)

	plain := f.connect(t, viewerP, "plain") // its manifest does not say how
	result = f.test(t, plain.ID)
	assert.True(t, result.OK)
	assert.False(t, result.Probed)
}

// Whatever holds a connection back and lets it go again, a credential that was lost stays lost, and what the
// owner stopped stays stopped.
func TestC6_WhatHoldsAConnectionBack(t *testing.T) {
	t.Parallel()
	type step = func(t *testing.T, f *oauth, id string)
	var (
		lose = func(t *testing.T, f *oauth, id string) {
			t.Helper()
			f.server.Script(authtest.API, authtest.Reply(401, nil, ""))
			f.test(t, id)
		}
		disable = func(t *testing.T, f *oauth, id string) {
			t.Helper()
			require.NoError(t, f.mine().Disable(t.Context(), id, "holiday"))
		}
		enable = func(t *testing.T, f *oauth, id string) {
			t.Helper()
			require.NoError(t, f.mine().Enable(t.Context(), id))
		}
		quarantine = func(t *testing.T, f *oauth, id string) {
			t.Helper()
			require.NoError(t, f.admin.Quarantine(t.Context(), id, "leaked"))
		}
		release = func(t *testing.T, f *oauth, id string) {
			t.Helper()
			require.NoError(t, f.admin.Release(t.Context(), id))
		}
		again = func(t *testing.T, f *oauth, id string) {
			t.Helper()
			_, err := f.mine().Reauthenticate(t.Context(), id, nil)
			require.NoError(t, err)
		}
	)
	for name, tt := range map[string]struct {
		steps  []step
		state  catalog.ConnectionState
		reason string
	}{
		"lost":                            {[]step{lose}, catalog.ConnectionNeedsReauth, "401"},
		"lost, disabled":                  {[]step{lose, disable}, catalog.ConnectionDisabled, "holiday"},
		"lost, disabled, enabled":         {[]step{lose, disable, enable}, catalog.ConnectionNeedsReauth, "401"},
		"lost, quarantined":               {[]step{lose, quarantine}, catalog.ConnectionQuarantined, "leaked"},
		"lost, quarantined, released":     {[]step{lose, quarantine, release}, catalog.ConnectionNeedsReauth, "401"},
		"lost, both":                      {[]step{lose, disable, quarantine, release}, catalog.ConnectionDisabled, "holiday"},
		"lost, both, all the way":         {[]step{lose, disable, quarantine, release, enable}, catalog.ConnectionNeedsReauth, "401"},
		"disabled, quarantined, released": {[]step{disable, quarantine, release}, catalog.ConnectionDisabled, "holiday"},
		"the same, enabled":               {[]step{disable, quarantine, release, enable}, catalog.ConnectionActive, ""},
		"twice in quarantine":             {[]step{disable, quarantine, quarantine, release}, catalog.ConnectionDisabled, "holiday"},
		"after the quarantine":            {[]step{disable, enable, quarantine, release}, catalog.ConnectionActive, ""},
		"lost, authenticated again":       {[]step{lose, again}, catalog.ConnectionActive, ""},
		"lost, disabled, again":           {[]step{lose, disable, again}, catalog.ConnectionDisabled, "holiday"},
		"lost, disabled, again, enabled":  {[]step{lose, disable, again, enable}, catalog.ConnectionActive, ""},
		"quarantined, released":           {[]step{quarantine, release}, catalog.ConnectionActive, ""},
		"disabled, lost while it is":      {[]step{disable, lose}, catalog.ConnectionDisabled, "holiday"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := probed(t)
			conn, err := f.mine().Create(t.Context(), "erp", "machine", &catalog.ConnectionRequest{Name: "robot"})
			require.NoError(t, err)
			for _, s := range tt.steps {
				f.pass(time.Second)
				s(t, f, conn.ID)
			}
			since := f.time()
			f.pass(time.Second)
			f.reopen(t)
			got, err := f.mine().Get(t.Context(), conn.ID)
			require.NoError(t, err)
			assert.Equal(t, tt.state, got.State)
			assert.Contains(t, got.Reason, tt.reason)
			if tt.reason == "" {
				assert.Empty(t, got.Reason)
			}
			if len(tt.steps) == 1 {
				assert.Equal(t, since, got.Since)
			}
			_, err = f.mine().Client(t.Context(), conn.ID)
			if tt.state == catalog.ConnectionActive {
				require.NoError(t, err)
				return
			}
			var refused *catalog.StateError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, got.Reason, refused.Reason)
		})
	}
}

func TestC6_ReasonsAreBounded(t *testing.T) {
	t.Parallel()
	f := probed(t)
	conn := f.made(t)
	require.ErrorIs(t, f.mine().Disable(t.Context(), conn.ID, string(make([]byte, 4097))), catalog.ErrInvalid)
	require.ErrorIs(t, f.mine().Disable(t.Context(), conn.ID, "\xff"), catalog.ErrInvalid)
	require.NoError(t, f.mine().Disable(t.Context(), conn.ID, ""))
}

func TestC2_ProbeRefusesAtTheCreation(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]authtest.Step{
		"not known": authtest.Reply(401, nil, ""), "not allowed": authtest.Reply(403, nil, ""), "not there": authtest.Reply(404, nil, ""),
		"elsewhere": authtest.Redirect(302, "https://evil.example/"),
	} {
		for how, create := range map[string]func(t *testing.T, f *oauth) error{
			"browser": func(t *testing.T, f *oauth) error {
				t.Helper()
				a, err := f.mine().Begin(t.Context(), "erp", "code", &catalog.ConnectionRequest{Name: "mine", Browser: browser})
				require.NoError(t, err)
				_, err = f.mine().Complete(t.Context(), a.ID, f.agree(t, a), browser)
				return err
			},
			"device": func(t *testing.T, f *oauth) error {
				t.Helper()
				_, err := f.mine().Poll(t.Context(), f.device(t, "erp", &catalog.ConnectionRequest{Name: "mine"}).ID)
				return err
			},
			"machine": func(t *testing.T, f *oauth) error {
				t.Helper()
				_, err := f.mine().Create(t.Context(), "erp", "machine", &catalog.ConnectionRequest{Name: "mine"})
				return err
			},
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				f := probed(t)
				f.server.Script(authtest.API, step)
				err := create(t, f)
				var refused *catalog.ProbeError
				require.ErrorAs(t, err, &refused)
				if refused.Err == nil {
					require.ErrorIs(t, err, catalog.ErrForbidden)
					require.ErrorContains(t, err, http.StatusText(refused.Status))
				}
				f.nothingMade(t)
				f.givenBack(t, 1)
				require.NoError(t, create(t, f), "the name is free")
				f.whole(t, name)
			})
		}
	}
}

// New credentials that the application does not accept do not replace the old ones.
func TestC2_ProbeRefusesAtTheReauthentication(t *testing.T) {
	t.Parallel()
	f := probed(t)
	conn := f.made(t)
	a, back := f.agreeAgain(t, conn.ID, nil)
	was := f.stored(t, conn.ID)
	f.server.Script(authtest.API, authtest.Reply(403, nil, ""))
	_, err := f.mine().Complete(t.Context(), a.ID, back, browser)
	var refused *catalog.ProbeError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, was, f.stored(t, conn.ID))
	assert.True(t, f.test(t, conn.ID).OK)
}

// What a probe is filled with is the connection's, and leads nowhere but to the manifest's hosts.
func TestC10_ProbeGoesToTheManifestsHostsOnly(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		probe, site string
		path        string // that was asked; empty: nothing
	}{
		"in the path":        {"https://login.example.com/api/{site}/me", "a1", "/api/a1/me"},
		"in the host":        {"https://{site}.example.com/api", "login", "/api"},
		"with a slash":       {"https://login.example.com/api/{site}/me", "a/b?c#d", "/api/a/b?c#d/me"},
		"one up":             {"https://login.example.com/api/{site}/revoke", "..", ""},
		"some up":            {"https://login.example.com/api/{site}/revoke", "x/../..", ""},
		"to another host":    {"https://{site}.example.com/api", "evil", ""},
		"out of the host":    {"https://{site}.example.com/api", "evil.example/", ""},
		"with a user":        {"https://{site}.example.com/api", "login.example.com@evil", ""},
		"a whole other host": {"https://{site}/api", "evil.example", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := probed(t, asks(auth.Param{Key: "site"}), func(m *connector.Manifest) { m.Probe = tt.probe })
			_, err := f.mine().Create(t.Context(), "erp", "machine", &catalog.ConnectionRequest{Name: "n", Params: map[string]any{"site": tt.site}})
			asked := f.server.Requests(authtest.API)
			if tt.path == "" {
				var refused *catalog.ProbeError
				require.ErrorAs(t, err, &refused)
				require.Error(t, refused.Err)
				assert.Empty(t, asked)
				f.nothingMade(t)
				return
			}
			require.NoError(t, err)
			require.Len(t, asked, 1)
			assert.Equal(t, tt.path, asked[0].Path)
			assert.Empty(t, asked[0].Query)
		})
	}
}
