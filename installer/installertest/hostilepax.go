package installertest

import (
	"archive/tar"
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// hostilePAX are tar archives that abuse what may stand before an entry, or
// the numbers in its header.
func hostilePAX() []Hostile {
	file := header{name: "file"}.block()
	records := func(kind, name string, records ...string) Hostile {
		return rawTar(kind, "PAX "+name, pax(tar.TypeXHeader, records...), file)
	}
	literal := func(name, body string) Hostile {
		return rawTar("format", "PAX "+name, header{name: "pax", kind: tar.TypeXHeader, body: body}.block(), file)
	}
	global := func(kind, name, record string) Hostile {
		return rawTar(kind, "global PAX "+name, pax(tar.TypeXGlobalHeader, record), file)
	}
	sized := func(name, size string) Hostile {
		return rawTar("format", name, resum(patch(file, 124, size)))
	}
	gnuName := func(body string) []byte {
		return header{name: "././@LongLink", kind: tar.TypeGNULongName, gnu: true, body: body}.block()
	}
	const mib = 1 << 20
	return []Hostile{
		records("format", "path with a NUL", "path=fine\x00/../../x"),
		records("format", "size with a fraction", "size=1.5"),
		records("format", "size beyond 64 bits", "size=18446744073709551616"),
		records("format", "size in hexadecimal", "size=0x10"),
		records("format", "key with a NUL", "pa\x00th=x"),
		records("format", "size that skips the end", "size=1048576"),
		records("limit", "size of a terabyte", "size=1099511627776"),
		records("type", "sparse of a version to come", "GNU.sparse.major=2", "GNU.sparse.minor=0", "GNU.sparse.name=../x"),
		records("type", "sparse, 0.0", "GNU.sparse.size=1099511627776", "GNU.sparse.numblocks=1", "GNU.sparse.offset=0", "GNU.sparse.numbytes=0"),
		records("type", "sparse name alone", "GNU.sparse.name=../x"),
		records("format", "sparse pieces in the wrong order", "GNU.sparse.map=9,1,0,1", "GNU.sparse.size=10", "GNU.sparse.numblocks=2"),
		records("format", "sparse piece beyond 63 bits", "GNU.sparse.map=9223372036854775807,1", "GNU.sparse.size=9", "GNU.sparse.numblocks=1"),
		records("format", "sparse size below zero", "GNU.sparse.map=0,0", "GNU.sparse.size=-1", "GNU.sparse.numblocks=1"),
		literal("record whose length is too long for a number", "99999999999999999999 path=x\n"),
		literal("record whose length is below zero", "-9 path=x\n"),
		literal("record of no length", "0 path=x\n"),
		literal("record without an equals sign", "8 pathx\n"),
		literal("record without an end of line", "9 path=x#"),
		literal("record without a space", "9"),
		global("feature", "size", "size=0"),
		global("feature", "link", "linkpath=../"+Outside),
		global("type", "sparse name", "GNU.sparse.name=../"+Outside),
		global("feature", "character set", "charset=BINARY"),
		rawTar("format", "PAX path beside another GNU long name", gnuName("fine\x00"), pax(tar.TypeXHeader, "path=../"+Outside), file),
		rawTar("format", "PAX header of 2 MiB", pax(tar.TypeXHeader, "comment="+strings.Repeat("x", 2*mib)), file),
		rawTar("format", "GNU long name of 2 MiB", gnuName(strings.Repeat("x", 2*mib)), file),
		rawTar("name", "GNU long name of 1 MiB", gnuName(strings.Repeat("x/", mib/2-1)), file),
		sized("size in base 256 beyond 64 bits", "\x80\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"),
		sized("least size in base 256", "\xff\xff\xff\xff\x80\x00\x00\x00\x00\x00\x00\x00"),
		sized("octal size with a sign", "-0000000001\x00"),
		sized("octal size with an eight", "00000000008\x00"),
		rawTar("format", "mode that is no number", resum(patch(file, 100, "rwxr-xr"))),
		rawTar("format", "header without a checksum", patch(file, 148, "\x00\x00\x00\x00\x00\x00\x00\x00")),
		rawTar("type", "endless list of sparse pieces", endlessPieces()), // CVE-2018-20482
		manyPieces(),
	}
}

// endlessPieces is an old GNU sparse header that promises more of its list and
// has none.
func endlessPieces() []byte {
	return resum(patch(header{name: "sparse", kind: tar.TypeGNUSparse, gnu: true}.block(), 482, "\x01"))
}

// manyPieces is a sparse file whose list of pieces takes 16 MiB (CVE-2025-58183).
func manyPieces() Hostile {
	const n = 4 << 20
	return Hostile{Name: "sparse, PAX 1.0, millions of pieces", Kind: "format", MediaType: connector.MediaPackageTar, Build: func() []byte {
		body := fmt.Sprint(n, "\n") + strings.Repeat("0\n0\n", n)
		return slices.Concat(tarStart(),
			pax(tar.TypeXHeader, "GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.name=sparse", "GNU.sparse.realsize=0"),
			header{name: "sparse", body: body}.block(), bytes.Repeat([]byte{0}, 2*tarBlock))
	}}
}
