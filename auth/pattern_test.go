package auth

import (
	"regexp/syntax"
	"strings"
	"testing"
)

func TestPortable(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]bool{
		``:                          true,
		`^[a-z0-9_\-]{2,64}$`:       true,
		`^\d+(?:\.\d{1,3})*$`:       true,
		`a{2}b{2,}c{2,3}`:           true,
		`^https://[^/\]]+\/x\s*\S$`: true,
		`[{}(?]`:                    true,
		`\bword\B`:                  true,
		`(?i)a`:                     false,
		`(?P<n>a)`:                  false,
		`\Aa\z`:                     false,
		`\pL`:                       false,
		`\Qa.b\E`:                   false,
		`[[:alpha:]]`:               false,
		`[]a]`:                      false,
		`[^]a]`:                     false,
		`a\-b`:                      false,
		`$*`:                        false,
		`a^+`:                       false,
		`\b?`:                       false,
		`[\d-z]`:                    false,
		`[\d-]`:                     true,
		`[\b]`:                      false,
		`a{,2}`:                     false,
		`a{`:                        false,
		`a{x}`:                      false,
		`a}`:                        false,
		`a]`:                        false,
		`\x{10FFFF}`:                false,
		`a\`:                        false,
		`\_`:                        false,
	} {
		if got := portable(pattern); got != want {
			t.Errorf("%s: %t, want %t", pattern, got, want)
		}
	}
}

func TestPatternCostIsBounded(t *testing.T) {
	t.Parallel()
	// The costliest patterns that are accepted, on the longest value.
	value := strings.Repeat("a", MaxValueBytes-1) + "!"
	for _, pattern := range []string{
		"^(a?){240}(a*)*$", strings.Repeat("a*", 300) + "$", "(" + strings.Repeat("a|", 300) + "b)*$", "(.*){40}x", `(\pL+){30}$`,
	} {
		re, reason := compile(pattern)
		if reason != "" {
			t.Errorf("%s %s", pattern, reason)
			continue
		}
		re.MatchString(value)
	}
}

// FuzzCompile looks for patterns that pass the bounds and still grow.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{`^[a-z]{2,64}$`, `((a{10}){10}){10}`, `(?i)(\pL|x)*`, `a{1000}`, `[^\x00-\x{10FFFF}]`, `(|a)*`, `a{3,}{3,}`} {
		f.Add(s, "aaa")
	}
	f.Fuzz(func(t *testing.T, pattern, value string) {
		re, reason := compile(pattern)
		if (re == nil) == (reason == "") {
			t.Fatal("neither or both of pattern and reason")
		}
		if portable(pattern); re == nil {
			return // the standard library would compile some of these for seconds
		}
		parsed, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		prog, err := syntax.Compile(parsed.Simplify())
		if err != nil || len(prog.Inst) > 2*maxProgram {
			t.Fatalf("%d instructions, %v", len(prog.Inst), err)
		}
		re.MatchString(value[:min(len(value), 1000)])
	})
}
