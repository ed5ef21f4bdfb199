package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// cluster is a PostgreSQL server for one run, in a folder of its own, that listens to a
// socket in that folder only.
type cluster struct {
	bin, dir string
	as       identity
	watcher  *exec.Cmd // stops the server when this program ends, however it ends
	alive    io.Closer
}

func startCluster(ctx context.Context) (*cluster, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	as, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "fleet-pg") // short: the path of a socket may have a hundred bytes
	if err != nil {
		return nil, err
	}
	c := &cluster{bin: bin, dir: dir, as: as}
	if err := errors.Join(as.own(dir), c.run(ctx, "initdb", "-D", c.data(), "-U", "fleet", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.watch(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := c.run(ctx, "pg_ctl", "-D", c.data(), "-l", filepath.Join(dir, "log"), "-o", "-k "+dir+" -c listen_addresses=''", "-w", "start"); err != nil {
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
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"} {
		if found, err := filepath.Glob(filepath.Join(pattern, "initdb")); err == nil && len(found) > 0 {
			return filepath.Dir(slices.Max(found)), nil
		}
	}
	return "", errors.New("its initdb is in none of the usual folders")
}

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *cluster) dsn() string {
	return "host=" + c.dir + " user=fleet dbname=postgres sslmode=disable"
}

// watch starts a process that waits for this one to end, be it by a kill, and then stops
// the server.
func (c *cluster) watch(ctx context.Context) error {
	c.watcher = c.command(context.WithoutCancel(ctx), "/bin/sh", "-c",
		`cat >/dev/null; "$0" -D "$1" -m immediate stop >/dev/null 2>&1; rm -rf "$2"`,
		filepath.Join(c.bin, "pg_ctl"), c.data(), c.dir)
	alive, err := c.watcher.StdinPipe()
	c.alive = alive
	return errors.Join(err, c.watcher.Start())
}

func (c *cluster) stop() error {
	return errors.Join(c.alive.Close(), c.watcher.Wait(), os.RemoveAll(c.dir))
}

func (c *cluster) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // PostgreSQL's own programs, and a shell that stops one
	cmd.Dir = c.dir
	c.as.become(cmd)
	return cmd
}

// run runs a program of PostgreSQL. What it says goes to a file: the server inherits it, so a
// pipe would stay open.
func (c *cluster) run(ctx context.Context, name string, args ...string) (err error) {
	out, err := os.CreateTemp("", "fleet-pg-out")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close(), os.Remove(out.Name())) }()
	cmd := c.command(ctx, filepath.Join(c.bin, name), args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w: %s", name, err, text)
	}
	return nil
}
