package connector

import "time"

// IndexFormat is the value of "format" in a native index.
const IndexFormat = "patchbay.index/v1"

// Index is a whole feed in the native format.
type Index struct {
	Format     string      `json:"format"`
	Version    uint64      `json:"version"` // grows with every change; 0 means not stated
	Generated  time.Time   `json:"generated,omitzero"`
	Expires    time.Time   `json:"expires,omitzero"`
	Connectors []Connector `json:"connectors"`
}
