package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// echo answers every request with the key that it carries.
type echo struct{}

func (echo) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(r.Header.Get("X-Key"))), Request: r}, nil
}

// vault is a catalog whose connections to "slack" have a secret key each.
func vault(t *testing.T, edit ...func(*catalog.Options)) (*bench, *auth.LocalKeys) {
	t.Helper()
	keys, err := auth.NewMemoryKeys()
	require.NoError(t, err)
	b := newBench(t, nil, append([]func(*catalog.Options){func(o *catalog.Options) {
		o.Keys, o.Transport = keys, &auth.TransportOptions{Base: echo{}}
	}}, edit...)...)
	b.offer("slack@1.0.0", func(r *connector.Release) {
		r.Manifest.Auth[0].Params = []auth.Param{{Key: "token", Secret: true, Role: auth.RoleRequired}, {Key: "site"}}
	})
	b.refresh(t)
	b.install(t, "slack")
	return b, keys
}

func (b *bench) store1(ctx context.Context, name, secret string) (*catalog.Connection, error) {
	return b.For(viewerP).Connections().Create(ctx, "slack", "key", &catalog.ConnectionRequest{
		Name: name, Params: map[string]any{"token": secret},
	})
}

// carried returns the secret that the requests of a connection carry.
func (b *bench) carried(ctx context.Context, id string) (string, error) {
	client, err := b.For(viewerP).Connections().Client(ctx, id)
	if err != nil {
		return "", err
	}
	return echoed(ctx, client, "https://api.slack.example/")
}

// echoed is what an echo answers a client.
func echoed(ctx context.Context, client *http.Client, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// stopAt is a store that ends a context after so many writes of a Rewrap.
type stopAt struct {
	catalog.Store

	left atomic.Int64
	stop context.CancelFunc
}

func (s *stopAt) arm(writes int64, stop context.CancelFunc) {
	s.stop = stop
	s.left.Store(writes)
}

func (s *stopAt) Apply(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
	rev, err := s.Store.Apply(ctx, ops...)
	if len(ops) > 50 && s.left.Add(-1) == 0 {
		s.stop()
	}
	return rev, err
}

// Keys rotate while connections are used, made and changed; a run that was stopped is
// taken up again.
func TestC8_KeyRotationOf10000ConnectionsUnderLoad(t *testing.T) {
	t.Parallel()
	records := 10_000
	if testing.Short() || raceEnabled {
		records = 1000
	}
	b, keys := vault(t, func(o *catalog.Options) { o.Store = &stopAt{Store: o.Store} })
	ids := make([]string, records)
	for i := range ids {
		conn, err := b.store1(t.Context(), fmt.Sprint("c", i), fmt.Sprint("secret ", i))
		require.NoError(t, err)
		ids[i] = conn.ID
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var stop atomic.Bool
	var reads atomic.Int64
	var all sync.WaitGroup
	for n := range 3 {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(n)))
			for !stop.Load() {
				i := rng.IntN(records)
				got, err := b.carried(t.Context(), ids[i])
				if err != nil || got != fmt.Sprint("secret ", i) {
					t.Errorf("connection %d: %q, %v", i, got, err)
					return
				}
				if reads.Add(1)%50 == 0 {
					_, err := b.For(viewerP).Connections().Reauthenticate(t.Context(), ids[i], &catalog.ReauthRequest{
						Params: map[string]any{"token": fmt.Sprint("secret ", i)},
					})
					if !errors.Is(err, catalog.ErrConflict) { // two at once on one connection: one is told
						assert.NoError(t, err)
					}
				}
			}
		})
	}
	old := keys.KeyIDs()[0]
	current, err := keys.Rotate(t.Context())
	require.NoError(t, err)
	stopped, cancel := context.WithCancel(t.Context())
	b.opts.Store.(*stopAt).arm(3, cancel)
	_, err = b.admin.Rewrap(stopped)
	require.ErrorIs(t, err, context.Canceled, "it was stopped in the middle")
	status, err := b.admin.Rewrap(t.Context())
	require.NoError(t, err)
	stop.Store(true)
	all.Wait()
	assert.Equal(t, current, status.Key)
	assert.Zero(t, status.Failed)
	t.Logf("%d reads meanwhile; the last run changed %d, %d were done already", reads.Load(), status.Changed, status.Already)

	inUse, err := b.admin.KeyInUse(t.Context(), old)
	require.NoError(t, err)
	assert.False(t, inUse)
	require.NoError(t, keys.Destroy(t.Context(), old, b.admin.KeyInUse))
	b.reopen(t) // no key is remembered
	for i, id := range ids {
		got, err := b.carried(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint("secret ", i), got)
	}
}

func TestC8_RewrapReachesEverythingSealed(t *testing.T) {
	t.Parallel()
	f := newOAuth(t, nil)
	keys := f.opts.Keys.(*auth.LocalKeys)
	conn := f.connect(t, viewerP, "mine")
	pending, back := f.begin(t, viewerP, "under way")
	f.register(t, "acme", "machine")
	policy, err := f.admin.PutPolicy(t.Context(), &governance.Policy{ID: "p", Connectors: []governance.Rule{{
		Match: "other", Effect: governance.Enable,
		Presets: []governance.Preset{{Param: "token", Secret: governance.NewSecret(auth.NewSecret("preset")), Mode: governance.PresetFixed}},
	}}})
	require.NoError(t, err)

	old := keys.KeyIDs()[0]
	_, err = keys.Rotate(t.Context())
	require.NoError(t, err)
	require.ErrorIs(t, keys.Destroy(t.Context(), old, f.admin.KeyInUse), auth.ErrKeyInUse)
	status, err := f.admin.Rewrap(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 7, status.Changed, "a connection, a session, four apps, a policy")
	require.NoError(t, keys.Destroy(t.Context(), old, f.admin.KeyInUse))
	again, err := f.admin.Rewrap(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 7, again.Already)
	assert.Zero(t, again.Changed)

	f.reopen(t)
	status2, err := f.call(t.Context(), f.Catalog, viewerP, conn.ID)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status2)
	_, err = f.For(viewerP).Connections().Complete(t.Context(), pending.ID, back, browser)
	require.NoError(t, err)
	now, err := f.admin.Policy(t.Context(), "p")
	require.NoError(t, err)
	assert.Greater(t, now.Revision, policy.Revision)
}

func TestC8_WhatDoesNotOpenIsToldAndStopsNothing(t *testing.T) {
	t.Parallel()
	b, keys := vault(t)
	_, err := b.store1(t.Context(), "a", "one")
	require.NoError(t, err)
	conn, err := b.store1(t.Context(), "b", "two")
	require.NoError(t, err)
	stranger, err := auth.NewMemoryKeys()
	require.NoError(t, err)
	foreign, err := auth.NewSealer(stranger, nil).Seal(t.Context(), auth.Binding{Tenant: "acme", Connection: conn.ID, Field: "credential", Generation: 1}, auth.NewSecret("x"))
	require.NoError(t, err)
	text, err := foreign.MarshalText()
	require.NoError(t, err)
	_, err = b.store.Apply(t.Context(), catalog.Put("connsecret/acme/"+conn.ID, []byte(`"`+string(text)+`"`), catalog.Any()))
	require.NoError(t, err)
	_, err = keys.Rotate(t.Context())
	require.NoError(t, err)

	status, err := b.admin.Rewrap(t.Context())
	require.ErrorIs(t, err, auth.ErrUnknownKey)
	require.ErrorContains(t, err, conn.ID)
	assert.Equal(t, 1, status.Failed)
	assert.Equal(t, 1, status.Changed)
}

func TestC8_RewrapIsForAdminsWithKeys(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	_, err := b.admin.Rewrap(t.Context())
	require.ErrorIs(t, err, auth.ErrNoKey)
}
