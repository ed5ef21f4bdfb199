package index_test

import (
	"testing"

	"github.com/patchbay/patchbay/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }
