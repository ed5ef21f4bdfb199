//go:build !unix

package main

import (
	"errors"
	"os/exec"
)

type identity struct{}

func unprivileged() (identity, error) {
	return identity{}, errors.New("a server of its own is started on Unix only")
}

func (identity) own(string) error { return nil }
func (identity) become(*exec.Cmd) {}
