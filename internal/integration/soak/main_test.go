package soak_test

import (
	"flag"
	"testing"
	"time"

	"github.com/patchbay/patchbay/internal/leaktest"
)

var (
	during = flag.Duration("soak.for", 5*time.Second, "work for so long")
	seed   = flag.Uint64("soak.seed", 0, "of what is chosen at random; 0: another one each time")
)

func TestMain(m *testing.M) { leaktest.Main(m) }
