package deptest

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// allowed says which packages may import which third-party modules in
// production code, with the reason.
var allowed = map[string][]string{
	"github.com/Masterminds/semver/v3":      {"connector", "connector/version"}, // precedence of versions; nothing else decides on versions
	"github.com/hashicorp/go-retryablehttp": {"internal/egress"},                // retries of idempotent reads, behind our own rules
	"code.dny.dev/ssrf":                     {"internal/egress"},                // special address ranges at dial time
	"go.uber.org/goleak":                    {"internal/leaktest"},              // what the runtime and testing keep for themselves
	"golang.org/x/sync":                     {"auth", "catalog", "installer/dirinstaller", "internal/egress"},
}

// allowedInTests may be imported by every _test.go file.
var allowedInTests = []string{"github.com/google/go-cmp", "github.com/stretchr/testify"}

// checkModules lists imports of third-party code that nobody agreed to.
func checkModules(t *tree) []string {
	var findings []string
	each(t, func(dir string, s *source, imported string) {
		first, _, _ := strings.Cut(imported, "/")
		if !strings.Contains(first, ".") || within(imported, module) {
			return
		}
		for mod, dirs := range allowed {
			if within(imported, mod) && slices.Contains(dirs, dir) {
				return
			}
		}
		if s.test() && slices.ContainsFunc(allowedInTests, func(mod string) bool { return within(imported, mod) }) {
			return
		}
		findings = append(findings, fmt.Sprintf("%s imports %s, which is not on its list", s.name, imported))
	})
	return findings
}

func within(imported, mod string) bool {
	return imported == mod || strings.HasPrefix(imported, mod+"/")
}

// checkHidden lists what acts behind the caller's back: init functions, and
// imports for their side effects.
func checkHidden(t *tree) []string {
	var findings []string
	for _, dir := range t.names() {
		for _, s := range t.dirs[dir] {
			if s.test() {
				continue
			}
			for _, d := range s.ast.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
					findings = append(findings, s.name+" has an init function")
				}
			}
			for _, i := range s.ast.Imports {
				if i.Name != nil && i.Name.Name == "_" && i.Path.Value != `"embed"` {
					findings = append(findings, s.name+" imports "+i.Path.Value+" for its side effects")
				}
			}
		}
	}
	return findings
}

// calls reports whether a file uses one of the names of a package of the
// standard library.
func calls(file *ast.File, pkg string, names ...string) bool {
	local := ""
	for _, i := range file.Imports {
		if i.Path.Value == `"`+pkg+`"` {
			if local = pkg; i.Name != nil {
				local = i.Name.Name
			}
		}
	}
	used := false
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && local != "" {
			x, isName := sel.X.(*ast.Ident)
			used = used || isName && x.Name == local && slices.Contains(names, sel.Sel.Name)
		}
		return !used
	})
	return used
}

func TestThirdPartyModules(t *testing.T)   { t.Parallel(); none(t, checkModules(project(t))) }
func TestNothingActsOnImport(t *testing.T) { t.Parallel(); none(t, checkHidden(project(t))) }

func TestModulesAreHeld(t *testing.T) {
	t.Parallel()
	const semver, cmp, sync = "github.com/Masterminds/semver/v3", "github.com/google/go-cmp/cmp", "golang.org/x/sync/singleflight"
	found(t, checkModules(small(t,
		"auth/a.go", `package a; import ("fmt"; "encoding/json"; "`+module+`/internal/egress"; "`+cmp+`"; "`+sync+`"; "`+semver+`")`,
		"auth/a_test.go", `package a; import ("`+cmp+`"; "`+semver+`")`,
		"connector/a.go", `package a; import ("`+semver+`"; "github.com/Masterminds/semver/v33")`,
	)),
		"auth/a.go imports "+cmp+", which is not on its list",
		"auth/a.go imports "+semver+", which is not on its list",
		"auth/a_test.go imports "+semver+", which is not on its list",
		"connector/a.go imports github.com/Masterminds/semver/v33, which is not on its list",
	)
	found(t, checkHidden(small(t,
		"a/a.go", `package a; import (_ "embed"; _ "image/png"); func init() {}; type t int; func (t) init() {}`,
		"a/a_test.go", `package a; import _ "image/png"; func init() {}`,
	)),
		"a/a.go has an init function", `a/a.go imports "image/png" for its side effects`,
	)
}
