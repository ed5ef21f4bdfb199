//go:build !unix

package fsfeed_test

import "testing"

func makePipe(t *testing.T, _ string) {
	t.Helper()
	t.Skip("no named pipes here")
}
