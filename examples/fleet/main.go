// Fleet runs a catalog in several processes at once: three of them share one
// database and one folder of packages, and install, connect and change policies at
// the same time. One is killed in the middle of an installation.
//
//	go run ./examples/fleet -sqlite
//
// prints what each process did, then holds what they left to what they were told,
// and exits with 0 if all of it holds, 1 if something does not, and 2 if the command line is
// wrong. To read how one of several processes embeds the catalog, begin with
// open.go, then installs.go, connects.go and governs.go; checks.go says what
// can be relied on.
//
//	-dsn DSN   use this PostgreSQL server (or that of PATCHBAY_POSTGRES_DSN), in a schema that is dropped afterwards;
//	           default: start one for this run, where PostgreSQL is installed
//	-sqlite    use one SQLite file instead
//	-dir DIR   keep everything in this new folder; default: a temporary one, removed afterwards
//	-check     with -sqlite and -dir: only check, again, what an earlier run left
//	-json      print one JSON object per line, and nothing else
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program without the process around it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	cfg, err := parseFlags(args, stderr)
	if err == nil && cfg.worker != "" { // one of the three
		if err = work(ctx, cfg, stdin, stdout); err != nil {
			tell(stderr, cfg.worker, err)
			return exitFailed
		}
		return exitOK
	}
	var holds bool
	if err == nil {
		holds, err = cfg.run(ctx, newOutput(stdout, cfg.json), stderr)
	}
	var usage *usageError
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.As(err, &usage):
		tell(stderr, "fleet", err)
		return exitUsage
	case err != nil:
		tell(stderr, "fleet", err)
	}
	if err != nil || !holds {
		return exitFailed
	}
	return exitOK
}

// run lets the three work, unless told only to check, and checks what they left.
func (cfg *config) run(ctx context.Context, out *output, stderr io.Writer) (holds bool, err error) {
	if cfg.dir == "" {
		if cfg.dir, err = os.MkdirTemp("", "patchbay-fleet-"); err != nil {
			return false, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(cfg.dir)) }() //nolint:gosec // made above
	}
	closeDatabase, err := cfg.database(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, closeDatabase()) }()
	if !cfg.check {
		if err := supervise(ctx, cfg, out, stderr); err != nil {
			return false, err
		}
	}
	holds, err = checkAll(ctx, cfg, out)
	return holds, errors.Join(err, out.err)
}

// tell writes what nobody can do anything about when it cannot be written.
func tell(w io.Writer, who string, err error) { _, _ = fmt.Fprintf(w, "%s: %v\n", who, err) }
