//go:build unix

package pgserver

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// credential is who runs the server: it refuses to be run by root.
type credential struct{ is *syscall.Credential }

func unprivileged() (credential, error) {
	if os.Geteuid() != 0 {
		return credential{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return credential{}, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		return credential{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, err
	}
	return credential{}, fmt.Errorf("root may not run it, and there is no user postgres or nobody")
}

func (c credential) own(path string) error {
	if c.is == nil {
		return nil
	}
	return os.Chown(path, int(c.is.Uid), int(c.is.Gid))
}

// become lets cmd be run by that user, in a process group of its own, so that an
// interrupt from the keyboard lets this program end first.
func (c credential) become(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.is, Setpgid: true}
}
