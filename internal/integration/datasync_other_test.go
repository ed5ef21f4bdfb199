//go:build !linux

package integration_test

import "os"

func datasync(f *os.File) error { return f.Sync() }
