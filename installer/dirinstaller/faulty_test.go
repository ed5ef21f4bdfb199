package dirinstaller

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
)

// faults makes the operations of disks fail.
type faults struct {
	mu    sync.Mutex
	n     int    // operations so far
	at    int    // the one that fails, from 1
	after bool   // all later ones fail, too: the machine is dead
	hit   string // what failed first
	err   error
}

func (f *faults) strike(op string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	if f.n == f.at || f.after && f.n > f.at {
		if f.hit == "" {
			f.hit = op
		}
		return fmt.Errorf("%s: %w", op, f.err)
	}
	return nil
}

// install returns an Installer on dir whose disk has these faults.
func (f *faults) install(dir string) *Installer {
	in := New(dir, nil)
	in.memory.size = 1 << 7 // so that each artifact gets a file
	in.open = func(create bool) (disk, error) {
		if err := f.strike("open"); err != nil {
			return nil, err
		}
		d, err := openDisk(dir, create)
		return &faultyDisk{d, f}, err
	}
	return in
}

type faultyDisk struct {
	disk

	f *faults
}

func (d *faultyDisk) Mkdir(name string, perm fs.FileMode) error {
	if err := d.f.strike("Mkdir"); err != nil {
		return err
	}
	return d.disk.Mkdir(name, perm)
}

func (d *faultyDisk) MkdirAll(name string, perm fs.FileMode) error {
	if err := d.f.strike("MkdirAll"); err != nil {
		return err
	}
	return d.disk.MkdirAll(name, perm)
}

func (d *faultyDisk) Create(name string) (file, error) {
	if err := d.f.strike("Create"); err != nil {
		return nil, err
	}
	f, err := d.disk.Create(name)
	if err != nil {
		return nil, err
	}
	return &faultyFile{faultyWriter{f, d.f}, f}, nil
}

func (d *faultyDisk) Rename(oldName, newName string) error {
	if err := d.f.strike("Rename"); err != nil {
		return err
	}
	return d.disk.Rename(oldName, newName)
}

func (d *faultyDisk) RemoveAll(name string) error {
	if err := d.f.strike("RemoveAll"); err != nil {
		return err
	}
	return d.disk.RemoveAll(name)
}

func (d *faultyDisk) Sync(name string) error {
	if err := d.f.strike("Sync"); err != nil {
		return err
	}
	return d.disk.Sync(name)
}

func (d *faultyDisk) Sub(dir string) (disk, error) {
	if err := d.f.strike("Sub"); err != nil {
		return nil, err
	}
	sub, err := d.disk.Sub(dir)
	return &faultyDisk{sub, d.f}, err
}

func (d *faultyDisk) Sink() (sinkCloser, error) {
	if err := d.f.strike("Sink"); err != nil {
		return nil, err
	}
	s, err := d.disk.Sink()
	return &faultySink{s, d.f}, err
}

func (d *faultyDisk) Lstat(name string) (fs.FileInfo, error) {
	if err := d.f.strike("Lstat"); err != nil {
		return nil, err
	}
	return d.disk.Lstat(name)
}

func (d *faultyDisk) FS() fs.FS { return faultyFS{d.disk.FS(), d.f} }

type faultyFS struct {
	fs.FS

	f *faults
}

func (f faultyFS) Open(name string) (fs.File, error) {
	if err := f.f.strike("Open"); err != nil {
		return nil, err
	}
	return f.FS.Open(name)
}

type faultySink struct {
	sinkCloser

	f *faults
}

func (s *faultySink) Mkdir(name string) error {
	if err := s.f.strike("Mkdir"); err != nil {
		return err
	}
	return s.sinkCloser.Mkdir(name)
}

func (s *faultySink) Create(name string, executable bool) (io.WriteCloser, error) {
	if err := s.f.strike("Create"); err != nil {
		return nil, err
	}
	w, err := s.sinkCloser.Create(name, executable)
	if err != nil {
		return nil, err
	}
	return &faultyWriter{w.(syncer), s.f}, nil
}

// A write that fails has written a part.

type faultyWriter struct {
	syncer

	f *faults
}

func (w *faultyWriter) Write(p []byte) (int, error) {
	if err := w.f.strike("Write"); err != nil {
		n, _ := w.syncer.Write(p[:len(p)/2])
		return n, err
	}
	return w.syncer.Write(p)
}

func (w *faultyWriter) Sync() error {
	if err := w.f.strike("Sync"); err != nil {
		return err
	}
	return w.syncer.Sync()
}

func (w *faultyWriter) Close() error { return errors.Join(w.f.strike("Close"), w.syncer.Close()) }

type faultyFile struct {
	faultyWriter

	file file
}

func (w *faultyFile) ReadAt(p []byte, off int64) (int, error) {
	if err := w.f.strike("ReadAt"); err != nil {
		return 0, err
	}
	return w.file.ReadAt(p, off)
}
