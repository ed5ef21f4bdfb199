package oauth_test

import (
	"bytes"
	"runtime"
	"time"
)

// leftovers waits for goroutines of the project, and of connections to servers, to
// end, and returns the stacks of those that do not.
func leftovers(patience time.Duration) string {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); ; <-tick.C {
		stacks := make([]byte, 4<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		var left [][]byte
		for _, g := range bytes.Split(stacks, []byte("\n\n"))[1:] { // the first is this one
			if bytes.Contains(g, []byte("patchbay/patchbay/")) || bytes.Contains(g, []byte("net/http.(*")) {
				left = append(left, g)
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return string(bytes.Join(left, []byte("\n\n")))
		}
	}
}
