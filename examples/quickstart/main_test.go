package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/internal/leaktest"
)

// asProgram in the environment makes the test binary the program itself, so that
// tests can start it as a process and kill it.
const asProgram = "QUICKSTART_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
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
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), args, &stdout, &stderr)
	return outcome{code, stdout.String(), stderr.String()}
}

// printed is what -json prints outside the walk.
type printed struct {
	rows     []rowLine
	problems []problemLine
	plans    map[string]planLine
	installs map[string]installLine
	errors   []errorLine
}

// parse reads every line of stdout, each of which is one JSON object of a known
// kind with no member that is not documented.
func (o outcome) parse(t *testing.T) printed {
	t.Helper()
	p := printed{plans: map[string]planLine{}, installs: map[string]installLine{}}
	for line := range strings.Lines(o.stdout) {
		var object struct {
			rowLine

			Problem *problemLine
			Plan    *planLine
			Install *installLine
			Error   *errorLine
		}
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&object); err != nil {
			t.Fatalf("%v in line %s", err, line)
		}
		switch {
		case object.Problem != nil:
			p.problems = append(p.problems, *object.Problem)
		case object.Plan != nil:
			p.plans[string(object.Plan.Key)] = *object.Plan
		case object.Install != nil:
			p.installs[object.Install.Key] = *object.Install
		case object.Error != nil:
			p.errors = append(p.errors, *object.Error)
		case object.Key != "":
			p.rows = append(p.rows, object.rowLine)
		default:
			t.Fatalf("unknown line %s", line)
		}
	}
	return p
}

func (p *printed) row(t *testing.T, key string) rowLine {
	t.Helper()
	for _, r := range p.rows {
		if string(r.Key) == key {
			return r
		}
	}
	t.Fatalf("no row %s", key)
	return rowLine{}
}

// must ends the test when a run does not come to the exit status.
func (o outcome) must(t *testing.T, code int) outcome {
	t.Helper()
	if o.code != code {
		t.Fatalf("exit status %d, want %d\nstdout:\n%s\nstderr:\n%s", o.code, code, o.stdout, o.stderr)
	}
	return o
}

func TestUsageErrorsAreStatusTwo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want string }{
		{"-nonsense", "-nonsense"},
		{"extra", `"extra"`},
		{"-install a@", `"a@" has no version`},
		{"-install ,", "names no connector"},
		{"-feed ftp:x", `"ftp" is no kind of feed`},
		{"-feed nonsense", "want airbyte:FILE"},
		{"-feed npm:https://npm.example.com", "name the packages"},
		{"-lease 1s -feed dir: -install b@", "want airbyte:FILE"},
	} {
		got := runProgram(t, strings.Fields(c.args)...).must(t, exitUsage)
		if !strings.Contains(got.stderr, c.want) || got.stdout != "" {
			t.Errorf("%s: stdout %q, stderr %q, want %q", c.args, got.stdout, got.stderr, c.want)
		}
	}
	if got := runProgram(t, "-help").must(t, exitOK); !strings.Contains(got.stderr, "-feed FEED") {
		t.Errorf("help: %s", got.stderr)
	}
}
