// OAuth lets a user of a catalog connect to an application by OAuth 2.0: to a real
// authorization server, github.com/zitadel/oidc, which runs in this process on
// loopback, beside an API that takes its tokens.
//
//	go run ./examples/oauth
//
// publishes a connector for it, registers a tenant's own app, and goes through the
// life of a connection: a person agrees (a program plays the browser), the API is
// called, the token is renewed and its refresh token rotates, a policy closes the
// connector for new connections while the old one goes on, the person takes the
// access away and agrees again. Every step checks what it shows; the exit status is
// 0 if all of them hold, 1 if one does not, and 2 if the command line is wrong. To
// read how a program embeds the catalog, begin with open.go, then steps_connect.go.
//
//	-json   print one JSON object per step, and nothing else
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"

	"github.com/patchbay/patchbay/examples/internal/steps"
)

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // the server logs what it refuses
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program without the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("oauth", flag.ContinueOnError)
	flags.SetOutput(stderr)
	asJSON := flags.Bool("json", false, "print one JSON object per step, and nothing else")
	err := flags.Parse(args)
	if err == nil && flags.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		tell(stderr, err)
		return exitUsage
	}
	if err := walk(ctx, stdout, *asJSON); err != nil {
		tell(stderr, err)
		return exitFailed
	}
	return exitOK
}

// tell writes what nobody can do anything about when it cannot be written.
func tell(w io.Writer, err error) { _, _ = fmt.Fprintf(w, "oauth: %v\n", err) }

// walk goes through the steps in a folder that is removed afterwards.
func walk(ctx context.Context, stdout io.Writer, asJSON bool) (err error) {
	dir, err := os.MkdirTemp("", "patchbay-oauth-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	w, err := start(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	return steps.Walk(ctx, stdout, asJSON, w.steps())
}
