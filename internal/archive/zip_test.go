package archive_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/internal/archive"
)

// zipOf writes one stored entry with the given descriptor and extra fields,
// and escaped sizes if there is a local extra field.
func zipOf(flags uint16, descriptor, localExtra, extra string) []byte {
	const name, body = "file", "content"
	le := binary.LittleEndian
	crc, size := crc32.ChecksumIEEE([]byte(body)), uint32(len(body))
	header := func(b []byte, size uint32) []byte {
		b = le.AppendUint16(b, 20)
		b = le.AppendUint16(b, flags)
		b = append(b, 0, 0, 0, 0, 0, 0)
		if size == 0 {
			return append(b, make([]byte, 12)...)
		}
		b = le.AppendUint32(b, crc)
		b = le.AppendUint32(b, size)
		return le.AppendUint32(b, size)
	}
	localSize, dirSize := size, size
	if descriptor != "" {
		localSize = 0
	}
	if localExtra != "" {
		localSize = 0xffffffff
	}
	if extra != "" {
		dirSize = 0xffffffff
	}
	out := header([]byte("PK\x03\x04"), localSize)
	out = le.AppendUint16(out, uint16(len(name)))
	out = le.AppendUint16(out, uint16(len(localExtra)))
	out = append(out, name+localExtra+body+descriptor...)
	start := len(out)
	out = header(append(out, "PK\x01\x02\x14\x00"...), dirSize)
	out = le.AppendUint16(out, uint16(len(name)))
	out = le.AppendUint16(out, uint16(len(extra)))
	out = append(out, make([]byte, 14)...)
	out = append(out, name+extra...)
	length := len(out) - start
	out = append(out, "PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00"...)
	out = le.AppendUint32(out, uint32(length))
	out = le.AppendUint32(out, uint32(start))
	return append(out, 0, 0)
}

func u32(values ...uint32) string {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return string(b)
}

func u64(values ...uint64) string {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return string(b)
}

func TestZipDialects(t *testing.T) {
	t.Parallel()
	const streamed = 1 << 3
	crc := crc32.ChecksumIEEE([]byte("content"))
	wide := "\x01\x00\x10\x00" + u64(7, 7)
	for name, data := range map[string][]byte{
		"plain":                        zipOf(0, "", "", ""),
		"descriptor":                   zipOf(streamed, "PK\x07\x08"+u32(crc, 7, 7), "", ""),
		"descriptor without signature": zipOf(streamed, u32(crc, 7, 7), "", ""),
		"wide descriptor":              zipOf(streamed, "PK\x07\x08"+u32(crc)+u64(7, 7), "", ""),
		"wide descriptor, bare":        zipOf(streamed, u32(crc)+u64(7, 7), "", ""),
		"zip64 sizes":                  zipOf(0, "", wide, wide),
		"zip64 in the directory":       zipOf(0, "", "", wide),
		"other extra field":            zipOf(0, "", "", "\x55\x54\x01\x00x"+wide),
	} {
		m, stats, err := unpack(t, archive.Zip, data, nil)
		require.NoError(t, err, name)
		assert.Equal(t, archive.Stats{Files: 1, Bytes: 7}, stats, name)
		got, err := fs.ReadFile(m, "file")
		require.NoError(t, err)
		assert.Equal(t, "content", string(got), name)
	}
	for name, data := range map[string][]byte{
		"descriptor with another checksum": zipOf(streamed, u32(crc+1, 7, 7), "", ""),
		"descriptor with another size":     zipOf(streamed, u32(crc, 7, 8), "", ""),
		"wide descriptor that lies":        zipOf(streamed, u32(crc)+u64(7, 1<<63), "", ""),
		"descriptor of another kind":       zipOf(streamed, "PK\x07\x09"+u32(crc, 7, 7), "", ""),
		"two zip64 fields":                 zipOf(0, "", "", wide+wide),
		"zip64 sizes that differ":          zipOf(0, "", "\x01\x00\x10\x00"+u64(7, 8), wide),
		"stray bytes in an extra field":    zipOf(0, "", "", wide+"x"),
		"AES":                              zipOf(0, "", "", "\x01\x99\x00\x00"+wide),
	} {
		_, _, err := unpack(t, archive.Zip, data, nil)
		var refused *archive.Error
		require.ErrorAs(t, err, &refused, name)
		assert.Equal(t, "file", refused.Entry, name)
	}
}

func TestZipComment(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	require.NoError(t, w.SetComment("0123456789012345678901234567890123456789"))
	require.NoError(t, w.Close())
	_, stats, err := unpack(t, archive.Zip, buf.Bytes(), nil)
	require.NoError(t, err, "as git archive writes it")
	assert.Zero(t, stats)

	buf.Reset()
	w = zip.NewWriter(&buf)
	require.NoError(t, w.SetComment("PK\x05\x06"))
	require.NoError(t, w.Close())
	_, _, err = unpack(t, archive.Zip, buf.Bytes(), nil)
	require.ErrorIs(t, err, archive.ErrFormat, "two end records")
}

// TestZipAgreesWithStandardLibrary: what is accepted here reads the same there.
func TestZipAgreesWithStandardLibrary(t *testing.T) {
	t.Parallel()
	data := packed()[archive.Zip]
	m, _, err := unpack(t, archive.Zip, data, nil)
	require.NoError(t, err)
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	for _, f := range r.File {
		if f.FileInfo().IsDir() {
			continue
		}
		want, err := fs.ReadFile(r, f.Name)
		require.NoError(t, err)
		got, err := fs.ReadFile(m, f.Name)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}
