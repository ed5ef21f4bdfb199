package dirinstaller

import (
	"fmt"
	"io"
	"path"

	"golang.org/x/sync/errgroup"
)

// flushes is how many files of one package are flushed at once. What waits for
// one commit of the file system's journal waits together.
const flushes = 4

// flusher makes files and directories durable, several at once and beside
// whatever else is done with them.
type flusher struct {
	disk  disk
	group errgroup.Group
}

func newFlusher(d disk) *flusher {
	f := &flusher{disk: d}
	f.group.SetLimit(flushes)
	return f
}

// add begins to flush a file or directory that is complete. It waits while too
// many are under way.
func (f *flusher) add(name string) {
	f.group.Go(func() error {
		if err := f.disk.Sync(name); err != nil {
			return fmt.Errorf("flush %s: %w", path.Base(name), err)
		}
		return nil
	})
}

// wait waits for everything that was added, and returns the first error of all
// time.
func (f *flusher) wait() error { return f.group.Wait() }

// flushed is a file that is flushed as soon as it is complete.
type flushed struct {
	io.WriteCloser

	flush *flusher
	name  string
}

func (f *flushed) Close() error {
	err := f.WriteCloser.Close()
	if err == nil {
		f.flush.add(f.name)
	}
	return err
}
