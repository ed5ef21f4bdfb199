package archive

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"strings"
)

// tar unpacks a plain tar archive.
func (u *unpacker) tar(r io.Reader) error {
	u.in.r = r
	u.out.r = u.in
	if s, ok := r.(io.Seeker); ok && u.sink == (nowhere{}) {
		u.skim = true
		return u.tarStream(seekable{u.out, s})
	}
	return u.tarStream(u.out)
}

// targz unpacks a tar archive in the only member of a gzip file (RFC 1952).
// Concatenated members are refused: tools differ in whether they see them.
func (u *unpacker) targz(r io.Reader) error {
	u.in.r = r
	// With a ByteReader the decompressor takes no byte that is not its own.
	packed := bufio.NewReaderSize(u.in, inputBuffer)
	zr, err := gzip.NewReader(packed)
	if err != nil {
		return u.blame(err)
	}
	zr.Multistream(false)
	u.out.r = zr
	u.out.in = func() int64 { return u.in.read }
	if err := u.tarStream(u.out); err != nil {
		return err
	}
	switch _, err := packed.ReadByte(); {
	case err == nil:
		return u.refuse(because(ErrFormat, "something follows the gzip member"))
	case !errors.Is(err, io.EOF):
		return u.blame(err)
	}
	return nil
}

// tarStream unpacks what from reads, which is u.out, up to its end.
func (u *unpacker) tarStream(from io.Reader) error {
	tr := tar.NewReader(from)
	for {
		hdr, err := tr.Next()
		if hdr == nil {
			u.next("")
			if errors.Is(err, io.EOF) {
				break
			}
			return u.blame(err)
		}
		// With a header, err can only be tar.ErrInsecurePath: names are judged below.
		u.next(hdr.Name)
		if u.index >= u.out.limits.Entries {
			return u.refuse(u.out.limits.tooManyEntries())
		}
		if err := u.tarEntry(hdr, tr); err != nil {
			return err
		}
	}
	u.index, u.entry = -1, ""
	if u.out.eof {
		return u.refuse(because(ErrFormat, "truncated: no end of the archive"))
	}
	return u.padding()
}

func (u *unpacker) tarEntry(hdr *tar.Header, r io.Reader) error {
	if err := checkRecords(hdr); err != nil {
		return u.refuse(err)
	}
	// Packing "." is how people make archives of a folder: tar then writes "./" for
	// the folder and before every name. One such start means nothing.
	name := strings.TrimPrefix(hdr.Name, "./")
	switch hdr.Typeflag {
	case tar.TypeReg:
		return u.file(name, hdr.Mode&0o111 != 0, hdr.Size, r)
	case tar.TypeDir:
		if hdr.Size != 0 {
			return u.refuse(because(ErrFormat, "directory with content"))
		}
		if name == "" || hdr.Name == "." {
			return nil // the folder itself
		}
		return u.dir(strings.TrimSuffix(name, "/"))
	case tar.TypeXGlobalHeader:
		return nil // what it says was checked above and is dropped
	default:
		return u.refuse(because(ErrType, "%s", tarType(hdr.Typeflag)))
	}
}

// checkRecords refuses the PAX records that change which bytes or which name
// are meant. The others carry times, owners and attributes, which are dropped.
func checkRecords(hdr *tar.Header) error {
	for key, value := range hdr.PAXRecords {
		switch {
		case key == "path" && value != hdr.Name && hdr.Typeflag != tar.TypeXGlobalHeader:
			// A GNU long name as well: which of the two counts differs from tool to tool.
			return because(ErrFormat, "a second name %s", quote(value))
		case strings.HasPrefix(key, "GNU.sparse."):
			return because(ErrType, "sparse file")
		case key == "hdrcharset":
			return because(ErrFeature, "PAX record %q", key)
		case hdr.Typeflag == tar.TypeXGlobalHeader && key != "comment":
			return because(ErrFeature, "global PAX record %s", quote(key))
		}
	}
	return nil
}

func tarType(flag byte) string {
	switch flag {
	case tar.TypeLink:
		return "hard link"
	case tar.TypeSymlink:
		return "symbolic link"
	case tar.TypeChar, tar.TypeBlock:
		return "device"
	case tar.TypeFifo:
		return "named pipe"
	case tar.TypeGNUSparse:
		return "sparse file"
	default:
		return "type " + quote(string(rune(flag)))
	}
}

// padding reads what follows the end of the archive, up to the end of the
// stream: tar fills its last record with zero bytes. Reading on also makes the
// decompressor check its checksum.
func (u *unpacker) padding() error {
	for {
		n, err := u.out.Read(u.buf)
		for _, b := range u.buf[:n] {
			if b != 0 {
				return u.refuse(because(ErrFormat, "something follows the end of the archive"))
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return u.blame(err)
		}
	}
}
