package archive

// Limits bound what unpacking may cost. A field that is zero or negative means
// its default.
type Limits struct {
	Input   int64 // bytes of the archive itself; default DefaultInput
	Output  int64 // bytes after decompression; for tar the headers count too; default DefaultOutput
	File    int64 // bytes of one file; default DefaultFile
	Entries int   // files and directories, those only implied by a name included; default DefaultEntries
	Depth   int   // elements of one path, the file's own name included; default DefaultDepth
	Names   int64 // bytes of all paths together; default DefaultNames
	Ratio   int64 // bytes after decompression for each byte before; default DefaultRatio
	Floor   int64 // bytes after decompression below which Ratio is not asked; default DefaultFloor
}

// The defaults of Limits.
const (
	DefaultInput   = 512 << 20
	DefaultOutput  = 1 << 30
	DefaultFile    = 512 << 20
	DefaultEntries = 100_000
	DefaultDepth   = 32
	DefaultNames   = 16 << 20
	DefaultRatio   = 200
	DefaultFloor   = 4 << 20
)

// The bounds of a name are those of common file systems, not a choice.
const (
	maxElement = 255
	maxPath    = 4096
)

func (l Limits) withDefaults() Limits {
	l.Input = or(l.Input, DefaultInput)
	l.Output = or(l.Output, DefaultOutput)
	l.File = or(l.File, DefaultFile)
	l.Entries = or(l.Entries, DefaultEntries)
	l.Depth = or(l.Depth, DefaultDepth)
	l.Names = or(l.Names, DefaultNames)
	l.Ratio = or(l.Ratio, DefaultRatio)
	l.Floor = or(l.Floor, DefaultFloor)
	return l
}

// tooManyEntries is the error for one entry too many.
func (l Limits) tooManyEntries() error {
	return &LimitError{Limit: "entries", Max: int64(l.Entries)}
}

func or[T int | int64](v, def T) T {
	if v > 0 {
		return v
	}
	return def
}
