package main

import (
	"os"
	"syscall"
)

// datasync makes the bytes of a file durable, and no more.
func datasync(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
