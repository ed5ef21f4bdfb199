package integration_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

// The oldest deletions are forgotten, and no more of them than must be.
func TestSQLite_ForgetsTheOldestDeletions(t *testing.T) {
	t.Parallel()
	for _, remembered := range []int{-1, 1, 3} {
		t.Run(fmt.Sprint(remembered), func(t *testing.T) {
			t.Parallel()
			s, err := sqlstore.Open(t.Context(), openDB(t, newPath(t)), sqlstore.SQLite, &sqlstore.Options{Deletions: remembered})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			const n = 6
			for i := range n {
				if _, err := s.Apply(t.Context(), put(fmt.Sprint(i))); err != nil {
					t.Fatal(err)
				}
			}
			for i := range n {
				if _, err := s.Apply(t.Context(), catalog.Delete(fmt.Sprint(i), catalog.Any())); err != nil {
					t.Fatal(err)
				}
			}
			oldest := catalog.Revision(2*n - max(remembered, 0)) // from which all is remembered
			if _, next, err := s.Changes(t.Context(), oldest-1, 100); !errors.Is(err, catalog.ErrCompacted) || next != 2*n {
				t.Errorf("Changes(%d) = %d, %v; want ErrCompacted", oldest-1, next, err)
			}
			page, _, err := s.Changes(t.Context(), oldest, 100)
			if err != nil || len(page) != max(remembered, 0) {
				t.Errorf("Changes(%d) = %d changes, %v; want %d", oldest, len(page), err, max(remembered, 0))
			}
		})
	}
}
