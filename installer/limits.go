package installer

// Limits bound what one package may cost, because its archive may have been
// made to cost much. A field that is zero or negative means its default. What
// exceeds one is refused with a [LimitError].
type Limits struct {
	// Download bounds the artifact, in bytes, whether or not the feed states its
	// size. Default 512 MiB.
	Download int64
	// Unpacked bounds the bytes of all files together; for tar archives, headers
	// and padding count too. Default 1 GiB.
	Unpacked int64
	// File bounds the bytes of one file. Default 512 MiB.
	File int64
	// Entries bounds the files and directories, including directories that only
	// the paths below them imply. Default 100,000.
	Entries int
	// Depth bounds the elements of one path. Default 32.
	Depth int
	// Ratio bounds the unpacked bytes for each packed byte, once 4 MiB are
	// unpacked. Default 200; the most that gzip and zip can reach is 1,032.
	Ratio int
}

// defaultDownload is the default of Limits.Download.
const defaultDownload = 512 << 20

func (l Limits) download() int64 {
	if l.Download > 0 {
		return l.Download
	}
	return defaultDownload
}
