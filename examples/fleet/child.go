package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// child is one of the three processes, as the parent has it.
type child struct {
	name   string
	cmd    *exec.Cmd
	stdin  io.WriteCloser // a line: begin; the end: stop. It also ends when the parent dies.
	stdout io.ReadCloser
}

func startChild(ctx context.Context, cfg *config, name string, stderr io.Writer) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"-worker", name, "-dir", cfg.dir}
	if cfg.sqlite {
		args = append(args, "-sqlite")
	}
	c := &child{name: name, cmd: exec.CommandContext(ctx, self, args...)} //nolint:gosec // this very program
	c.cmd.Env = append(os.Environ(), dsnEnv+"="+cfg.dsn, schemaEnv+"="+cfg.schema)
	c.cmd.Stderr = stderr
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if c.stdout, err = c.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	return c, c.cmd.Start()
}

// merge returns what all children tell, and in the end the errors of reading it.
func merge(children []*child) (<-chan act, <-chan error) {
	acts, errs := make(chan act), make(chan error, 1)
	var readers sync.WaitGroup
	all := make([]error, len(children))
	for i, c := range children {
		readers.Go(func() {
			all[i] = readActs(c.stdout, func(a act) error {
				acts <- a
				return nil
			})
		})
	}
	go func() {
		readers.Wait()
		errs <- errors.Join(all...)
		close(acts)
	}()
	return acts, errs
}

// begin lets all begin at once.
func (s *supervisor) begin() error {
	var errs []error
	for _, c := range s.children {
		_, err := io.WriteString(c.stdin, "\n")
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// stop tells all to finish what they are at.
func (s *supervisor) stop() {
	for _, c := range s.children {
		_ = c.stdin.Close() // it may have ended
	}
}

// end stops all and waits for them. Nobody but the one that was killed may fail.
func (s *supervisor) end() error {
	s.stop()
	var errs []error
	for _, c := range s.children {
		err := c.cmd.Wait()
		if c.name == installer && !s.killed.IsZero() {
			if err == nil {
				err = errors.New("it was killed, and ended well")
			} else {
				err = nil
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", c.name, err))
		}
	}
	return errors.Join(errs...)
}
