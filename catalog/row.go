package catalog

import (
	"strings"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// Row is one connector in the manage view. Rows of lists are shared with the catalog, which
// makes a new one whenever anything of it changes: so a row may be kept, and read from many
// goroutines, but neither it nor its slices must be changed. Change a copy.
type Row struct {
	Key         connector.Key
	Name        string
	Description string
	Publisher   string
	Categories  []string
	Icon        string
	Feed        string // the feed that offers it; empty when none does any more

	Tag     Tag
	Version string          // the version that Tag speaks of; else the newest offered
	Stage   connector.Stage // of Version

	Active   string // empty: not published
	Previous string // the last version that was active before
	Newest   string // the newest eligible version; empty when there is none
	Upgrade  string // the eligible version newer than Active; empty when there is none
	Why      string // why Newest is empty

	// Stranded says that the connector is installed and nothing at all is
	// eligible any more; Why says what took it (P7).
	Stranded bool
	// NoLongerOffered says that the connector is published and no feed offers
	// it any more (P16).
	NoLongerOffered bool
	// Published is when Version was released, if the feed says.
	Published time.Time

	sortName string
}

func newRow(e *entry, sel *version.Selection) Row {
	row := Row{
		Key: e.key, Name: e.view.Name, Description: e.view.Description, Publisher: e.view.Publisher,
		Categories: e.view.Categories, Icon: e.view.Icon, Feed: e.feed,
		Active: e.active(), Previous: e.previous(), Newest: sel.Target, Upgrade: sel.Upgrade,
		Stranded: sel.Stranded, NoLongerOffered: e.pub != nil && len(e.offers) == 0,
	}
	if sel.Target == "" {
		row.Why = sel.Why
	}
	row.Tag = RowTag(row.Active, row.Previous, row.Newest)
	switch {
	case row.Active != "":
		row.Version = row.Active
	case row.Newest != "":
		row.Version = row.Newest
	default:
		row.Version = e.set.First()
	}
	if row.Tag == PreviouslyInstalled {
		row.Version = row.Previous
	}
	if r, ok := e.set.Find(row.Version); ok {
		row.Stage, row.Published = r.Stage, r.Published
	}
	row.sortName = strings.ToLower(row.Name)
	return row
}

// newListedRow is the row of the active version as it was installed.
func newListedRow(e *entry, in *installed) Row {
	c := &in.Connector
	return Row{
		Key: e.key, Name: c.Name, Description: c.Description, Publisher: c.Publisher, Categories: c.Categories, Icon: c.Icon,
		Tag: Active, Version: e.active(), Active: e.active(), Stage: in.Release.EffectiveStage(), Published: in.Release.Published,
		NoLongerOffered: e.row.NoLongerOffered, sortName: strings.ToLower(c.Name),
	}
}
