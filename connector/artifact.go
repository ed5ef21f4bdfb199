package connector

// Artifact says where the bytes of a release are and how to know them.
type Artifact struct {
	// URL is absolute, or relative to the feed that offers it. A reference
	// artifact (MediaType MediaReference) names something that another system
	// fetches, such as "docker://airbyte/source-faker:6.2.24".
	URL       string `json:"url"`
	MediaType string `json:"mediaType,omitempty"` // default MediaPackageTarGzip
	Digest    Digest `json:"digest,omitempty"`
	Size      int64  `json:"size,omitempty"` // bytes; 0 means not stated
}

// Media types that the library knows.
const (
	MediaPackageTarGzip = "application/vnd.patchbay.package.v1.tar+gzip"
	MediaPackageTar     = "application/vnd.patchbay.package.v1.tar"
	MediaPackageZip     = "application/vnd.patchbay.package.v1.zip"
	MediaNPM            = "application/vnd.npm.package.v1.tar+gzip"
	MediaReference      = "application/vnd.patchbay.reference.v1"
)
