//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// identity is who runs the server, which refuses to be run by root.
type identity struct{ is *syscall.Credential }

func unprivileged() (identity, error) {
	if os.Geteuid() != 0 {
		return identity{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return identity{}, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		return identity{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, err
	}
	return identity{}, errors.New("root may not run it, and there is no user postgres or nobody")
}

func (i identity) own(path string) error {
	if i.is == nil {
		return nil
	}
	return os.Chown(path, int(i.is.Uid), int(i.is.Gid))
}

// become lets cmd be run by that user, in a process group of its own, so that an
// interrupt from the keyboard lets this program end first.
func (i identity) become(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: i.is, Setpgid: true}
}
