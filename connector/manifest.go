package connector

import (
	"encoding/json"

	"github.com/patchbay/patchbay/auth"
)

// ManifestFile is the name of the manifest at the root of a package.
const ManifestFile = "connector.json"

// Manifest is what a release says of itself. It lies in the package, and a
// feed may serve it beside the release.
type Manifest struct {
	Key          Key           `json:"key"`
	Version      string        `json:"version"`
	Auth         []auth.Scheme `json:"auth,omitempty"`
	Activities   []Activity    `json:"activities,omitempty"`
	Triggers     []TriggerType `json:"triggers,omitempty"`
	Hosts        []string      `json:"hosts,omitempty"` // origins that credentials may reach
	BuildTargets []string      `json:"buildTargets,omitempty"`
	DocsURL      string        `json:"docsURL,omitempty"`
}

// Activity is one operation that a workflow can call.
type Activity struct {
	Name        string          `json:"name"`
	Title       string          `json:"title,omitempty"`
	Description string          `json:"description,omitempty"`
	Object      string          `json:"object,omitempty"`
	Operation   string          `json:"operation,omitempty"`
	Generic     bool            `json:"generic,omitempty"` // false: curated
	Input       json.RawMessage `json:"input,omitempty"`   // JSON Schema
	Output      json.RawMessage `json:"output,omitempty"`  // JSON Schema
}

// TriggerMode says how events arrive.
type TriggerMode string

// The trigger modes.
const (
	Polling TriggerMode = "polling"
	Webhook TriggerMode = "webhook"
)

// TriggerType is one event that a workflow can wait for.
type TriggerType struct {
	Name        string       `json:"name"`
	Title       string       `json:"title,omitempty"`
	Event       string       `json:"event,omitempty"`
	Object      string       `json:"object,omitempty"`
	Mode        TriggerMode  `json:"mode"`
	Params      []auth.Param `json:"params,omitempty"`
	NeedsOwnApp bool         `json:"needsOwnApp,omitempty"`
}
