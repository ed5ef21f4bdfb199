//go:build unix

package linear_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
	_ "modernc.org/sqlite"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/internal/integration/pgcluster"
	"github.com/patchbay/patchbay/internal/leaktest"
)

// How long and how often. The long form is -linear.for=60s -linear.runs=20 -timeout 2h.
var (
	during = flag.Duration("linear.for", 20*time.Second, "how long processes work, are killed and are stopped")
	runs   = flag.Int("linear.runs", 1, "how often")
	seed   = flag.Uint64("linear.seed", 0, "of what is chosen at random; 0: another one each time")
)

// workerEnv makes the test program a worker instead: it is a job.
const workerEnv = "PATCHBAY_LINEAR_WORKER"

// job is what a worker does.
type job struct {
	File, DSN, Schema string // where the stores are

	Log                   string // begins the names of its logs
	First, Clients, Users int    // the first number of its clients, of which there are so many of a store and of a catalog
	Seed                  uint64
}

// The stores are beside each other in one database.
const (
	plainPrefix   = "plain_"
	catalogPrefix = "catalog_"
	plainLog      = ".plain"
	catalogLog    = ".catalog"
)

func TestMain(m *testing.M) {
	text := os.Getenv(workerEnv)
	if text == "" {
		leaktest.Main(m, pgcluster.Stop)
	}
	if err := work(text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// work does a job until nobody holds the other end of its input.
func work(text string) (err error) {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	var closing closers
	defer func() { err = errors.Join(err, closing.close()) }()
	plain, err := newPen(&closing, j.Log+plainLog)
	if err != nil {
		return err
	}
	users, err := newPen(&closing, j.Log+catalogLog)
	if err != nil {
		return err
	}
	s, err := j.store(&closing, plainPrefix)
	if err != nil {
		return err
	}
	cat, err := j.catalog(&closing)
	if err != nil {
		return err
	}
	var clients errgroup.Group
	for i := range j.Clients {
		clients.Go(func() error { return askUntil(ctx, s, plain, j.First+i, j.Seed) })
	}
	for i := range j.Users {
		clients.Go(func() error { return wishUntil(ctx, cat, users, j.First+j.Clients+i, j.Seed) })
	}
	return clients.Wait()
}

// closers are what is still to be closed, the last first.
type closers []func() error

func (c *closers) add(f func() error) { *c = append(*c, f) }

func (c *closers) close() error {
	var errs []error
	for _, f := range slices.Backward(*c) {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}

func newPen(c *closers, path string) (pen, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err == nil {
		c.add(file.Close)
	}
	return pen{file}, err
}

// store opens a store of the database.
func (j job) store(c *closers, prefix string) (*sqlstore.Store, error) {
	dialect, open := sqlstore.SQLite, func() (*sql.DB, error) { return sql.Open("sqlite", j.File) }
	if j.File == "" {
		dialect, open = sqlstore.PostgreSQL, func() (*sql.DB, error) { return pgcluster.Place{DSN: j.DSN, Schema: j.Schema}.Open(nil) }
	}
	db, err := open()
	if err != nil {
		return nil, err
	}
	c.add(db.Close)
	s, err := sqlstore.Open(context.Background(), db, dialect, &sqlstore.Options{Prefix: prefix, Deletions: 1 << 20})
	if err == nil {
		c.add(s.Close)
	}
	return s, err
}

// catalog opens the catalog of the database.
func (j job) catalog(c *closers) (*catalog.Catalog, error) {
	s, err := j.store(c, catalogPrefix)
	if err != nil {
		return nil, err
	}
	cat, err := catalog.Open(context.Background(), &catalog.Options{Store: s, RefreshEvery: -1, Lease: time.Second})
	if err == nil {
		c.add(cat.Close)
	}
	return cat, err
}

// monotonic is a clock that no setting of the time moves, and that is the same in all processes of the machine.
func monotonic() int64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		panic(err)
	}
	return now.Nano()
}
