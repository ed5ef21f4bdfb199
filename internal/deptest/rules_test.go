package deptest

import (
	"fmt"
	"go/ast"
	"regexp"
	"testing"
)

// rules are the design's, by letter and how many: publishing, governance and connections. Each is
// held by at least one test that carries its number, as in TestG7_PreviewChangesNothing.
var rules = []struct {
	letter string
	count  int
}{{"P", 21}, {"G", 13}, {"C", 12}}

// ruleName finds the rules that a test is named after: all at its beginning.
var (
	ruleName = regexp.MustCompile(`^Test((?:[A-Z][0-9]+)+)_`)
	oneRule  = regexp.MustCompile(`[A-Z][0-9]+`)
)

// checkRules lists rules that no test is named after.
func checkRules(t *tree) []string {
	tests := map[string][]string{}
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
						tests[rule] = append(tests[rule], s.name+": "+f.Name.Name)
					}
				}
			}
		}
	}
	var findings []string
	for _, r := range rules {
		for n := 1; n <= r.count; n++ {
			rule := fmt.Sprint(r.letter, n)
			if len(tests[rule]) == 0 {
				findings = append(findings, "no test is named after rule "+rule)
			}
		}
	}
	return findings
}

func TestEveryRuleHasATest(t *testing.T) { t.Parallel(); none(t, checkRules(project(t))) }

func TestRulesAreHeld(t *testing.T) {
	t.Parallel()
	text, but := "package a\n", map[string]bool{"P2": true, "G1": true, "C10": true, "C12": true}
	for _, r := range rules {
		for n := 1; n <= r.count; n++ {
			if rule := fmt.Sprint(r.letter, n); !but[rule] {
				text += "func Test" + rule + "_X() {}\n"
			}
		}
	}
	found(t, checkRules(small(t, "a/a_test.go", text)),
		"no test is named after rule P2", "no test is named after rule G1", "no test is named after rule C10", "no test is named after rule C12")
	found(t, checkRules(small(t, "a/a_test.go", text, "a/b.go", "package a\nfunc TestP2_X() {}",
		"b/b_test.go", "package b\nfunc TestG1C10_X() {}\nfunc (t) TestC12_X() {}\nfunc TestP2X() {}\nfunc TestX_P2_X() {}\nfunc testP2_X() {}\ntype t int")),
		"no test is named after rule P2", "no test is named after rule C12")
	found(t, checkRules(small(t, "a/a_test.go", text, "b/b_test.go", "package b\nfunc TestG1C12_X() {}\nfunc TestP2_X() {}\nfunc TestC10_X() {}")))
}
