package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var stepNames = []string{
	"empty", "manage", "install", "published", "skip", "upgrade", "failed-upgrade", "rollback", "viewer", "govern", "reopen",
}

func TestWalkPrintsOneObjectPerStep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out := runProgram(t, "-json", "-pace", "0s", "-dir", dir).must(t, exitOK)
	results := map[string]result{}
	var names []string
	for line := range strings.Lines(out.stdout) {
		var r result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in line %s", err, line)
		}
		if !r.OK || !strings.HasPrefix(line, `{"step":"`+r.Step+`","ok":true`) {
			t.Errorf("line %s", line)
		}
		names = append(names, r.Step)
		results[r.Step] = r
	}
	if !slices.Equal(names, stepNames) {
		t.Fatalf("steps %v", names)
	}
	if got := len(results["manage"].Rows); got < 24 {
		t.Errorf("%d rows", got)
	}
	if got := results["upgrade"].Plan[0].Breaking; len(got) != 1 || got[0].Deadline == "" || got[0].Guide == "" {
		t.Errorf("breaking changes %v", got)
	}
	if got := results["failed-upgrade"].Items[0].Error; strings.Count(got, "sha256:") != 2 {
		t.Errorf("error %q", got)
	}

	if got := results["govern"]; len(got.Refused) != 2 || !strings.Contains(got.Refused[0], "data-protection") || got.Connection.State != "active" || got.WouldBeRefused != 1 {
		t.Errorf("govern %+v", got)
	}

	// What the walk left can be looked at, and is not walked over again.
	list := runProgram(t, "-json", "-list", "-dir", dir).must(t, exitOK).parse(t)
	if !slices.Equal(list.rows, results["reopen"].Rows) {
		t.Errorf("the list is not what the walk left")
	}
	again := runProgram(t, "-pace", "0s", "-dir", dir).must(t, exitFailed)
	if !strings.Contains(again.stderr, "step empty: does not hold: nothing is published; for the walk, -dir must be a new folder") {
		t.Errorf("stderr %s", again.stderr)
	}
}

func TestWalkReadsWell(t *testing.T) {
	t.Parallel()
	out := runProgram(t, "-pace", "0s", "-dir", filepath.Join(t.TempDir(), "new", "folder")).must(t, exitOK)
	for _, name := range stepNames {
		if !strings.Contains(out.stdout, ". "+name+": ") {
			t.Errorf("no step %s", name)
		}
	}
	for _, want := range []string{"LatestNotInstalled", "skipped by ada", "supported until", "needs approval", "forbidden", "not settled yet", "All steps hold"} {
		if !strings.Contains(out.stdout, want) {
			t.Errorf("no %q in %s", want, out.stdout)
		}
	}
	if out.stderr != "" {
		t.Errorf("stderr %s", out.stderr)
	}
}
