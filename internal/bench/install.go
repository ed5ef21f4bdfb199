package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/httpfeed"
	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/installer/dirinstaller"
)

const (
	goGetter = "go-getter (not durable)"
	orasName = "oras-go (not durable)"
	parallel = 4 // downloads at once, the default of ours
)

// installWorks download, verify and unpack packages. Ours is durable when it
// ends: the files, and what the catalog knows of them. Go-getter downloads,
// verifies and unpacks the same archives; oras-go downloads and verifies them,
// and unpacks nothing.
func installWorks() []work {
	return []work{
		{name: "install/small", path: "install 100 packages of 1 MiB, verified and durable", grows: "bytes", setup: func(b *bed) (*trial, error) {
			return installTrial(b, b.of(100, 20, 4), b.of(1<<20, 1<<20, 1<<16))
		}},
		{name: "install/large", path: "install 10 packages of 64 MiB, verified and durable", grows: "bytes", setup: func(b *bed) (*trial, error) {
			return installTrial(b, b.of(10, 2, 2), b.of(64<<20, 16<<20, 2<<20))
		}},
	}
}

func installTrial(b *bed, n, size int) (*trial, error) {
	if err := b.forget(); err != nil { // what others keep would count as memory here
		return nil, err
	}
	d, err := openDepot(b.dir, n, size)
	if err != nil {
		return nil, err
	}
	ours := &site{depot: d, bed: b, n: n, name: "ours", get: (*site).catalogInstall}
	fewer := &site{depot: d, bed: b, n: n / 2, name: "fewer", get: (*site).catalogInstall}
	getter := &site{depot: d, bed: b, n: n, name: goGetter, get: (*site).getterInstall}
	oras := &site{depot: d, bed: b, n: n, name: orasName, get: (*site).orasInstall, packed: true}
	sites := []*site{ours, getter, oras}
	t := &trial{
		same: func() error {
			var errs []error
			for _, s := range sites {
				errs = append(errs, s.check())
			}
			return errors.Join(errs...)
		},
		goals:  []goal{atMost(goGetter, 1.2)},
		growth: &growth{small: fewer.side(), factor: 2, law: linear},
		folder: b.dir,
		close: func() error {
			errs := []error{fewer.leave()}
			for _, s := range sites {
				errs = append(errs, s.leave())
			}
			return errors.Join(append(errs, d.close())...)
		},
	}
	if size > 1<<20 {
		sites = []*site{ours, oras}
		t.goals = []goal{atMost(orasName, 1.15), peak(float64(size))}
	}
	for _, s := range sites[1:] {
		t.peers = append(t.peers, s.side())
	}
	t.ours = ours.side()
	t.ours.durable = n
	t.ours.watch = true
	return t, nil
}

// site is a place that one side installs to, made anew for each turn.
type site struct {
	*depot
	*bed
	n       int
	name    string
	packed  bool // it keeps archives as they are
	get     func(*site) error
	to      string
	admin   *catalog.Admin
	cleanup []func() error
}

func (s *site) side() side {
	return side{name: s.name, once: true, before: func(int) error { return s.enter() }, run: func(int) error { return s.get(s) }}
}

// enter makes a place ready: an empty folder, and for ours a catalog that has
// loaded its feed. The memory that writing will need is touched beforehand,
// because whoever comes first after a pause pays for it.
func (s *site) enter() (err error) {
	if err := s.leave(); err != nil {
		return err
	}
	if s.to, err = os.MkdirTemp(s.bed.dir, "site"); err != nil {
		return err
	}
	s.cleanup = append(s.cleanup, func() error { return os.RemoveAll(s.to) })
	if s.name == "ours" || s.name == "fewer" {
		if err := s.openCatalog(); err != nil {
			return errors.Join(err, s.leave())
		}
	}
	return s.warmUp()
}

func (s *site) leave() error {
	var errs []error
	for _, undo := range slices.Backward(s.cleanup) {
		errs = append(errs, undo())
	}
	s.cleanup = nil
	return errors.Join(errs...)
}

func (s *site) warmUp() error {
	f, err := os.Create(filepath.Join(s.to, "warm"))
	if err != nil {
		return err
	}
	block := make([]byte, 1<<20)
	for left := s.packages[0].size * int64(s.n); left > 0 && err == nil; left -= int64(len(block)) {
		_, err = f.Write(block)
	}
	return errors.Join(err, f.Close(), os.Remove(f.Name()))
}

func (s *site) openCatalog() error {
	db, err := openSQLite(filepath.Join(s.to, "catalog.db"))
	if err != nil {
		return err
	}
	s.cleanup = append(s.cleanup, db.Close)
	store, err := sqlstore.Open(background, db, sqlstore.SQLite, nil)
	if err != nil {
		return err
	}
	s.cleanup = append(s.cleanup, store.Close)
	feed := httpfeed.New(fmt.Sprintf("%s/index-%d.json", s.URL, s.n), &httpfeed.Options{AllowHTTP: true, AllowPrivate: true})
	cat, err := catalog.Open(background, &catalog.Options{
		Store: store, Feeds: []catalog.Feed{feed}, Installer: dirinstaller.New(filepath.Join(s.to, "packages"), nil), RefreshEvery: time.Hour,
	})
	if err != nil {
		return err
	}
	s.cleanup = append(s.cleanup, cat.Close)
	s.admin, err = cat.Manage(operator)
	return err
}

// catalogInstall is ours: plan, install, and wait until all of it is committed.
func (s *site) catalogInstall() error {
	var picks []catalog.Choice
	for _, p := range s.packages[:s.n] {
		picks = append(picks, catalog.Pick(p.name, ""))
	}
	return install(s.admin, picks...)
}

// check installs once and looks for every byte, and sees to it that a spoilt
// package is refused.
func (s *site) check() error {
	if err := s.enter(); err != nil {
		return err
	}
	if err := s.get(s); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	if err := s.complete(); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	s.spoilt.Store(true)
	defer s.spoilt.Store(false)
	if err := s.enter(); err != nil {
		return err
	}
	if s.get(s) == nil {
		return fmt.Errorf("%s: a spoilt package was installed", s.name)
	}
	return nil
}

// complete looks for the content of every package.
func (s *site) complete() error {
	want := map[string]bool{}
	for _, p := range s.packages[:s.n] {
		if s.packed {
			want[p.digest] = true
		} else {
			want[p.payload] = true
		}
	}
	err := filepath.WalkDir(s.to, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		f, err := os.Open(path) //nolint:gosec // below a folder of our own
		if err != nil {
			return err
		}
		h := sha256.New()
		_, err = io.Copy(h, f)
		delete(want, hex.EncodeToString(h.Sum(nil)))
		return errors.Join(err, f.Close())
	})
	if err == nil && len(want) > 0 {
		err = fmt.Errorf("%d of %d packages are not there", len(want), s.n)
	}
	return err
}
