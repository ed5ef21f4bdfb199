package integration_test

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
	dsnEnv     = "PATCHBAY_POSTGRES_DSN"     // a server to use; each test has a schema of its own in it
	requireEnv = "PATCHBAY_REQUIRE_POSTGRES" // 1: to have none is a failure
)

// cluster is a server of this test program's own, in a folder of its own, which
// listens to a socket in that folder only.
type cluster struct {
	bin, dir string
	as       credential
	watcher  *exec.Cmd // stops the server when this program ends, however it ends
	alive    io.Closer
}

var theCluster = sync.OnceValues(startCluster)

// clusterStarted is what TestMain has to stop.
var clusterStarted *cluster

// needCluster returns the cluster, and skips the test if there is none.
func needCluster(tb testing.TB) *cluster {
	tb.Helper()
	c, err := theCluster()
	if err != nil {
		noPostgres(tb, err)
	}
	return c
}

// needOwnCluster is needCluster for a test that does to the server what nobody else's server must suffer.
func needOwnCluster(tb testing.TB) *cluster {
	tb.Helper()
	if os.Getenv(dsnEnv) != "" {
		tb.Skipf("the server that %s names is not ours to crash", dsnEnv)
	}
	return needCluster(tb)
}

func noPostgres(tb testing.TB, why error) {
	tb.Helper()
	if os.Getenv(requireEnv) == "1" {
		tb.Fatalf("%s=1, and there is no PostgreSQL: %v", requireEnv, why)
	}
	tb.Skipf("no PostgreSQL: %v", why)
}

func startCluster() (*cluster, error) {
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
	c := &cluster{bin: bin, dir: dir, as: as}
	if err := errors.Join(as.own(dir), c.run("initdb", "-D", c.data(), "-U", "patchbay", "-A", "trust", "-E", "UTF8", "--locale=C")); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.watch(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	clusterStarted = c
	return c, c.start()
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
	return "", fmt.Errorf("initdb is in none of the usual folders, and %s is not set", dsnEnv)
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }
func (c *cluster) dsn() string {
	return "host=" + c.dir + " user=patchbay dbname=postgres sslmode=disable"
}

func (c *cluster) start() error {
	options := "-k " + c.dir + " -c listen_addresses='' -c max_connections=200"
	return c.run("pg_ctl", "-D", c.data(), "-l", filepath.Join(c.dir, "log"), "-o", options, "-w", "start")
}

// crash ends the server without letting it tidy up, and starts it again.
func (c *cluster) crash() error {
	return errors.Join(c.run("pg_ctl", "-D", c.data(), "-m", "immediate", "-w", "stop"), c.start())
}

// watch starts a process that waits for this one to end, be it by a kill, and then
// stops the server.
func (c *cluster) watch() error {
	c.watcher = c.command("/bin/sh", "-c", `cat >/dev/null; "$0" -D "$1" -m immediate stop >/dev/null 2>&1; rm -rf "$2"`,
		filepath.Join(c.bin, "pg_ctl"), c.data(), c.dir)
	alive, err := c.watcher.StdinPipe()
	c.alive = alive
	return errors.Join(err, c.watcher.Start())
}

func (c *cluster) stop() error {
	return errors.Join(c.alive.Close(), c.watcher.Wait(), os.RemoveAll(c.dir))
}

func (c *cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = c.dir
	c.as.become(cmd)
	return cmd
}

// run runs a program of PostgreSQL. What it says goes to a file: the server inherits
// it, so a pipe would stay open.
func (c *cluster) run(name string, args ...string) error {
	out, err := os.CreateTemp("", "pb-pg-out")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name()) //nolint:errcheck // a temporary file
	defer out.Close()
	cmd := c.command(filepath.Join(c.bin, name), args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w: %s", name, err, said)
	}
	return nil
}
