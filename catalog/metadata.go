package catalog

import (
	"context"
	"sync"
	"time"

	"github.com/patchbay/patchbay/auth"
)

// Bounds of what is remembered of authorization servers.
const (
	metadataFor  = 10 * time.Minute
	metadataMost = 256
)

// serverMetadata remembers what authorization servers say of themselves (RFC 8414), so
// that not every authorization asks anew. It keeps good answers only.
type serverMetadata struct {
	mu sync.Mutex
	by map[string]metadataAnswer // by issuer
}

type metadataAnswer struct {
	meta  *auth.Metadata
	until time.Time
}

// of asks an issuer, unless it was asked lately.
func (m *serverMetadata) of(ctx context.Context, client *auth.TokenClient, issuer string) (*auth.Metadata, error) {
	if meta := m.lately(issuer); meta != nil {
		return meta, nil
	}
	meta, err := client.Discover(ctx, issuer)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.by == nil || len(m.by) >= metadataMost {
		m.by = map[string]metadataAnswer{}
	}
	m.by[issuer] = metadataAnswer{meta, time.Now().Add(metadataFor)}
	return meta, nil
}

func (m *serverMetadata) lately(issuer string) *auth.Metadata {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a, ok := m.by[issuer]; ok && time.Now().Before(a.until) {
		return a.meta
	}
	return nil
}
