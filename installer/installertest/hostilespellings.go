package installertest

import (
	"archive/tar"
	"strings"
)

// hostileSpellings are names that one platform or another takes for a place
// outside, for a device or for another name.
func hostileSpellings() []Hostile {
	raw := func(name, path string) Hostile { return rawTar("name", name, header{name: path, body: "x"}.block()) }
	prefixed := func(name, prefix string) Hostile {
		return rawTar("name", name, resum(patch(header{name: Outside, body: "x"}.block(), 345, prefix)))
	}
	return []Hostile{
		raw("many parents", strings.Repeat("../", 20)+"etc/x"),
		raw("parent after an empty element", "etc/..//"+Outside), // CVE-2016-6321
		raw("parent at the end", "a/.."),
		raw("parent with a space", ".. /"+Outside),
		raw("parent with a third dot", ".../"+Outside),
		raw("parent by backslash", `..\`+Outside),
		raw("parent by both slashes", `a/..\../`+Outside),
		raw("parent in overlong UTF-8", "\xc0\xae\xc0\xae/"+Outside),
		raw("half a surrogate", "a\xed\xa0\x80"),
		raw("share", `\\server\share\x`),
		raw("share with slashes", "//server/share/x"),
		raw("device path", `\\?\C:\x`),
		raw("pipe path", `\\.\pipe\x`),
		raw("drive", "C:/x"),
		raw("drive, then parent", "C:../"+Outside), // CVE-2021-37713
		raw("drive with backslash", `C:\x`),
		raw("default stream", "x::$DATA"),
		raw("stream of a directory", "d:$I30:$INDEX_ALLOCATION/x"),
		raw("device as a directory", "aux/x"),
		raw("console", "sub/CONIN$"),
		raw("printer with an extension", "lpt1.tar.gz"),
		raw("port zero", "com0"),
		raw("directory with a dot at its end", "dir./x"),
		raw("directory with a space at its end", "dir /x"),
		raw("nothing but slashes", "///"),
		raw("tab", "a\tb"),
		raw("rub-out", "a\x7fb"),
		raw("vertical bar", "|sh"),
		raw("quotation mark", `a"b`),
		raw("question mark", "a?"),
		raw("angle bracket", "a>b"),
		prefixed("prefix of parents", "../.."),
		prefixed("absolute prefix", "/etc"),
		rawTar("name", "PAX path, absolute", pax(tar.TypeXHeader, "path=/"+Outside), header{name: "fine"}.block()),
		rawTar("name", "two PAX headers for one entry",
			pax(tar.TypeXHeader, "path=fine"), pax(tar.TypeXHeader, "path=../"+Outside), header{name: "fine"}.block()),
	}
}
