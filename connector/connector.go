package connector

// Connector is one entry of a feed: what is known of a connector before any
// of its releases is installed.
type Connector struct {
	Key         Key       `json:"key"`
	Name        string    `json:"name"` // to show, on one line
	Description string    `json:"description,omitempty"`
	Publisher   string    `json:"publisher,omitempty"` // to show; Key.Publisher is the one that counts
	Categories  []string  `json:"categories,omitempty"`
	Icon        string    `json:"icon,omitempty"`    // path relative to the feed, http or https URL, or data:image/ URL
	DocsURL     string    `json:"docsURL,omitempty"` // absolute, http or https
	Releases    []Release `json:"releases"`          // at least one, in any order, with distinct versions
}
