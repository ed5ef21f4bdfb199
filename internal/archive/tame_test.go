package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/internal/archive"
)

// tame are archives that mean harm, or look like it, and do none: each is
// unpacked to plain files where they belong.
func tame() []attack { return slices.Concat(tameTars(), tameNames(), tameGzips(), tameZips()) }

// tarOf writes headers as they are, with content of "x" for each byte stated.
func tarOf(headers ...*tar.Header) func() []byte {
	return func() []byte {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, h := range headers {
			must(w.WriteHeader(h))
			must(w.Write(bytes.Repeat([]byte("x"), int(h.Size))))
		}
		must(w.Close())
		return b.Bytes()
	}
}

// must is for what builds an attack: the last of its values is an error or nil.
func must(values ...any) {
	if err, ok := values[len(values)-1].(error); ok {
		panic(err)
	}
}

// block is a file as it stands in a tar archive, with another type.
func block(kind byte, name, body string) []byte {
	f := installertest.File{Name: name, Body: body}
	if strings.HasSuffix(name, "/") {
		f.Mode = fs.ModeDir
	}
	b := installertest.Tar(f)
	b = b[:len(b)-1024]
	b[156] = kind
	return sumUp(b)
}

// sumUp makes the checksum of the first header right again.
func sumUp(b []byte) []byte {
	copy(b[148:156], "        ")
	sum := 0
	for _, c := range b[:512] {
		sum += int(c)
	}
	copy(b[148:156], fmt.Sprintf("%06o\x00 ", sum))
	return b
}

func blocks(all ...[]byte) func() []byte {
	return func() []byte { return append(slices.Concat(all...), make([]byte, 1024)...) }
}

func tameTars() []attack {
	tarred := func(name string, build func() []byte, files ...string) attack {
		return attack{name: "tame/" + name, format: archive.Tar, build: build, files: files}
	}
	patched := func(b []byte, at int, s string) []byte { copy(b[at:], s); return sumUp(b) }
	x := func() []byte { return block(tar.TypeReg, "x", "x") }
	var tiny strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&tiny, "13 k%06d=v\n", i)
	}
	return []attack{
		tarred("every special bit", tarOf( // CVE-2021-32760 and others
			&tar.Header{Name: "d/", Typeflag: tar.TypeDir, Mode: 0o7777},
			&tar.Header{Name: "d/x", Typeflag: tar.TypeReg, Mode: 0o7777},
			&tar.Header{Name: "y", Typeflag: tar.TypeReg, Mode: 0o6666},
			&tar.Header{Name: "z", Typeflag: tar.TypeReg, Mode: 0o1000},
		), "d/", "d/x*", "y", "z"),
		tarred("no permission at all", tarOf(&tar.Header{Name: "d/", Typeflag: tar.TypeDir}, &tar.Header{Name: "d/x", Typeflag: tar.TypeReg}), "d/", "d/x"),
		tarred("mode below zero", blocks(patched(x(), 100, "\xff\xff\xff\xff\xff\xff\xff\xff")), "x*"),
		tarred("type of a link in the mode", blocks(patched(x(), 100, "0120644\x00")), "x"),
		tarred("owned by root", tarOf(&tar.Header{Name: "x", Typeflag: tar.TypeReg, Mode: 0o644, Uname: "root", Gname: "root"}), "x"),
		tarred("owned by nobody there can be", tarOf(&tar.Header{Name: "x", Typeflag: tar.TypeReg, Mode: 0o644, Uid: math.MaxInt, Gid: math.MaxInt}), "x"),
		tarred("times out of this world", tarOf(&tar.Header{Name: "x", Typeflag: tar.TypeReg, Mode: 0o644, ModTime: time.Unix(math.MaxInt64/2, 0)}), "x"),
		tarred("capabilities and other attributes", tarOf(&tar.Header{Name: "x", Typeflag: tar.TypeReg, Mode: 0o755, PAXRecords: map[string]string{
			"SCHILY.xattr.security.capability": "\x01\x00\x00\x02\xff\xff\xff\xff", "SCHILY.xattr.trusted.overlay.opaque": "y",
			"SCHILY.acl.access": "user::rwx", "LIBARCHIVE.xattr.com.apple.quarantine": "x", "SCHILY.dev": "8", "SCHILY.fflags": "uchg",
		}}), "x*"),
		tarred("a thousand global comments", blocks(bytes.Repeat(block(tar.TypeXGlobalHeader, "pax", "13 comment=x\n"), 1000), x()), "x"),
		tarred("60,000 records for one file", blocks(block(tar.TypeXHeader, "pax", tiny.String()), x()), "x"),
		tarred("PAX name that a global header cuts off", blocks(
			block(tar.TypeXHeader, "pax", "19 path=../outside\n"), block(tar.TypeXGlobalHeader, "pax", "13 comment=x\n"), x()), "x"),
		tarred("PAX header for nothing", blocks(x(), block(tar.TypeXHeader, "pax", "19 path=../outside\n")), "x"),
		tarred("GNU long name for nothing", blocks(x(), block(tar.TypeGNULongName, "././@LongLink", "../outside\x00")), "x"),
		tarred("PAX size that hides an entry", blocks( // CVE-2025-62518
			block(tar.TypeXHeader, "pax", "13 size=1024\n"), block(tar.TypeReg, "x", ""), block(tar.TypeReg, "hidden", "x")), "x"),
		tarred("link target of a file", blocks(patched(x(), 157, "../outside")), "x"),
		tarred("PAX link target of a file", blocks(block(tar.TypeXHeader, "pax", "23 linkpath=../outside\n"), x()), "x"),
		tarred("device numbers of a file", blocks(patched(x(), 329, "0000010\x000000000\x00")), "x"),
		tarred("NUL in a name", blocks(patched(x(), 0, "x\x00/../../outside")), "x"),
		tarred("oldest header", blocks(patched(block(0, "d/", ""), 257, "\x00\x00\x00\x00\x00\x00\x00\x00"), patched(block(0, "d/x", "x"), 257, "\x00\x00\x00\x00\x00\x00\x00\x00")), "d/", "d/x"),
		tarred("nothing", blocks()),
		tarred("a megabyte after the end", blocks(x(), make([]byte, 1<<20)), "x"),
		tarred("archives in it", blocks(
			block(tar.TypeReg, "a.tar", string(installertest.Tar(installertest.File{Name: "../outside"}))),
			block(tar.TypeReg, "b.gz", string(installertest.Gzip(make([]byte, 4<<20))))), "a.tar", "b.gz"),
		tarred("marks of layers", tarOf( // whiteouts mean nothing here
			&tar.Header{Name: ".wh..wh..opq", Typeflag: tar.TypeReg}, &tar.Header{Name: "d/.wh.x", Typeflag: tar.TypeReg}), ".wh..wh..opq", "d/", "d/.wh.x"),
		tarred("files that tools obey", tarOf(
			&tar.Header{Name: ".git/hooks/post-checkout", Typeflag: tar.TypeReg, Mode: 0o755}, &tar.Header{Name: ".ssh/authorized_keys", Typeflag: tar.TypeReg}),
			".git/", ".git/hooks/", ".git/hooks/post-checkout*", ".ssh/", ".ssh/authorized_keys"),
	}
}

func tameNames() []attack {
	named := func(name string, paths ...string) attack {
		a := attack{name: "tame/" + name, format: archive.Tar}
		var files []installertest.File
		for _, p := range paths {
			files = append(files, installertest.File{Name: p, Body: p})
			for i, c := range p {
				if c == '/' && !slices.Contains(a.files, p[:i+1]) {
					a.files = append(a.files, p[:i+1])
				}
			}
			a.files = append(a.files, p)
		}
		a.build = func() []byte { return installertest.Tar(files...) }
		return a
	}
	all := []attack{
		named("parents, as a browser writes them", "%2e%2e%2foutside"),
		named("parents in wide letters", "\uff0e\uff0e/outside"),
		named("slashes that are none", "..\u2215outside", "..\u29f8outside"),
		named("home", "~/x", "~root"),
		named("option", "--checkpoint-action=exec=sh x"),
		named("variable", "$HOME/`id`/$(id)"),
		named("written backwards", "x\u202egpj.exe"),
		named("nothing that shows", "x", "x\u200b"),
		named("short name of Windows", "ALONGE~1.TXT", "a longer name.txt"),
		named("dots", "...x", "..x", ".x"),
		named("deepest path", strings.Repeat("d/", 31)+"x"),
		named("longest path", strings.Repeat(strings.Repeat("n", 255)+"/", 15)+strings.Repeat("n", 255)),
		named("sharp s", "ss", "ß"), // CVE-2026-23950
	}
	if runtime.GOOS == "linux" {
		// A file system that takes the two for one refuses to make the second.
		all = append(all, named("accent in one piece and in two", "e\u0301", "\u00e9")) // CVE-2021-37712
	}
	return all
}

func tameGzips() []attack {
	gzipped := func(name string, build func(w *gzip.Writer)) attack {
		return attack{name: "tame/" + name, format: archive.TarGzip, files: []string{"x"}, build: func() []byte {
			var b bytes.Buffer
			w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
			must(err)
			build(w)
			must(w.Close())
			return b.Bytes()
		}}
	}
	x := func(n int) []byte {
		return installertest.Tar(installertest.File{Name: "x", Body: strings.Repeat("x", n)})
	}
	return []attack{
		gzipped("name in the header", func(w *gzip.Writer) { w.Name, w.Comment = "../../outside", "../outside"; must(w.Write(x(1))) }),
		gzipped("64 KiB in the header", func(w *gzip.Writer) { w.Extra = make([]byte, 65535); must(w.Write(x(2))) }),
		gzipped("3 MiB of one letter", func(w *gzip.Writer) { must(w.Write(x(3 << 20))) }),
		gzipped("a block for each byte", func(w *gzip.Writer) {
			for _, c := range x(3) {
				must(w.Write([]byte{c}))
				must(w.Flush())
			}
		}),
	}
}

func tameZips() []attack {
	zipped := func(name string, build func(w *zip.Writer), files ...string) attack {
		return attack{name: "tame/" + name, format: archive.Zip, files: files, build: func() []byte {
			var b bytes.Buffer
			w := zip.NewWriter(&b)
			build(w)
			must(w.Close())
			return b.Bytes()
		}}
	}
	one := func(name string, h zip.FileHeader, files ...string) attack {
		return zipped(name, func(w *zip.Writer) {
			f, err := w.CreateHeader(&h)
			must(err)
			must(f.Write([]byte(name)))
		}, files...)
	}
	const unix, dos = 3 << 8, 0
	return []attack{
		one("every special bit", zip.FileHeader{Name: "x", CreatorVersion: unix, ExternalAttrs: 0o107777 << 16}, "x*"),
		one("no permission at all", zip.FileHeader{Name: "x", CreatorVersion: unix, ExternalAttrs: 0o100000 << 16}, "x"),
		one("device that DOS made", zip.FileHeader{Name: "x", CreatorVersion: dos, ExternalAttrs: 0o020777 << 16}, "x"),
		one("volume label of DOS", zip.FileHeader{Name: "x", CreatorVersion: dos, ExternalAttrs: 0x08}, "x"),
		one("link target in an extra field", zip.FileHeader{Name: "x", Extra: []byte("nu\x18\x00\x00\x00\x00\x00\xff\xa1\x0a\x00\x00\x00\x00\x00\x00\x00../outside")}, "x"),
		one("owner in an extra field", zip.FileHeader{Name: "x", Extra: []byte("ux\x0b\x00\x01\x04\x00\x00\x00\x00\x04\x00\x00\x00\x00")}, "x"),
		one("end record in a comment of the directory", zip.FileHeader{Name: "x", Comment: "PK\x05\x06" + strings.Repeat("\x00", 18)}, "x"),
		one("reader from the future", zip.FileHeader{Name: "x", ReaderVersion: 0xff}, "x"),
		one("parents, as a browser writes them", zip.FileHeader{Name: "%2e%2e%2foutside"}, "%2e%2e%2foutside"),
		zipped("permissions of a directory", func(w *zip.Writer) {
			h := &zip.FileHeader{Name: "d/", CreatorVersion: unix}
			h.SetMode(fs.ModeDir | fs.ModeSetgid | fs.ModeSticky | 0o777)
			must(w.CreateHeader(h))
		}, "d/"),
		zipped("nothing", func(*zip.Writer) {}),
		zipped("64 KiB of comment", func(w *zip.Writer) { must(w.SetComment(strings.Repeat("c", 65535))) }),
		zipped("archives in it", func(w *zip.Writer) { // as 42.zip has them
			bomb := installertest.Zip(installertest.File{Name: "bomb", Body: string(make([]byte, 4<<20))})
			for i := range 16 {
				f, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("%02d.zip", i), Method: zip.Deflate})
				must(err)
				must(f.Write(bomb))
			}
		}, "00.zip", "01.zip", "02.zip", "03.zip", "04.zip", "05.zip", "06.zip", "07.zip",
			"08.zip", "09.zip", "10.zip", "11.zip", "12.zip", "13.zip", "14.zip", "15.zip"),
	}
}
