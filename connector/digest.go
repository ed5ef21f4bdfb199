package connector

// Digest is "sha256:" or "sha512:" followed by lower-case hex of full length.
type Digest string
