package main

import (
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// The JSON objects that are printed.
type (
	rowLine struct {
		Key     connector.Key   `json:"key"`
		Name    string          `json:"name"`
		Stage   connector.Stage `json:"stage"`
		Tag     catalog.Tag     `json:"tag"`
		Version string          `json:"version"`
		Active  string          `json:"active"`
		Upgrade string          `json:"upgrade"`
		Feed    string          `json:"feed"`
	}
	problemLine struct {
		Feed     string `json:"feed"`
		Key      string `json:"key"`
		Position string `json:"position"`
		Reason   string `json:"reason"`
	}
	errorLine struct {
		Feed   string `json:"feed"`
		Reason string `json:"reason"`
	}
	breakingLine struct {
		Version  string         `json:"version"`
		Message  string         `json:"message"`
		Deadline connector.Date `json:"deadline"`
		Guide    string         `json:"guide"`
	}
	planLine struct {
		Key           connector.Key    `json:"key"`
		From          string           `json:"from"`
		To            string           `json:"to"`
		Stage         connector.Stage  `json:"stage"`
		Digest        connector.Digest `json:"digest"`
		Size          int64            `json:"size"`
		Breaking      []breakingLine   `json:"breaking"`
		Auth          []string         `json:"auth,omitempty"`
		Origins       []string         `json:"origins,omitempty"`
		NeedsApproval bool             `json:"needsApproval"`
		Approved      bool             `json:"approved,omitempty"`
		Installed     bool             `json:"alreadyInstalled,omitempty"`
		Active        bool             `json:"alreadyActive,omitempty"`
		Deprecated    string           `json:"deprecated,omitempty"`
		Feed          string           `json:"feed"`
	}
	installLine struct {
		Key     string            `json:"key"`
		Version string            `json:"version"`
		State   catalog.ItemState `json:"state"`
		Digest  connector.Digest  `json:"digest"`
		Error   string            `json:"error"`
	}
)

func newRowLine(r *catalog.Row) rowLine {
	return rowLine{r.Key, r.Name, r.Stage, r.Tag, r.Version, r.Active, r.Upgrade, r.Feed}
}

func newPlanLine(it *catalog.PlanItem) planLine {
	line := planLine{
		Key: it.Key, From: it.From, To: it.To, Stage: it.Stage, Digest: it.Digest, Size: it.Size, Breaking: []breakingLine{},
		Auth: it.Auth, Origins: it.Origins, NeedsApproval: it.NeedsApproval, Approved: it.Approved,
		Installed: it.Installed, Active: it.Active, Deprecated: it.Deprecated, Feed: it.Feed,
	}
	for _, b := range it.Breaking {
		line.Breaking = append(line.Breaking, breakingLine{b.Version, b.Message, b.Deadline, b.GuideURL})
	}
	return line
}

// installLines says how an operation stands, one line per item.
func installLines(st *catalog.OperationStatus) []installLine {
	lines := make([]installLine, 0, len(st.Items))
	for _, it := range st.Items {
		lines = append(lines, installLine{string(it.Key), it.To, it.State, it.Digest, it.Err})
	}
	return lines
}

// newProblemLine says where the first fault is, and all of them.
func newProblemLine(p *connector.Problem) problemLine {
	line := problemLine{Feed: p.Feed, Key: p.Key}
	reasons := make([]string, 0, len(p.Faults))
	for i, f := range p.Faults {
		at := strings.TrimSpace(f.Pointer + " " + place(f))
		if i == 0 {
			line.Position = at
			reasons = append(reasons, f.Reason)
			continue
		}
		reasons = append(reasons, strings.TrimSpace(at+" "+f.Reason))
	}
	line.Reason = strings.Join(reasons, "; ")
	if p.Version != "" {
		line.Reason = "version " + p.Version + ": " + line.Reason
	}
	return line
}

func place(f connector.Fault) string {
	if f.Line == 0 {
		return ""
	}
	return fmt.Sprintf("%d:%d", f.Line, f.Column)
}
