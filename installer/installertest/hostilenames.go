package installertest

import (
	"archive/tar"
	"strings"
)

func hostileNames() []Hostile {
	named := func(name, path string) Hostile { return tarball("name", name, File{Name: path, Body: "x"}) }
	raw := func(name, path string) Hostile { return rawTar("name", name, header{name: path}.block()) }
	return []Hostile{
		named("absolute", "/etc/cron.d/x"),
		named("parent", "../x"),
		named("parent in between", "a/../../x"),
		named("parent that stays inside", "a/../x"),
		named("parent alone", ".."),
		named("two dots first", "././x"), named("dot, then up", "./../x"), named("dot, then root", ".//x"),
		named("dot in between", "a/./x"),
		named("dot alone", "."),
		raw("empty", ""),
		named("empty element", "a//x"),
		raw("two slashes first", "//x"),
		raw("file with a slash at its end", "x/"),
		named("backslash", `..\..\x`),
		named("drive letter", "C:x"),
		named("alternate stream", "connector.json:hidden"),
		named("device", "nul"),
		named("device with an extension", "lib/AUX.txt"),
		named("device with spaces", "con .txt"),
		named("device with a raised digit", "com¹"),
		named("dot at the end", "x."),
		named("space at the end", "x "),
		named("line break", "a\nb"),
		named("escape", "a\x1bb"),
		named("wildcard", "a*"),
		raw("not UTF-8", "a\xff"),
		named("element of 256 bytes", strings.Repeat("a", 256)),
		named("path of 4,097 bytes", strings.Repeat(strings.Repeat("a", 240)+"/", 17)+"x"),
		rawTar("name", "PAX path", pax(tar.TypeXHeader, "path=../x"), header{name: "fine"}.block()),
		rawTar("name", "GNU long name",
			header{name: "././@LongLink", kind: tar.TypeGNULongName, gnu: true, body: "../x\x00"}.block(),
			header{name: "fine", gnu: true}.block()),
		rawTar("name", "directory outside", header{name: "../dir/", kind: tar.TypeDir}.block()),
	}
}

func hostileCollisions() []Hostile {
	x := func(name string) File { return File{Name: name, Body: "x"} }
	dir := func(name string) Hostile {
		return rawTar("collision", name, header{name: "dir/", kind: tar.TypeDir}.block(), header{name: "dir/", kind: tar.TypeDir}.block())
	}
	return []Hostile{
		tarball("collision", "one file twice", x("a"), x("a")),
		tarball("collision", "manifest twice", honest()),
		tarball("collision", "case", x("readme"), x("README")),
		tarball("collision", "case of a directory", x("lib/a"), x("LIB/b")),
		tarball("collision", "case beyond ASCII", x("\u212a"), x("k")), // Kelvin sign
		tarball("collision", "case of a Greek letter", x("σ"), x("ς")),
		tarball("collision", "file below a file", x("a"), x("a/b")),
		tarball("collision", "file where a directory is", x("a/b"), x("a")),
		dir("directory twice"),
	}
}
