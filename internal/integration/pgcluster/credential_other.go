//go:build !unix

package pgcluster

import (
	"errors"
	"os/exec"
)

type credential struct{}

func unprivileged() (credential, error) {
	return credential{}, errors.New("these tests start a server on Unix only; set " + DSNEnv)
}

func (credential) own(string) error { return nil }
func (credential) become(*exec.Cmd) {}
