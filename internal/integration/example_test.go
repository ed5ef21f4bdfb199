package integration_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

// A store in a SQLite file, with the driver modernc.org/sqlite.
func Example_sqlstore() {
	dir, err := os.MkdirTemp("", "patchbay")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder

	db, err := sql.Open("sqlite", filepath.Join(dir, "catalog.db"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()

	ctx := context.Background()
	store, err := sqlstore.Open(ctx, db, sqlstore.SQLite, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	rev, err := store.Apply(ctx, catalog.Put("greeting", []byte("hello"), catalog.Absent()))
	fmt.Println(rev, err)
	_, err = store.Apply(ctx, catalog.Put("greeting", []byte("hi"), catalog.At(rev+1)))
	fmt.Println(err)
	record, err := store.Get(ctx, "greeting")
	fmt.Printf("%s %d %v\n", record.Value, record.Revision, err)
	// Output:
	// 1 <nil>
	// store: precondition on "greeting" does not hold
	// hello 1 <nil>
}
