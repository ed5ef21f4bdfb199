// Package sqlstore keeps a catalog in a SQL database that the program opened: it
// implements [catalog.Store] on a *sql.DB and imports no driver.
//
//	db, err := sql.Open("sqlite", "catalog.db") // with a driver of your choice
//	store, err := sqlstore.Open(ctx, db, sqlstore.SQLite, nil)
//
// The *sql.DB stays the program's: [Store.Close] does not close it, and other
// tables may live beside the store's, whose names all begin with
// [Options].Prefix. Open creates and upgrades them.
//
// # Promises
//
// An Apply is one transaction, and on disk when it returns: after a crash of the program
// or the machine it is there whole or not at all. Revisions come from one
// counter row, so they are in the order of the commits, whichever process
// commits. A read never waits for a write. What many goroutines apply at once is written together, up to 64
// Applys in one transaction; when 1024 wait, more wait for room, as long as their contexts live.
//
// When others hold the lock, Apply waits as long as its context lives, or
// [Options].BusyTimeout when that has no deadline, and then fails with [ErrBusy].
// Both dialects change nothing when Apply fails, except with [ErrInDoubt].
//
// # SQLite
//
// Any driver will do whose SQLite is at least 3.51.3, which is checked: older ones
// can lose commits when a write-ahead log is started over while others read. Several processes of
// one machine may share the file. That is why the file must be on a local disk, and why a
// database in memory is refused ([ErrInMemory]): each connection would have its own;
// use [catalog.NewMemStore].
//
// Open switches the file to a write-ahead log (PRAGMA journal_mode=WAL), which stays
// so. One connection of the pool is the writer's until Close, with
// synchronous=FULL, fullfsync=ON and temp_store=MEMORY, and is then closed rather than given back;
// its transactions begin with BEGIN IMMEDIATE whatever the data source name says. The
// pool must therefore allow two connections or more. Reads use the others as they
// are and change no setting of theirs. With many concurrent readers,
// db.SetMaxIdleConns saves opening connections again and again.
//
// SQLITE_BUSY does not reach the caller.
//
// A copy of the database file alone is no backup: recent commits are in the file beside
// it, whose name ends in -wal. Use VACUUM INTO or the backup interface of the driver. A
// follower notices when an older backup has been put in place.
//
// # PostgreSQL
//
// The server must be of version 14 or later. Any driver will do, such as
// github.com/jackc/pgx/v5/stdlib, and programs on many machines may share the database. The tables are made in the first
// schema of the search path that exists when Open is called, and are found there from then on. Who may
// not make tables may still use them.
//
// One connection of the pool is the writer's until Close. It has
// synchronous_commit=on (remote_apply is left as it is), no timeouts for statements and locks, and is then
// closed rather than given back. A server with fsync=off is refused. The
// connection must be a session: a pooler in between must not hand it to others after each
// transaction. A transaction in which a program falls silent is ended by the server after 10 seconds, so
// that a machine that dies does not keep the others from writing.
//
// While the server restarts or fails over, calls wait as they do for locks. When the answer to COMMIT is lost,
// the store looks on a new connection whether it was done, and does it again if it was not.
// Only who runs out of time before gets [ErrInDoubt]. A standby that
// takes over must have all that was acknowledged (synchronous_standby_names), which is the server's affair.
//
// The time of leases is the server's. Commits of others are noticed by asking, every
// [Options].PollInterval; LISTEN is beyond database/sql.
package sqlstore
