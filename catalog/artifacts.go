package catalog

import (
	"context"
	"io"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/egress"
)

// httpArtifacts is the default opener: by URL, through the egress guard (C12).
type httpArtifacts struct {
	client *egress.Client
	max    int64
}

func (h httpArtifacts) OpenArtifact(ctx context.Context, a connector.Artifact) (io.ReadCloser, int64, error) {
	most := h.max
	if a.Size > 0 && a.Size < most {
		most = a.Size
	}
	return h.client.Open(ctx, a.URL, most)
}

// Close gives idle connections back.
func (h httpArtifacts) Close() error {
	h.client.CloseIdleConnections()
	return nil
}
