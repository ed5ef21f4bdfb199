package installer

import (
	"errors"
	"hash"
	"io"

	"github.com/patchbay/patchbay/internal/archive"
)

// hashingSink hands an archive's files to a stage and hashes them quickly on the way.
type hashingSink struct {
	stage Stage
	tree  *quickHash
}

func (s *hashingSink) Mkdir(name string) error {
	s.tree.dir(name)
	return s.stage.Mkdir(name)
}

func (s *hashingSink) Create(name string, executable bool) (io.WriteCloser, error) {
	w, err := s.stage.Create(name, executable)
	if err != nil {
		return nil, err
	}
	return &hashingFile{w: w, tree: s.tree, name: name, executable: executable, sum: s.tree.sum()}, nil
}

type hashingFile struct {
	w          io.WriteCloser
	tree       *quickHash
	name       string
	executable bool
	size       int64
	sum        hash.Hash
}

func (f *hashingFile) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	f.size += int64(n)
	_, _ = f.sum.Write(p[:n]) // a hash never fails
	return n, err
}

func (f *hashingFile) Close() error {
	f.tree.file(f.name, f.executable, f.size, f.sum.Sum(nil))
	return f.w.Close()
}

// exported turns the errors of package archive, which callers cannot name, into
// those of this package.
func exported(err error) error {
	refused, ok := errors.AsType[*archive.Error](err)
	if !ok {
		return err
	}
	if limit, ok := errors.AsType[*archive.LimitError](err); ok {
		return &LimitError{Limit: limit.Limit, Max: limit.Max, Entry: refused.Entry}
	}
	return &EntryError{Entry: refused.Entry, Reason: refused.Error()}
}
