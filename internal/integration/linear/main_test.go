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
	Level string // "store" or "catalog"
	// Where the store is.
	File, DSN, Schema string

	Log            string
	First, Clients int // numbers of its clients
	Seed           uint64
}

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
	log, err := os.OpenFile(j.Log, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	s, closing, err := j.open(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closing()) }()
	var clients errgroup.Group
	for i := range j.Clients {
		clients.Go(func() error { return askUntil(ctx, s, pen{log}, j.First+i, j.Seed) })
	}
	return clients.Wait()
}

func (j job) open(ctx context.Context) (catalog.Store, func() error, error) {
	dialect, open := sqlstore.SQLite, func() (*sql.DB, error) { return sql.Open("sqlite", j.File) }
	if j.File == "" {
		dialect, open = sqlstore.PostgreSQL, func() (*sql.DB, error) { return pgcluster.Place{DSN: j.DSN, Schema: j.Schema}.Open(nil) }
	}
	db, err := open()
	if err != nil {
		return nil, nil, err
	}
	s, err := sqlstore.Open(ctx, db, dialect, &sqlstore.Options{Deletions: 1 << 20})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return s, func() error { return errors.Join(s.Close(), db.Close()) }, nil
}

// monotonic is a clock that no setting of the time moves, and that is the same in all processes of the machine.
func monotonic() int64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		panic(err)
	}
	return now.Nano()
}
