package installertest

import (
	"archive/tar"
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

const tarBlock = 512

// header is a USTAR header (POSIX.1-1988) with the fields that a test twists;
// size is given as it is written.
type header struct {
	name string
	size string // octal; empty: that of body
	kind byte   // default tar.TypeReg
	link string
	body string
	gnu  bool // the magic of GNU tar
}

// block returns the header and the body, padded.
func (h header) block() []byte {
	b := make([]byte, tarBlock)
	if h.size == "" {
		h.size = fmt.Sprintf("%011o", len(h.body))
	}
	if h.kind == 0 {
		h.kind = tar.TypeReg
	}
	copy(b[0:100], h.name)
	copy(b[100:], "0000644\x000000000\x000000000\x00")
	copy(b[124:136], h.size)
	copy(b[136:], "00000000000\x00")
	b[156] = h.kind
	copy(b[157:257], h.link)
	copy(b[257:], "ustar\x0000")
	if h.gnu {
		copy(b[257:], "ustar  \x00")
	}
	copy(b[148:156], "        ")
	sum := 0
	for _, c := range b {
		sum += int(c)
	}
	copy(b[148:156], fmt.Sprintf("%06o\x00 ", sum))
	padding := make([]byte, (tarBlock-len(h.body)%tarBlock)%tarBlock)
	return slices.Concat(b, []byte(h.body), padding)
}

// pax returns a PAX header (POSIX.1-2001) with records "key=value", for the
// next entry.
func pax(kind byte, records ...string) []byte {
	var body strings.Builder
	for _, record := range records {
		rest := " " + record + "\n"
		n := len(rest) + 1
		for len(fmt.Sprint(n))+len(rest) != n {
			n++
		}
		fmt.Fprintf(&body, "%d%s", n, rest)
	}
	return header{name: "pax", kind: kind, body: body.String()}.block()
}

func hostileTypes() []Hostile {
	all := []Hostile{
		rawTar("type", "symlink", header{name: "link", kind: tar.TypeSymlink, link: "/etc/passwd"}.block()),
		rawTar("type", "symlink inside", header{name: "link", kind: tar.TypeSymlink, link: "connector.json"}.block()),
		rawTar("type", "symlink then write",
			header{name: "dir", kind: tar.TypeSymlink, link: "/var"}.block(),
			header{name: "dir/file", body: "through the link"}.block()),
		rawTar("type", "hard link", header{name: "link", kind: tar.TypeLink, link: "/etc/passwd"}.block()),
		rawTar("type", "character device", header{name: "dev", kind: tar.TypeChar}.block()),
		rawTar("type", "block device", header{name: "dev", kind: tar.TypeBlock}.block()),
		rawTar("type", "named pipe", header{name: "pipe", kind: tar.TypeFifo}.block()),
		rawTar("type", "contiguous file", header{name: "file", kind: tar.TypeCont}.block()),
		rawTar("type", "volume header", header{name: "volume", kind: 'V', gnu: true}.block()),
		rawTar("type", "socket, as star writes it", header{name: "socket", kind: 's'}.block()),
		rawTar("type", "sparse, PAX 1.0",
			pax(tar.TypeXHeader, "GNU.sparse.major=1", "GNU.sparse.minor=0",
				"GNU.sparse.name=sparse", "GNU.sparse.realsize=1099511627776"),
			header{name: "sparse", body: "0\n" + strings.Repeat("\x00", tarBlock-2)}.block()),
		rawTar("type", "sparse, PAX 0.1",
			pax(tar.TypeXHeader, "GNU.sparse.map=0,1", "GNU.sparse.size=1099511627776", "GNU.sparse.numblocks=1"),
			header{name: "sparse", body: "x"}.block()),
	}
	return append(all, rawTar("type", "sparse, old GNU", oldSparse()))
}

// oldSparse is a sparse file of a terabyte with a single byte of data.
func oldSparse() []byte {
	h := header{name: "sparse", kind: tar.TypeGNUSparse, gnu: true, body: "x"}.block()
	copy(h[386:], "00000000000\x0000000000001\x00") // one piece: offset and length
	copy(h[483:495], "00000000001\x00")
	return resum(h)
}

// resum makes the checksum of the first header right again.
func resum(b []byte) []byte {
	copy(b[148:156], "        ")
	sum := 0
	for _, c := range b[:tarBlock] {
		sum += int(c)
	}
	copy(b[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return b
}

func hostileTars() []Hostile {
	end := make([]byte, 2*tarBlock)
	plain := func(name string, build func() []byte) Hostile {
		return Hostile{Name: name, Kind: "format", MediaType: connector.MediaPackageTar, Build: build}
	}
	negative := header{name: "file"}.block()
	copy(negative[124:136], bytes.Repeat([]byte{0xff}, 12)) // base-256 for -1
	wrongSum := header{name: "file"}.block()
	wrongSum[0] ^= 1
	return []Hostile{
		plain("nothing at all", func() []byte { return nil }),
		plain("not tar", func() []byte { return bytes.Repeat([]byte("no tar "), 200) }),
		plain("no end", tarStart),
		plain("half an end", func() []byte { return append(tarStart(), end[:tarBlock]...) }),
		plain("cut in a header", func() []byte { return append(tarStart(), header{name: "file"}.block()[:100]...) }),
		plain("cut in a file", func() []byte {
			return append(tarStart(), header{name: "file", size: "00000010000", body: "too short"}.block()...)
		}),
		plain("something after the end", func() []byte {
			return slices.Concat(tarStart(), end, header{name: "../hidden"}.block(), end)
		}),
		rawTar("format", "wrong checksum", wrongSum),
		rawTar("format", "negative size", resum(negative)),
		rawTar("format", "size is no number", header{name: "file", size: "not a number"}.block()),
		rawTar("format", "directory with content", header{name: "dir/", kind: tar.TypeDir, body: "content"}.block()),
		rawTar("format", "old directory with content", header{name: "dir/", size: "00000001000", body: strings.Repeat("x", tarBlock)}.old()),
		rawTar("format", "PAX size is no number", pax(tar.TypeXHeader, "size=-1"), header{name: "file"}.block()),
		rawTar("format", "PAX record with a wrong length", header{name: "pax", kind: tar.TypeXHeader, body: "99 path=x\n"}.block(), header{name: "file"}.block()),
		rawTar("feature", "PAX character set", pax(tar.TypeXHeader, "hdrcharset=BINARY"), header{name: "file"}.block()),
		rawTar("feature", "global PAX path", pax(tar.TypeXGlobalHeader, "path=../x"), header{name: "file"}.block()),
	}
}

// old makes the type that of the oldest tar, in which a name tells directories.
func (h header) old() []byte {
	b := h.block()
	b[156] = 0
	return resum(b)
}
