package steps_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/examples/internal/steps"
)

func example(fails error) []steps.Step {
	return []steps.Step{
		{"one", "It works.", func(_ context.Context, r *steps.Result) error {
			r.Say("a %s\nline\x1b[2J", "second")
			r.Fact("n", 1)
			r.Refused(nil)
			r.Refused(errors.New("no"))
			r.Refused(errors.New("neither"))
			return steps.Must(true, "nothing")
		}},
		{"two", "It may fail.", func(context.Context, *steps.Result) error { return fails }},
	}
}

func TestWalkAsText(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := steps.Walk(t.Context(), &out, false, example(nil)); err != nil {
		t.Fatal(err)
	}
	want := "\n1. one: It works.\n  a second\n  line?[2J\n  refused: no\n  refused: neither\n\n2. two: It may fail.\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestWalkAsJSONEndsWithTheFirstThatFails(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	all := append(example(steps.Must(1 > 2, "%d is more than %d", 1, 2)), steps.Step{Name: "never"})
	err := steps.Walk(t.Context(), &out, true, all)
	if err == nil || err.Error() != "step two: does not hold: 1 is more than 2" {
		t.Fatal(err)
	}
	want := `{"step":"one","ok":true,"facts":{"n":1,"refused":["no","neither"]}}` + "\n" +
		`{"step":"two","ok":false,"error":"does not hold: 1 is more than 2"}` + "\n"
	if out.String() != want {
		t.Errorf("got %s, want %s", out.String(), want)
	}
}

// full is a pipe whose reader has gone.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWalkSeesABrokenOutput(t *testing.T) {
	t.Parallel()
	for _, asJSON := range []bool{false, true} {
		err := steps.Walk(t.Context(), full{}, asJSON, example(nil))
		if err == nil || !strings.Contains(err.Error(), "broken pipe") {
			t.Errorf("as JSON %v: %v", asJSON, err)
		}
	}
}
