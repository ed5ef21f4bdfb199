package main

import (
	"errors"
	"fmt"

	repo "helm.sh/helm/v4/pkg/repo/v1"

	"github.com/patchbay/patchbay/catalog"
)

// viewWorks show everything that an admin can choose from, with tags and
// upgrades: the whole list, and what one change of an admin costs.
func viewWorks() []work {
	return []work{
		{name: "view/whole", path: "whole manage view, tags and upgrades", grows: "linear once", setup: viewTrial},
		{name: "view/change", path: "skip one connector's version, see it, take it back", grows: "by what changed", setup: changeTrial},
	}
}

// viewed is what a row of the view says.
type viewed struct {
	newest, active, upgrade string
	tag                     catalog.Tag
}

// catalogs are one of all the connectors, and one of a tenth of them.
func (b *bed) catalogs() (whole, tenth *lived, err error) {
	if whole, err = b.catalogOf(b.connectors()); err == nil {
		tenth, err = b.catalogOf(b.connectors() / 10)
	}
	return whole, tenth, err
}

func viewTrial(b *bed) (*trial, error) {
	l, small, err := b.catalogs()
	if err != nil {
		return nil, err
	}
	h := helmView(l.items)
	return &trial{
		same: func() error { return l.sameView(h) },
		ours: l.view(),
		peers: []side{
			{name: helm, run: func(n int) error {
				for range n {
					if len(l.byHelm(h)) != len(l.items) {
						return errors.New("not all")
					}
				}
				return nil
			}},
			{name: masterminds, run: func(n int) error {
				for range n {
					if len(l.byHand()) != len(l.items) {
						return errors.New("not all")
					}
				}
				return nil
			}},
		},
		goals:  []goal{faster(helm, 100)},
		growth: &growth{small: small.view(), factor: 10, law: linear},
	}, nil
}

// view ranges over the whole view.
func (l *lived) view() side {
	return side{name: "ours", run: func(n int) error {
		for range n {
			rows := 0
			for row, err := range l.admin.Available(background, nil) {
				if err != nil {
					return err
				}
				if row.Key == "" {
					return errors.New("a row without a key")
				}
				rows++
			}
			if rows != len(l.items) {
				return fmt.Errorf("%d rows, not %d", rows, len(l.items))
			}
		}
		return nil
	}}
}

// helmView is what helm has after the skips of an admin were taken out of it.
func helmView(all []item) *repo.IndexFile {
	x := helmIndex(all, false)
	for i := range all {
		if hasSkips(i) {
			x.Entries[all[i].key] = helmIndex(all[i:i+1], true).Entries[all[i].key]
		}
	}
	return x
}

// byHelm is the view of a program that has helm's index.
func (l *lived) byHelm(x *repo.IndexFile) map[string]viewed {
	return l.viewWith(func(i int) string { return helmNewest(x, l.items[i].key) })
}

// byHand is that of one that parses and checks versions by itself.
func (l *lived) byHand() map[string]viewed {
	return l.viewWith(func(i int) string {
		if hasSkips(i) {
			return newest(&l.items[i], l.items[i].skipped())
		}
		return newest(&l.items[i], nil)
	})
}

func (l *lived) viewWith(choose func(i int) string) map[string]viewed {
	out := make(map[string]viewed, len(l.items))
	for i := range l.items {
		v := viewed{newest: choose(i), active: l.active[i]}
		switch {
		case v.active != "":
			if v.tag = catalog.Active; v.newest != "" && newer(v.newest, v.active) {
				v.upgrade = v.newest
			}
		case v.newest != "":
			v.tag = catalog.LatestNotInstalled
		}
		out[l.items[i].key] = v
	}
	return out
}

// sameView compares every row of ours with helm's and the hand-made one.
func (l *lived) sameView(x *repo.IndexFile) error {
	helms, hands := l.byHelm(x), l.byHand()
	upgrades := 0
	for row, err := range l.admin.Available(background, nil) {
		if err != nil {
			return err
		}
		got := viewed{row.Newest, row.Active, row.Upgrade, row.Tag}
		if key := string(row.Key); got != helms[key] || got != hands[key] {
			return fmt.Errorf("%s: %+v, helm has %+v, Masterminds has %+v", key, got, helms[key], hands[key])
		}
		if row.Upgrade != "" {
			upgrades++
		}
		delete(helms, string(row.Key))
	}
	if len(helms) > 0 || upgrades == 0 {
		return fmt.Errorf("%d rows are missing, and there are %d upgrades", len(helms), upgrades)
	}
	return nil
}

// changeTrial skips the newest version of a connector, reads its row, and takes
// the skip back.
func changeTrial(b *bed) (*trial, error) {
	l, small, err := b.catalogs()
	if err != nil {
		return nil, err
	}
	h := helmView(l.items)
	return &trial{
		same: func() error { return errors.Join(l.skipAndBack(1), l.sameView(h)) },
		ours: side{name: "ours", run: l.skipAndBack},
		peers: []side{{name: helm, run: func(n int) error {
			for range n {
				l.byHelm(h)
			}
			return nil
		}}},
		growth: &growth{small: side{name: "fewer", run: small.skipAndBack}, factor: 10, law: constant},
	}, nil
}

func (l *lived) skipAndBack(n int) error {
	for i := range n {
		it := &l.items[(i*7+1)%len(l.items)]
		before, err := l.admin.Connector(background, it.key)
		if err != nil {
			return err
		}
		if before.Row.Newest == "" {
			continue
		}
		effect, err := l.admin.Skip(background, it.key, &catalog.Skip{Versions: before.Row.Newest, Reason: "tried out"})
		if err != nil {
			return err
		}
		after, err := l.admin.Connector(background, it.key)
		if err != nil {
			return err
		}
		if after.Row.Newest == before.Row.Newest {
			return fmt.Errorf("%s still shows %s, which is skipped", it.key, before.Row.Newest)
		}
		if err := l.admin.Unskip(background, effect.ID); err != nil {
			return err
		}
	}
	return nil
}
