package dirinstaller

import (
	"errors"
	"io/fs"
)

// packageFS serves the files of one package. It opens the directory for each
// call, so that it holds nothing that somebody would have to close.
type packageFS struct {
	in  *Installer
	dir string
}

// Open implements fs.FS.
func (p *packageFS) Open(name string) (f fs.File, err error) {
	d, err := p.in.open(false)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	files, err := fs.Sub(d.FS(), p.dir)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return files.Open(name)
}
