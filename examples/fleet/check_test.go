package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/catalog"
)

// TestBrokenInvariantsShow lets the fleet run once, does to copies of what it left what no
// process of it may do, and checks again.
func TestBrokenInvariantsShow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	allHold(t, runProgram(t, "-sqlite", "-json", "-dir", dir))
	for _, c := range []struct {
		name   string
		tamper func(t *testing.T, dir string, s catalog.Store)
		broken []string // checks, by a part of their name; empty: none
	}{
		{"nothing", func(*testing.T, string, catalog.Store) {}, nil},
		{"audit entry edited", editAudit, []string{"audit log"}},
		{"connection by hand", connectByHand, []string{"change of a connection", "names", "admitted"}},
		{"connection lost", loseConnection, []string{"change of a connection"}},
		{"decision edited", editDecision, []string{"admitted"}},
		{"policy written unseen", putPolicyUnseen, []string{"policies"}},
		{"secret in the clear", storeSecret, []string{"no secret"}},
		{"operation reopened", reopenItem, []string{"operation is final"}},
		{"installation not logged", forgetInstall, []string{"installed is in the log", "audit log"}},
		{"package damaged", damagePackage, []string{"package verifies"}},
		{"stray file", strayFile, []string{"no stray files"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			broken := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(broken, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			keysAreOurs(t, broken)
			tampered(t, broken, c.tamper)
			o := runProgram(t, "-sqlite", "-json", "-check", "-dir", broken)
			if want := len(c.broken) > 0; (o.code == exitFailed) != want || (o.code == exitOK) == want {
				t.Errorf("exit status %d", o.code)
			}
			_, verdicts := o.parse(t)
			for _, v := range verdicts {
				want := false
				for _, part := range c.broken {
					want = want || strings.Contains(v.Name, part)
				}
				if v.OK == want {
					t.Errorf("%s: ok %v: %s", v.Name, v.OK, v.Why)
				}
			}
		})
	}
}

// keysAreOurs takes from others the permissions that a copy gives them.
func keysAreOurs(t *testing.T, dir string) {
	t.Helper()
	if err := os.Chmod(filepath.Join(dir, "keys"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func tampered(t *testing.T, dir string, tamper func(t *testing.T, dir string, s catalog.Store)) {
	t.Helper()
	p, err := (&config{dir: dir, sqlite: true}).open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	tamper(t, dir, p.store)
}

// one returns a record under a prefix whose value contains a text.
func one(t *testing.T, s catalog.Store, prefix, contains string) catalog.Record {
	t.Helper()
	recs, err := s.List(t.Context(), prefix, "", catalog.MaxStorePage)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recs {
		if strings.Contains(string(r.Value), contains) {
			return r
		}
	}
	t.Fatalf("no record under %s has %s", prefix, contains)
	return catalog.Record{}
}

func apply(t *testing.T, s catalog.Store, ops ...catalog.Op) {
	t.Helper()
	if _, err := s.Apply(context.Background(), ops...); err != nil {
		t.Fatal(err)
	}
}

func replaced(r catalog.Record, old, by string) catalog.Op {
	return catalog.Put(r.Key, []byte(strings.ReplaceAll(string(r.Value), old, by)), catalog.Any())
}

func editAudit(t *testing.T, _ string, s catalog.Store) {
	t.Helper()
	apply(t, s, replaced(one(t, s, "audit/", `"action":"connect"`), `"user":"uma"`, `"user":"eve"`))
}

func connectByHand(t *testing.T, _ string, s catalog.Store) {
	t.Helper()
	r := one(t, s, "conn/", "")
	apply(t, s, catalog.Put(r.Key[:len(r.Key)-1]+"=", []byte(strings.ReplaceAll(string(r.Value), filepath.Base(r.Key), "BYHAND")), catalog.Any()))
}

func loseConnection(t *testing.T, _ string, s catalog.Store) {
	t.Helper()
	apply(t, s, catalog.Delete(one(t, s, "conn/", "").Key, catalog.Any()))
}

func editDecision(t *testing.T, _ string, s catalog.Store) {
	t.Helper()
	r := one(t, s, "conn/", `"policy":"house"`)
	apply(t, s, replaced(r, `"policy":"house"`, `"policy":"visitors"`))
}

func putPolicyUnseen(t *testing.T, _ string, s catalog.Store) {
	t.Helper()
	apply(t, s, replaced(one(t, s, "policy/", `"id":"house"`), "x", "y"))
}

func storeSecret(t *testing.T, _ string, s catalog.Store) {
	t.Helper()
	apply(t, s, catalog.Put("note", []byte(secretMark), catalog.Any()))
}

func reopenItem(t *testing.T, _ string, s catalog.Store) {
	t.Helper()
	apply(t, s, replaced(one(t, s, "opitem/", `"state":"done"`), `"state":"done"`, `"state":"queued"`))
}

func forgetInstall(t *testing.T, _ string, s catalog.Store) {
	t.Helper()
	apply(t, s, replaced(one(t, s, "audit/", `"action":"install.item"`), "install.item", "install.lost"))
}

func damagePackage(t *testing.T, dir string, _ catalog.Store) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, "connectors"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Name() == "code.bin" {
			return os.WriteFile(path, []byte("something else"), 0o600)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func strayFile(t *testing.T, dir string, _ catalog.Store) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "connectors", "stage", "stray"), 0o700); err != nil {
		t.Fatal(err)
	}
}
