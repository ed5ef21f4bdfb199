package leaktest

import (
	"fmt"
	"io"
	"os"
	"time"

	"go.uber.org/goleak"
)

// patience is how long goroutines that were told to end may take for it. It costs
// nothing where none is left, and a busy machine needs more than goleak's half second.
const patience = 15 * time.Second

// Main runs the tests and ends the program with their status, or with 1 if they passed
// and a goroutine is left. It is to be all that TestMain calls; m is its *testing.M, or
// has one and also stops what the tests share.
func Main(m interface{ Run() int }) { os.Exit(run(m, os.Stderr, patience)) }

func run(m interface{ Run() int }, stderr io.Writer, patience time.Duration) int {
	code := m.Run()
	if code != 0 {
		return code // a test that gave up half-way may well leave some
	}
	if err := find(patience); err != nil {
		_, _ = fmt.Fprintf(stderr, "the tests left goroutines behind: %v\n", err)
		return 1
	}
	return 0
}

// find returns what is left after so long.
func find(patience time.Duration) error {
	for deadline := time.Now().Add(patience); ; {
		if err := goleak.Find(); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}
