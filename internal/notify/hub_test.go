package notify_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/internal/notify"
)

func TestHub_WakesEveryoneOnce(t *testing.T) {
	t.Parallel()
	var h notify.Hub
	a, b := h.Subscribe(t.Context()), h.Subscribe(t.Context())
	require.Empty(t, a)
	h.Notify()
	h.Notify() // must not wait for a
	require.Len(t, a, 1)
	<-a
	require.Empty(t, a)
	require.Len(t, b, 1)
	h.Close()
}

func TestHub_ChannelEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h notify.Hub
		ctx, cancel := context.WithCancel(t.Context())
		c, other := h.Subscribe(ctx), h.Subscribe(t.Context())
		cancel()
		synctest.Wait()
		_, open := <-c
		require.False(t, open)
		h.Notify()
		require.Len(t, other, 1)
		h.Close()
	})
}

func TestHub_CloseEndsEveryChannel(t *testing.T) {
	t.Parallel()
	var h notify.Hub
	c := h.Subscribe(t.Context())
	h.Close()
	h.Close()
	h.Notify()
	_, open := <-c
	require.False(t, open)
	_, open = <-h.Subscribe(t.Context())
	require.False(t, open)
}
