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
	// Key and Version are those of the release (P18).
	Key     Key    `json:"key"`
	Version string `json:"version"`
	// Auth has the ways to authenticate, at most MaxSchemes, with distinct ids.
	// Empty means that no authentication is needed or known.
	Auth []auth.Scheme `json:"auth,omitempty"`
	// Activities and Triggers have distinct names; at most MaxActivities and
	// MaxTriggers.
	Activities []Activity    `json:"activities,omitempty"`
	Triggers   []TriggerType `json:"triggers,omitempty"`
	// Hosts are the origins that credentials may reach, at most MaxHosts, each as
	// CheckHost accepts.
	Hosts []string `json:"hosts,omitempty"`
	// BuildTargets are the platforms that the release was built for.
	BuildTargets []string `json:"buildTargets,omitempty"`
	// DocsURL is an absolute http or https URL.
	DocsURL string `json:"docsURL,omitempty"`
	// Probe is what a harmless GET goes to, to tell whether credentials work: an
	// https URL at one of Hosts, with templates as auth.FillURL fills them. Empty: there is none.
	Probe string `json:"probe,omitempty"`
}

// Activity is one operation that a workflow can call.
type Activity struct {
	Name        string          `json:"name"` // distinct within the manifest
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
	Name        string       `json:"name"` // distinct within the manifest
	Title       string       `json:"title,omitempty"`
	Event       string       `json:"event,omitempty"`
	Object      string       `json:"object,omitempty"`
	Mode        TriggerMode  `json:"mode"`
	Params      []auth.Param `json:"params,omitempty"`
	NeedsOwnApp bool         `json:"needsOwnApp,omitempty"` // the tenant has to register an own app at the provider
}
