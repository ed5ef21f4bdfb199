package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/internal/integration/pgserver"
	"github.com/patchbay/patchbay/internal/leaktest"
)

const (
	// asProgram in the environment makes the test binary the program itself, which the
	// program's own children inherit.
	asProgram  = "FLEET_AS_PROGRAM"
	requireEnv = "PATCHBAY_REQUIRE_POSTGRES" // 1: to have none is a failure
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	leaktest.Main(m)
}

// outcome is what a run of the program came to.
type outcome struct {
	code           int
	stdout, stderr string
}

func runProgram(t *testing.T, args ...string) outcome {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=yes")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	t.Logf("%v: %v\n%s%s", args, err, stdout.String(), stderr.String())
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// line is any line that -json prints.
type line struct {
	act

	Says  string   `json:"says"`
	Check *verdict `json:"check"`
}

func (o outcome) parse(t *testing.T) (acts []act, checks []verdict) {
	t.Helper()
	for text := range strings.Lines(o.stdout) {
		var l line
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&l); err != nil {
			t.Fatalf("%v in line %s", err, text)
		}
		switch {
		case l.Check != nil:
			checks = append(checks, *l.Check)
		case l.Did != "":
			acts = append(acts, l.act)
		case l.Says == "":
			t.Fatalf("unknown line %s", text)
		}
	}
	return acts, checks
}

// allHold sees that every process did its work, and that every check was made and holds.
func allHold(t *testing.T, o outcome) {
	t.Helper()
	acts, verdicts := o.parse(t)
	if o.code != exitOK || o.stderr != "" {
		t.Errorf("exit status %d", o.code)
	}
	did := map[deed]int{}
	for _, a := range acts {
		did[a.Did]++
	}
	for _, d := range []deed{opened, started, fetches, installed, connected, taken, refused, renamed, shared, deleted, put, assigned, unassigned} {
		if did[d] == 0 {
			t.Errorf("nobody did %s", d)
		}
	}
	reading, packages := checks()
	if len(verdicts) != len(reading)+len(packages) {
		t.Errorf("%d checks", len(verdicts))
	}
	for _, v := range verdicts {
		if !v.OK {
			t.Errorf("%s: %s", v.Name, v.Why)
		}
	}
	if !strings.Contains(o.stdout, "took over within") {
		t.Error("nobody took over")
	}
}

func TestP12_ProcessesOnPostgreSQLOutliveOne(t *testing.T) {
	t.Parallel()
	if _, err := pgserver.Programs(); err != nil && os.Getenv(dsnEnv) == "" {
		if os.Getenv(requireEnv) == "1" {
			t.Fatalf("%s=1, and there is no PostgreSQL: %v", requireEnv, err)
		}
		t.Skipf("no PostgreSQL: %v", err)
	}
	allHold(t, runProgram(t, "-json"))
}

func TestReadsWell(t *testing.T) {
	t.Parallel()
	o := runProgram(t, "-sqlite")
	if o.code != exitOK || o.stderr != "" {
		t.Errorf("exit status %d", o.code)
	}
	for _, want := range []string{"kills installer", "took over within", "What each process did:", "What they left:", "ok     no stray files"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestWrongCommandLine(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"flag": {"-nosuch"}, "argument": {"x"}, "nothing to check": {"-check"}, "data source name": {"-dsn", "postgres://%"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if o := runProgram(t, args...); o.code != exitUsage || o.stdout != "" || o.stderr == "" {
				t.Errorf("exit status %d", o.code)
			}
		})
	}
}
