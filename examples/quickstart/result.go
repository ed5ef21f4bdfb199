package main

import (
	"context"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/governance"
)

// result is what a step prints with -json.
type result struct {
	Step      string           `json:"step"`
	OK        bool             `json:"ok"`
	Error     string           `json:"error,omitempty"`
	Dir       string           `json:"dir,omitempty"`
	Available *int             `json:"available,omitempty"`
	Published *[]publishedLine `json:"published,omitempty"`
	Page      *pageLine        `json:"page,omitempty"`
	Effect    []effectLine     `json:"effect,omitempty"`
	Refused   []string         `json:"refused,omitempty"`
	Versions  []versionLine    `json:"versions,omitempty"`
	Plan      []planLine       `json:"plan,omitempty"`
	Items     []installLine    `json:"items,omitempty"`
	Tags      []tagLine        `json:"tags,omitempty"`
	Rows      []rowLine        `json:"rows,omitempty"`
	Audit     int              `json:"audit,omitempty"`

	Connection     *connectionLine         `json:"connection,omitempty"`
	WouldBeRefused int                     `json:"wouldBeRefused,omitempty"`
	Explanation    *governance.Explanation `json:"explanation,omitempty"`
}

type (
	publishedLine struct {
		Key     connector.Key   `json:"key"`
		Name    string          `json:"name"`
		Version string          `json:"version"`
		Stage   connector.Stage `json:"stage"`
	}
	// pageLine is the page of a connector, with its four parts.
	pageLine struct {
		Key          connector.Key `json:"key"`
		Version      string        `json:"version"`
		BuildTargets []string      `json:"buildTargets"`
		Connections  []string      `json:"connections"` // ids of schemes
		Triggers     []string      `json:"triggers"`
		Activities   []string      `json:"activities"`
		Ready        bool          `json:"ready"`
	}
	effectLine struct {
		Key      connector.Key `json:"key"`
		Before   string        `json:"before"`
		After    string        `json:"after"`
		Stranded bool          `json:"stranded"`
	}
	versionLine struct {
		Version  string          `json:"version"`
		Stage    connector.Stage `json:"stage"`
		Eligible bool            `json:"eligible"`
		Code     version.Code    `json:"code"`
		Reason   string          `json:"reason"`
	}
	connectionLine struct {
		Name      string                  `json:"name"`
		Connector connector.Key           `json:"connector"`
		State     catalog.ConnectionState `json:"state"`
		Policy    string                  `json:"policy"` // that admitted it; empty for none
	}
	tagLine struct {
		Version string      `json:"version"`
		Tag     catalog.Tag `json:"tag"`
	}
)

func newPageLine(p *catalog.ConnectorPage) *pageLine {
	line := &pageLine{Key: p.Key, Version: p.Version, BuildTargets: p.BuildTargets, Ready: p.Activities.Ready}
	for _, s := range p.Connections.Schemes {
		line.Connections = append(line.Connections, s.ID)
	}
	for _, t := range p.Triggers {
		line.Triggers = append(line.Triggers, t.Name)
	}
	for _, a := range p.Activities.List {
		line.Activities = append(line.Activities, a.Name)
	}
	return line
}

// refuse shows an error that the step expects.
func (r *result) refuse(out *output, err error) {
	if err != nil {
		r.Refused = append(r.Refused, err.Error())
		out.printf("  refused: %v\n", err)
	}
}

// tags shows the tagged versions of a connector.
func (r *result) tags(out *output, d *catalog.Detail) {
	for _, v := range d.Versions {
		if v.Tag != catalog.Untagged {
			r.Tags = append(r.Tags, tagLine{v.Version, v.Tag})
			out.printf("  %s %s: %s\n", d.Row.Key, v.Version, v.Tag)
		}
	}
}

// listPublished is what the viewer sees.
func (w *walker) listPublished(ctx context.Context) ([]publishedLine, error) {
	published := []publishedLine{}
	for l, err := range w.vic.Published(ctx, nil) {
		if err != nil {
			return nil, err
		}
		published = append(published, publishedLine{l.Key, l.Name, l.Version, l.Stage})
	}
	return published, nil
}
