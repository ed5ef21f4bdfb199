package dirinstaller

import (
	"errors"
	"fmt"
	"io"
	"path"

	"golang.org/x/sync/errgroup"
)

// flushes is how many files of one package are flushed at once, at least two. What waits
// for one commit of the file system's journal waits together.
const flushes = 4

// flusher makes files and directories durable, several at once and beside
// whatever else is done with them.
type flusher struct {
	group errgroup.Group
}

func newFlusher() *flusher {
	f := &flusher{}
	f.group.SetLimit(flushes)
	return f
}

// add begins to flush something that is complete. It waits while too many are
// under way. One of those may add more: it keeps its own place, and the others end by themselves.
func (f *flusher) add(name string, flush func() error) {
	f.group.Go(func() error {
		if err := flush(); err != nil {
			return fmt.Errorf("flush %s: %w", path.Base(name), err)
		}
		return nil
	})
}

// wait waits for everything that was added, and returns the first error of all
// time.
func (f *flusher) wait() error { return f.group.Wait() }

// syncer is a file that can be flushed.
type syncer interface {
	io.WriteCloser
	Sync() error
}

// flushed is a file that is flushed and closed as soon as it is complete, by the
// handle that wrote it: opening it again costs more than the rest.
type flushed struct {
	syncer

	flush *flusher
	name  string
}

// Close implements io.Closer. What goes wrong is told by flusher.wait.
func (f *flushed) Close() error {
	f.flush.add(f.name, func() error { return errors.Join(f.Sync(), f.syncer.Close()) })
	return nil
}
