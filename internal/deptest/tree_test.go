package deptest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// module is the root module's path.
const module = "github.com/patchbay/patchbay"

// tree is the parsed root module. Modules nested in it are left out.
type tree struct {
	fset *token.FileSet
	dirs map[string][]*source // by path relative to the root, "." for the root
}

type source struct {
	name string // path relative to the root
	ast  *ast.File
}

func (s *source) test() bool { return strings.HasSuffix(s.name, "_test.go") }

// imports returns the paths that the file imports.
func (s *source) imports() []string {
	var paths []string
	for _, i := range s.ast.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// names returns the directories, sorted.
func (t *tree) names() []string {
	var names []string
	for dir := range t.dirs {
		names = append(names, dir)
	}
	slices.Sort(names)
	return names
}

func load(fsys fs.FS) (*tree, error) {
	t := &tree{token.NewFileSet(), map[string][]*source{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if skipped(fsys, name) {
				return fs.SkipDir
			}
			return nil
		case path.Ext(name) != ".go":
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(t.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := path.Dir(name)
		t.dirs[dir] = append(t.dirs[dir], &source{name, file})
		return nil
	})
	return t, err
}

// skipped reports whether the go command ignores a directory too, or another
// module owns it.
func skipped(fsys fs.FS, name string) bool {
	if name == "." {
		return false
	}
	base := path.Base(name)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" {
		return true
	}
	_, err := fs.Stat(fsys, name+"/go.mod")
	return err == nil
}

// project returns the tree of this repository.
func project(t *testing.T) *tree {
	t.Helper()
	return parsed(t, os.DirFS("../.."))
}

func parsed(t *testing.T, fsys fs.FS) *tree {
	t.Helper()
	parsed, err := load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// small returns a tree made of name, text pairs.
func small(t *testing.T, files ...string) *tree {
	t.Helper()
	return parsed(t, mapFS(files...))
}

func mapFS(files ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for pair := range slices.Chunk(files, 2) {
		fsys[pair[0]] = &fstest.MapFile{Data: []byte(pair[1])}
	}
	return fsys
}

// none reports every finding as an error.
func none(t *testing.T, findings []string) {
	t.Helper()
	for _, f := range findings {
		t.Error(f)
	}
}

// found fails unless the findings are these.
func found(t *testing.T, findings []string, want ...string) {
	t.Helper()
	if !slices.Equal(findings, want) {
		t.Errorf("found:\n%s\nwant:\n%s", strings.Join(findings, "\n"), strings.Join(want, "\n"))
	}
}

func TestLoadLeavesOtherModulesOut(t *testing.T) {
	t.Parallel()
	tr := small(t, "go.mod", "module m", "a/a.go", "package a", "b/go.mod", "module b", "b/b.go", "package b",
		"b/c/c.go", "package c", ".x/x.go", "package x", "_y/y.go", "package y", "a/testdata/z.go", "package z")
	found(t, tr.names(), "a")
	if _, err := load(mapFS("a.go", "no Go")); err == nil {
		t.Error("a file that does not parse is passed over")
	}
	if len(project(t).dirs) < 10 {
		t.Error("the project was not found")
	}
}
