package catalog

import (
	"context"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// VersionRow is one version of a connector in the manage view.
type VersionRow struct {
	version.Verdict // Version, Stage, whether it is eligible and why not

	Tag         Tag
	Feed        string // that offers it; empty: only installed
	Installed   bool
	InstalledAt time.Time
	Digest      connector.Digest
	Size        int64
	Published   time.Time
	Notes       string
	Deprecated  string
	Yanked      string
	Breaking    []connector.Breaking
}

// Detail is the manage view of one connector. What it points to is shared with the
// catalog and must not be changed.
type Detail struct {
	Row      Row
	Versions []VersionRow // newest first
	// Manifest is that of Row.Version: of the installed package, else as the feed
	// serves it; nil where it does not.
	Manifest *connector.Manifest
	// Readiness of the activities; nil while not published.
	Readiness *Readiness
}

// Connector shows one connector with all its versions, published or not.
func (a *Admin) Connector(ctx context.Context, key string) (*Detail, error) {
	const op = "show connector"
	if err := a.allow(ctx, op, ActionManage, key); err != nil {
		return nil, err
	}
	s, now := a.cat.snapshot(), a.cat.opts.Clock()
	e, err := s.find(key)
	if err != nil {
		return nil, &Error{Op: op, Key: key, Err: err}
	}
	d := &Detail{Row: *a.cat.newRowSource(s).row(e)}
	more, err := a.cat.details(ctx, e)
	if err != nil {
		return nil, &Error{Op: op, Key: key, Err: err}
	}
	d.Manifest = more.manifest(d.Row.Version)
	if e.pub != nil {
		r := e.ready.readiness(now)
		d.Readiness = &r
	}
	sel, err := newSelector(&a.cat.opts, s.skips, s.pins).explain(e, "", false, now)
	if err != nil {
		return nil, &Error{Op: op, Key: key, Err: err}
	}
	for _, v := range sel.Verdicts {
		d.Versions = append(d.Versions, more.versionRow(v, sel.Target))
	}
	return d, nil
}

func (d details) versionRow(v version.Verdict, newest string) VersionRow {
	e := d.e
	row := VersionRow{
		Verdict: v, Tag: VersionTag(v.Version, e.active(), e.previous(), newest),
		Feed: e.origin(v.Version), Digest: d.digest(v.Version),
	}
	if in := e.installed[v.Version]; in != nil {
		row.Installed, row.InstalledAt = true, in.Receipt.InstalledAt
	}
	if r, ok := d.release(v.Version); ok {
		row.Size, row.Published, row.Notes = r.Artifact.Size, r.Published, r.Notes
		row.Deprecated, row.Yanked, row.Breaking = r.Deprecated, r.Yanked, r.Breaking
	}
	return row
}
