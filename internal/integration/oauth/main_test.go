package oauth_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/internal/leaktest"
)

// jobEnv holds a job, and makes the test program a worker that does it.
const jobEnv = "PATCHBAY_OAUTH_JOB"

// job is what another process does: it uses a connection.
type job struct {
	Dir        string // with the store and the keys
	Connection string
	API        string
	Root       []byte // the server's certificate
	Callers    int    // at once, in each round
	Lease      time.Duration
}

// lease is short, so that the work of a process that was killed is soon taken over.
const lease = 500 * time.Millisecond

func TestMain(m *testing.M) {
	raw := os.Getenv(jobEnv)
	if raw == "" {
		leaktest.Main(m)
	}
	var j job
	err := json.Unmarshal([]byte(raw), &j)
	if err == nil {
		err = j.work(context.Background(), os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// openShared opens what processes share.
func openShared(ctx context.Context, dir string) (*sqlstore.Store, auth.KeyWrapper, func() error, error) {
	db, err := sql.Open("sqlite", filepath.Join(dir, "catalog.db"))
	if err != nil {
		return nil, nil, nil, err
	}
	store, err := sqlstore.Open(ctx, db, sqlstore.SQLite, &sqlstore.Options{PollInterval: 10 * time.Millisecond})
	if err != nil {
		return nil, nil, nil, errors.Join(err, db.Close())
	}
	keys, err := auth.OpenKeyFile(ctx, filepath.Join(dir, "keys"), &auth.KeyFileOptions{Create: true})
	return store, keys, func() error { return errors.Join(store.Close(), db.Close()) }, err
}

// work does a round for each line of in: it lets an hour pass, uses the connection from
// many goroutines, and prints how many failed.
func (j *job) work(ctx context.Context, in io.Reader, out io.Writer) (err error) {
	store, keys, done, err := openShared(ctx, j.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	root, err := x509.ParseCertificate(j.Root)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AddCert(root)
	var hours atomic.Int64
	opts := &catalog.Options{
		Store: store, Keys: keys, Lease: j.Lease, RefreshEvery: -1,
		Clock: func() time.Time { return time.Now().Add(time.Duration(hours.Load()) * time.Hour) },
	}
	(&realServer{roots: roots}).reach(opts)
	cat, err := catalog.Open(ctx, opts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cat.Close()) }()
	client, err := cat.For(viewer()).Connections().Client(ctx, j.Connection)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		hours.Add(1)
		var failed atomic.Int64
		together(j.Callers, func() {
			if err := get(ctx, client, j.API); err != nil {
				failed.Add(1)
				fmt.Fprintln(os.Stderr, err)
			}
		})
		if _, err := fmt.Fprintln(out, failed.Load()); err != nil {
			return err
		}
	}
	return nil
}

// worker is another process.
type worker struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func (j *job) start(t *testing.T) *worker {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	raw, err := json.Marshal(j)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), jobEnv+"="+string(raw))
	cmd.Stderr = os.Stderr
	w := &worker{cmd: cmd}
	w.in, err = cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	w.out = bufio.NewScanner(out)
	require.NoError(t, cmd.Start())
	require.Equal(t, "ready", w.line())
	return w
}

func (w *worker) line() string {
	w.out.Scan()
	return w.out.Text()
}

// end lets the worker finish.
func (w *worker) end(t *testing.T) {
	t.Helper()
	require.NoError(t, w.in.Close())
	require.NoError(t, w.cmd.Wait())
}

// round lets workers do one round, all at once.
func round(t *testing.T, workers []*worker) {
	t.Helper()
	for _, w := range workers {
		_, err := io.WriteString(w.in, "\n")
		require.NoError(t, err)
	}
	var wg sync.WaitGroup
	for _, w := range workers {
		wg.Go(func() {
			if failed := w.line(); failed != "0" {
				t.Errorf("%s callers of a process failed", failed)
			}
		})
	}
	wg.Wait()
}
