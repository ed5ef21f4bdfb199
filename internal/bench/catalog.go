package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer/refinstaller"
)

//nolint:gochecknoglobals // constants that Go has no literals for
var (
	background = context.Background()
	operator   = catalog.Principal{Tenant: "bench", User: "operator", Roles: []string{catalog.RoleAdmin}}
)

// shelf is a feed in memory.
type shelf struct{ all []connector.Connector }

func (s *shelf) Name() string { return "shelf" }

func (s *shelf) Load(context.Context, catalog.FeedState) (*catalog.FeedUpdate, error) {
	return &catalog.FeedUpdate{Connectors: s.all}, nil
}

// lived is a catalog in which an admin has worked: some connectors are
// installed in an older version, some versions are skipped, and all are held to
// a range.
type lived struct {
	items  []item
	active []string // of each item, "" for none
	cat    *catalog.Catalog
	admin  *catalog.Admin
}

// installed says which connectors are, and in which version: that of their
// first release in the range.
func (it *item) installed(i int) string {
	if i%4 != 0 {
		return ""
	}
	skipped := it.skipped()
	for _, r := range it.releases {
		if eligible(r.version) && !skipped[r.version] {
			return r.version
		}
	}
	return ""
}

// hasSkips says in which connectors versions are skipped.
func hasSkips(i int) bool { return i%10 == 0 }

// catalogOf returns the catalog of n connectors. Rows share it, and leave it as
// they found it.
func (b *bed) catalogOf(n int) (*lived, error) {
	if l := b.lived[n]; l != nil {
		return l, nil
	}
	l := &lived{items: items(n, versions)}
	feed := &shelf{}
	var picks []catalog.Choice
	for i := range l.items {
		it := &l.items[i]
		active := it.installed(i)
		l.active = append(l.active, active)
		feed.all = append(feed.all, it.connector(active))
		if active != "" {
			picks = append(picks, catalog.Pick(it.key, active))
		}
	}
	var err error
	l.cat, err = catalog.Open(background, &catalog.Options{
		Feeds: []catalog.Feed{feed}, Installer: refinstaller.New(nil), RefreshEvery: time.Hour,
	})
	if err != nil {
		return nil, err
	}
	if err := l.live(picks); err != nil {
		return nil, errors.Join(err, l.cat.Close())
	}
	if b.lived == nil {
		b.lived = map[int]*lived{}
	}
	b.lived[n] = l
	return l, nil
}

// live does what an admin did before anything is measured.
func (l *lived) live(picks []catalog.Choice) (err error) {
	if l.admin, err = l.cat.Manage(operator); err != nil {
		return err
	}
	if err := install(l.admin, picks...); err != nil {
		return err
	}
	if _, err := l.admin.Pin(background, "*", &catalog.Pin{Versions: wanted, Reason: "tried out"}); err != nil {
		return err
	}
	for i := range l.items {
		if !hasSkips(i) {
			continue
		}
		for v := range l.items[i].skipped() {
			if _, err := l.admin.Skip(background, l.items[i].key, &catalog.Skip{Versions: v, Reason: "breaks approvals"}); err != nil {
				return err
			}
		}
	}
	return nil
}

// connector is the item as a feed offers it. Its releases are references, which
// need no download; the one that gets installed has a manifest.
func (it *item) connector(active string) connector.Connector {
	c := connector.Connector{Key: connector.Key(it.key), Name: it.name, Description: it.about, Categories: it.categories}
	for _, r := range it.releases {
		release := connector.Release{
			Version: r.version, Published: r.published, Notes: r.notes,
			Artifact: connector.Artifact{
				URL: "docker://bench/" + it.key + ":" + r.version, MediaType: connector.MediaReference,
				Digest: connector.Digest("sha256:" + r.digest),
			},
		}
		if r.version == active {
			release.Manifest = &connector.Manifest{Key: c.Key, Version: r.version, Hosts: []string{"api.example.com"}}
		}
		c.Releases = append(c.Releases, release)
	}
	return c
}

// install installs, and waits until everything is.
func install(admin *catalog.Admin, picks ...catalog.Choice) error {
	plan, err := admin.Plan(background, picks...)
	if err != nil {
		return err
	}
	op, err := admin.Install(background, plan)
	if err != nil {
		return err
	}
	status, err := op.Wait(background)
	if err != nil {
		return err
	}
	for _, it := range status.Items {
		if it.State != catalog.Done {
			return fmt.Errorf("%s@%s is %s: %s", it.Key, it.To, it.State, it.Err)
		}
	}
	return nil
}
