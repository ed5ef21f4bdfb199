// Package realdata finds real inputs that tests may read but the project does
// not contain.
package realdata

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Dir returns the folder name among the real inputs. They lie in
// ../shared/data beside the checkout, or where PATCHBAY_DATA says. Without
// them the test is skipped, unless PATCHBAY_DATA promised them.
func Dir(tb testing.TB, name string) string {
	tb.Helper()
	root, promised := os.LookupEnv("PATCHBAY_DATA")
	if !promised {
		_, file, _, ok := runtime.Caller(0)
		if !ok {
			tb.Fatal("cannot tell where this file is")
		}
		root = filepath.Join(filepath.Dir(file), "..", "..", "..", "shared", "data")
	}
	dir := filepath.Join(root, name)
	if _, err := os.Stat(dir); err != nil {
		if promised {
			tb.Fatalf("PATCHBAY_DATA is set, but %v", err)
		}
		tb.Skipf("no real inputs beside this checkout (%s): set PATCHBAY_DATA", name)
	}
	return dir
}
