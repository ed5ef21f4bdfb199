package mutations_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var mutate = flag.String("mutate", "", "put back the faults whose name contains this; all: every one")

func TestMutationsHaveTheirPlace(t *testing.T) {
	t.Parallel()
	listed, err := os.ReadFile(filepath.Join(root(t), "internal", "docs", "mutations.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, m := range mutations() {
		if names[m.name] {
			t.Errorf("%s: there are two", m.name)
		}
		names[m.name] = true
		m.apply(t)
		if !strings.Contains(string(listed), "`"+m.name+"`") {
			t.Errorf("%s is not in internal/docs/mutations.md", m.name)
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(string(listed), -1) {
		if !names[m[1]] {
			t.Errorf("internal/docs/mutations.md lists %s, which is not here", m[1])
		}
	}
}

func TestMutationsTurnTheSuiteRed(t *testing.T) { //nolint:paralleltest // each is a build and a test run
	if *mutate == "" {
		t.Skip("it takes minutes: ask for it with -mutate all")
	}
	for _, m := range mutations() {
		if *mutate == "all" || strings.Contains(m.name, *mutate) {
			t.Run(m.name, func(t *testing.T) { m.run(t) })
		}
	}
}

// mutation is a fault: in a file, old becomes new, and the tests of a package turn red.
type mutation struct {
	name string
	file string // below the root
	old  string // stands there exactly once
	new  string
	pkg  string // below the root
	see  string // the tests that see it
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// apply returns the file with the fault in it.
func (m *mutation) apply(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(m.file)))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), m.old); n != 1 {
		t.Errorf("%s: its place in %s is there %d times", m.name, m.file, n)
	}
	return []byte(strings.Replace(string(text), m.old, m.new, 1))
}

func (m *mutation) run(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	faulty := filepath.Join(dir, "faulty.go")
	if err := os.WriteFile(faulty, m.apply(t), 0o600); err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(root(t), filepath.FromSlash(m.file)): faulty,
	}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-timeout=5m", "-overlay", file, "-run", m.see, "./"+m.pkg)
	cmd.Dir = root(t)
	out, err := cmd.CombinedOutput()
	switch {
	case err == nil:
		t.Errorf("nothing sees it:\n%s", out)
	case !strings.Contains(string(out), "--- FAIL: "):
		t.Errorf("it does not build, or ends otherwise than by a test:\n%s", out)
	default:
		t.Logf("seen by %s", regexp.MustCompile(`--- FAIL: \S+`).FindString(string(out)))
	}
}
