package pgserver

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

// Server is a server in a folder of its own, which listens to a socket in that folder only. It ends with the program,
// however that ends.
type Server struct {
	bin, dir string
	as       credential
	watcher  *exec.Cmd // stops the server when this program ends
	alive    io.Closer
}

// Start makes a server and starts it. ctx bounds only that. An error says what is missing, or what PostgreSQL said.
func Start(ctx context.Context) (*Server, error) {
	bin, err := Programs()
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
	s := &Server{bin: bin, dir: dir, as: as}
	if err := errors.Join(as.own(dir), s.Run(ctx, "initdb", "-D", s.data(), "-U", "patchbay", "-A", "trust", "-E", "UTF8", "--locale=C")); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.watch(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// Programs finds the folder of initdb, the newest if there are several. An error says that this machine has none.
func Programs() (string, error) {
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
	return "", errors.New("initdb is in none of the usual folders")
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// DSN is the data source name of the server's database.
func (s *Server) DSN() string {
	return "host=" + s.dir + " user=patchbay dbname=postgres sslmode=disable"
}

func (s *Server) start(ctx context.Context) error {
	options := "-k " + s.dir + " -c listen_addresses='' -c max_connections=200"
	return s.Run(ctx, "pg_ctl", "-D", s.data(), "-l", filepath.Join(s.dir, "log"), "-o", options, "-w", "start")
}

// Crash ends the server without letting it tidy up, and starts it again.
func (s *Server) Crash(ctx context.Context) error {
	return errors.Join(s.Run(ctx, "pg_ctl", "-D", s.data(), "-m", "immediate", "-w", "stop"), s.start(ctx))
}

// watch starts a process that waits for this one to end, be it by a kill, and then
// stops the server.
func (s *Server) watch(ctx context.Context) error {
	s.watcher = s.command(context.WithoutCancel(ctx), "/bin/sh", "-c",
		`cat >/dev/null; "$0" -D "$1" -m immediate stop >/dev/null 2>&1; rm -rf "$2"`,
		filepath.Join(s.bin, "pg_ctl"), s.data(), s.dir)
	alive, err := s.watcher.StdinPipe()
	s.alive = alive
	return errors.Join(err, s.watcher.Start())
}

// Stop stops the server and removes its files.
func (s *Server) Stop() error {
	return errors.Join(s.alive.Close(), s.watcher.Wait(), os.RemoveAll(s.dir))
}

func (s *Server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // PostgreSQL's own programs, and a shell that stops one
	cmd.Dir = s.dir
	s.as.become(cmd)
	return cmd
}

// Run runs a program of PostgreSQL, such as pg_dump, in the server's folder and as who runs the server. What it says goes to
// a file: the server inherits it, so a pipe would stay open.
func (s *Server) Run(ctx context.Context, program string, args ...string) (err error) {
	out, err := os.CreateTemp("", "pb-pg-out")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close(), os.Remove(out.Name())) }()
	cmd := s.command(ctx, filepath.Join(s.bin, program), args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w: %s", program, err, said)
	}
	return nil
}
