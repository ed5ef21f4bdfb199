package catalog_test

import (
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
)

func TestS2_MemStorePassesTheKit(t *testing.T) {
	t.Parallel()
	const deletions = 50
	catalogtest.TestStore(t, func(*testing.T) catalog.Store {
		return catalog.NewMemStore(&catalog.MemStoreOptions{Deletions: deletions})
	}, &catalogtest.StoreOptions{Deletions: deletions})
}
