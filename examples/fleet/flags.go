package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// Variables that say where the database is. What may hold a password stands
// in no command line, where every user of the machine could read it.
const (
	dsnEnv    = "PATCHBAY_POSTGRES_DSN"
	schemaEnv = "FLEET_SCHEMA" // from the parent to its children
)

// config is the command line.
type config struct {
	dir    string // of everything but a PostgreSQL database
	sqlite bool
	dsn    string // of PostgreSQL
	schema string // in it, of this run
	json   bool
	check  bool
	worker string // which of the three this process is; empty: the parent
}

// usageError says what is wrong with the command line.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func parseFlags(args []string, stderr io.Writer) (*config, error) {
	cfg := &config{schema: os.Getenv(schemaEnv)}
	fs := flag.NewFlagSet("fleet", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.BoolVar(&cfg.sqlite, "sqlite", false, "use one SQLite file")
	fs.StringVar(&cfg.dsn, "dsn", os.Getenv(dsnEnv), "use the PostgreSQL server at `DSN`; default: that of "+dsnEnv+", else one of its own")
	fs.StringVar(&cfg.dir, "dir", "", "keep everything in the new folder `DIR`; default: a temporary one, removed afterwards")
	fs.BoolVar(&cfg.check, "check", false, "with -sqlite and -dir: only check what an earlier run left")
	fs.BoolVar(&cfg.json, "json", false, "print one JSON object per line, and nothing else")
	fs.StringVar(&cfg.worker, "worker", "", "be the process `NAME`: what this program starts itself with")
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return nil, err
	case err == nil && fs.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", fs.Arg(0))
	case err == nil && cfg.check && (!cfg.sqlite || cfg.dir == ""):
		err = errors.New("-check needs -sqlite and -dir")
	}
	if err != nil {
		return nil, &usageError{err}
	}
	return cfg, nil
}
