package installertest

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
)

// hostileBombs are small and would become large, or would keep a reader busy
// for nothing.
func hostileBombs() []Hostile {
	const mib = 1 << 20
	return []Hostile{
		gzipped("limit", "32 MiB of zeros, packed well", func() []byte {
			return gzipWell(Tar(honest(), File{Name: "bomb", Body: string(make([]byte, 32*mib))}))
		}),
		gzipped("limit", "bomb in sixteen files", func() []byte { return TarGz(append([]File{honest()}, zeroFiles(mib)...)...) }),
		gzipped("limit", "bomb in the space after a file", func() []byte {
			return gzipWell(append(tarStart(), make([]byte, 8*mib)...))
		}),
		gzipped("format", "bomb in a bomb", func() []byte { return Gzip(TarGz(honest())) }),
		gzipped("format", "empty member first", func() []byte { return append(Gzip(nil), TarGz(honest())...) }),
		gzipped("format", "empty member last", func() []byte { return append(TarGz(honest()), Gzip(nil)...) }),
		gzipped("format", "a method that nobody has", func() []byte { return patch(TarGz(honest()), 2, "\x07") }),
		gzipped("format", "name without an end", func() []byte {
			return append([]byte("\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff"), bytes.Repeat([]byte("n"), 4096)...)
		}),
		gzipped("format", "wrong checksum of the header", func() []byte {
			b := TarGz(honest())
			return append([]byte("\x1f\x8b\x08\x02\x00\x00\x00\x00\x00\xff\x12\x34"), b[10:]...)
		}),
		gzipped("format", "half a million empty blocks", func() []byte {
			return append([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), bytes.Repeat([]byte("\x00\x00\x00\xff\xff"), 500_000)...)
		}),
		gzipped("format", "block of a kind that nobody has", func() []byte { return []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x07") }),
		zipped("limit", "bomb in sixteen files", func() []byte { return rawZip(namesOf(zipBomb(mib), 16)...) }),
		zipped("format", "a thousand names for one bomb", overlappingBomb),
		zipped("format", "bombs quoted in bombs", quotedBombs),
		zipWith("limit", "terabyte promised", zipRecord{
			name: "a", body: deflate("x"), method: 8, size: 0xffffffff, crc: crc32.ChecksumIEEE([]byte("x")),
			extra: zip64Extra(1 << 40), localExtra: zip64Extra(1<<40, uint64(len(deflate("x")))),
			twist: func(local, _ []byte) { copy(local[18:], "\xff\xff\xff\xff") },
		}),
		zipped("limit", "many implied directories", func() []byte {
			records := []zipRecord{zipHonest()}
			for i := range 4000 {
				records = append(records, zipRecord{name: fmt.Sprintf("%x", uint32(i)*2654435761) + strings.Repeat("/d", 29) + "/x"})
			}
			return rawZip(records...)
		}),
	}
}

// gzipWell is Gzip with the best compression.
func gzipWell(data []byte) []byte {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	must(err)
	write(w, string(data))
	must(w.Close())
	return buf.Bytes()
}

func zeroFiles(size int) []File {
	var files []File
	for i := range 16 {
		files = append(files, File{Name: fmt.Sprint("part", i), Body: string(make([]byte, size))})
	}
	return files
}

// namesOf returns the manifest and an entry n times, each time with another name.
func namesOf(r zipRecord, n int) []zipRecord {
	records := []zipRecord{zipHonest()}
	for i := range n {
		r.name = fmt.Sprint(r.name[:4], i)
		records = append(records, r)
	}
	return records
}

// overlappingBomb is one bomb to which a thousand entries of the directory point.
func overlappingBomb() []byte {
	records := namesOf(zipBomb(1<<20), 1001)
	for i := range records[2:] {
		records[2+i].at = localLen + len(honest().Name) + len(honest().Body)
	}
	return rawZip(records...)
}

// quotedBombs has two entries that share one compressed stream: the first
// covers the local header of the second by a stored block (CVE-2024-0450).
func quotedBombs() []byte {
	const size = 1 << 20
	inner := zipBomb(size)
	inner.name = "inner"
	local, _, _ := bytes.Cut(rawZip(inner), []byte("PK\x01\x02"))
	quoted := local[:len(local)-len(inner.body)] // the local header alone
	n := uint16(len(quoted))                     //nolint:gosec // it is 35
	block := binary.LittleEndian.AppendUint16([]byte{0}, n)
	block = binary.LittleEndian.AppendUint16(block, ^n)
	body := string(block) + string(local)
	content := string(quoted) + string(make([]byte, size))
	outer := zipRecord{name: "outer", body: body, method: 8, size: uint32(len(content)), crc: crc32.ChecksumIEEE([]byte(content))} //nolint:gosec // it is small
	start := localLen + len(honest().Name) + len(honest().Body) + localLen + len(outer.name) + len(block)
	inner.at = start
	return rawZip(zipHonest(), outer, inner)
}

func zip64Extra(values ...uint64) string {
	b := binary.LittleEndian.AppendUint16([]byte{1, 0}, uint16(8*len(values))) //nolint:gosec // it is small
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return string(b)
}
