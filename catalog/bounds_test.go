package catalog_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	_, err := catalog.Open(t.Context(), &catalog.Options{
		FollowEvery: -1, ActivityDelay: -1,
		Feeds: []catalog.Feed{catalogtest.NewFakeFeed(strings.Repeat("ä", 100))}, // its store keys would be too long
	})
	require.ErrorIs(t, err, catalog.ErrInvalid)
	for _, part := range []string{"FollowEvery", "ActivityDelay", "Feeds[0]"} {
		require.ErrorContains(t, err, part)
	}
	name := strings.Repeat("ä", 60)
	feed := catalogtest.NewFakeFeed(name)
	feed.Offer("slack", "1.0.0", []byte("x"))
	b := newBench(t, nil, func(o *catalog.Options) { o.Feeds = []catalog.Feed{feed} })
	assert.Equal(t, name, b.row(t, "slack").Feed)
}

func TestOptionsAreTheCatalogsOwn(t *testing.T) {
	t.Parallel()
	second := catalogtest.NewFakeFeed("second")
	second.Offer("slack", "2.0.0", []byte("two"))
	b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) { o.Feeds = append(o.Feeds, second) })
	b.opts.Feeds[0], b.opts.Feeds[1] = second, second
	b.offer("jira@1.0.0")
	b.refresh(t)
	b.install(t, "slack", "jira")
	assert.Equal(t, []string{"jira@1.0.0", "slack@1.0.0"}, b.published(t))
	assert.Equal(t, 2, b.status(t, "main").Connectors)
}

func TestP7_HoldsAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	rev := newest(t, b)
	for name, s := range map[string]catalog.Skip{
		"Reason":       {Versions: "1.0.0", Reason: strings.Repeat("x", 5000)},
		"Reason UTF-8": {Versions: "1.0.0", Reason: "\xff"},
		"Expires":      {Versions: "1.0.0", Reason: "r", Expires: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)},
		"versions":     {Versions: strings.Repeat("1.0.0 || ", 1000) + "2.0.0", Reason: "r"},
	} {
		_, err := b.admin.Skip(t.Context(), "slack", &s)
		require.ErrorIs(t, err, catalog.ErrInvalid, name)
		require.ErrorContains(t, err, strings.Fields(name)[0])
	}
	_, err := b.admin.Skip(t.Context(), strings.Repeat("x", 600), &catalog.Skip{Versions: "1.0.0", Reason: "r"})
	require.ErrorIs(t, err, catalog.ErrInvalid)
	require.Error(t, b.admin.Unskip(t.Context(), strings.Repeat("x", 600)))
	require.Error(t, b.admin.Unskip(t.Context(), ""))
	_, err = b.admin.Operation(t.Context(), strings.Repeat("x", 600))
	require.ErrorIs(t, err, catalog.ErrInvalid)
	assert.Equal(t, rev, newest(t, b), "nothing was written")
}

func TestQueryIsBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	for _, part := range []string{"Text", "Category", "After"} {
		q := catalog.Query{}
		long := strings.Repeat("a ", 10_000)
		switch part {
		case "Text":
			q.Text = long
		case "Category":
			q.Category = long
		default:
			q.After = strings.Repeat("a", 100_000)
		}
		err := first(b.For(viewerP).Published(t.Context(), &q))
		require.ErrorIs(t, err, catalog.ErrInvalid, part)
		require.ErrorContains(t, err, part)
	}
}

// checkChain reads the whole audit log as an outsider would and recomputes its
// hashes.
func checkChain(t *testing.T, b *bench) []catalog.AuditEntry {
	t.Helper()
	var all []catalog.AuditEntry
	prev := ""
	for e, err := range b.admin.Audit(t.Context(), nil) {
		require.NoError(t, err)
		require.EqualValues(t, len(all)+1, e.Seq)
		require.Equal(t, prev, e.Prev, "entry %d", e.Seq)
		all = append(all, e)
		prev, e.Hash = e.Hash, ""
		data, err := json.Marshal(e)
		require.NoError(t, err)
		sum := sha256.Sum256(data)
		require.Equal(t, prev, hex.EncodeToString(sum[:]), "entry %d", e.Seq)
	}
	return all
}

func TestS3_ChainHoldsWhateverIsWrittenIntoIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) {
		o.Clock = func() time.Time { return time.Now().In(time.FixedZone("odd", 3601)) }
	})
	odd := catalog.Principal{Tenant: "acme & co", User: "<\u2028äda>", Groups: []string{"&"}, Roles: adminP.Roles}
	admin, err := b.Manage(odd)
	require.NoError(t, err)
	_, err = admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: "1.0.0", Reason: "<b>\u2028é"})
	require.NoError(t, err)
	b.feed.Fail(oddError{})
	require.Error(t, b.admin.Refresh(t.Context()))
	require.Len(t, checkChain(t, b), 3)
}

func TestP2_PrincipalsNamesAreNames(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	long := strings.Repeat("x", 513)
	for name, p := range map[string]catalog.Principal{
		"tenant": {Tenant: "a\x00b"}, "user": {Tenant: "acme", User: "\xff"}, "group": {Tenant: "acme", Groups: []string{long}},
		"roles": {Tenant: "acme", Roles: make([]string, 2001)},
	} {
		_, err := b.Manage(p)
		require.ErrorIs(t, err, catalog.ErrInvalid, name)
		require.ErrorContains(t, err, name)
		require.ErrorIs(t, first(b.For(p).Published(t.Context(), nil)), catalog.ErrInvalid, name)
	}
	roles := []string{catalog.RoleViewer}
	v := b.For(catalog.Principal{Tenant: "acme", Roles: roles})
	roles[0] = "changed later"
	require.NoError(t, first(v.Published(t.Context(), nil)), "a Viewer's principal is its own")
}

type oddError struct{}

func (oddError) Error() string { return "entry \"\xfe\xff\" refused" }

func TestS3_DamagedAuditLogIsAnErrorNotALoop(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	_, err := b.store.Apply(t.Context(), catalog.Delete("audithead", catalog.Any()))
	require.NoError(t, err)
	ctx := within(t, 5*time.Second)
	_, err = b.admin.Skip(ctx, "slack", &catalog.Skip{Versions: "1.0.0", Reason: "r"})
	require.ErrorContains(t, err, "audit log")
	_, err = b.admin.Install(ctx, b.plan(t, "slack"))
	require.ErrorContains(t, err, "audit log")
}

// A clock gone wild must not write an entry that is no entry.
func TestS3_TimeThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"slack@1.0.0"})
	rev := newest(t, b)
	b.nowMu.Lock()
	b.now = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	b.nowMu.Unlock()
	_, err := b.admin.Skip(t.Context(), "slack", &catalog.Skip{Versions: "1.0.0", Reason: "r"})
	require.ErrorContains(t, err, "cannot be stored")
	assert.Equal(t, rev, newest(t, b))
}
