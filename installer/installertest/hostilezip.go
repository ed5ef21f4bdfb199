package installertest

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

const localLen = 30 // of the header before the data

// zipRecord is one entry of a zip archive, with the fields that a test twists.
type zipRecord struct {
	name      string
	localName string // default name
	body      string // as it is stored
	size      uint32 // default len(body)
	crc       uint32 // default that of body
	flags     uint16
	method    uint16
	mode      uint32 // of Unix
	extra     string
	localSize uint32 // default size
	at        int    // where the local header is, if not written here; -1: that of the first entry
	gap       string // before the local header
	// twist changes the header before the data and the record of the directory,
	// both without what is of variable length.
	twist      func(local, central []byte)
	localExtra string
	comment    string
}

func (r zipRecord) withDefaults() zipRecord {
	if r.localName == "" {
		r.localName = r.name
	}
	if r.size == 0 {
		r.size = uint32(len(r.body)) //nolint:gosec // bodies are short
	}
	if r.localSize == 0 {
		r.localSize = r.size
	}
	if r.crc == 0 {
		r.crc = crc32.ChecksumIEEE([]byte(r.body))
	}
	return r
}

// rawZip writes records and the end record.
func rawZip(records ...zipRecord) []byte {
	var out, dir bytes.Buffer
	put := func(b *bytes.Buffer, values ...any) {
		for _, v := range values {
			must(binary.Write(b, binary.LittleEndian, v))
		}
	}
	u16 := func(n int) uint16 { return uint16(n) } //nolint:gosec // lengths are short
	u32 := func(n int) uint32 { return uint32(n) } //nolint:gosec // as above
	for _, r := range records {
		r = r.withDefaults()
		out.WriteString(r.gap)
		start := u32(out.Len())
		if r.at != 0 {
			start = u32(max(r.at, 0))
		}
		local, central := new(bytes.Buffer), new(bytes.Buffer)
		put(local, []byte("PK\x03\x04"), uint16(20), r.flags, r.method, uint32(0), r.crc, u32(len(r.body)), r.localSize,
			u16(len(r.localName)), u16(len(r.localExtra)))
		put(central, []byte("PK\x01\x02"), uint16(3<<8|20), uint16(20), r.flags, r.method, uint32(0), r.crc, u32(len(r.body)), r.size,
			u16(len(r.name)), u16(len(r.extra)), u16(len(r.comment)), uint16(0), uint16(0), r.mode<<16, start)
		if r.twist != nil {
			r.twist(local.Bytes(), central.Bytes())
		}
		if r.at == 0 {
			out.WriteString(local.String() + r.localName + r.localExtra + r.body)
		}
		dir.WriteString(central.String() + r.name + r.extra + r.comment)
	}
	dirAt, dirLen := u32(out.Len()), u32(dir.Len())
	out.Write(dir.Bytes())
	put(&out, []byte("PK\x05\x06"), uint32(0), u16(len(records)), u16(len(records)), dirLen, dirAt, uint16(0))
	return out.Bytes()
}

// zipHonest is the manifest as a zip record.
func zipHonest() zipRecord { return zipRecord{name: honest().Name, body: honest().Body} }

func deflate(body string) string {
	var buf bytes.Buffer
	w, err := flate.NewWriter(&buf, flate.BestCompression)
	must(err)
	write(w, body)
	must(w.Close())
	return buf.String()
}

func zipped(kind, name string, build func() []byte) Hostile {
	return Hostile{Name: "zip: " + name, Kind: kind, MediaType: connector.MediaPackageZip, Build: build}
}

func zipWith(kind, name string, records ...zipRecord) Hostile {
	return zipped(kind, name, func() []byte { return rawZip(append([]zipRecord{zipHonest()}, records...)...) })
}

// zipEnd changes the end record, whose fields start at the given offsets.
func zipEnd(name string, at int, value string) Hostile {
	return zipped("format", name, func() []byte {
		b := rawZip(zipHonest())
		copy(b[len(b)-22+at:], value)
		return b
	})
}

func hostileZips() []Hostile {
	const (
		symlink, pipe = 0o120777, 0o010644
		directory     = 0o040755
		bzip2         = 12
	)
	body := strings.Repeat("x", 100)
	sum := crc32.ChecksumIEEE([]byte(body))
	return []Hostile{
		zipWith("type", "symlink", zipRecord{name: "link", body: "/etc/passwd", mode: symlink}),
		zipWith("type", "named pipe", zipRecord{name: "pipe", mode: pipe}),
		zipWith("type", "directory with a file's name", zipRecord{name: "dir", mode: directory}),
		zipWith("type", "file with a directory's name", zipRecord{name: "file/", mode: 0o100644}),
		zipWith("format", "directory with content", zipRecord{name: "dir/", body: "x", mode: directory}),
		zipWith("name", "parent", zipRecord{name: "../x", body: "x"}),
		zipWith("name", "absolute", zipRecord{name: "/x", body: "x"}),
		zipWith("name", "backslash", zipRecord{name: `a\x`, body: "x"}),
		zipWith("name", "NUL", zipRecord{name: "a\x00x", body: "x"}),
		zipWith("name", "drive letter", zipRecord{name: "C:/x", body: "x"}),
		zipWith("name", "not marked as UTF-8", zipRecord{name: "ä", body: "x"}),
		zipWith("name", "marked, but not UTF-8", zipRecord{name: "a\xff", body: "x", flags: 1 << 11}),
		zipWith("collision", "one file twice", zipRecord{name: "a", body: "1"}, zipRecord{name: "a", body: "2"}),
		zipWith("feature", "encrypted", zipRecord{name: "a", body: "x", flags: 1}),
		zipWith("feature", "hidden headers", zipRecord{name: "a", body: "x", flags: 1 << 13}),
		zipWith("feature", "bzip2", zipRecord{name: "a", body: "x", method: bzip2}),
		zipWith("feature", "a second name", zipRecord{name: "a", body: "x", extra: "\x75\x70\x06\x00\x01\x00\x00\x00\x00b"}),
		zipWith("format", "extra field cut off", zipRecord{name: "a", body: "x", extra: "\x01\x00\xff\x00"}),
		zipWith("format", "zip64 without a value", zipRecord{name: "a", body: "x", size: 0xffffffff, extra: "\x01\x00\x00\x00"}),
		zipWith("format", "zip64 size that is a lie", zipRecord{
			name: "a", body: "x", size: 0xffffffff, localSize: 1, extra: "\x01\x00\x08\x00\xff\xff\xff\xff\xff\xff\xff\x7f",
		}),
		zipWith("format", "another local name", zipRecord{name: "a", localName: "b", body: "x"}),
		zipWith("format", "another local size", zipRecord{name: "a", body: "x", localSize: 7}),
		zipWith("format", "wrong checksum", zipRecord{name: "a", body: "x", crc: 7}),
		zipWith("format", "size too small", zipRecord{name: "a", body: deflate(body), method: 8, size: 50, crc: sum}),
		zipWith("format", "size too big", zipRecord{name: "a", body: deflate(body), method: 8, size: 200, crc: sum}),
		zipWith("format", "something after the compressed data", zipRecord{name: "a", body: deflate(body) + "hidden", method: 8, size: 100, crc: sum}),
		zipWith("format", "not deflated", zipRecord{name: "a", body: "\xff\xff\xff", method: 8, size: 9}),
		zipWith("format", "one place for two", zipRecord{name: "b", body: honest().Body, at: -1, localName: honest().Name}),
		zipped("format", "entry inside another's data", nestedZip),
		zipWith("format", "something between the entries", zipRecord{name: "a", body: "x", gap: "hidden"}),
		zipWith("format", "data descriptor missing", zipRecord{name: "a", body: "x", flags: 1 << 3}),
		zipWith("limit", "path of 33 elements", zipRecord{name: strings.Repeat("a/", 32) + "x"}),
		zipWith("limit", "16 MiB of zeros", zipBomb(16<<20)),
		zipped("format", "something before the first entry", func() []byte {
			return rawZip(zipRecord{name: honest().Name, body: honest().Body, gap: "MZ"})
		}),
		zipped("format", "something at the end", func() []byte { return append(rawZip(zipHonest()), "x"...) }),
		zipped("format", "cut", func() []byte { b := rawZip(zipHonest()); return b[:len(b)-1] }),
		zipped("format", "no zip", func() []byte { return Tar(honest()) }),
		zipped("format", "empty file", func() []byte { return nil }),
		zipEnd("fewer entries than there are", 8, "\x00\x00\x00\x00"),
		zipEnd("more entries than there are", 8, "\x02\x00\x02\x00"),
		zipEnd("several parts", 4, "\x01\x00\x01\x00"),
		zipEnd("directory elsewhere", 16, "\x01\x00\x00\x00"),
		zipEnd("directory size", 12, "\xff\xff\xff\x7f"),
		zipEnd("zip64 promised and missing", 16, "\xff\xff\xff\xff"),
		zipped("format", "end records that contradict", contradictingEnds),
		zipped("limit", "200,000 entries", func() []byte { return zip64(200_000, rawZip(zipHonest())) }),
	}
}

// zipBomb is a record that unpacks to n zeros.
func zipBomb(n int) zipRecord {
	zeros := string(make([]byte, n))
	return zipRecord{name: "bomb", body: deflate(zeros), method: 8, size: uint32(n), crc: crc32.ChecksumIEEE([]byte(zeros))} //nolint:gosec // n is small
}

// zip64 gives an archive a zip64 end record that states the number of entries,
// and lets the old one defer to it.
func zip64(entries uint64, b []byte) []byte {
	le := binary.LittleEndian
	at := len(b) - 22
	end := bytes.Clone(b[at:])
	out := bytes.Clone(b[:at])
	out = append(out, "PK\x06\x06"...)
	out = le.AppendUint64(out, 44)
	out = append(out, 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	out = le.AppendUint64(out, entries)
	out = le.AppendUint64(out, entries)
	out = le.AppendUint64(out, uint64(le.Uint32(end[12:])))
	out = le.AppendUint64(out, uint64(le.Uint32(end[16:])))
	out = append(out, "PK\x06\x07\x00\x00\x00\x00"...)
	out = le.AppendUint64(out, uint64(at)) //nolint:gosec // it is the length of a slice
	out = append(out, 1, 0, 0, 0)
	copy(end[8:12], "\xff\xff\xff\xff")
	return append(out, end...)
}

// contradictingEnds has two end records that name different numbers of entries.
func contradictingEnds() []byte {
	b := zip64(1, rawZip(zipHonest()))
	copy(b[len(b)-22+8:], "\x02\x00\x02\x00")
	return b
}

// nestedZip has an entry whose local header lies in the data of another.
func nestedZip() []byte {
	inner := zipRecord{name: "inner", body: "x"}
	data := string(rawZip(inner)[:localLen+len(inner.name)+len(inner.body)])
	outer := zipRecord{name: "outer", body: data}
	inner.at = 2*localLen + len(honest().Name) + len(honest().Body) + len(outer.name)
	return rawZip(zipHonest(), outer, inner)
}
