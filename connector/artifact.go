package connector

// Artifact says where the bytes of a release are and how to know them.
type Artifact struct {
	// URL is an absolute http or https URL without user information, or a path
	// relative to the feed that offers it, without "..". A reference artifact
	// (MediaType MediaReference) names something that another system fetches,
	// such as "docker://airbyte/source-faker:6.2.24"; only it may have another
	// scheme. At most MaxURLBytes.
	URL string `json:"url"`
	// MediaType says what the bytes are. Empty means MediaPackageTarGzip.
	MediaType string `json:"mediaType,omitempty"`
	// Digest is that of the bytes. Only a reference artifact may leave it empty.
	Digest Digest `json:"digest,omitempty"`
	// Size is in bytes; 0 means not stated.
	Size int64 `json:"size,omitempty"`
}

// Media types that the library knows.
const (
	MediaPackageTarGzip = "application/vnd.patchbay.package.v1.tar+gzip"
	MediaPackageTar     = "application/vnd.patchbay.package.v1.tar"
	MediaPackageZip     = "application/vnd.patchbay.package.v1.zip"
	MediaNPM            = "application/vnd.npm.package.v1.tar+gzip"
	MediaReference      = "application/vnd.patchbay.reference.v1"
)
