package connector

import (
	"time"

	"github.com/patchbay/patchbay/internal/strictjson"
)

// IndexFormat is the value of "format" in a native index.
const IndexFormat = "patchbay.index/v1"

// Index is a whole feed in the native format. In the document every connector
// lies in an envelope with the digest of its bytes:
//
//	{
//	  "format": "patchbay.index/v1",
//	  "version": 42,
//	  "generated": "2026-01-02T03:04:05Z",
//	  "expires": "2026-02-02T03:04:05Z",
//	  "connectors": [
//	    {"digest": "sha256:...", "connector": {"key": "slack", ...}}
//	  ]
//	}
//
// The digest is that of the bytes of the connector's value as they stand in the
// document, from '{' to '}'; it may be left out. IndexSchema describes the
// format, ParseIndex reads it, Encode writes it.
type Index struct { //nolint:recvcheck // MarshalJSON has to work on a value, UnmarshalJSON on a pointer
	Format     string      `json:"format"`  // IndexFormat
	Version    uint64      `json:"version"` // grows with every change; 0 means not stated
	Generated  time.Time   `json:"generated,omitzero"`
	Expires    time.Time   `json:"expires,omitzero"` // after Generated; when it must no longer be accepted
	Connectors []Connector `json:"connectors"`
}

// Documents is an Index whose connectors are not decoded: see ParseDocuments.
type Documents struct {
	Version   uint64
	Generated time.Time
	Expires   time.Time
	List      []Document // in the order of the index
}

// indexDocument is the document of an Index.
type indexDocument struct {
	Format     string          `json:"format"`
	Version    uint64          `json:"version,omitempty"`
	Generated  time.Time       `json:"generated,omitzero"`
	Expires    time.Time       `json:"expires,omitzero"`
	Connectors strictjson.List `json:"connectors"`
}

// envelope is an element of "connectors".
type envelope struct {
	Digest    *string        `json:"digest,omitempty"`
	Connector strictjson.Raw `json:"connector"`
}

// soundEnvelope is an envelope in which nothing is wrong.
type soundEnvelope struct {
	Digest    strictjson.Raw             `json:"digest,omitzero"`
	Connector strictjson.Kept[Connector] `json:"connector"`
}

// connectorParts is a Connector whose releases are decoded one by one.
type connectorParts struct {
	Key         Key              `json:"key"`
	Name        string           `json:"name"`
	Description string           `json:"description,omitempty"`
	Publisher   string           `json:"publisher,omitempty"`
	Categories  []string         `json:"categories,omitempty"`
	Icon        string           `json:"icon,omitempty"`
	DocsURL     string           `json:"docsURL,omitempty"`
	Releases    []strictjson.Raw `json:"releases"`
}

// connector returns the parts without the releases.
func (p *connectorParts) connector() Connector {
	return Connector{
		Key: p.Key, Name: p.Name, Description: p.Description, Publisher: p.Publisher,
		Categories: p.Categories, Icon: p.Icon, DocsURL: p.DocsURL,
	}
}
