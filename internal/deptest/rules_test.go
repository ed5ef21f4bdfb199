package deptest

import (
	"fmt"
	"go/ast"
	"regexp"
	"testing"
)

// rules are the design's, by letter and how many: publishing, governance and connections. Each is
// held by at least one test that carries its number, as in TestG7_PreviewChangesNothing, and where
// tables is set by one that goes through named cases.
var rules = []struct {
	letter string
	count  int
	tables bool
}{{"P", 21, false}, {"G", 13, true}, {"C", 12, true}}

// ruleName finds the rules that a test is named after: all at its beginning.
var (
	ruleName = regexp.MustCompile(`^Test((?:[A-Z][0-9]+)+)_`)
	oneRule  = regexp.MustCompile(`[A-Z][0-9]+`)
)

// checkRules lists rules that no test is named after, or none with a table.
func checkRules(t *tree) []string {
	tests, tables := map[string]bool{}, map[string]bool{}
	for _, dir := range t.names() {
		for _, s := range t.dirs[dir] {
			if !s.test() {
				continue
			}
			for _, d := range s.ast.Decls {
				f, ok := d.(*ast.FuncDecl)
				if !ok || f.Recv != nil {
					continue
				}
				if m := ruleName.FindStringSubmatch(f.Name.Name); m != nil {
					for _, rule := range oneRule.FindAllString(m[1], -1) {
						tests[rule], tables[rule] = true, tables[rule] || hasTable(f)
					}
				}
			}
		}
	}
	var findings []string
	for _, r := range rules {
		for n := 1; n <= r.count; n++ {
			switch rule := fmt.Sprint(r.letter, n); {
			case !tests[rule]:
				findings = append(findings, "no test is named after rule "+rule)
			case r.tables && !tables[rule]:
				findings = append(findings, "no test of rule "+rule+" has a table")
			}
		}
	}
	return findings
}

// hasTable reports whether a test calls t.Run in a loop.
func hasTable(f *ast.FuncDecl) bool {
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		loop, ok := n.(*ast.RangeStmt)
		if !ok {
			return true
		}
		ast.Inspect(loop.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok || call.Sel.Name != "Run" {
				return true
			}
			x, ok := call.X.(*ast.Ident)
			found = found || ok && x.Name == "t"
			return true
		})
		return !found
	})
	return found
}

func TestEveryRuleHasATest(t *testing.T) { t.Parallel(); none(t, checkRules(project(t))) }

func TestRulesAreHeld(t *testing.T) {
	t.Parallel()
	const table = "{ for range 2 { t.Run(``, nil) } }\n"
	text, but := "package a\n", map[string]bool{"P2": true, "G1": true, "C10": true, "C12": true}
	for _, r := range rules {
		for n := 1; n <= r.count; n++ {
			if rule := fmt.Sprint(r.letter, n); !but[rule] {
				text += "func Test" + rule + "_X() " + table
			}
		}
	}
	found(t, checkRules(small(t, "a/a_test.go", text)),
		"no test is named after rule P2", "no test is named after rule G1", "no test is named after rule C10", "no test is named after rule C12")
	found(t, checkRules(small(t, "a/a_test.go", text, "a/b.go", "package a\nfunc TestP2_X() {}",
		"b/b_test.go", "package b\nfunc TestG1C10_X() "+table+"func (t) TestC12_X() {}\nfunc TestP2X() {}\nfunc TestX_P2_X() {}\nfunc testP2_X() {}\ntype t int")),
		"no test is named after rule P2", "no test is named after rule C12")
	found(t, checkRules(small(t, "a/a_test.go", text, "b/b_test.go", "package b\nfunc TestP2_X() {}\nfunc TestG1_X() "+table+
		"func TestC10_X() { t.Run(``, nil); for range 2 { x.Run(``, nil) } }\nfunc TestC12_X() {}\nfunc TestC12_Y() "+table)),
		"no test of rule C10 has a table")
}
