package catalog_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/stretchr/testify/require"
)

// The principals of the tests.
var (
	adminP  = catalog.Principal{Tenant: "acme", User: "ada", Roles: []string{catalog.RoleAdmin}}
	viewerP = catalog.Principal{Tenant: "acme", User: "vic", Roles: []string{catalog.RoleViewer}}
	nobodyP = catalog.Principal{Tenant: "acme", User: "nik"}
)

// bench is a catalog on twins that the test scripts.
type bench struct {
	*catalog.Catalog
	admin  *catalog.Admin
	feed   *catalogtest.FakeFeed
	disk   *fakeDisk
	store  catalog.Store
	opts   catalog.Options
	now    time.Time
	nowMu  sync.Mutex
	closed bool
}

// newBench opens a catalog whose feed offers the given "key@version"s.
func newBench(t *testing.T, offers []string, edit ...func(*catalog.Options)) *bench {
	t.Helper()
	b := &bench{
		feed: catalogtest.NewFakeFeed("main"), disk: newFakeDisk(), store: catalog.NewMemStore(nil),
		now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
	for _, o := range offers {
		b.offer(o)
	}
	b.opts = catalog.Options{
		Store: b.store, Feeds: []catalog.Feed{b.feed}, Installer: b.disk, Lease: testLease(),
		RefreshEvery: time.Hour, FollowEvery: time.Hour, Clock: b.time,
	}
	for _, e := range edit {
		e(&b.opts)
	}
	b.open(t)
	t.Cleanup(func() { b.close(t) })
	return b
}

// testLease is short, so that tests need not wait long for one to run out, and long enough
// that a holder keeps it.
func testLease() time.Duration {
	if raceEnabled {
		return 600 * time.Millisecond
	}
	return 200 * time.Millisecond
}

func (b *bench) open(t *testing.T) {
	t.Helper()
	c, err := catalog.Open(t.Context(), &b.opts)
	require.NoError(t, err)
	b.Catalog, b.closed = c, false
	b.admin, err = c.Manage(adminP)
	require.NoError(t, err)
}

func (b *bench) close(t *testing.T) {
	t.Helper()
	if !b.closed {
		require.NoError(t, b.Close())
	}
	b.closed = true
}

// reopen closes the catalog and opens it again on the same store, with other options if given.
func (b *bench) reopen(t *testing.T, edit ...func(*catalog.Options)) {
	t.Helper()
	b.close(t)
	for _, e := range edit {
		e(&b.opts)
	}
	b.open(t)
}

func (b *bench) time() time.Time {
	b.nowMu.Lock()
	defer b.nowMu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.nowMu.Lock()
	defer b.nowMu.Unlock()
	b.now = b.now.Add(d)
}

func cut(offer string) (connector.Key, string) {
	for i := range offer {
		if offer[i] == '@' {
			return connector.Key(offer[:i]), offer[i+1:]
		}
	}
	return connector.Key(offer), ""
}

// offer makes the feed offer a release whose bytes are its name.
func (b *bench) offer(offer string, edit ...func(*connector.Release)) {
	key, version := cut(offer)
	m := &connector.Manifest{
		Key: key, Version: version, Hosts: []string{"https://api." + key.Name() + ".example"},
		Auth:       []auth.Scheme{{ID: "key", Type: auth.APIKey, In: "header", Name: "X-Key"}},
		Activities: []connector.Activity{{Name: "send"}}, BuildTargets: []string{"portable"},
		Triggers: []connector.TriggerType{{Name: "received", Mode: connector.Polling}},
	}
	b.feed.Offer(key, version, []byte(offer), append([]func(*connector.Release){func(r *connector.Release) { r.Manifest = m }}, edit...)...)
}

func (b *bench) refresh(t *testing.T) {
	t.Helper()
	require.NoError(t, b.admin.Refresh(t.Context()))
}

func (b *bench) plan(t *testing.T, picks ...string) *catalog.Plan {
	t.Helper()
	var choices []catalog.Choice
	for _, p := range picks {
		key, version := cut(p)
		choices = append(choices, catalog.Pick(string(key), version))
	}
	plan, err := b.admin.Plan(t.Context(), choices...)
	require.NoError(t, err)
	return plan
}

// run installs a plan and waits for its end.
func (b *bench) run(t *testing.T, plan *catalog.Plan) *catalog.OperationStatus {
	t.Helper()
	op, err := b.admin.Install(t.Context(), plan)
	require.NoError(t, err)
	st, err := op.Wait(t.Context())
	require.NoError(t, err)
	return st
}

// install plans and installs; every item must be done.
func (b *bench) install(t *testing.T, picks ...string) {
	t.Helper()
	for _, it := range b.run(t, b.plan(t, picks...)).Items {
		require.Equal(t, catalog.Done, it.State, "%s: %s", it.Key, it.Err)
	}
}

func (b *bench) row(t *testing.T, key connector.Key) catalog.Row {
	t.Helper()
	for row, err := range b.admin.Available(t.Context(), nil) {
		require.NoError(t, err)
		if row.Key == key {
			return *row
		}
	}
	require.Fail(t, "no row", "%s", key)
	return catalog.Row{}
}

func (b *bench) rows(t *testing.T, q *catalog.Query) []string {
	t.Helper()
	keys := []string{}
	for row, err := range b.admin.Available(t.Context(), q) {
		require.NoError(t, err)
		keys = append(keys, string(row.Key))
	}
	return keys
}

func (b *bench) published(t *testing.T) []string {
	t.Helper()
	list := []string{}
	for l, err := range b.For(viewerP).Published(t.Context(), nil) {
		require.NoError(t, err)
		list = append(list, string(l.Key)+"@"+l.Version)
	}
	return list
}

func (b *bench) status(t *testing.T, feed string) catalog.FeedStatus {
	t.Helper()
	for st, err := range b.admin.Feeds(t.Context()) {
		require.NoError(t, err)
		if st.Name == feed {
			return st
		}
	}
	require.Fail(t, "no feed", feed)
	return catalog.FeedStatus{}
}

func problemTexts(st catalog.FeedStatus) []string {
	var out []string
	for _, p := range st.Problems {
		out = append(out, p.Error())
	}
	return out
}

// fakeDisk is an installer that keeps bytes in a map and can be told to fail.
type fakeDisk struct {
	mu       sync.Mutex
	files    map[connector.Digest]string
	installs map[string]int
	running  map[connector.Key]int
	overlap  bool
	fail     map[string]error                     // by key@version
	gates    map[string]chan struct{}             // by key@version: Install waits
	manifest map[string]func(*connector.Manifest) // what the package says of itself
	stuck    error                                // what Remove fails with
}

func newFakeDisk() *fakeDisk {
	return &fakeDisk{
		files: map[connector.Digest]string{}, installs: map[string]int{}, running: map[connector.Key]int{}, fail: map[string]error{},
		gates: map[string]chan struct{}{}, manifest: map[string]func(*connector.Manifest){},
	}
}

func (d *fakeDisk) gate(name string) (open func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ch := make(chan struct{})
	d.gates[name] = ch
	return sync.OnceFunc(func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.gates, name)
		close(ch)
	})
}

func (d *fakeDisk) Install(ctx context.Context, pkg *installer.Package, report func(installer.Progress)) (*installer.Receipt, error) {
	name := string(pkg.Key) + "@" + pkg.Version
	d.mu.Lock()
	d.installs[name]++
	d.running[pkg.Key]++
	d.overlap = d.overlap || d.running[pkg.Key] > 1
	gate, fail, edit := d.gates[name], d.fail[name], d.manifest[name]
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.running[pkg.Key]--
	}()
	body, err := pkg.Open(ctx)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(body)
	if err := body.Close(); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	report(installer.Progress{Phase: installer.Fetching, Bytes: int64(len(data)), Total: pkg.Artifact.Size})
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if fail != nil {
		return nil, fail
	}
	m := connector.Manifest{Key: pkg.Key, Version: pkg.Version}
	if pkg.Manifest != nil {
		m = *pkg.Manifest
	}
	if edit != nil {
		edit(&m)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files[pkg.Artifact.Digest] = string(data)
	return &installer.Receipt{Key: pkg.Key, Version: pkg.Version, Digest: pkg.Artifact.Digest, Size: int64(len(data)), Manifest: &m}, nil
}

func (d *fakeDisk) Verify(_ context.Context, r *installer.Receipt) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.files[r.Digest]; !ok {
		return fmt.Errorf("%s: %w", r.Digest, fs.ErrNotExist)
	}
	return nil
}

func (d *fakeDisk) Remove(_ context.Context, r *installer.Receipt) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stuck != nil {
		return d.stuck
	}
	delete(d.files, r.Digest)
	return nil
}

func (d *fakeDisk) Sweep(_ context.Context, keep []*installer.Receipt) (removed int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for digest := range d.files {
		if !slices.ContainsFunc(keep, func(r *installer.Receipt) bool { return r.Digest == digest }) {
			delete(d.files, digest)
			removed++
		}
	}
	return removed, nil
}

// set changes the disk's behaviour while it is in use.
func (d *fakeDisk) set(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

func (d *fakeDisk) held() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := []string{}
	for _, f := range d.files {
		out = append(out, f)
	}
	slices.Sort(out)
	return out
}

func (d *fakeDisk) count(name string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.installs[name]
}
