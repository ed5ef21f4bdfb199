package installertest

import (
	"archive/tar"
	"bytes"
	"strings"
)

// Outside is the name of a file beside the directory that an archive is
// unpacked in. Hostile archives aim at it: put something of that name there,
// and see that it stays as it is.
const Outside = "outside"

func symlink(name, to string) []byte {
	return header{name: name, kind: tar.TypeSymlink, link: to}.block()
}

func hardlink(to string) []byte {
	return header{name: "x", kind: tar.TypeLink, link: to}.block()
}

func directory(name string) []byte { return header{name: name + "/", kind: tar.TypeDir}.block() }

func through(name string) []byte { return header{name: name, body: "through a link"}.block() }

// hostileLinks are the ways in which links have led unpackers astray.
func hostileLinks() []Hostile {
	refused := func(name string, blocks ...[]byte) Hostile { return rawTar("type", name, blocks...) }
	out := "../" + Outside
	far := strings.Repeat("../", 50) + Outside
	manifest := honest().Name
	return []Hostile{
		refused("symlink out, then a file of its name", symlink("x", out), through("x")),                                     // CVE-2014-6407
		refused("file, then a symlink of its name", through("x"), symlink("x", out)),                                         //
		refused("directory, then a symlink of its name", directory("d"), symlink("d", ".."), through("d/"+Outside)),          // CVE-2021-32803
		refused("symlink, then a directory of its name", symlink("d", ".."), directory("d"), through("d/"+Outside)),          // CVE-2021-32760
		refused("symlink with a slash at its end", symlink("d/", ".."), through("d/"+Outside)),                               // CVE-2026-39822
		refused("symlink in place of the top", symlink(".", ".."), through(Outside)),                                         // CVE-2021-29136
		refused("symlink in place of the top, with a slash", symlink("./", ".."), through(Outside)),                          //
		refused("symlink in a symlink", directory("s"), symlink("s/up", ".."), symlink("s/up/o", ".."), through("s/up/o/x")), // CVE-2020-27833
		refused("symlinks in a circle", symlink("a", "b"), symlink("b", "a"), through("a/x")),
		refused("symlink to nothing", symlink("x", "")),
		refused("symlink to itself", symlink("x", "x")),
		refused("symlink with content", header{name: "x", kind: tar.TypeSymlink, link: out, body: "content"}.block()),
		refused("symlink into the process", symlink("x", "/proc/self/cwd/go.mod")),
		refused("symlink in place of the manifest", symlink(manifest, out)), // CVE-2025-53547
		refused("symlink of another case", symlink("Dir", ".."), through("dir/"+Outside)),
		refused("symlink by PAX", pax(tar.TypeXHeader, "linkpath="+out), symlink("x", manifest)),
		refused("symlink by a GNU long link",
			header{name: "././@LongLink", kind: tar.TypeGNULongLink, gnu: true, body: far + "\x00"}.block(), symlink("x", "y")),
		refused("hard link out, then a file of its name", hardlink(out), through("x")),
		refused("hard link relative to the process", hardlink("go.mod")), // CVE-2026-50163
		refused("hard link inside", hardlink(manifest)),
		refused("hard link to itself", hardlink("x")),
		refused("hard link with content", header{name: "x", kind: tar.TypeLink, link: manifest, body: "content"}.block()), // CVE-2016-5418
		refused("hard link to a symlink", symlink("s", out), hardlink("s"), through("x")),
		refused("hard link by PAX", pax(tar.TypeXHeader, "linkpath="+out), hardlink(manifest)),
		refused("device with numbers", resum(patch(header{name: "sda", kind: tar.TypeBlock}.block(), 329, "0000010\x000000000\x00"))),
		refused("list of a directory, as GNU tar dumps it", header{name: "d/", kind: 'D', gnu: true, body: "Yx\x00"}.block()),
		refused("rest of a file on another volume", header{name: "x", kind: 'M', gnu: true, body: "rest"}.block()),
		refused("renamed file, as old GNU tar says it", header{name: "x", kind: 'N', gnu: true, body: "Rename a to " + out + "\n"}.block()),
		refused("inode alone, as star writes it", header{name: "x", kind: 'I'}.block()),
		refused("access control list of Solaris", header{name: "x", kind: 'A', body: "user::rwx"}.block()),
		refused("extended header of Solaris", pax('X', "path="+out), through("x")),
		refused("a type that nobody has", header{name: "x", kind: 0x7f}.block()),
	}
}

// patch writes s at one place of b.
func patch(b []byte, at int, s string) []byte {
	b = bytes.Clone(b)
	copy(b[at:], s)
	return b
}
