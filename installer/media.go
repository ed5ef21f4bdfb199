package installer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/archive"
)

// Format is a kind of archive.
type Format string

// The formats that can be unpacked. A gzip file has one member and nothing
// after it; zip entries are stored or deflated, not encrypted.
const (
	FormatTar     Format = "tar"
	FormatTarGzip Format = "tar+gzip"
	FormatZip     Format = "zip"
)

// Media says how packages of one media type are unpacked and read.
type Media struct {
	Format Format
	// StripTop removes the top directory, which all entries must share.
	StripTop bool
	// Manifest reads what the package says of itself. Nil means NativeManifest.
	Manifest ManifestReader
	// IdentityOnly says that Manifest reads no more than key, version and
	// documentation, because the package says no more. Then only key and version are
	// compared with the feed's manifest, and the receipt carries the feed's where it
	// served one. Otherwise the two must be equal.
	IdentityOnly bool
}

// ManifestReader reads what an unpacked package says of itself. The files are
// a stranger's: it bounds what it reads, and what it cannot accept it refuses
// with an error, best one that wraps ErrRefused.
type ManifestReader func(ctx context.Context, files fs.FS) (*connector.Manifest, error)

// media finds out what to do with a package, whose media type may be empty.
func (p *Pipeline) media(mediaType string) (Media, error) {
	mediaType = effectiveMediaType(mediaType)
	m, ok := p.Media[mediaType]
	if !ok {
		m, ok = defaultMedia(mediaType)
	}
	if !ok {
		return m, fmt.Errorf("media type %q: %w", mediaType, errors.ErrUnsupported)
	}
	switch m.Format {
	case FormatTar, FormatTarGzip, FormatZip:
	default:
		return m, fmt.Errorf("media type %q has format %q: %w", mediaType, m.Format, errors.ErrUnsupported)
	}
	if m.Manifest == nil {
		m.Manifest = NativeManifest
	}
	return m, nil
}

func defaultMedia(mediaType string) (Media, bool) {
	switch mediaType {
	case connector.MediaPackageTarGzip:
		return Media{Format: FormatTarGzip}, true
	case connector.MediaPackageTar:
		return Media{Format: FormatTar}, true
	case connector.MediaPackageZip:
		return Media{Format: FormatZip}, true
	case connector.MediaNPM:
		return Media{Format: FormatTarGzip, StripTop: true, Manifest: NPMManifest, IdentityOnly: true}, true
	}
	return Media{}, false
}

// MediaType returns the media type of p's artifact, or the default where none
// is stated.
func (p *Package) MediaType() string { return effectiveMediaType(p.Artifact.MediaType) }

func effectiveMediaType(mediaType string) string {
	if mediaType == "" {
		return connector.MediaPackageTarGzip
	}
	return mediaType
}

func (p *Pipeline) archiveOptions(m Media) *archive.Options {
	l := p.Limits
	return &archive.Options{
		StripTop: m.StripTop,
		Limits: archive.Limits{
			Input: l.download(), Output: l.Unpacked, File: l.File,
			Entries: l.Entries, Depth: l.Depth, Ratio: int64(l.Ratio),
		},
	}
}
