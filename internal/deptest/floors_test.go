package deptest

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
)

// floors lists the packages from the ground up. A package imports only from
// floors below its own. "internal/*" are tools without knowledge of the
// model; those that have some are named on a higher floor.
var floors = [][]string{
	{"internal/*"},
	{"auth"},
	{"auth/*", "connector"},
	{"connector/*", "installer", "internal/faultlist", "internal/index"},
	{"governance"},
	{"governance/*", "installer/*", "catalog"},
	{"catalog/*"},
}

// ground lists the tools that other tools may stand on.
var ground = []string{"internal/btree", "internal/egress", "internal/strictjson"}

// floor returns the floor of a directory, preferring an exact name, or -1.
func floor(dir string) int {
	for _, exact := range []bool{true, false} {
		for i, patterns := range floors {
			for _, p := range patterns {
				if ok, err := path.Match(p, dir); err == nil && ok && exact == (p == dir) {
					return i
				}
			}
		}
	}
	return -1
}

// kit reports whether a directory holds test support: it may import testing,
// and production code may not import it.
func kit(dir string) bool {
	return strings.HasSuffix(path.Base(dir), "test") || dir == "internal/realdata"
}

// checkFloors lists every import that goes up or sideways.
func checkFloors(t *tree) []string {
	var findings []string
	each(t, func(dir string, s *source, imported string) {
		to, ours := strings.CutPrefix(imported, module)
		if !ours || s.test() {
			return
		}
		to = strings.TrimPrefix(to, "/")
		switch {
		case to == "" || floor(to) < 0:
			findings = append(findings, fmt.Sprintf("%s imports %q, which is on no floor", s.name, to))
		case floor(dir) < 0:
			findings = append(findings, s.name+" is on no floor: name its folder in floors")
		case floor(to) > floor(dir), floor(to) == floor(dir) && !sideways(dir, to):
			findings = append(findings, fmt.Sprintf("%s imports %s, which is not on a floor below", s.name, to))
		}
	})
	return findings
}

// sideways reports whether an import within one floor is agreed.
func sideways(from, to string) bool {
	return slices.Contains(ground, to) || kit(from) && !kit(to)
}

// checkKits lists production code that brings test support into programs.
func checkKits(t *tree) []string {
	var findings []string
	each(t, func(dir string, s *source, imported string) {
		if s.test() || kit(dir) {
			return
		}
		first, _, _ := strings.Cut(imported, "/")
		to, ours := strings.CutPrefix(imported, module+"/")
		if first == "testing" || imported == "net/http/httptest" || ours && kit(to) {
			findings = append(findings, fmt.Sprintf("%s imports %s", s.name, imported))
		}
	})
	return findings
}

// pure lists packages without I/O and without a clock of their own.
var pure = []string{"connector", "connector/version", "governance"}

func checkPure(t *tree) []string {
	var findings []string
	each(t, func(dir string, s *source, imported string) {
		if s.test() || !slices.Contains(pure, dir) {
			return
		}
		switch first, _, _ := strings.Cut(imported, "/"); first {
		case "os", "net", "database", "log", "syscall":
			if imported != "net/url" && imported != "net/netip" {
				findings = append(findings, fmt.Sprintf("%s imports %s, but is pure", s.name, imported))
			}
		}
	})
	for _, dir := range pure {
		for _, s := range t.dirs[dir] {
			if !s.test() && calls(s.ast, "time", "Now", "Since", "Until", "Sleep", "After", "NewTimer", "NewTicker") {
				findings = append(findings, s.name+" reads the clock, but is pure")
			}
		}
	}
	return findings
}

// each visits every import in a stable order.
func each(t *tree, visit func(dir string, s *source, imported string)) {
	for _, dir := range t.names() {
		for _, s := range t.dirs[dir] {
			for _, imported := range s.imports() {
				visit(dir, s, imported)
			}
		}
	}
}

func TestFloors(t *testing.T)                   { t.Parallel(); none(t, checkFloors(project(t))) }
func TestKitsStayOutOfPrograms(t *testing.T)    { t.Parallel(); none(t, checkKits(project(t))) }
func TestPurePackagesHaveNoInputs(t *testing.T) { t.Parallel(); none(t, checkPure(project(t))) }

func TestFloorsAreHeld(t *testing.T) {
	t.Parallel()
	file := func(imports ...string) string {
		text := "package x\n"
		for _, i := range imports {
			text += `import "` + strings.Replace(i, "~", module, 1) + "\"\n"
		}
		return text
	}
	found(t, checkFloors(small(t,
		"auth/ok.go", file("fmt", "~/internal/egress"),
		"auth/up.go", file("~/connector"),
		"auth/up_test.go", file("~/connector"),
		"catalog/sqlstore/s.go", file("~/catalog", "~/auth", "~/catalog/httpfeed"),
		"catalog/catalogtest/c.go", file("~/catalog/httpfeed"),
		"connector/version/v.go", file("~/governance", "~"),
		"extra/e.go", file("~/auth"),
		"governance/g.go", file("~/extra", "~/connector"),
		"internal/archive/a.go", file("~/internal/egress", "~/internal/archive2"),
	)),
		"auth/up.go imports connector, which is not on a floor below",
		"catalog/sqlstore/s.go imports catalog/httpfeed, which is not on a floor below",
		"connector/version/v.go imports governance, which is not on a floor below",
		`connector/version/v.go imports "", which is on no floor`,
		"extra/e.go is on no floor: name its folder in floors",
		`governance/g.go imports "extra", which is on no floor`,
		"internal/archive/a.go imports internal/archive2, which is not on a floor below",
	)
	found(t, checkKits(small(t,
		"auth/a.go", file("testing/fstest"),
		"auth/b.go", file("~/auth/authtest"),
		"auth/b_test.go", file("~/auth/authtest", "testing"),
		"auth/authtest/k.go", file("testing", "net/http/httptest"),
		"catalog/c.go", file("net/http/httptest", "testing"),
	)),
		"auth/a.go imports testing/fstest",
		"auth/b.go imports "+module+"/auth/authtest",
		"catalog/c.go imports net/http/httptest",
		"catalog/c.go imports testing",
	)
	found(t, checkPure(small(t,
		"governance/a.go", file("os", "net/http", "net/url", "log/slog"),
		"governance/b.go", "package g\nimport \"time\"\nvar x = time.Now()",
		"governance/c.go", "package g\nimport clock \"time\"\nfunc f() { clock.Sleep(0) }",
		"governance/d.go", "package g\nimport \"time\"\nfunc f() time.Time { return time.Unix(0, 0) }",
		"auth/a.go", file("net/http"),
	)),
		"governance/a.go imports os, but is pure",
		"governance/a.go imports net/http, but is pure",
		"governance/a.go imports log/slog, but is pure",
		"governance/b.go reads the clock, but is pure",
		"governance/c.go reads the clock, but is pure",
	)
}
