package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/examples/internal/steps"
	"github.com/patchbay/patchbay/internal/leaktest"
)

var stepNames = []string{
	"publish", "require", "app", "begin", "complete", "deny", "call", "refresh", "preview", "tighten", "keep",
	"reauthenticate", "explain", "delete",
}

// runProgram runs the program and returns what it prints.
func runProgram(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, bad bytes.Buffer
	if code := run(t.Context(), args, &out, &bad); code != want {
		t.Fatalf("exit status %d, want %d\nstdout:\n%s\nstderr:\n%s", code, want, &out, &bad)
	}
	return out.String(), bad.String()
}

func TestMain(m *testing.M) { leaktest.Main(m) }

func TestWalkPrintsOneObjectPerStep(t *testing.T) {
	t.Parallel()
	stdout, stderr := runProgram(t, exitOK, "-json")
	results := map[string]steps.Result{}
	var names []string
	for line := range strings.Lines(stdout) {
		var r steps.Result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in line %s", err, line)
		}
		if !r.OK || r.Error != "" {
			t.Errorf("line %s", line)
		}
		names = append(names, r.Step)
		results[r.Step] = r
	}
	if !slices.Equal(names, stepNames) {
		t.Errorf("steps %v", names)
	}
	for _, c := range []struct {
		step, fact string
		want       any
	}{
		{"complete", "policy", "acme-rules"},
		{"refresh", "renewals", 1.0},
		{"refresh", "reuses", 0.0},
		{"preview", "refused", 1.0},
		{"reauthenticate", "lost", "needsReauth"},
		{"explain", "code", "disabled"},
		{"delete", "usable", 0.0},
	} {
		if got := results[c.step].Facts[c.fact]; got != c.want {
			t.Errorf("step %s: %s is %v, want %v", c.step, c.fact, got, c.want)
		}
	}
	if stderr != "" {
		t.Errorf("stderr %s", stderr)
	}
}

func TestWalkReadsWell(t *testing.T) {
	t.Parallel()
	stdout, stderr := runProgram(t, exitOK)
	for i, name := range stepNames {
		if !strings.Contains(stdout, fmt.Sprintf("\n%d. %s: ", i+1, name)) {
			t.Errorf("no step %s", name)
		}
	}
	for _, want := range []string{
		`requires the tenant's own app`, "forbidden: it was begun in another browser", "access_denied", "20 calls, 1 renewal",
		`policy "acme-rules"`, "Notes leave the house in March.", "needsReauth", "decides: true",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in %s", want, stdout)
		}
	}
	if stderr != "" {
		t.Errorf("stderr %s", stderr)
	}
}

func TestUsageErrorsAreStatusTwo(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{"-nonsense", "extra"} {
		stdout, stderr := runProgram(t, exitUsage, arg)
		if stdout != "" || !strings.Contains(stderr, arg) {
			t.Errorf("%s: stdout %q, stderr %q", arg, stdout, stderr)
		}
	}
	if _, stderr := runProgram(t, exitOK, "-help"); !strings.Contains(stderr, "-json") {
		t.Errorf("help: %s", stderr)
	}
}

// gone is an output whose reader has gone.
type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestABrokenOutputIsStatusOne(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	if code := run(t.Context(), nil, gone{}, &stderr); code != exitFailed || !strings.Contains(stderr.String(), "broken pipe") {
		t.Errorf("exit status %d, stderr %s", code, &stderr)
	}
}
