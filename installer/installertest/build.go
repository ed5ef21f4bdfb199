package installertest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// File is one entry of an archive.
type File struct {
	Name string
	Body string
	Mode fs.FileMode // permissions, and fs.ModeDir for a directory; zero means 0644
}

// Tar returns a tar archive of files, the same bytes for the same files. It
// panics when a file cannot be stated in tar.
func Tar(files ...File) []byte {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, f := range files {
		must(w.WriteHeader(f.tarHeader()))
		if !f.Mode.IsDir() {
			write(w, f.Body)
		}
	}
	must(w.Close())
	return buf.Bytes()
}

func (f File) tarHeader() *tar.Header {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: f.Name, Size: int64(len(f.Body)), Mode: int64(f.perm())}
	if f.Mode.IsDir() {
		h.Typeflag, h.Size, h.Name = tar.TypeDir, 0, strings.TrimSuffix(f.Name, "/")+"/"
	}
	return h
}

func (f File) perm() fs.FileMode {
	if f.Mode.Perm() == 0 {
		return 0o644
	}
	return f.Mode.Perm()
}

// TarGz is Tar, compressed with gzip.
func TarGz(files ...File) []byte { return Gzip(Tar(files...)) }

// Gzip returns data as a gzip file.
func Gzip(data []byte) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	write(w, string(data))
	must(w.Close())
	return buf.Bytes()
}

// Zip returns a zip archive of files, the same bytes for the same files. It
// panics when a file cannot be stated in zip.
func Zip(files ...File) []byte {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.Name, Method: zip.Deflate}
		h.SetMode(f.Mode.Type() | f.perm())
		if f.Mode.IsDir() {
			h.Name, h.Method = strings.TrimSuffix(f.Name, "/")+"/", zip.Store
		}
		entry, err := w.CreateHeader(h)
		must(err)
		if !f.Mode.IsDir() {
			write(entry, f.Body)
		}
	}
	must(w.Close())
	return buf.Bytes()
}

func write(w io.Writer, text string) {
	_, err := io.WriteString(w, text)
	must(err)
}

// must ends a test that builds what cannot be built.
func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("installertest: %v", err))
	}
}
