package sample

import (
	_ "embed" // for apps.json
	"encoding/json"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

//go:embed apps.json
var appsJSON []byte

// app is one entry of apps.json.
type app struct {
	connector.Connector

	About    string    `json:"about"`
	Hosts    []string  `json:"hosts"`
	Docs     string    `json:"docs"`
	Auth     []scheme  `json:"auth"`
	Objects  []string  `json:"objects"`  // "Issue create get list"
	Triggers []string  `json:"triggers"` // "webhook Issue created"
	Releases []release `json:"releases"` // oldest first
}

// scheme is a scheme that only some releases have.
type scheme struct {
	auth.Scheme

	Fields []string `json:"fields"` // titles of what is asked for
	Since  string   `json:"since"`  // first release that has it; empty: all
	Until  string   `json:"until"`  // first release that has it no more; empty: none
}

func (s *scheme) in(v string) bool {
	return (s.Since == "" || version.CompareVersions(v, s.Since) >= 0) &&
		(s.Until == "" || version.CompareVersions(v, s.Until) < 0)
}

// release is one release in short.
type release struct {
	Version    string `json:"v"`
	Notes      string `json:"notes"`
	Breaking   string `json:"breaking"`
	Deprecated string `json:"deprecated"`
	Yanked     string `json:"yanked"`
	Preview    bool   `json:"preview"`
}

func apps() ([]app, error) {
	var list []app
	if err := json.Unmarshal(appsJSON, &list); err != nil {
		return nil, fmt.Errorf("apps.json: %w", err)
	}
	return list, nil
}

// published spreads the releases over the past, the same way every time.
func published(app, release int) time.Time {
	first := time.Date(2025, time.January, 6, 9, 0, 0, 0, time.UTC)
	return first.AddDate(0, 0, 5*app+101*release)
}

// support is how long an old version works after a breaking one was published.
const support = 2 * 365 * 24 * time.Hour

// breaking lists the breaking changes up to the release at n, as a feed does:
// an upgrade may cross several at once.
func (a *app) breaking(index, n int) []connector.Breaking {
	var all []connector.Breaking
	for i, r := range a.Releases[:n+1] {
		if r.Breaking != "" {
			all = append(all, connector.Breaking{
				Version: r.Version, Message: r.Breaking,
				Deadline: connector.Date(published(index, i).Add(support).Format(time.DateOnly)),
				GuideURL: fmt.Sprintf("https://docs.example.com/%s/upgrade-%s", a.Key, r.Version),
			})
		}
	}
	return all
}
