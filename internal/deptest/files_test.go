package deptest

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// maxLines bounds a Go file: one noun or verb each.
const maxLines = 400

// longer lists the files that may be longer, with the reason.
var longer = map[string]string{}

// checkLength lists Go files that have grown too long. Other modules count.
func checkLength(fsys fs.FS) []string {
	return checkFiles(fsys, func(name string, text []byte) []string {
		lines := bytes.Count(text, []byte("\n"))
		if path.Ext(name) != ".go" || lines <= maxLines || longer[name] != "" {
			return nil
		}
		return []string{fmt.Sprintf("%s has %d lines", name, lines)}
	})
}

// machine finds absolute paths of somebody's machine. It is put together from
// pieces, so that it does not find itself.
var machine = regexp.MustCompile("(?:^|[\\s\"'`(=:,])/(?:" +
	strings.Join([]string{"work", "root", "tmp", "Users", "home"}, "|") + ")(?:/|[\\s\"'`),]|$)|[A-Z]:\\\\+" + "Users")

// registries are hosts that the project must not depend on being there.
var registries = []string{"proxy." + "golang.org", "registry." + "npmjs.org", "pypi" + ".org", "crates" + ".io"}

// checkMachine lists lines that name a machine's path or a package registry.
func checkMachine(fsys fs.FS) []string {
	return checkFiles(fsys, func(name string, text []byte) []string {
		if bytes.IndexByte(text, 0) >= 0 {
			return nil // not text
		}
		var findings []string
		for i, line := range strings.Split(string(text), "\n") {
			where := fmt.Sprintf("%s:%d", name, i+1)
			if m := machine.FindString(line); m != "" {
				findings = append(findings, fmt.Sprintf("%s names a path of a machine: %s", where, strings.TrimSpace(m)))
			}
			for _, host := range registries {
				if strings.Contains(line, host) {
					findings = append(findings, where+" names the registry "+host)
				}
			}
		}
		return findings
	})
}

// checkUnfinished lists marks that something is still to be done.
func checkUnfinished(fsys fs.FS) []string {
	marks := []string{"TO" + "DO", "FIX" + "ME", "XX" + "X"}
	return checkFiles(fsys, func(name string, text []byte) []string {
		if path.Ext(name) != ".go" && path.Ext(name) != ".md" {
			return nil
		}
		var findings []string
		for _, mark := range marks {
			if slices.Contains(strings.FieldsFunc(string(text), func(r rune) bool {
				return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
			}), mark) {
				findings = append(findings, fmt.Sprintf("%s contains %s", name, mark))
			}
		}
		return findings
	})
}

// checkFiles applies a check to every file of the project, dot files too.
func checkFiles(fsys fs.FS, check func(name string, text []byte) []string) []string {
	var findings []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if name == ".git" {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		findings = append(findings, check(name, text)...)
		return err
	})
	if err != nil {
		findings = append(findings, err.Error())
	}
	return findings
}

func TestFilesStayShort(t *testing.T)     { t.Parallel(); none(t, checkLength(os.DirFS("../.."))) }
func TestFilesNameNoMachine(t *testing.T) { t.Parallel(); none(t, checkMachine(os.DirFS("../.."))) }
func TestFilesAreFinished(t *testing.T)   { t.Parallel(); none(t, checkUnfinished(os.DirFS("../.."))) }

func TestFilesAreHeld(t *testing.T) {
	t.Parallel()
	slash := "/"
	found(t, checkLength(mapFS(
		"a.go", strings.Repeat("\n", maxLines), "b.go", strings.Repeat("\n", maxLines+1), "b.md", strings.Repeat("\n", 1000),
		"m/go.mod", "", "m/c.go", strings.Repeat("\n", 999),
	)), "b.go has 401 lines", "m/c.go has 999 lines")
	found(t, checkMachine(mapFS(
		"a.go", "x := \""+slash+"tmp/x\"\nhttps://example.com"+slash+"home/x\n// see "+slash+"work\n"+slash+"tmpfoo framework"+slash+"work",
		".ci/run", "cd "+slash+"root/x", "b.bin", slash+"tmp/\x00", "c.md", "from "+registries[0],
		".git/x", slash+"tmp/x", "d.txt", `C:\`+`Users\x`,
	)),
		".ci/run:1 names a path of a machine: "+slash+"root/",
		"a.go:1 names a path of a machine: \""+slash+"tmp/",
		"a.go:3 names a path of a machine: "+slash+"work",
		"c.md:1 names the registry "+registries[0],
		`d.txt:1 names a path of a machine: C:\`+`Users`,
	)
	found(t, checkUnfinished(mapFS(
		"a.go", "// TO"+"DO(x): y", "b.md", "FIX"+"ME", "c.txt", "TO"+"DO", "d.go", "context.TO"+"DO",
	)), "a.go contains TO"+"DO", "b.md contains FIX"+"ME", "d.go contains TO"+"DO")
}
