package archive

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Memory is a Sink that keeps what it receives, and a file system that serves
// it. Reading is safe for concurrent use once the unpacking is over. The zero
// value is not usable: call NewMemory.
type Memory struct {
	nodes map[string]*node // by path; the root is "."
}

type node struct {
	name     string // last element
	mode     fs.FileMode
	data     []byte
	children []*node
}

// NewMemory returns an empty tree.
func NewMemory() *Memory {
	return &Memory{nodes: map[string]*node{".": {name: ".", mode: fs.ModeDir | dirPerm}}}
}

// Mkdir implements Sink.
func (m *Memory) Mkdir(name string) error {
	_, err := m.add(name, fs.ModeDir|dirPerm)
	return err
}

// Create implements Sink.
func (m *Memory) Create(name string, executable bool) (io.WriteCloser, error) {
	perm := filePerm
	if executable {
		perm = execPerm
	}
	n, err := m.add(name, perm)
	if err != nil {
		return nil, err
	}
	return &memWriter{n}, nil
}

func (m *Memory) add(name string, mode fs.FileMode) (*node, error) {
	dir := m.nodes[path.Dir(name)]
	switch {
	case !fs.ValidPath(name):
		return nil, createError(name, fs.ErrInvalid)
	case m.nodes[name] != nil:
		return nil, createError(name, fs.ErrExist)
	case dir == nil || !dir.mode.IsDir():
		return nil, createError(name, fs.ErrNotExist)
	}
	n := &node{name: path.Base(name), mode: mode}
	m.nodes[name] = n
	dir.children = append(dir.children, n)
	return n, nil
}

func createError(name string, err error) error {
	return &fs.PathError{Op: "create", Path: name, Err: err}
}

type memWriter struct{ n *node }

func (w *memWriter) Write(p []byte) (int, error) {
	w.n.data = append(w.n.data, p...)
	return len(p), nil
}

func (*memWriter) Close() error { return nil }

// Open implements fs.FS.
func (m *Memory) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	n := m.nodes[name]
	if n == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if n.mode.IsDir() {
		return &memDir{node: n, path: name, left: n.list()}, nil
	}
	return &memFile{Reader: bytes.NewReader(n.data), n: n}, nil
}

// list returns the children by name.
func (n *node) list() []fs.DirEntry {
	entries := make([]fs.DirEntry, len(n.children))
	for i, child := range n.children {
		entries[i] = fs.FileInfoToDirEntry(child)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries
}

// A node is its own fs.FileInfo.

func (n *node) Name() string       { return n.name }
func (n *node) Size() int64        { return int64(len(n.data)) }
func (n *node) Mode() fs.FileMode  { return n.mode }
func (n *node) ModTime() time.Time { return time.Time{} }
func (n *node) IsDir() bool        { return n.mode.IsDir() }
func (n *node) Sys() any           { return nil }

// memFile is an open file.
type memFile struct {
	*bytes.Reader

	n *node
}

func (f *memFile) Stat() (fs.FileInfo, error) { return f.n, nil }
func (f *memFile) Close() error               { return nil }

// memDir is an open directory.
type memDir struct {
	node *node
	path string
	left []fs.DirEntry
}

func (d *memDir) Stat() (fs.FileInfo, error) { return d.node, nil }
func (d *memDir) Close() error               { return nil }

func (d *memDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.path, Err: fs.ErrInvalid}
}

// ReadDir implements fs.ReadDirFile.
func (d *memDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 || n > len(d.left) {
		if n > 0 && len(d.left) == 0 {
			return nil, io.EOF
		}
		n = len(d.left)
	}
	out := d.left[:n:n]
	d.left = d.left[n:]
	return out, nil
}
