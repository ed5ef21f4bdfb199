package integration_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/internal/integration/pgcluster"
	"github.com/patchbay/patchbay/internal/leaktest"
)

// Variables that make the test program a worker instead: what to do, and on
// which file.
const (
	workerEnv = "PATCHBAY_INTEGRATION_WORKER"
	fileEnv   = "PATCHBAY_INTEGRATION_FILE"
	schemaEnv = "PATCHBAY_INTEGRATION_SCHEMA" // then the other is the data source name of a server
)

const (
	increments = 250 // of each incrementing worker
	together   = 8   // keys that a writing worker puts in one Apply
)

func TestMain(m *testing.M) {
	work := map[string]func(context.Context, catalog.Store) error{
		"increment": incrementOften,
		"write":     writeForEver,
		"renew":     renewInProcess,
	}[os.Getenv(workerEnv)]
	if work == nil {
		leaktest.Main(m, pgcluster.Stop)
	}
	if err := runWorker(work); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runWorker(work func(context.Context, catalog.Store) error) error {
	ctx := context.Background()
	dialect, open := sqlstore.SQLite, func() (*sql.DB, error) { return sql.Open("sqlite", os.Getenv(fileEnv)) }
	if schema := os.Getenv(schemaEnv); schema != "" {
		dialect, open = sqlstore.PostgreSQL, func() (*sql.DB, error) { return pgcluster.Place{DSN: os.Getenv(fileEnv), Schema: schema}.Open(nil) }
	}
	db, err := open()
	if err != nil {
		return err
	}
	s, err := sqlstore.Open(ctx, db, dialect, nil)
	if err != nil {
		return err
	}
	return errors.Join(work(ctx, s), s.Close(), db.Close())
}

// startWorker starts one more process of this program.
func startWorker(t *testing.T, work, path string, more ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = slices.Concat(os.Environ(), []string{workerEnv + "=" + work, fileEnv + "=" + path}, more)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

func incrementOften(ctx context.Context, s catalog.Store) error {
	for range increments {
		if err := increment(ctx, s, "counter"); err != nil {
			return err
		}
	}
	return nil
}

// increment adds one by compare-and-swap, however often others are quicker.
func increment(ctx context.Context, s catalog.Store, key string) error {
	for {
		n, p := 0, catalog.Absent()
		r, err := s.Get(ctx, key)
		switch {
		case err == nil:
			if n, err = strconv.Atoi(string(r.Value)); err != nil {
				return err
			}
			p = catalog.At(r.Revision)
		case !errors.Is(err, catalog.ErrNotFound):
			return err
		}
		_, err = s.Apply(ctx, catalog.Put(key, []byte(strconv.Itoa(n+1)), p))
		if !errors.Is(err, catalog.ErrConflict) {
			return err
		}
	}
}

// writeForEver puts all keys of a group in each Apply, with one value, and prints the
// revision when Apply has returned. Somebody kills it.
func writeForEver(ctx context.Context, s catalog.Store) error {
	for i := 0; ; i++ {
		ops := make([]catalog.Op, together)
		for j := range ops {
			// Enough bytes for several pages, so that a commit is several writes.
			ops[j] = catalog.Put(fmt.Sprintf("group/%d", j), fmt.Appendf(nil, "%02000d", i), catalog.Any())
		}
		rev, err := s.Apply(ctx, ops...)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(os.Stdout, rev); err != nil {
			return err
		}
	}
}
