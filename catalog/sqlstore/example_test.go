package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

func ExampleOpen() { //nolint:testableexamples // it needs a driver; internal/integration runs it
	ctx := context.Background()

	// "sqlite" is the name of the driver that the program imports, such as
	// modernc.org/sqlite.
	db, err := sql.Open("sqlite", "catalog.db")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()

	store, err := sqlstore.Open(ctx, db, sqlstore.SQLite, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close() // before db.Close

	rev, err := store.Apply(ctx, catalog.Put("greeting", []byte("hello"), catalog.Absent()))
	fmt.Println(rev, err)
}
