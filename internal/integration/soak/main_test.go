package soak_test

import (
	"flag"
	"testing"

	"github.com/patchbay/patchbay/internal/leaktest"
)

var (
	during = flag.Duration("soak.for", 0, "work for so long")
	seed   = flag.Uint64("soak.seed", 0, "of what is chosen at random; 0: another one each time")
)

func TestMain(m *testing.M) { leaktest.Main(m) }
