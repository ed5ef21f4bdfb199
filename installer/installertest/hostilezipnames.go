package installertest

import "strings"

// hostileZipNames are names that zip archives have led unpackers astray with.
func hostileZipNames() []Hostile {
	named := func(name, path string) Hostile { return zipWith("name", name, zipRecord{name: path, body: "x"}) }
	utf8 := func(name, path string) Hostile {
		return zipWith("name", name, zipRecord{name: path, body: "x", flags: 1 << 11})
	}
	x := func(name string) zipRecord { return zipRecord{name: name, body: "x"} }
	return []Hostile{
		named("many parents", strings.Repeat("../", 20)+"etc/x"),
		named("parent by backslash", `..\..\`+Outside),
		named("parent in between", "a/../../"+Outside),
		named("parent alone", ".."),
		named("no name", ""), // CVE-2021-41772
		named("two slashes", "//server/share/x"),
		named("share", `\\server\share\x`),
		named("drive, then parent", "C:../"+Outside),
		named("stream", "x:hidden"),
		named("device", "sub/nul.txt"),
		named("dot at the end", "x."),
		named("space at the end", "x "),
		named("dot first", "./x"),
		named("empty element", "a//x"),
		named("line break", "a\r\nb"),
		named("60,000 bytes", strings.Repeat("a/", 15)+strings.Repeat("n", 60_000)),
		utf8("parent in overlong UTF-8", "\xc0\xae\xc0\xae/"+Outside),
		zipWith("name", "directory outside", zipRecord{name: "../" + Outside + "/"}),
		zipWith("name", "directory of no name", zipRecord{name: "/"}),
		zipWith("collision", "case", x("readme"), x("README")),
		zipWith("collision", "file, then a directory of its name", x("a"), zipRecord{name: "a/"}),
		zipWith("collision", "directory, then a file of its name", zipRecord{name: "a/"}, x("a")),
		zipWith("collision", "file below a file", x("a"), x("a/b")),
		zipWith("collision", "directory twice", zipRecord{name: "a/"}, zipRecord{name: "a/"}),
	}
}
