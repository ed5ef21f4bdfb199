package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
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

func ExampleVersionError() {
	// What Open returns when the driver is an old one.
	var err error = &sqlstore.VersionError{Software: "SQLite", Version: "3.45.1", Need: "3.51.3"}

	if old, ok := errors.AsType[*sqlstore.VersionError](err); ok {
		fmt.Printf("update the driver: its %s must be %s or later\n", old.Software, old.Need)
	}
	fmt.Println(errors.Is(err, errors.ErrUnsupported))
	// Output:
	// update the driver: its SQLite must be 3.51.3 or later
	// true
}
