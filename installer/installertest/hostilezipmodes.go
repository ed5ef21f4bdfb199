package installertest

import "encoding/binary"

// hostileZipModes are entries that say of themselves what no package may hold.
func hostileZipModes() []Hostile {
	const (
		socket, device, block, fifo, link = 0o140755, 0o020666, 0o060666, 0o010666, 0o120777
	)
	typed := func(name string, mode uint32) Hostile {
		return zipWith("type", name, zipRecord{name: "x", body: "x", mode: mode})
	}
	// from says which system made the entry (APPNOTE 4.4.2.2).
	from := func(host byte, more func(central []byte)) func(local, central []byte) {
		return func(_, central []byte) {
			central[5] = host
			if more != nil {
				more(central)
			}
		}
	}
	out := "../" + Outside
	return []Hostile{
		typed("socket", socket), typed("character device", device), typed("block device", block), typed("named pipe with content", fifo),
		typed("a type that nobody has", 0o170644),
		zipWith("type", "symlink, then a file of its name", zipRecord{name: "x", body: out, mode: link}, zipRecord{name: "x", body: "through a link"}),
		zipWith("type", "symlink, then a file below it",
			zipRecord{name: "d", body: "..", mode: link}, zipRecord{name: "d/" + Outside, body: "through a link"}), // CVE-2025-11001
		zipWith("type", "symlink with a directory's name", zipRecord{name: "d/", body: "..", mode: link}),
		zipWith("type", "symlink from DOS", zipRecord{name: "x", body: out, mode: link, twist: from(0, nil)}),
		zipWith("type", "symlink from macOS", zipRecord{name: "x", body: out, mode: link, twist: from(19, nil)}),
		zipWith("type", "symlink from nowhere", zipRecord{name: "x", body: out, mode: link, twist: from(255, nil)}),
		zipWith("type", "symlink, deflated", zipRecord{name: "x", body: deflate(out), method: 8, mode: link}),
		zipWith("type", "symlink in place of the manifest", zipRecord{name: "connector.json", body: out, mode: link}),
		zipWith("type", "directory of DOS with a file's name", zipRecord{name: "x", twist: from(0, func(central []byte) {
			binary.LittleEndian.PutUint32(central[38:], 0x10)
		})}),
		zipWith("feature", "strong encryption", zipRecord{name: "x", body: "x", flags: 1 << 6}),
		zipWith("feature", "patch data", zipRecord{name: "x", body: "x", flags: 1 << 5}),
		zipWith("feature", "AES", zipRecord{name: "x", body: "x", flags: 1, method: 99, extra: "\x01\x99\x07\x00\x02\x00AE\x03\x08\x00"}),
		zipWith("feature", "Deflate64", zipRecord{name: "x", body: "x", method: 9}),
		zipWith("feature", "LZMA", zipRecord{name: "x", body: "x", method: 14}),
		zipWith("feature", "Zstandard", zipRecord{name: "x", body: "x", method: 93}),
		zipWith("feature", "a method that nobody has", zipRecord{name: "x", body: "x", method: 0xffff}),
	}
}
