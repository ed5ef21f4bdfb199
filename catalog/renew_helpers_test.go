package catalog_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// between does something once before the next request to an authorization server, or after
// its answer: there a renewal can be overtaken.
type between struct {
	base http.RoundTripper

	mu            sync.Mutex
	before, after func()
	fail          error // instead of the next requests
	asked         int
}

// through lets the token requests of a catalog pass through the returned value.
func through(b *between) func(*catalog.Options) {
	return func(o *catalog.Options) {
		if b.base == nil {
			b.base = o.Tokens.HTTPClient.Transport
		}
		o.Tokens = &auth.TokenOptions{HTTPClient: &http.Client{Transport: b}, Timeout: o.Tokens.Timeout}
	}
}

func (b *between) arm(before, after func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.before, b.after = before, after
}

func (b *between) refuse(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail, b.asked = err, 0
}

func (b *between) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked
}

func (b *between) RoundTrip(r *http.Request) (*http.Response, error) {
	b.mu.Lock()
	before, after, fail := b.before, b.after, b.fail
	b.before, b.after = nil, nil
	b.asked++
	b.mu.Unlock()
	if before != nil {
		before()
	}
	if fail != nil {
		return nil, fail
	}
	resp, err := b.base.RoundTrip(r)
	if after != nil {
		after()
	}
	return resp, err
}

// expired makes a connection whose token has ended, and forgets how.
func (f *oauth) expired(t *testing.T) string {
	t.Helper()
	conn := f.connect(t, viewerP, "old")
	f.pass(2 * time.Hour)
	f.server.Forget()
	return conn.ID
}

// keeper makes one whose provider is known to keep refresh tokens.
func (f *oauth) keeper(t *testing.T) string {
	t.Helper()
	id := f.expired(t)
	f.works(t, f.bench, id)
	f.pass(2 * time.Hour)
	f.server.Forget()
	return id
}

// works uses the connection.
func (f *oauth) works(t *testing.T, b *bench, id string) {
	t.Helper()
	status, err := f.call(t.Context(), b.Catalog, viewerP, id)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
}

func (f *oauth) conn(t *testing.T, id string) *catalog.Connection {
	t.Helper()
	conn, err := f.For(viewerP).Connections().Get(t.Context(), id)
	require.NoError(t, err)
	return conn
}

// lost holds the connection to waiting for its owner, and to nobody being asked for it again.
func (f *oauth) lost(t *testing.T, id string) {
	t.Helper()
	posts := f.server.Count(authtest.Token)
	for range 3 {
		_, err := f.call(t.Context(), f.Catalog, viewerP, id)
		var state *catalog.StateError
		require.ErrorAs(t, err, &state)
		require.Equal(t, catalog.ConnectionNeedsReauth, state.State)
		f.pass(2 * time.Hour)
	}
	assert.Equal(t, posts, f.server.Count(authtest.Token), "it is a loop")
	assert.Equal(t, 1, auditCount(t, f.bench, "token lost"))
}

// callAll uses the connection from many goroutines at a time.
func (f *oauth) callAll(ctx context.Context, n int, id string, cats ...*catalog.Catalog) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { _, errs[i] = f.call(ctx, cats[i%len(cats)], viewerP, id) })
	}
	all.Wait()
	return errs
}

// noTrace holds what is stored, and what is shown, to containing no secret of the server.
func (f *oauth) noTrace(t *testing.T, texts ...string) {
	t.Helper()
	list, err := f.store.List(t.Context(), "", "", 1000)
	require.NoError(t, err)
	for _, rec := range list {
		texts = append(texts, string(rec.Value))
	}
	for _, secret := range f.server.Secrets() {
		for _, text := range texts {
			require.NotContains(t, text, secret)
		}
	}
}
