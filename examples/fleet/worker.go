package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// The three processes.
const (
	installer  = "installer"
	connecting = "connections"
	governing  = "policies"
)

func workers() []string { return []string{installer, connecting, governing} }

// worker is one of the three processes.
type worker struct {
	*program
	*notebook
}

// work is the life of one of the three: it opens the catalog that all share, says so,
// begins when it is given a line, and ends when there are no more.
func work(ctx context.Context, cfg *config, stdin io.Reader, stdout io.Writer) (err error) {
	w := &worker{notebook: newNotebook(cfg.worker, stdout)}
	job := map[string]func(context.Context, *worker) error{installer: installs, connecting: connects, governing: governs}[cfg.worker]
	if job == nil {
		return fmt.Errorf("no worker is called %q", cfg.worker)
	}
	w.program, err = cfg.open(ctx, func(file string) { _ = w.note(&act{Did: fetches, What: file}) })
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if err := w.note(&act{Did: opened}); err != nil {
		return err
	}
	lines := bufio.NewReader(stdin)
	if _, err := lines.ReadString('\n'); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() { // until this process ends
		_, _ = io.Copy(io.Discard, lines)
		stop()
	}()
	return job(ctx, w)
}

// pause waits a moment and reports whether to go on.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
