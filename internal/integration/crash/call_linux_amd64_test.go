package crash_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

// call is one system call that changes something below the directory of a worker.
type call struct {
	name string
	path string // below the directory, with what is random or a digest replaced by *
}

func (c call) String() string { return c.name + " " + c.path }

// place is one call of a program: the nth of its kind, from 1. Threads may do what they do
// in another order each time; which of their calls on a file is which hardly depends on it.
type place struct {
	call

	nth int
}

func (p place) String() string { return fmt.Sprintf("%s (%d)", p.call, p.nth) }

// needsSpace reports whether a full disk can refuse the call.
func (c call) needsSpace() bool {
	for _, frees := range []string{"unlink", "rmdir", "rename", "sync", "chmod", "chown", "utime"} {
		if strings.Contains(c.name, frees) {
			return false
		}
	}
	return true
}

// writes reports whether the call writes as many bytes as its third argument says.
func (c call) writes() bool { return c.name == "write" || c.name == "pwrite64" }

// kind says how to read one system call: where its file descriptors and paths
// are among the arguments.
type kind struct {
	name  string
	fds   []int // arguments that are the files written to
	paths []at  // arguments that are the files named
	flags int   // of an open: the argument with the flags, which must create or truncate; else 0
}

// at is a path and the directory that it is relative to.
type at struct{ dir, path int }

// cwd stands for the working directory among arguments.
const cwd = -1

// mutating are the system calls that change files, all there are.
// Those through a mapping, such as SQLite's index of its log, are no system calls: what
// they change is rebuilt by whoever opens the file first.
var mutating = map[uint64]kind{
	1: {name: "write", fds: []int{0}}, 18: {name: "pwrite64", fds: []int{0}}, 20: {name: "writev", fds: []int{0}},
	296: {name: "pwritev", fds: []int{0}}, 328: {name: "pwritev2", fds: []int{0}}, 40: {name: "sendfile", fds: []int{0}},
	275: {name: "splice", fds: []int{2}}, 326: {name: "copy_file_range", fds: []int{2}},
	74: {name: "fsync", fds: []int{0}}, 75: {name: "fdatasync", fds: []int{0}}, 277: {name: "sync_file_range", fds: []int{0}}, 306: {name: "syncfs", fds: []int{0}},
	76: {name: "truncate", paths: []at{{cwd, 0}}}, 77: {name: "ftruncate", fds: []int{0}}, 285: {name: "fallocate", fds: []int{0}},
	2: {name: "open", paths: []at{{cwd, 0}}, flags: 1}, 257: {name: "openat", paths: []at{{0, 1}}, flags: 2},
	437: {name: "openat2", paths: []at{{0, 1}}}, 85: {name: "creat", paths: []at{{cwd, 0}}},
	83: {name: "mkdir", paths: []at{{cwd, 0}}}, 258: {name: "mkdirat", paths: []at{{0, 1}}},
	84: {name: "rmdir", paths: []at{{cwd, 0}}}, 87: {name: "unlink", paths: []at{{cwd, 0}}}, 263: {name: "unlinkat", paths: []at{{0, 1}}},
	82: {name: "rename", paths: []at{{cwd, 0}, {cwd, 1}}}, 264: {name: "renameat", paths: []at{{0, 1}, {2, 3}}}, 316: {name: "renameat2", paths: []at{{0, 1}, {2, 3}}},
	86: {name: "link", paths: []at{{cwd, 1}}}, 265: {name: "linkat", paths: []at{{2, 3}}},
	88: {name: "symlink", paths: []at{{cwd, 1}}}, 266: {name: "symlinkat", paths: []at{{1, 2}}},
	133: {name: "mknod", paths: []at{{cwd, 0}}}, 259: {name: "mknodat", paths: []at{{0, 1}}},
	90: {name: "chmod", paths: []at{{cwd, 0}}}, 91: {name: "fchmod", fds: []int{0}}, 268: {name: "fchmodat", paths: []at{{0, 1}}}, 452: {name: "fchmodat2", paths: []at{{0, 1}}},
	92: {name: "chown", paths: []at{{cwd, 0}}}, 93: {name: "fchown", fds: []int{0}}, 94: {name: "lchown", paths: []at{{cwd, 0}}}, 260: {name: "fchownat", paths: []at{{0, 1}}},
	132: {name: "utime", paths: []at{{cwd, 0}}}, 235: {name: "utimes", paths: []at{{cwd, 0}}}, 261: {name: "futimesat", paths: []at{{0, 1}}}, 280: {name: "utimensat", paths: []at{{0, 1}}},
	188: {name: "setxattr", paths: []at{{cwd, 0}}}, 189: {name: "lsetxattr", paths: []at{{cwd, 0}}}, 190: {name: "fsetxattr", fds: []int{0}},
	197: {name: "removexattr", paths: []at{{cwd, 0}}}, 198: {name: "lremovexattr", paths: []at{{cwd, 0}}}, 199: {name: "fremovexattr", fds: []int{0}},
}

// callOf returns the mutating call that a thread is about to make below dir.
func callOf(tid int, dir string, nr uint64, args []uint64) (call, bool) {
	k, ok := mutating[nr]
	if !ok || k.flags > 0 && args[k.flags]&(syscall.O_CREAT|syscall.O_TRUNC) == 0 {
		return call{}, false
	}
	var names []string
	for _, fd := range k.fds {
		names = append(names, fdName(tid, args[fd]))
	}
	for _, p := range k.paths {
		name := textAt(tid, uintptr(args[p.path]))
		switch {
		case filepath.IsAbs(name):
		case p.dir == cwd || int32(args[p.dir]) == atFDCWD:
			link, _ := os.Readlink(fmt.Sprintf("/proc/%d/cwd", tid))
			name = filepath.Join(link, name)
		default:
			name = filepath.Join(fdName(tid, args[p.dir]), name)
		}
		names = append(names, name)
	}
	for _, name := range names {
		if rel, ok := strings.CutPrefix(name, dir+"/"); ok {
			return call{k.name, varying.ReplaceAllString(rel, "*")}, true
		}
	}
	return call{}, false
}

const atFDCWD = -100

// varying are digests and random names.
var varying = regexp.MustCompile(`[0-9a-f]{24,}(-[a-z0-9]{26})?`)

// fdName is the path of an open file.
func fdName(tid int, fd uint64) string {
	name, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, int32(fd)))
	return strings.TrimSuffix(name, " (deleted)")
}

// textAt reads a string of a thread that is stopped.
func textAt(tid int, addr uintptr) string {
	var text []byte
	for part := make([]byte, 32); len(text) < 4096; addr += uintptr(len(part)) {
		n, err := syscall.PtracePeekData(tid, addr, part)
		for i := range n {
			if part[i] == 0 {
				return string(append(text, part[:i]...))
			}
		}
		text = append(text, part[:n]...)
		if err != nil {
			break
		}
	}
	return string(text)
}
