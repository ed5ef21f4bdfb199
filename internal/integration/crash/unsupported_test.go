//go:build !(linux && amd64)

package crash_test

import "testing"

func TestP12_EveryInterruptedCallHeals(t *testing.T) {
	t.Skip("NOT TESTED: system calls are interrupted on Linux, amd64, only")
}
