package deptest

import (
	"fmt"
	"go/ast"
	"go/doc"
	"slices"
	"strings"
	"testing"
)

// public reports whether a directory is one that programs import.
func public(dir string) bool {
	return !slices.Contains(strings.Split(dir, "/"), "internal")
}

// checkDocs lists exported symbols without a doc comment. A constant or
// variable may be explained by its group or at the end of its line; a method
// that every reader knows (Error, String, Unwrap) needs none.
func checkDocs(t *tree) []string {
	var findings []string
	for _, dir := range t.names() {
		if !public(dir) {
			continue
		}
		p, err := document(t, dir)
		if err != nil {
			findings = append(findings, fmt.Sprintf("%s: %v", dir, err))
			continue
		}
		d := &documented{dir: dir}
		d.values(p.Consts)
		d.values(p.Vars)
		d.funcs("", p.Funcs)
		for _, typ := range p.Types {
			d.need(typ.Name, typ.Doc)
			d.values(typ.Consts)
			d.values(typ.Vars)
			d.funcs("", typ.Funcs)
			d.funcs(typ.Name+".", typ.Methods)
			d.members(typ)
		}
		findings = append(findings, d.findings...)
	}
	return findings
}

// document reads the documentation of one directory's package.
func document(t *tree, dir string) (*doc.Package, error) {
	var files []*ast.File
	for _, s := range t.dirs[dir] {
		files = append(files, s.ast)
	}
	return doc.NewFromFiles(t.fset, files, module+"/"+dir)
}

// documented collects what one package leaves unexplained.
type documented struct {
	dir      string
	findings []string
}

func (d *documented) need(name, text string) {
	if strings.TrimSpace(text) == "" {
		d.findings = append(d.findings, fmt.Sprintf("%s: %s has no doc comment", d.dir, name))
	}
}

func (d *documented) funcs(prefix string, funcs []*doc.Func) {
	for _, f := range funcs {
		if prefix != "" && slices.Contains([]string{"Error", "String", "Unwrap"}, f.Name) {
			continue
		}
		d.need(prefix+f.Name, f.Doc)
	}
}

func (d *documented) values(groups []*doc.Value) {
	for _, group := range groups {
		for _, spec := range group.Decl.Specs {
			v, ok := spec.(*ast.ValueSpec)
			if !ok {
				continue
			}
			for _, name := range v.Names {
				if name.IsExported() {
					d.need(name.Name, group.Doc+v.Doc.Text()+v.Comment.Text())
				}
			}
		}
	}
}

// members checks what a reader of a type must know: the methods of an
// interface, and every field of options.
func (d *documented) members(typ *doc.Type) {
	for _, spec := range typ.Decl.Specs {
		s, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		var fields *ast.FieldList
		switch body := s.Type.(type) {
		case *ast.InterfaceType:
			fields = body.Methods
		case *ast.StructType:
			if strings.HasSuffix(typ.Name, "Options") {
				fields = body.Fields
			}
		}
		if fields == nil {
			continue
		}
		for _, f := range fields.List {
			for _, name := range f.Names {
				if name.IsExported() {
					d.need(typ.Name+"."+name.Name, f.Doc.Text()+f.Comment.Text())
				}
			}
		}
	}
}

// checkPackages lists packages without a comment, and public ones without an
// example that is run. That of a kit is only compiled, because it needs a
// testing.T. The root has no code to show.
func checkPackages(t *tree) []string {
	var findings []string
	for _, dir := range t.names() {
		p, err := document(t, dir)
		if err != nil {
			findings = append(findings, fmt.Sprintf("%s: %v", dir, err))
			continue
		}
		if !strings.HasPrefix(p.Doc, "Package "+p.Name+" ") {
			findings = append(findings, fmt.Sprintf("%s has no comment that begins with %q", dir, "Package "+p.Name))
		}
		if public(dir) && dir != "." && !exemplified(t.dirs[dir], kit(dir)) {
			findings = append(findings, dir+" has no example")
		}
	}
	return findings
}

// exemplified reports whether the tests contain an example that is run, or is
// at least compiled.
func exemplified(sources []*source, compiled bool) bool {
	for _, s := range sources {
		if !s.test() {
			continue
		}
		for _, e := range doc.Examples(s.ast) {
			if compiled || e.Output != "" || e.EmptyOutput {
				return true
			}
		}
	}
	return false
}

func TestExportedSymbolsAreDocumented(t *testing.T) { t.Parallel(); none(t, checkDocs(project(t))) }
func TestPackagesHaveAnExample(t *testing.T)        { t.Parallel(); none(t, checkPackages(project(t))) }

func TestDocsAreHeld(t *testing.T) {
	t.Parallel()
	found(t, checkDocs(small(t,
		"a/a.go", `// Package a is.
package a

const A = 1
// Group explains.
const (
	B = 1
	C = 2
)
const (
	D = 1 // explained
	// E is explained.
	E = 2
	F = 3
	g = 4
)
var V int
func Fn() {}
type T struct{ Field int }
func New() T { return T{} }
func (T) Error() string { return "" }
func (T) Method() {}
func (T) method() {}
// I is explained.
type I interface {
	// One is explained.
	One()
	Two()
}
// Options are.
type Options struct {
	A int // explained
	B int
	c int
}
type hidden struct{}
func (hidden) Method() {}
`,
		"internal/b/b.go", "package b\nfunc Fn() {}",
	)),
		"a: F has no doc comment", "a: A has no doc comment", "a: V has no doc comment", "a: Fn has no doc comment",
		"a: I.Two has no doc comment", "a: Options.B has no doc comment", "a: T has no doc comment",
		"a: New has no doc comment", "a: T.Method has no doc comment",
	)
	found(t, checkPackages(small(t,
		"a/a.go", "// Package a is.\npackage a",
		"a/a_test.go", "package a_test\nfunc Example() {\n\t// Output: x\n}",
		"b/b.go", "// Package a is.\npackage b",
		"b/b_test.go", "package b_test\nfunc Example() {}",
		"internal/c/c.go", "// Package c is.\npackage c",
		"b/btest/b.go", "// Package btest is.\npackage btest",
		"b/btest/b_test.go", "package btest_test\nfunc Example() {}",
	)),
		`b has no comment that begins with "Package b"`, "b has no example",
	)
}
