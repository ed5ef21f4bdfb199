package connector

// Connector is one entry of a feed: what is known of a connector before any
// of its releases is installed.
type Connector struct {
	Key         Key       `json:"key"`
	Name        string    `json:"name"`
	Description string    `json:"description,omitempty"`
	Publisher   string    `json:"publisher,omitempty"`
	Categories  []string  `json:"categories,omitempty"`
	Icon        string    `json:"icon,omitempty"`
	DocsURL     string    `json:"docsURL,omitempty"`
	Releases    []Release `json:"releases"`
}
