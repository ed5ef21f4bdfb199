package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
)

func ExampleOpen() {
	// "sqlite" is the name of the driver that the program imports, such as
	// modernc.org/sqlite.
	db, err := sql.Open("sqlite", "catalog.db")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	ctx := context.Background()
	store, err := sqlstore.Open(ctx, db, sqlstore.SQLite, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close() // before db.Close

	rev, err := store.Apply(ctx, catalog.Put("greeting", []byte("hello"), catalog.Absent()))
	fmt.Println(rev, err)
}
