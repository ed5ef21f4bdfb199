//go:build !unix

package integration_test

import (
	"errors"
	"os/exec"
)

type credential struct{}

func unprivileged() (credential, error) {
	return credential{}, errors.New("these tests start a server on Unix only; set " + dsnEnv)
}

func (credential) own(string) error { return nil }
func (credential) become(*exec.Cmd) {}
