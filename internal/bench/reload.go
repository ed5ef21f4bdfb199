package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"

	repo "helm.sh/helm/v4/pkg/repo/v1"

	"github.com/patchbay/patchbay/catalog"
)

const bareHash = "sha256"

// reloadWorks read an index again: the same one, and one in which one connector
// in a hundred has changed.
func reloadWorks() []work {
	return []work{
		{name: "reload/nothing", path: "reload of an index (193 MB) that is as it was", grows: "bytes", setup: func(b *bed) (*trial, error) {
			return reloadTrial(b, false)
		}},
		{name: "reload/changed", path: "reload of one in which 1 % changed", grows: "what changed", setup: func(b *bed) (*trial, error) {
			return reloadTrial(b, true)
		}},
	}
}

// reloading is a catalog whose index is a link to one of two documents.
type reloading struct {
	link    string
	targets []*documents
	at      int
	cat     *catalog.Catalog
	admin   *catalog.Admin
	release func() error
}

func reloadTrial(b *bed, changed bool) (t *trial, err error) {
	before, err := b.documentsOf(b.connectors(), false)
	if err != nil {
		return nil, err
	}
	after := before
	if changed {
		if after, err = b.documentsOf(b.connectors(), true); err != nil {
			return nil, err
		}
	}
	r := &reloading{link: filepath.Join(b.dir, "current.json"), targets: []*documents{before, after}}
	if err := r.turn(1); err != nil {
		return nil, err
	}
	if r.cat, r.release, err = onDisk(background, r.link); err != nil {
		return nil, err
	}
	if r.admin, err = r.cat.Manage(operator); err != nil {
		return nil, errors.Join(err, r.release())
	}
	t = &trial{
		same: r.same,
		ours: side{
			name: "ours", once: true, before: r.turn,
			run: func(int) error { return r.admin.Refresh(background) },
		},
		peers: []side{repeat(helm, func() error { _, err := repo.LoadIndexFile(after.helm); return err })},
		close: func() error { return errors.Join(r.release(), os.Remove(r.link)) },
	}
	if changed {
		t.goals = []goal{faster(helm, 15)}
		return t, nil
	}
	t.peers = append(t.peers, repeat(bareHash, func() error { return hashFile(after.ours) }))
	t.goals = []goal{atMost(bareHash, 1.5)}
	return t, nil
}

// turn makes the other document the current one.
func (r *reloading) turn(int) error {
	r.at = 1 - r.at
	next := r.link + ".next"
	if err := os.Symlink(r.targets[r.at].ours, next); err != nil {
		return err
	}
	return os.Rename(next, r.link)
}

// same compares what is shown after each of two reloads.
func (r *reloading) same() error {
	for range 2 {
		if err := r.turn(1); err != nil {
			return err
		}
		if err := r.admin.Refresh(background); err != nil {
			return err
		}
		if err := sameLoaded(context.Background(), r.cat, r.targets[r.at].helm); err != nil {
			return err
		}
	}
	return nil
}

// hashFile is the least that tells whether a file is as it was.
func hashFile(path string) (err error) {
	f, err := os.Open(path) //nolint:gosec // a file of our own
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	_, err = io.Copy(h, f)
	h.Sum(nil)
	return err
}
