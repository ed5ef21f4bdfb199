package governance

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

func must[T any](v T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// parse reads a policy from JSON with ' for ".
func parse(tb testing.TB, doc string) *Policy {
	tb.Helper()
	return must(ParsePolicy([]byte(strings.ReplaceAll(doc, "'", `"`))))(tb)
}

func compileAll(tb testing.TB, policies []*Policy, assignments ...Assignment) *Engine {
	tb.Helper()
	return must(Compile(policies, assignments))(tb)
}

func bound(s Scope, policy string) Assignment { return Assignment{Scope: s, Policy: policy} }

// single governs tenant acme by one policy.
func single(tb testing.TB, doc string) *Engine {
	tb.Helper()
	p := parse(tb, doc)
	return compileAll(tb, []*Policy{p}, bound(Tenant("acme"), p.ID))
}

var (
	ada    = Subject{Tenant: "acme", User: "ada", Groups: []string{"eng", "ops"}}
	oauth  = &auth.Scheme{ID: "oauth2", Type: auth.OAuth2Code}
	basic  = &auth.Scheme{ID: "basic", Type: auth.Basic}
	apiKey = &auth.Scheme{ID: "key", Type: auth.APIKey}
)

// wantCode fails unless a decision is what its code says, and explains itself.
func wantCode(tb testing.TB, d Decision, want Code, mention ...string) {
	tb.Helper()
	if d.Code() != want || d.Allowed() != want.Allows() || (d.Err() == nil) != d.Allowed() {
		tb.Errorf("%s (allowed %t), want %s: %s", d.Code(), d.Allowed(), want, d.Reason())
	}
	for _, m := range mention {
		if !strings.Contains(d.Reason(), m) {
			tb.Errorf("the reason does not mention %q: %s", m, d.Reason())
		}
	}
}

// wantFaults fails unless the faults are these: pointer and a part of the reason,
// separated by a space.
func wantFaults(tb testing.TB, got []connector.Fault, want ...string) {
	tb.Helper()
	if len(got) != len(want) {
		tb.Errorf("got %d faults, want %d:\n%v", len(got), len(want), connector.Faults(got))
		return
	}
	for i, w := range want {
		pointer, reason, _ := strings.Cut(w, " ")
		if got[i].Pointer != pointer || !strings.Contains(got[i].Reason, reason) {
			tb.Errorf("%v, want %s", got[i], w)
		}
	}
}

func faultsOf(tb testing.TB, err error) []connector.Fault {
	tb.Helper()
	var faults connector.Faults
	if !errors.As(err, &faults) || !errors.Is(err, connector.ErrInvalid) {
		tb.Fatalf("%v is no connector.Faults", err)
	}
	return faults
}

func authFaults(got []auth.Fault) string {
	lines := make([]string, len(got))
	for i, f := range got {
		lines[i] = f.String()
	}
	return strings.Join(lines, "; ")
}

func encoded(tb testing.TB, v any) string {
	tb.Helper()
	return string(must(json.Marshal(v))(tb))
}

func assignments(list ...Assignment) func(yield func(Assignment) bool) { return slices.Values(list) }
