package installertest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

func gzipped(kind, name string, build func() []byte) Hostile {
	return Hostile{Name: "gzip: " + name, Kind: kind, MediaType: connector.MediaPackageTarGzip, Build: build}
}

func hostileGzips() []Hostile {
	good := func() []byte { return TarGz(honest()) }
	return []Hostile{
		gzipped("format", "not gzip", func() []byte { return Tar(honest()) }),
		gzipped("format", "empty file", func() []byte { return nil }),
		gzipped("format", "cut", func() []byte { return good()[:40] }),
		gzipped("format", "without its checksum", func() []byte { b := good(); return b[:len(b)-8] }),
		gzipped("format", "wrong checksum", func() []byte { b := good(); b[len(b)-5] ^= 1; return b }),
		gzipped("format", "wrong length", func() []byte { b := good(); b[len(b)-1] ^= 1; return b }),
		gzipped("format", "two members", func() []byte { return append(good(), good()...) }),
		gzipped("format", "an archive in two members", func() []byte {
			all := Tar(honest())
			return append(Gzip(all[:tarBlock]), Gzip(all[tarBlock:])...)
		}),
		gzipped("format", "garbage at the end", func() []byte { return append(good(), "garbage"...) }),
		gzipped("format", "zeros at the end", func() []byte { return append(good(), make([]byte, 512)...) }),
	}
}

func hostileLimits() []Hostile {
	const mib = 1 << 20
	return []Hostile{
		rawTar("limit", "size of 2^63-1", header{name: "file", size: "\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff"}.block()),
		rawTar("limit", "PAX size of 2^63-1", pax(tar.TypeXHeader, "size=9223372036854775807"), header{name: "file"}.block()),
		rawTar("limit", "size of 8 GiB", header{name: "file", size: "77777777777"}.block()),
		tarball("limit", "path of 33 elements", File{Name: strings.Repeat("a/", 32) + "x"}),
		gzipped("limit", "16 MiB of zeros", func() []byte {
			return TarGz(honest(), File{Name: "bomb", Body: string(make([]byte, 16*mib))})
		}),
		gzipped("limit", "16 MiB after the end", func() []byte {
			return Gzip(append(Tar(honest()), make([]byte, 16*mib)...))
		}),
		gzipped("limit", "16 MiB of PAX headers", func() []byte {
			block := pax(tar.TypeXHeader, "comment="+strings.Repeat("x", mib/2))
			return Gzip(slices.Concat(tarStart(), bytes.Repeat(block, 32)))
		}),
		gzipped("limit", "200,000 entries", func() []byte { return manyEntries(200_000) }),
		gzipped("limit", "many implied directories", impliedDirectories),
	}
}

// manyEntries is an archive of n empty files. The order in which they are
// written keeps it from compressing beyond the ratio.
func manyEntries(n int) []byte {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestSpeed)
	must(err)
	write(w, string(tarStart()))
	for i := range n {
		write(w, string(header{name: fmt.Sprintf("%x", uint32(i)*2654435761)}.block()))
	}
	write(w, string(make([]byte, 2*tarBlock)))
	must(w.Close())
	return buf.Bytes()
}

// impliedDirectories is an archive whose 4,000 files need 120,000 directories.
func impliedDirectories() []byte {
	files := []File{honest()}
	for i := range 4000 {
		top := fmt.Sprintf("%x", uint32(i)*2654435761)
		files = append(files, File{Name: top + strings.Repeat("/d", 29) + "/x"})
	}
	return TarGz(files...)
}

func hostileNPM() []Hostile {
	npm := func(kind, name string, files ...File) Hostile {
		return Hostile{Name: "npm: " + name, Kind: kind, MediaType: connector.MediaNPM, Build: func() []byte {
			return TarGz(append([]File{npmHonest()}, files...)...)
		}}
	}
	return []Hostile{
		npm("format", "two top directories", File{Name: "other/file", Body: "x"}),
		npm("format", "file beside the top directory", File{Name: "file", Body: "x"}),
		npm("format", "file of the manifest's name beside the top directory", File{Name: "package.json", Body: "{}"}),
		npm("name", "parent of the top directory", File{Name: "package/../" + Outside, Body: "x"}),
		npm("name", "parent below the top directory", File{Name: "package/lib/../../../" + Outside, Body: "x"}),
		npm("name", "absolute below the top directory", File{Name: "package//x", Body: "x"}),
		npm("collision", "top directory of another case", File{Name: "Package/x", Body: "x"}),
	}
}
