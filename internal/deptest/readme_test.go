package deptest

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// What stands between these marks in README.md is the body of Example in
// example_test.go of the root, which the compiler and the tests have seen.
const (
	quickstartBegin = "<!-- quickstart: the code here is that of Example in example_test.go -->"
	quickstartEnd   = "<!-- quickstart end -->"
	maxReadme       = 171 // lines; more is not read
)

// checkReadme compares the quickstart of the README with the compiled one.
func checkReadme(fsys fs.FS) []string {
	readme, err := fs.ReadFile(fsys, "README.md")
	if err != nil {
		return []string{err.Error()}
	}
	var findings []string
	if n := strings.Count(string(readme), "\n"); n > maxReadme {
		findings = append(findings, fmt.Sprintf("README.md has %d lines", n))
	}
	_, rest, begun := strings.Cut(string(readme), quickstartBegin)
	section, _, ended := strings.Cut(rest, quickstartEnd)
	if !begun || !ended {
		return append(findings, "README.md has lost the marks around its quickstart")
	}
	_, code, _ := strings.Cut(section, "```go\n")
	code, _, _ = strings.Cut(code, "```")
	compiled := ""
	if example, err := fs.ReadFile(fsys, "example_test.go"); err == nil {
		_, body, _ := strings.Cut(string(example), "\nfunc Example() {\n")
		body, _, _ = strings.Cut(body, "\n}\n")
		body, _, _ = strings.Cut(body, "\t// Output:")
		for line := range strings.Lines(body) {
			compiled += strings.TrimPrefix(line, "\t")
		}
	}
	if strings.TrimSpace(code) != strings.TrimSpace(compiled) {
		findings = append(findings, "the quickstart in README.md is not the body of Example in example_test.go")
	}
	return findings
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// checkLinks lists relative links of Markdown files that lead nowhere.
func checkLinks(fsys fs.FS) []string {
	return checkFiles(fsys, func(name string, text []byte) []string {
		if path.Ext(name) != ".md" {
			return nil
		}
		var findings []string
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, ":") {
				continue
			}
			if _, err := fs.Stat(fsys, path.Join(path.Dir(name), target)); err != nil {
				findings = append(findings, name+" links to "+m[1])
			}
		}
		return findings
	})
}

func TestReadmeQuickstartIsCompiled(t *testing.T) {
	t.Parallel()
	none(t, checkReadme(os.DirFS("../..")))
}
func TestLinksLeadSomewhere(t *testing.T) { t.Parallel(); none(t, checkLinks(os.DirFS("../.."))) }

func TestReadmeIsHeld(t *testing.T) {
	t.Parallel()
	readme := func(code string) string { return quickstartBegin + "\n" + code + quickstartEnd + "\n" }
	const example = "package x\n\nfunc Example() {\n\tif a() {\n\t\tb()\n\t}\n\t// Output: 1\n}\n\nfunc c() {}\n"
	found(t, checkReadme(mapFS("README.md", readme(""))))
	found(t, checkReadme(mapFS("README.md", readme("```go\nif a() {\n\tb()\n}\n```\n"), "example_test.go", example)))
	const differs = "the quickstart in README.md is not the body of Example in example_test.go"
	found(t, checkReadme(mapFS("README.md", readme("```go\nif a() {\n\tc()\n}\n```\n"), "example_test.go", example)), differs)
	found(t, checkReadme(mapFS("README.md", readme("```go\na()\n```\n"))), differs)
	found(t, checkReadme(mapFS("README.md", readme(""), "example_test.go", example)), differs)
	found(t, checkReadme(mapFS("README.md", strings.Repeat("\n", maxReadme+1))),
		"README.md has 172 lines", "README.md has lost the marks around its quickstart")
	if len(checkReadme(mapFS())) != 1 {
		t.Error("no README is no fault")
	}
	found(t, checkLinks(mapFS("a/b.md", "[x](c.md#y) [y](../d) [z](https://example.com) [w](#w) [v](e.md)",
		"a/c.md", "", "d/e", "")), "a/b.md links to e.md")
}
