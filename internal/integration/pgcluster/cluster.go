package pgcluster

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// Variables by which whoever runs the tests says what to do about PostgreSQL.
const (
	DSNEnv     = "PATCHBAY_POSTGRES_DSN"     // a server to use; each test has a schema of its own in it
	RequireEnv = "PATCHBAY_REQUIRE_POSTGRES" // 1: to have none is a failure
)

// Cluster is a server of this test program's own, in a folder of its own, which
// listens to a socket in that folder only.
type Cluster struct {
	bin, dir string
	as       credential
	watcher  *exec.Cmd // stops the server when this program ends, however it ends
	alive    io.Closer
}

//nolint:gochecknoglobals // TestMain has nowhere else to look
var started struct {
	once    sync.Once
	cluster *Cluster
	err     error
}

// Need returns the program's own server, and skips the test if there cannot be one, or fails it where RequireEnv
// says so. It is safe for concurrent use; all callers share the server.
func Need(tb testing.TB) *Cluster {
	tb.Helper()
	started.once.Do(func() { started.cluster, started.err = start() })
	switch {
	case started.err == nil:
	case os.Getenv(RequireEnv) == "1":
		tb.Fatalf("%s=1, and there is no PostgreSQL: %v", RequireEnv, started.err)
	default:
		tb.Skipf("no PostgreSQL: %v", started.err)
	}
	return started.cluster
}

// NeedOwn is Need for a test that does to the server what nobody else's server must suffer: it is skipped when
// the environment names one.
func NeedOwn(tb testing.TB) *Cluster {
	tb.Helper()
	if os.Getenv(DSNEnv) != "" {
		tb.Skipf("the server that %s names is not ours to crash", DSNEnv)
	}
	return Need(tb)
}

// Stop stops the program's own server, if there is one, and removes its files. It is for the end of TestMain.
func Stop() error {
	if started.cluster == nil {
		return nil
	}
	return started.cluster.stop()
}

func start() (*Cluster, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	as, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pb-pg") // short: the path of a socket may have a hundred bytes
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin, dir: dir, as: as}
	if err := errors.Join(as.own(dir), c.run("initdb", "-D", c.data(), "-U", "patchbay", "-A", "trust", "-E", "UTF8", "--locale=C")); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.watch(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.start(); err != nil {
		return nil, errors.Join(err, c.stop())
	}
	return c, nil
}

// postgresBin finds the folder of initdb, the newest if there are several.
func postgresBin() (string, error) {
	if found, err := exec.LookPath("initdb"); err == nil {
		if found, err = filepath.EvalSymlinks(found); err == nil {
			return filepath.Dir(found), nil
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql@*/bin", "/opt/homebrew/bin", "/usr/local/opt/postgresql@*/bin",
	} {
		found, err := filepath.Glob(filepath.Join(pattern, "initdb"))
		if err == nil && len(found) > 0 {
			return filepath.Dir(slices.Max(found)), nil
		}
	}
	return "", fmt.Errorf("initdb is in none of the usual folders, and %s is not set", DSNEnv)
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// DSN is the data source name of the server's database.
func (c *Cluster) DSN() string {
	return "host=" + c.dir + " user=patchbay dbname=postgres sslmode=disable"
}

// Run runs a program of PostgreSQL, such as pg_dump, in the server's folder and as who runs the server.
func (c *Cluster) Run(program string, args ...string) error { return c.run(program, args...) }

func (c *Cluster) start() error {
	options := "-k " + c.dir + " -c listen_addresses='' -c max_connections=200"
	return c.run("pg_ctl", "-D", c.data(), "-l", filepath.Join(c.dir, "log"), "-o", options, "-w", "start")
}

// Crash ends the server without letting it tidy up, and starts it again.
func (c *Cluster) Crash() error {
	return errors.Join(c.run("pg_ctl", "-D", c.data(), "-m", "immediate", "-w", "stop"), c.start())
}

// watch starts a process that waits for this one to end, be it by a kill, and then
// stops the server.
func (c *Cluster) watch() error {
	c.watcher = c.command("/bin/sh", "-c", `cat >/dev/null; "$0" -D "$1" -m immediate stop >/dev/null 2>&1; rm -rf "$2"`,
		filepath.Join(c.bin, "pg_ctl"), c.data(), c.dir)
	alive, err := c.watcher.StdinPipe()
	c.alive = alive
	return errors.Join(err, c.watcher.Start())
}

func (c *Cluster) stop() error {
	return errors.Join(c.alive.Close(), c.watcher.Wait(), os.RemoveAll(c.dir))
}

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...) //nolint:gosec,noctx // programs of PostgreSQL, of which one outlives the test
	cmd.Dir = c.dir
	c.as.become(cmd)
	return cmd
}

// run runs a program of PostgreSQL. What it says goes to a file: the server inherits
// it, so a pipe would stay open.
func (c *Cluster) run(name string, args ...string) error {
	out, err := os.CreateTemp("", "pb-pg-out")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name()) //nolint:errcheck // a temporary file
	defer out.Close()           //nolint:errcheck // nothing is written to it here
	cmd := c.command(filepath.Join(c.bin, name), args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w: %s", name, err, said)
	}
	return nil
}
