package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Format is a kind of archive.
type Format string

// The formats.
const (
	Tar     Format = "tar"
	TarGzip Format = "tar+gzip"
	Zip     Format = "zip"
)

// Options say how to unpack. Nil means the zero value.
type Options struct {
	Limits Limits
	// StripTop removes the first element of every path, which must be the same
	// directory for all entries, as in npm packages.
	StripTop bool
}

// Stats says what was unpacked.
type Stats struct {
	Files int   // regular files
	Dirs  int   // directories, those only implied by a path included
	Bytes int64 // in all files together
}

// Unpack hands the files of the archive in the first size bytes of src to dst.
// It fails with an [*Error] when the archive is at fault, and with the error of
// ctx, src or dst otherwise.
//
// The archive is read twice, at first without dst, and where nothing is compressed
// without the content of files: an archive that is refused has put nothing
// anywhere. So dst has received something after an error only if it failed
// itself, src did, or ctx ended.
func Unpack(ctx context.Context, src io.ReaderAt, size int64, f Format, dst Sink, o *Options) (Stats, error) {
	if o == nil {
		o = &Options{}
	}
	buf := make([]byte, min(copyBuffer, max(size, inputBuffer)))
	if stats, err := pass(ctx, src, size, f, nowhere{}, o, buf); err != nil {
		return stats, err
	}
	return pass(ctx, src, size, f, dst, o, buf)
}

// nowhere is a Sink that keeps nothing.
type nowhere struct{}

func (nowhere) Mkdir(string) error                          { return nil }
func (nowhere) Create(string, bool) (io.WriteCloser, error) { return nowhere{}, nil }
func (nowhere) Write(p []byte) (int, error)                 { return len(p), nil }
func (nowhere) Close() error                                { return nil }

// pass reads the whole archive once.
func pass(ctx context.Context, src io.ReaderAt, size int64, f Format, dst Sink, o *Options, buf []byte) (Stats, error) {
	limits := o.Limits.withDefaults()
	u := &unpacker{
		in:    &input{ctx: ctx},
		out:   &meter{limits: limits},
		names: newNames(limits),
		sink:  dst,
		strip: o.StripTop,
		buf:   buf,
		index: -1,
	}
	err := u.unpack(src, size, f)
	return u.stats, err
}

const (
	inputBuffer = 64 << 10
	// copyBuffer is how much is written at once: the file system takes few large
	// pieces for less than many small ones.
	copyBuffer = 256 << 10
)

type unpacker struct {
	in    *input
	out   *meter
	names *names
	sink  Sink
	strip bool
	top   string // the directory stripped, once known
	stats Stats
	buf   []byte
	skim  bool   // the content of files is passed over
	size  int64  // of the archive
	index int    // of the entry at work; -1 before the first
	entry string // its name
}

func (u *unpacker) unpack(src io.ReaderAt, size int64, f Format) error {
	if size < 0 {
		return fmt.Errorf("archive: size %d: %w", size, fs.ErrInvalid)
	}
	if size > u.out.limits.Input {
		return u.refuse(&LimitError{Limit: "bytes of archive", Max: u.out.limits.Input})
	}
	u.size = size
	switch f {
	case Tar:
		return u.tar(io.NewSectionReader(src, 0, size))
	case TarGzip:
		return u.targz(io.NewSectionReader(src, 0, size))
	case Zip:
		return u.zip(src, size)
	default:
		return fmt.Errorf("archive: format %q: %w", f, errors.ErrUnsupported)
	}
}

// next names the entry at work.
func (u *unpacker) next(name string) {
	u.index++
	u.entry = name
}

// refuse blames the entry at work.
func (u *unpacker) refuse(err error) error {
	return &Error{Entry: u.entry, Index: u.index, Err: err}
}

// blame finds out whose fault it is that reading the archive failed.
func (u *unpacker) blame(err error) error {
	switch {
	case u.in.err != nil:
		return fmt.Errorf("archive: read: %w", u.in.err)
	case u.out.err != nil:
		return u.refuse(u.out.err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return u.refuse(because(ErrFormat, "truncated"))
	default:
		return u.refuse(because(ErrFormat, "%v", err))
	}
}

// dir unpacks a directory.
func (u *unpacker) dir(name string) error {
	path, skip, err := u.claim(name, true)
	if err != nil || skip {
		return err
	}
	return u.mkdir(path)
}

// file unpacks a regular file of exactly size bytes from r.
func (u *unpacker) file(name string, executable bool, size int64, r io.Reader) error {
	path, _, err := u.claim(name, false)
	if err != nil {
		return err
	}
	if err := u.out.room(size); err != nil {
		return u.refuse(err)
	}
	w, err := u.sink.Create(path, executable)
	if err != nil {
		return u.sinkError(err)
	}
	if u.skim {
		err = u.skip(size)
	} else {
		err = u.copy(w, r, size)
	}
	if cerr := w.Close(); err == nil && cerr != nil {
		err = u.sinkError(cerr)
	}
	u.stats.Files++
	u.stats.Bytes += size
	return err
}

// copy moves exactly size bytes and tells a bad archive from a full disk.
func (u *unpacker) copy(w io.Writer, r io.Reader, size int64) error {
	for left := size; left > 0; {
		n, err := u.fill(r, left)
		left -= int64(n)
		if n > 0 {
			if _, werr := w.Write(u.buf[:n]); werr != nil {
				return u.sinkError(werr)
			}
		}
		if err != nil && left > 0 {
			return u.blame(err)
		}
	}
	return nil
}

// fill reads up to most bytes into the buffer: a decompressor gives little at once.
func (u *unpacker) fill(r io.Reader, most int64) (n int, err error) {
	buf := u.buf[:min(most, int64(len(u.buf)))]
	for n < len(buf) && err == nil {
		var got int
		got, err = r.Read(buf[n:])
		n += got
	}
	return n, err
}

// skip sees that there is as much content as stated. The reader of the archive
// passes over it.
func (u *unpacker) skip(size int64) error {
	if size > u.size-u.out.out {
		return u.blame(io.ErrUnexpectedEOF)
	}
	return nil
}

func (u *unpacker) sinkError(err error) error {
	return fmt.Errorf("archive: unpack %s: %w", quote(u.entry), err)
}

func (u *unpacker) mkdir(path string) error {
	u.stats.Dirs++
	if err := u.sink.Mkdir(path); err != nil {
		return u.sinkError(err)
	}
	return nil
}

// claim takes name's place in the tree, makes the directories above it, and
// returns the path to make. skip says that there is nothing left to make.
func (u *unpacker) claim(name string, dir bool) (path string, skip bool, err error) {
	parents, isNew, err := u.names.add(name, dir)
	if err != nil {
		return "", false, u.refuse(err)
	}
	path, err = u.stripTop(name, dir)
	if err != nil {
		return "", false, u.refuse(err)
	}
	for _, parent := range parents {
		if parent, err = u.stripTop(parent, true); err != nil {
			return "", false, u.refuse(err)
		}
		if parent == "" {
			continue
		}
		if err := u.mkdir(parent); err != nil {
			return "", false, err
		}
	}
	return path, !isNew || path == "", nil
}
