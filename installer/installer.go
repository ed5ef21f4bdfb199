package installer

import (
	"context"
	"io"
	"io/fs"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// Package says exactly what to install, as a plan fixed it.
type Package struct {
	Key      connector.Key
	Version  string
	Artifact connector.Artifact
	// Manifest is what the feed served for this release; nil where it served
	// none. What the package says of itself must equal it (P18).
	Manifest *connector.Manifest
	// Open opens the artifact's bytes from the start. It is nil for reference
	// artifacts.
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// Phase is where an installation stands.
type Phase string

// The phases an Installer reports, in order.
const (
	Fetching   Phase = "fetching"
	Verifying  Phase = "verifying"
	Installing Phase = "installing"
)

// Progress is one report of an Installer.
type Progress struct {
	Phase Phase
	Bytes int64 // received so far
	Total int64 // expected; 0 when not known
}

// Receipt says what was installed and how to prove it is still there.
type Receipt struct {
	Key         connector.Key       `json:"key"`
	Version     string              `json:"version"`
	MediaType   string              `json:"mediaType,omitempty"` // of the artifact; Route finds the installer by it
	Digest      connector.Digest    `json:"digest"`              // of the artifact's bytes, or of the reference
	Tree        connector.Digest    `json:"tree,omitempty"`      // of the unpacked files
	Size        int64               `json:"size,omitempty"`      // bytes received
	Files       int                 `json:"files,omitempty"`     // regular files unpacked
	Reference   string              `json:"reference,omitempty"`
	InstalledAt time.Time           `json:"installedAt"`
	Manifest    *connector.Manifest `json:"manifest,omitempty"`
}

// Installer puts packages where the host can use them. Installing never
// activates: the catalog does that, by committing the receipt (P12).
//
// The catalog calls Install, Verify and Remove for one (key, version) from one
// holder of that connector's lease at a time; different connectors are
// installed concurrently, so an Installer is safe for concurrent use.
type Installer interface {
	// Install fetches, verifies and commits pkg and returns its receipt. If the
	// very same package is already installed and still verifies, nothing is
	// fetched. On error nothing of this attempt is left behind, and what was
	// installed before is untouched. report may be nil; it is called from one
	// goroutine at a time and must not block.
	Install(ctx context.Context, pkg *Package, report func(Progress)) (*Receipt, error)
	// Verify re-checks what the receipt names. It returns an error wrapping
	// fs.ErrNotExist when it is gone and ErrCorrupt when it differs.
	Verify(ctx context.Context, r *Receipt) error
	// Remove deletes what the receipt names. Removing what is gone is no error.
	Remove(ctx context.Context, r *Receipt) error
}

// Opener is an Installer whose installed files can be read.
type Opener interface {
	// Open returns the files that the receipt names, read-only. The error wraps fs.ErrNotExist
	// when they are gone.
	Open(ctx context.Context, r *Receipt) (fs.FS, error)
}

// Sweeper is an Installer that can find what a crash left behind.
type Sweeper interface {
	// Sweep removes everything that is in no receipt of keep. It is called only
	// while no installation is under way on the same place.
	Sweep(ctx context.Context, keep []*Receipt) (removed int, err error)
}
