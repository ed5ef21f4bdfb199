package crash_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog/sqlstore"
	"github.com/patchbay/patchbay/internal/leaktest"
)

// How much of the matrix is run.
var (
	full   = flag.Bool("crash.full", false, "interrupt every mutating system call in every way")
	during = flag.Duration("crash.for", 5*time.Second, "without -crash.full: interrupt calls chosen at random for so long")
	seed   = flag.Uint64("crash.seed", 0, "of what is chosen at random; 0: another one each time")
)

// Variables that make the test program a worker instead: which scenario it does, and
// where.
const (
	workerEnv   = "PATCHBAY_CRASH_WORKER"
	dirEnv      = "PATCHBAY_CRASH_DIR"
	patienceEnv = "PATCHBAY_CRASH_PATIENCE"
)

// refused begins what a worker says whose scenario returned an error, one that does not leave
// open what has become of it.
const refused = "refused: "

func TestMain(m *testing.M) {
	name := os.Getenv(workerEnv)
	if name == "" {
		leaktest.Main(m)
	}
	if err := work(name, os.Getenv(dirEnv), os.Getenv(patienceEnv)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// work does a scenario as a program does that ends when something fails.
func work(name, dir, patience string) (err error) {
	limit, err := time.ParseDuration(patience)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	h, err := openHome(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	for _, s := range scenarios {
		if s.name == name {
			err := s.do(ctx, h)
			if errors.Is(err, sqlstore.ErrInDoubt) {
				return err // it says itself that it may have been done
			}
			if err != nil {
				return fmt.Errorf("%s%w", refused, err)
			}
			return nil
		}
	}
	return fmt.Errorf("no scenario %q", name)
}

// program is a worker before it is started.
type program struct {
	exe, dir string
	env      []string
	out      *os.File
	said     func() string
	patience time.Duration // after which it is killed in any case
}

// newProgram prepares a worker on a directory.
func newProgram(scenario, dir string, patience time.Duration) (*program, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	out, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	said := make(chan string, 1)
	go func() {
		var text bytes.Buffer
		_, _ = io.Copy(&text, out)
		_ = out.Close()
		said <- strings.TrimSpace(text.String())
	}()
	p := &program{exe: exe, dir: dir, out: w, patience: 30 * time.Second}
	p.said = func() string {
		_ = w.Close()
		return <-said
	}
	p.env = append(os.Environ(), "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1", "TMPDIR="+dir,
		workerEnv+"="+scenario, dirEnv+"="+dir, patienceEnv+"="+patience.String())
	return p, nil
}
