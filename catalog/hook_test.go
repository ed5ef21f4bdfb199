package catalog_test

import (
	"context"
	"strings"
	"sync"

	"github.com/patchbay/patchbay/catalog"
)

// hookStore does something once, just before an Apply that touches a prefix.
type hookStore struct {
	catalog.Store
	prefix string

	mu sync.Mutex
	do func()
}

// arm says what to do at the next such Apply.
func (h *hookStore) arm(do func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.do = do
}

// armed reports whether that has not happened yet.
func (h *hookStore) armed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.do != nil
}

func (h *hookStore) Apply(ctx context.Context, ops ...catalog.Op) (catalog.Revision, error) {
	h.mu.Lock()
	do := h.do
	for _, op := range ops {
		if do != nil && strings.HasPrefix(op.Key, h.prefix) {
			h.do = nil
			h.mu.Unlock()
			do()
			h.mu.Lock()
			break
		}
	}
	h.mu.Unlock()
	return h.Store.Apply(ctx, ops...)
}
