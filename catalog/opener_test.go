package catalog_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A feed that opens nothing leaves URLs to the guarded client, which goes to
// public https addresses only (C12).
func TestC12_DefaultOpenerIsGuarded(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	for i, url := range []string{"https://127.0.0.1:1/a.tgz", "https://[::1]:1/a.tgz", "https://169.254.169.254/a.tgz", "slack/1.0.0.tgz"} {
		key := "c" + string(rune('0'+i))
		b.offer(key+"@1.0.0", func(r *connector.Release) { r.Artifact.URL = url })
	}
	b.reopen(t, func(o *catalog.Options) { o.Feeds = []catalog.Feed{struct{ catalog.Feed }{b.feed}} })
	for i := range 4 {
		st := b.run(t, b.plan(t, "c"+string(rune('0'+i)))).Items[0]
		assert.Equal(t, catalog.Failed, st.State, "%d", i)
		assert.NotEmpty(t, st.Err)
	}
	assert.Empty(t, b.published(t))
}

type openerFunc func(a connector.Artifact) ([]byte, int64)

func (f openerFunc) OpenArtifact(_ context.Context, a connector.Artifact) (io.ReadCloser, int64, error) {
	data, size := f(a)
	return io.NopCloser(bytes.NewReader(data)), size, nil
}

func TestOptionsArtifactsOpensWhatFeedsDoNot(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "b@1.0.0", "c@1.0.0"})
	b.reopen(t, func(o *catalog.Options) {
		o.Feeds = []catalog.Feed{struct{ catalog.Feed }{b.feed}}
		o.Artifacts = openerFunc(func(a connector.Artifact) ([]byte, int64) {
			switch a.URL {
			case "a/1.0.0.tgz":
				return []byte("a@1.0.0"), 7
			case "b/1.0.0.tgz":
				return []byte("b@1.0.0"), -1 // it does not say
			default:
				return []byte("longer than stated"), 18
			}
		})
	})
	st := b.run(t, b.plan(t, "a", "b", "c"))
	assert.Equal(t, []catalog.ItemState{catalog.Done, catalog.Done, catalog.Failed}, []catalog.ItemState{st.Items[0].State, st.Items[1].State, st.Items[2].State})
	assert.Contains(t, st.Items[2].Err, "18 bytes, its release states 7")
}

func TestListsEndWithTheirContext(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0", "b@1.0.0"})
	b.install(t, "a", "b")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for _, err := range b.admin.Available(ctx, nil) {
		if n++; n == 1 {
			require.NoError(t, err)
			cancel()
			continue
		}
		require.ErrorIs(t, err, context.Canceled)
	}
	assert.Equal(t, 2, n)
	for name, err := range map[string]error{
		"available": first(b.admin.Available(ctx, nil)), "verify": first(b.admin.Verify(ctx, "")), "audit": first(b.admin.Audit(ctx, nil)),
		"published": first(b.For(viewerP).Published(ctx, nil)), "feeds": first(b.admin.Feeds(ctx)), "skips": first(b.admin.Skips(ctx, "")),
		"disabled": first(b.For(viewerP).Disabled(ctx)), "operations": first(b.admin.Operations(ctx)),
	} {
		require.ErrorIs(t, err, context.Canceled, name)
		var e *catalog.Error
		require.ErrorAs(t, err, &e, name)
	}
	_, err := b.admin.Plan(ctx, catalog.Pick("a", ""))
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, b.admin.Refresh(ctx), context.Canceled)
}

func TestArgumentsThatNameNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, []string{"a@1.0.0"})
	ctx := t.Context()
	_, explain := b.admin.Explain(ctx, "nothing")
	_, detail := b.admin.Connector(ctx, "nothing")
	for name, err := range map[string]error{
		"explain": explain, "detail": detail, "verify": first(b.admin.Verify(ctx, "nothing")),
		"skips": first(b.admin.Skips(ctx, "nothing")), "pins": first(b.admin.Pins(ctx, "nothing")),
	} {
		require.ErrorIs(t, err, catalog.ErrNotFound, name)
		require.ErrorContains(t, err, "nothing", name)
	}
	_, err := b.admin.Skip(ctx, "a", nil)
	require.ErrorIs(t, err, catalog.ErrInvalid)
	_, err = b.admin.Prune(ctx, "a")
	require.NoError(t, err, "there is nothing to remove, which is no error")
	_, err = b.admin.Sweep(within(t, time.Second))
	require.NoError(t, err)
}
