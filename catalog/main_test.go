package catalog_test

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"
)

// TestMain fails when a test leaves a goroutine of the project behind.
func TestMain(m *testing.M) {
	code := m.Run()
	if left := leftovers(5 * time.Second); code == 0 && left != "" {
		fmt.Fprintf(os.Stderr, "goroutines left behind:\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// leftovers waits for the project's goroutines to end, and returns the stacks of
// those that do not.
func leftovers(patience time.Duration) string {
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		stacks := make([]byte, 16<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		var left [][]byte
		for _, g := range bytes.Split(stacks, []byte("\n\n"))[1:] { // the first is this one
			if bytes.Contains(g, []byte("patchbay/catalog")) {
				left = append(left, g)
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return string(bytes.Join(left, []byte("\n\n")))
		}
	}
}
