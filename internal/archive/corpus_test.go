package archive_test

import (
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer/installertest"
	"github.com/patchbay/patchbay/internal/archive"
)

// sentinels says what the kinds of the kit's hostile archives are here.
var sentinels = map[string]error{
	"type":      archive.ErrType,
	"name":      archive.ErrName,
	"collision": archive.ErrCollision,
	"format":    archive.ErrFormat,
	"feature":   archive.ErrFeature,
	"limit":     archive.ErrLimit,
}

// media says how the kit's media types are unpacked.
func media(mediaType string) (archive.Format, *archive.Options) {
	switch mediaType {
	case connector.MediaPackageTar:
		return archive.Tar, nil
	case connector.MediaPackageZip:
		return archive.Zip, nil
	case connector.MediaNPM:
		return archive.TarGzip, &archive.Options{StripTop: true}
	default:
		return archive.TarGzip, nil
	}
}

// attack is one crafted archive of the corpus.
type attack struct {
	name    string
	format  archive.Format
	options *archive.Options
	build   func() []byte
	refused error    // the sentinel; nil: it is unpacked, but does no harm
	files   []string // what it is unpacked to: every path, directories with a slash
}

// corpus returns every crafted archive: the kit's, those of its tar archives
// again inside gzip, and the tame ones.
func corpus() []attack {
	var all []attack
	for _, h := range installertest.HostileArchives() {
		format, options := media(h.MediaType)
		all = append(all, attack{name: h.Kind + "/" + h.Name, format: format, options: options, build: h.Build, refused: sentinels[h.Kind]})
	}
	all = append(all, tame()...)
	for _, a := range slices.Clone(all) {
		if a.format == archive.Tar {
			build := a.build
			a.name, a.format = a.name+", in gzip", archive.TarGzip
			a.build = func() []byte { return installertest.Gzip(build()) }
			all = append(all, a)
		}
	}
	return all
}

// TestCorpus unpacks every crafted archive onto a disk, beside things that must
// stay as they are. It does not run beside other tests, whose memory and time it
// would see.
func TestCorpus(t *testing.T) {
	const memory = 64 << 20 // bytes that one archive may cost
	cpu := 2.0              // seconds of the processor, which are the same beside other work
	if raceEnabled {
		cpu *= 10
	}
	count := map[archive.Format]int{}
	seen := map[string]string{}
	distinct := map[[sha256.Size]byte]bool{}
	var worst struct{ memory, seconds string }
	var most, longest float64
	for _, a := range corpus() {
		count[a.format]++
		t.Run(string(a.format)+"/"+a.name, func(t *testing.T) {
			data := a.build()
			sum := sha256.Sum256(data)
			key := string(a.format) + string(sum[:])
			require.Empty(t, seen[key], "the same archive again")
			seen[key], distinct[sum] = a.name, true

			got := a.run(t, data)
			assert.Less(t, got.peak, uint64(memory), "bytes of memory")
			assert.Less(t, got.cpu, cpu, "seconds of the processor")
			if m := float64(got.peak) / (1 << 20); m > most {
				most, worst.memory = m, a.name
			}
			if got.cpu > longest {
				longest, worst.seconds = got.cpu, a.name
			}
		})
	}
	t.Logf("%d archives %v, %d distinct; at most %.1f MiB (%s) and %.3f s (%s)", len(seen), count, len(distinct), most, worst.memory, longest, worst.seconds)
	for _, format := range []archive.Format{archive.Tar, archive.TarGzip, archive.Zip} {
		assert.Greater(t, count[format], 120, format)
	}
}

// run unpacks one archive and holds it against everything it must not do.
func (a *attack) run(t *testing.T, data []byte) cost {
	t.Helper()
	place := newPlace(t)
	stats, spent, err := place.unpack(t, a, data)
	place.untouched(t)
	files := place.files(t)
	if a.refused != nil {
		require.ErrorIs(t, err, a.refused)
		var refused *archive.Error
		require.ErrorAs(t, err, &refused)
		require.Empty(t, files, "nothing is unpacked of what is refused")
		return spent
	}
	require.NoError(t, err)
	require.Equal(t, a.files, files)
	require.Equal(t, len(files), stats.Files+stats.Dirs)
	return spent
}
