//go:build !unix

package pgserver

import (
	"errors"
	"os/exec"
)

type credential struct{}

func unprivileged() (credential, error) {
	return credential{}, errors.New("a server is started on Unix only")
}

func (credential) own(string) error { return nil }
func (credential) become(*exec.Cmd) {}
