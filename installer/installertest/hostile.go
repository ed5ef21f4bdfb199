package installertest

import (
	"slices"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

// The identity that all hostile archives claim.
const (
	HostileKey     = connector.Key("hostile")
	HostileVersion = "1.0.0"
)

// Hostile is an archive that every installer must refuse. But for what is
// wrong with it, it is a package of HostileKey and HostileVersion.
type Hostile struct {
	Name      string // of the case
	Kind      string // what is wrong: "type", "name", "collision", "format", "feature" or "limit"
	MediaType string
	Build     func() []byte // the archive
}

// Package returns the archive as a package whose digest and size are true.
func (h Hostile) Package() *installer.Package {
	return FromBytes(HostileKey, HostileVersion, h.MediaType, h.Build())
}

// HostileArchives returns all hostile archives.
func HostileArchives() []Hostile {
	return slices.Concat(hostileTypes(), hostileLinks(), hostileNames(), hostileSpellings(), hostileCollisions(), hostileTars(), hostilePAX(),
		hostileGzips(), hostileBombs(), hostileLimits(), hostileZips(), hostileZipNames(), hostileZipModes(), hostileZipFrames(), hostileNPM())
}

// honest is the file that makes an archive a package.
func honest() File {
	return ManifestFile(&connector.Manifest{Key: HostileKey, Version: HostileVersion})
}

// npmHonest is the same for npm.
func npmHonest() File {
	return File{Name: "package/package.json", Body: `{"name":"hostile","version":"1.0.0"}`}
}

func tarball(kind, name string, files ...File) Hostile {
	return Hostile{Name: name, Kind: kind, MediaType: connector.MediaPackageTar, Build: func() []byte {
		return Tar(append([]File{honest()}, files...)...)
	}}
}

// rawTar is a tar archive of blocks as they are.
func rawTar(kind, name string, blocks ...[]byte) Hostile {
	return Hostile{Name: name, Kind: kind, MediaType: connector.MediaPackageTar, Build: func() []byte {
		return slices.Concat(tarStart(), slices.Concat(blocks...), make([]byte, 2*tarBlock))
	}}
}

// tarStart is the beginning of an honest archive, without its end.
func tarStart() []byte {
	all := Tar(honest())
	return all[:len(all)-2*tarBlock]
}
