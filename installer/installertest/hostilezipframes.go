package installertest

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// hostileZipFrames are zip archives whose parts contradict each other, so that
// two readers see two archives.
func hostileZipFrames() []Hostile {
	le := binary.LittleEndian
	// twisted changes the header before the data or the record of the directory.
	twisted := func(name string, twist func(local, central []byte)) Hostile {
		return zipWith("format", name, zipRecord{name: "x", body: "x", twist: twist})
	}
	framed := func(name string, build func(dir, end []byte, whole []byte) []byte) Hostile {
		return zipped("format", name, func() []byte {
			b := rawZip(zipHonest())
			return build(b[bytes.Index(b, []byte("PK\x01\x02")):len(b)-endLen], b[len(b)-endLen:], b)
		})
	}
	// ended changes a zip64 end record, counted from its start.
	ended := func(name string, at int, value string) Hostile {
		return zipped("format", name, func() []byte {
			b := zip64(1, rawZip(zipHonest()))
			return patch(b, bytes.Index(b, []byte("PK\x06\x06"))+at, value)
		})
	}
	end := endLen
	return []Hostile{
		twisted("another local method", func(local, _ []byte) { le.PutUint16(local[8:], 8) }),
		twisted("another local checksum", func(local, _ []byte) { local[14] ^= 1 }),
		twisted("another local packed size", func(local, _ []byte) { le.PutUint32(local[18:], 7) }),
		twisted("encrypted in the local header alone", func(local, _ []byte) { local[6] |= 1 }),
		twisted("descriptor in the local header alone", func(local, _ []byte) { local[6] |= 1 << 3 }),
		twisted("UTF-8 in the local header alone", func(local, _ []byte) { local[7] |= 1 << 3 }),
		twisted("local header of another kind", func(local, _ []byte) { local[2] = 1 }),
		twisted("local name that is longer", func(local, _ []byte) { le.PutUint16(local[26:], 2) }),
		twisted("local name beyond the file", func(local, _ []byte) { le.PutUint16(local[26:], 0xffff) }),
		twisted("local extra field over the data", func(local, _ []byte) { le.PutUint16(local[28:], 1) }),
		twisted("record of another kind", func(_, central []byte) { central[2] = 3 }),
		twisted("record on another disk", func(_, central []byte) { le.PutUint16(central[34:], 1) }),
		twisted("name beyond the directory", func(_, central []byte) { le.PutUint16(central[28:], 0xffff) }),
		twisted("comment over the next record", func(_, central []byte) { le.PutUint16(central[32:], 40) }),
		twisted("place beyond the file", func(_, central []byte) { le.PutUint32(central[42:], 0x7fffffff) }),
		twisted("place in the directory", func(_, central []byte) { le.PutUint32(central[42:], le.Uint32(central[42:])+32) }),
		twisted("place one byte on", func(_, central []byte) { central[42]++ }),
		twisted("packed size beyond the file", func(_, central []byte) { le.PutUint32(central[20:], 0x7fffffff) }),
		zipWith("format", "zip64 place beyond 63 bits", zipRecord{
			name: "x", body: "x", extra: zip64Extra(1 << 63), twist: func(_, central []byte) { le.PutUint32(central[42:], 0xffffffff) },
		}),
		zipWith("format", "zip64 packed size beyond 63 bits", zipRecord{
			name: "x", body: "x", extra: zip64Extra(1<<64 - 1), twist: func(_, central []byte) { le.PutUint32(central[20:], 0xffffffff) },
		}),
		zipWith("format", "zip64 field in two pieces", zipRecord{
			name: "x", body: "x", size: 0xffffffff, localSize: 1, extra: zip64Extra(1) + zip64Extra(1),
		}),
		zipWith("format", "descriptor that says otherwise", zipRecord{name: "x", body: "x", flags: 1 << 3}, zipRecord{
			name: "y", body: "y", gap: "PK\x07\x08\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00",
		}),
		framed("bytes before the archive", func(_, _, whole []byte) []byte { return append([]byte("#!/bin/sh\n"), whole...) }),
		framed("mark of a split archive", func(_, _, whole []byte) []byte { return append([]byte("PK\x07\x08"), whole...) }),
		framed("two archives", func(_, _, whole []byte) []byte { return append(rawZip(zipRecord{name: "hidden"}), whole...) }),
		framed("an archive in the comment", func(_, _, whole []byte) []byte {
			hidden := rawZip(zipRecord{name: "hidden"})
			le.PutUint16(whole[len(whole)-2:], uint16(len(hidden))) //nolint:gosec // it is short
			return append(whole, hidden...)
		}),
		framed("comment shorter than stated", func(_, _, whole []byte) []byte {
			return append(patch(whole, len(whole)-2, "\x09\x00"), "comment"...)
		}),
		framed("comment longer than stated", func(_, _, whole []byte) []byte { // CVE-2024-24789
			return append(patch(whole, len(whole)-2, "\x05\x00"), "comment"...)
		}),
		framed("bytes between the data and the directory", func(dir, end, whole []byte) []byte {
			data := whole[:len(whole)-len(dir)-len(end)]
			end = patch(end, 16, string(le.AppendUint32(nil, le.Uint32(end[16:])+6)))
			return slices.Concat(data, []byte("hidden"), dir, end)
		}),
		framed("bytes between the directory and its end", func(_, end, whole []byte) []byte {
			return slices.Concat(whole[:len(whole)-len(end)], []byte("hidden"), end)
		}),
		framed("signature after the directory", func(_, end, whole []byte) []byte {
			signature := "PK\x05\x05\x02\x00ok"
			longer := string(le.AppendUint32(nil, le.Uint32(end[12:])+uint32(len(signature)))) //nolint:gosec // it is short
			return slices.Concat(whole[:len(whole)-len(end)], []byte(signature), patch(end, 12, longer))
		}),
		framed("end record cut", func(_, _, whole []byte) []byte { return whole[:len(whole)-end/2] }),
		framed("end record alone, with entries", func(_, end, _ []byte) []byte { return end }),
		ended("zip64 end of another length", 4, "\x2d"),
		ended("zip64 end on another disk", 16, "\x01"),
		ended("zip64 count on this disk", 24, "\x02"),
		ended("zip64 directory size below zero", 40, "\xff\xff\xff\xff\xff\xff\xff\xff"),
		ended("zip64 directory beyond 63 bits", 48, "\x00\x00\x00\x00\x00\x00\x00\x80"),
		ended("zip64 end of another kind", 2, "\x07\x06"),
		ended("zip64 locator that points elsewhere", 56+8, "\x00\x00\x00\x00\x00\x00\x00\x00"),
	}
}

const endLen = 22 // of the end record
