package deptest

import (
	"go/ast"
	"io/fs"
	"os"
	"path"
	"slices"
	"testing"
)

// checkLeaks lists packages with tests, in every module, whose TestMain does not look for
// goroutines that are left behind.
func checkLeaks(fsys fs.FS) []string {
	var findings []string
	err := fs.WalkDir(fsys, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || path.Base(name) != "go.mod" {
			return err
		}
		in := path.Dir(name)
		sub, err := fs.Sub(fsys, in)
		if err != nil {
			return err
		}
		t, err := load(sub)
		if err != nil {
			return err
		}
		for _, dir := range t.names() {
			if slices.ContainsFunc(t.dirs[dir], (*source).test) && !slices.ContainsFunc(t.dirs[dir], looksForLeaks) {
				findings = append(findings, path.Join(in, dir)+" has tests, and no TestMain that calls leaktest.Main")
			}
		}
		return nil
	})
	if err != nil {
		findings = append(findings, err.Error())
	}
	return findings
}

func looksForLeaks(s *source) bool {
	return s.test() && slices.ContainsFunc(s.ast.Decls, func(d ast.Decl) bool {
		f, ok := d.(*ast.FuncDecl)
		return ok && f.Recv == nil && f.Name.Name == "TestMain" && callsMain(f, s.ast.Name.Name == "leaktest")
	})
}

// callsMain reports whether a function calls leaktest.Main; within that package it is Main.
func callsMain(f *ast.FuncDecl, within bool) bool {
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch fun := call.Fun.(type) {
		case *ast.Ident:
			found = found || within && fun.Name == "Main"
		case *ast.SelectorExpr:
			x, ok := fun.X.(*ast.Ident)
			found = found || ok && x.Name == "leaktest" && fun.Sel.Name == "Main"
		}
		return true
	})
	return found
}

func TestPackagesLookForLeaks(t *testing.T) { t.Parallel(); none(t, checkLeaks(os.DirFS("../.."))) }

func TestLeaksAreHeld(t *testing.T) {
	t.Parallel()
	const main, says = "package x\nfunc TestMain(m *testing.M) { leaktest.Main(m) }\n", " has tests, and no TestMain that calls leaktest.Main"
	found(t, checkLeaks(mapFS(
		"go.mod", "", "a/a_test.go", "package x", "a/main_test.go", main, "b/b.go", "package x", "c/c_test.go", "package x",
		"d/d_test.go", "package x\nfunc TestMain(m *testing.M) { m.Run() }", "e/e_test.go", "package x", "e/main.go", main,
		"f/f_test.go", "package x\nfunc Test() { leaktest.Main(nil) }\nfunc (t) TestMain() { leaktest.Main(nil) }",
		"g/g_test.go", "package x\nfunc TestMain(m *testing.M) { Main(m) }",
		"h/h_test.go", "package leaktest\nfunc TestMain(m *testing.M) { Main(m) }",
		"m/go.mod", "", "m/n/n_test.go", "package x", "m/o/o_test.go", main, "m/p_test.go", "package x",
	)), "c"+says, "d"+says, "e"+says, "f"+says, "g"+says, "m"+says, "m/n"+says)
}
