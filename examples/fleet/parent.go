package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// limit is how long the three may take in all; they need some seconds.
const limit = time.Minute

// grace is what a slow machine may add to a lease.
const grace = 2 * time.Second

// supervise lets the three work, kills one, waits until the others have finished what it
// had begun, and ends them. What they did is left in cfg.actsFile.
func supervise(ctx context.Context, cfg *config, out *output, stderr io.Writer) (err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := writeFeed(filepath.Join(cfg.dir, "feed")); err != nil {
		return err
	}
	file, err := os.OpenFile(cfg.actsFile(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the folder is the user's choice
	if err != nil {
		return fmt.Errorf("%w (-dir must be a new folder)", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := publishFirst(ctx, cfg, newNotebook("parent", io.MultiWriter(file, out.acts()))); err != nil {
		return err
	}
	reader, err := cfg.open(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	s := &supervisor{out: out, file: newNotebook("", file), reader: reader, fetching: map[string]bool{}, healed: make(chan error, 1)}
	for _, name := range workers() {
		c, err := startChild(ctx, cfg, name, stderr)
		if err != nil {
			return errors.Join(err, s.end())
		}
		s.children = append(s.children, c)
	}
	return errors.Join(s.watch(ctx), s.end())
}

// supervisor is the parent's view of the three.
type supervisor struct {
	out      *output
	file     *notebook
	reader   *program // follows what the others do
	children []*child

	open     int
	running  act             // the operation that the installer is at
	fetching map[string]bool // the files it had begun to fetch when it was killed
	killed   time.Time
	heir     string // who took over first
	tookOver time.Duration
	healed   chan error
}

// watch goes on until the operation of the killed process has ended, and a little longer.
func (s *supervisor) watch(ctx context.Context) error {
	acts, errs := merge(s.children)
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the processes do not get on: %w", ctx.Err())
		case a, ok := <-acts:
			if !ok {
				return <-errs
			}
			if err := s.see(ctx, &a); err != nil {
				return err
			}
		case err := <-s.healed:
			if err != nil {
				return err
			}
			if s.heir == "" || s.tookOver > lease+grace {
				return fmt.Errorf("the killed process was taken over by %q after %v, want %v", s.heir, s.tookOver, lease)
			}
			s.out.say(s.heir, "took over within %.1f s; the operation ended after %.1f s", s.tookOver.Seconds(), time.Since(s.killed).Seconds())
			s.healed = nil
			time.AfterFunc(500*time.Millisecond, s.stop)
		}
	}
}

// see takes in what one process did.
func (s *supervisor) see(ctx context.Context, a *act) error {
	s.out.act(a)
	if err := s.file.to.Encode(a); err != nil {
		return err
	}
	switch {
	case a.Did == opened:
		if s.open++; s.open == len(s.children) {
			return s.begin()
		}
	case a.Did == started:
		s.running = *a
	case a.Did == fetches && a.By == installer:
		s.fetching[a.What] = true
	case a.Did == fetches && !s.killed.IsZero() && s.fetching[a.What] && s.heir == "":
		s.heir, s.tookOver = a.By, time.Since(s.killed)
	}
	if s.killed.IsZero() && s.upgrading() {
		return s.kill(ctx)
	}
	return nil
}

// upgrading reports whether the installer is fetching packages of an upgrade.
func (s *supervisor) upgrading() bool {
	return slices.Contains(upgrades(), s.running.Version) && slices.ContainsFunc(connectors(), func(key connector.Key) bool {
		return s.fetching[packageFile(key, s.running.Version)]
	})
}

// kill kills the installer, without a warning, and waits in the background for what
// becomes of its operation.
func (s *supervisor) kill(ctx context.Context) error {
	eve, err := s.reader.Manage(admin("eve"))
	if err != nil {
		return err
	}
	op, err := eve.Operation(ctx, s.running.What)
	if err != nil {
		return err
	}
	if err := s.children[0].cmd.Process.Kill(); err != nil {
		return err
	}
	s.killed = time.Now()
	s.out.say("parent", "kills %s while it upgrades", installer)
	go func() {
		_, err := op.Wait(ctx)
		s.healed <- err
	}()
	return nil
}
