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

// Main runs the tests, then stops what they share, and ends the program: with the
// status of the tests, or with 1 if they passed and a goroutine is left or what was to
// be stopped was not. It is to be all that TestMain calls; m is its *testing.M.
func Main(m interface{ Run() int }, stop ...func() error) {
	os.Exit(run(m, stop, os.Stderr, patience))
}

func run(m interface{ Run() int }, stop []func() error, stderr io.Writer, patience time.Duration) int {
	code := m.Run()
	for _, stop := range stop {
		if err := stop(); err != nil {
			_, _ = fmt.Fprintln(stderr, err)
			code = max(code, 1)
		}
	}
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
