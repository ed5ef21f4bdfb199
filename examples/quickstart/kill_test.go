package main

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/examples/internal/sample"
)

const (
	kills     = 10
	killLease = 300 * time.Millisecond
	// olderOnes are installed first, so that a later run has upgrades to do.
	olderOnes = "slack@1.0.0,zoom@1.0.0,jira@1.0.0,github@1.0.0,gitlab@1.0.0,notion@1.0.0,asana@1.0.0,stripe@1.0.0,xero@1.0.0," +
		"shopify@1.0.0,zendesk@1.0.0,gmail@1.0.0,outlook@1.0.0,hubspot@1.0.0,airtable@1.0.0,dropbox@1.0.0"
)

// TestP12_KilledInstallsHeal kills the program in the middle of bulk installs:
// first of new connectors, then of all others together with upgrades.
func TestP12_KilledInstallsHeal(t *testing.T) {
	t.Parallel()
	feed, url := serve(t)
	feed.Pace(3 * time.Millisecond)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	dir, interrupted := "", 0
	for n := range kills {
		list := "all"
		if n%2 == 0 {
			dir, list = t.TempDir(), olderOnes
		}
		items := 32
		if list == olderOnes {
			items = 16
		}
		if killed := startAndKill(t, random.IntN(items-1), time.Duration(random.IntN(30))*time.Millisecond,
			"-dir", dir, "-feed", url, "-install", list, "-list=false", "-json", "-approve", "-lease", killLease.String()); killed {
			interrupted++
		}
		healed(t, dir, url, items)
	}
	if interrupted < kills/2 {
		t.Errorf("only %d of %d runs were interrupted", interrupted, kills)
	}
}

// startAndKill starts the program as a process and kills it some time after so
// many items have come to their end. It reports whether the program was still
// running.
func startAndKill(t *testing.T, ends int, later time.Duration, args ...string) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=yes")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	begun := false
	for s := bufio.NewScanner(stderr); s.Scan(); {
		t.Log(s.Text())
		begun = begun || strings.Contains(s.Text(), "fetching")
		if strings.Contains(s.Text(), "done") {
			begun = true
			ends--
		}
		if begun && ends <= 0 {
			break
		}
	}
	time.Sleep(later)
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	err = cmd.Wait()
	return err != nil && cmd.ProcessState.ExitCode() == -1
}

// healed opens what the killed program left and looks at all of it.
func healed(t *testing.T, dir, url string, items int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cfg, err := parseFlags([]string{"-dir", dir, "-feed", url, "-lease", killLease.String()}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	p, err := cfg.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	ada, err := p.Manage(admin())
	if err != nil {
		t.Fatal(err)
	}
	operationsEnd(ctx, t, ada)
	versions := activeVerify(ctx, t, ada, items)
	noStrays(ctx, t, ada, filepath.Join(dir, "connectors"), versions)
}

func operationsEnd(ctx context.Context, t *testing.T, ada *catalog.Admin) {
	t.Helper()
	operations := 0
	for op, err := range ada.Operations(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		operations++
		st, err := op.Wait(ctx)
		if err != nil {
			t.Fatalf("operation does not end: %v", err)
		}
		for _, it := range st.Items {
			if it.State != catalog.Done {
				t.Errorf("item %s %s: %s %s %s", it.Key, it.To, it.State, it.Note, it.Err)
			}
		}
	}
	if operations == 0 {
		t.Error("the program was killed before it began")
	}
}

// activeVerify returns how many versions are installed.
func activeVerify(ctx context.Context, t *testing.T, ada *catalog.Admin, items int) (versions int) {
	t.Helper()
	active := 0
	for v, err := range ada.Verify(ctx, "") {
		if err = errors.Join(err, v.Err); err != nil {
			t.Fatalf("%s %s: %v", v.Key, v.Version, err)
		}
		versions++
		if v.Active {
			active++
		}
	}
	if active != items {
		t.Errorf("%d connectors are published, want %d", active, items)
	}
	return versions
}

func noStrays(ctx context.Context, t *testing.T, ada *catalog.Admin, root string, versions int) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		if !strings.HasPrefix(path, filepath.Join(root, "content")+string(filepath.Separator)) {
			t.Errorf("stray file %s", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := versions * (sample.FilesPerPackage + 1); files != want { // each with its receipt
		t.Errorf("%d files, want %d for %d versions", files, want, versions)
	}
	for {
		removed, err := ada.Sweep(ctx)
		if errors.Is(err, catalog.ErrInUse) && ctx.Err() == nil {
			time.Sleep(10 * time.Millisecond) // the operation's last record is being written
			continue
		}
		if err != nil || removed != 0 {
			t.Errorf("sweep removed %d: %v", removed, err)
		}
		return
	}
}
