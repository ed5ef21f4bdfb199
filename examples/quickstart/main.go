// Quickstart embeds a catalog and does with it what an admin does: looks at
// what is available, installs, skips, upgrades, rolls back; and what everybody else
// does: sees what is published.
//
//	go run ./examples/quickstart
//
// walks through all of it with a sample feed, which it serves on loopback, and
// checks every step; it exits with 0 if all of them hold. To read how a program
// embeds the catalog, begin with open.go, then steps_install.go.
//
//	-dir DIR        keep database and packages here; default: a new temporary folder
//	-json           print one JSON object per step, row or item, and nothing else
//	-list           print the manage view instead of walking
//	-install LIST   install KEY, KEY@VERSION or KEY@RANGE, separated by commas; or "all", or "none"
//	-approve        accept changed schemes and moved origins, which are refused otherwise
//	-feed FEED      use this feed instead of the sample; may be repeated, the first wins
//
// A FEED is airbyte:FILE (a connector registry of Airbyte), npm:DIR or
// npm:URL#NAME,NAME (packages of an npm registry), dir:DIR (a folder with an index.json)
// or the URL of an index. With a feed, the manage view is printed after what
// -install asks for; -list=false leaves it out. The exit status is 1 if a step
// or an item failed or a feed could not be read, and 2 if the command line is wrong.
package main

import (
	"context"
	"errors"
	"flag"
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
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	cfg, err := parseFlags(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		tell(stderr, "quickstart: %v\n", err)
		return exitUsage
	}
	out := newOutput(cfg.json, stdout, stderr)
	ok, err := cfg.run(ctx, out)
	if err == nil {
		err = out.err
	}
	if err != nil {
		tell(stderr, "quickstart: %v\n", err)
	}
	if err != nil || !ok {
		return exitFailed
	}
	return exitOK
}

func (cfg *config) run(ctx context.Context, out *output) (ok bool, err error) {
	if cfg.dir == "" {
		if cfg.dir, err = os.MkdirTemp("", "patchbay-quickstart-"); err != nil {
			return false, err
		}
	}
	out.note("Everything is kept in %s", cfg.dir)
	server, err := cfg.serveSample(ctx)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	if cfg.walk() {
		return walk(ctx, cfg, server, out)
	}
	return manage(ctx, cfg, out)
}
