package archive

import "io"

// Sink receives the files of an archive. It is called from one goroutine, with
// clean slash-separated paths that passed every check; a directory comes before
// what is in it, and nothing comes twice.
type Sink interface {
	// Mkdir makes a directory, which must not exist.
	Mkdir(name string) error
	// Create makes a regular file, which must not exist. The caller closes it.
	Create(name string, executable bool) (io.WriteCloser, error)
}
