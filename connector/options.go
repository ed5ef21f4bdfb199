package connector

import "github.com/patchbay/patchbay/internal/strictjson"

// ParseOptions bounds what ParseIndex and ParseManifest read. A nil
// *ParseOptions means all defaults.
type ParseOptions struct {
	// MaxBytes bounds the document. 0 means DefaultMaxIndexBytes or
	// DefaultMaxManifestBytes; never more than 2 GiB.
	MaxBytes int
	// MaxDepth bounds the nesting within one connector or manifest. 0 means 128;
	// never more than 10,000.
	MaxDepth int
	// MaxText bounds the bytes of one string. 0 means 64 KiB. JSON Schemas in it
	// are not measured.
	MaxText int

	// MaxConnectors bounds the entries of an index. 0 means 1,000,000. More is a
	// fault of the document.
	MaxConnectors int
	// MaxConnectorBytes bounds one entry. 0 means 16 MiB. Larger ones are lost.
	MaxConnectorBytes int
	// MaxReleases bounds the releases of one connector. 0 means 10,000. A
	// connector with more is lost.
	MaxReleases int
	// MaxProblems bounds the problems of an index. 0 means 100,000. More is a
	// fault of the document: it is not what it claims to be.
	MaxProblems int
}

// Defaults of ParseOptions.MaxBytes.
const (
	DefaultMaxIndexBytes    = 512 << 20
	DefaultMaxManifestBytes = 4 << 20
)

const (
	// maxItems bounds any array and object in an entry; where fewer are allowed,
	// the checks say so.
	maxItems = 10_000
	// maxIndexFaults is after how many faults in all a Problem has only its first.
	maxIndexFaults = 10_000
)

// withDefaults returns o with every zero field set.
func (o *ParseOptions) withDefaults(maxBytes int) ParseOptions {
	var all ParseOptions
	if o != nil {
		all = *o
	}
	for _, f := range []struct {
		field    *int
		standard int
	}{
		{&all.MaxBytes, maxBytes},
		{&all.MaxText, 64 << 10},
		{&all.MaxConnectors, 1_000_000},
		{&all.MaxConnectorBytes, 16 << 20},
		{&all.MaxReleases, 10_000},
		{&all.MaxProblems, 100_000},
	} {
		if *f.field <= 0 {
			*f.field = f.standard
		}
	}
	return all
}

// decode returns the options for decoding an entry whole, and for taking it apart.
func (o *ParseOptions) decode() (whole, apart strictjson.Options) {
	whole = strictjson.Options{MaxDepth: o.MaxDepth, MaxText: o.MaxText, MaxItems: max(maxItems, o.MaxReleases)}
	apart = whole
	apart.DeferRaw = true
	return whole, apart
}
