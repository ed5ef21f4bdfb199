package archive_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/internal/archive"
)

// BenchmarkUnpack unpacks 300 files of 16 KiB of text, as a package has them.
// Both passes are measured.
func BenchmarkUnpack(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	var files []installertest.File
	for i := range 300 {
		var text bytes.Buffer
		for text.Len() < 16<<10 {
			fmt.Fprintf(&text, "const value%d = %d;\n", rng.IntN(1000), rng.IntN(1000))
		}
		files = append(files, installertest.File{Name: fmt.Sprintf("dist/nodes/%d/file%d.js", i%20, i), Body: text.String()})
	}
	for format, data := range map[archive.Format][]byte{
		archive.Tar: installertest.Tar(files...), archive.TarGzip: installertest.TarGz(files...), archive.Zip: installertest.Zip(files...),
	} {
		b.Run(string(format), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(300 * 16 << 10)
			for b.Loop() {
				if _, err := archive.Unpack(b.Context(), bytes.NewReader(data), int64(len(data)), format, &discard{}, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
