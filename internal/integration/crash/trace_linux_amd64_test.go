package crash_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

// fault is what happens to one mutating call of a worker instead of the call.
type fault struct {
	name  string
	errno syscall.Errno // what the call returns; 0: the process is killed
	// lasting: so do all later calls that a full disk refuses.
	lasting bool
	// torn: half of what was to be written is, and then the process is killed.
	torn bool
}

// traced is what was seen of a worker.
type traced struct {
	calls  map[call]int // how often each was made
	struck bool         // the fault happened
	code   int          // exit code, -1 when it was killed
	ended  time.Time
}

// Of the kernel, where package syscall has no name for it.
const (
	ptraceGetSyscallInfo = 0x420e
	ptraceExitKill       = 0x100000
	waitOwn              = syscall.WALL | 0x20000000 // __WNOTHREAD: of this thread only
	syscallStop          = syscall.SIGTRAP | 0x80
)

// syscallInfo is struct ptrace_syscall_info.
type syscallInfo struct {
	op   uint8 // 1 before the call, 2 after it
	_    [3]byte
	arch uint32
	ip   uint64
	sp   uint64
	nr   uint64
	args [6]uint64
	_    [16]byte
}

// tracer runs a process and sees each of its system calls before it is made, whichever of its
// threads makes it. (strace counts calls by thread, and which one a goroutine is on is up to
// chance: its "when" cannot name each call of a Go program.)
type tracer struct {
	dir     string // calls below it count
	fault   fault
	at      place // where the fault happens
	pid     int
	failing map[int]syscall.Errno // by thread: what its call is to return
	seen    traced
}

// trace runs a worker and lets a fault happen at one place.
func trace(p *program, f fault, at place) (*traced, error) {
	t := &tracer{dir: p.dir, fault: f, at: at, failing: map[int]syscall.Errno{}, seen: traced{calls: map[call]int{}}}
	// The kernel lets only the thread that began it go on with it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	proc, err := os.StartProcess(p.exe, []string{p.exe}, &os.ProcAttr{
		Env: p.env, Files: []*os.File{nil, p.out, p.out}, Sys: &syscall.SysProcAttr{Ptrace: true},
	})
	if err != nil {
		return nil, fmt.Errorf("ptrace: %w", err)
	}
	t.pid = proc.Pid
	patience := time.AfterFunc(p.patience, func() { _ = proc.Kill() })
	defer patience.Stop()
	err = t.run()
	if err != nil {
		_ = proc.Kill()
	}
	_ = proc.Release()
	t.seen.ended = time.Now()
	return &t.seen, err
}

func (t *tracer) run() error {
	var ws syscall.WaitStatus
	if _, err := wait4(t.pid, &ws); err != nil {
		return err
	}
	const options = syscall.PTRACE_O_TRACESYSGOOD | syscall.PTRACE_O_TRACECLONE | ptraceExitKill
	if err := syscall.PtraceSetOptions(t.pid, options); err != nil {
		return fmt.Errorf("ptrace options: %w", err)
	}
	tid, sig := t.pid, 0
	known := map[int]bool{tid: true}
	for {
		if err := syscall.PtraceSyscall(tid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("ptrace: %w", err)
		}
		var err error
		for ws = 0; err == nil && !ws.Stopped(); {
			tid, err = wait4(-1, &ws)
			if err == nil && tid == t.pid && (ws.Exited() || ws.Signaled()) {
				t.seen.code = ws.ExitStatus()
				return nil
			}
		}
		if err != nil {
			return err
		}
		sig = 0
		switch stop := ws.StopSignal(); {
		case stop == syscallStop:
			err = t.stopped(tid)
		case stop == syscall.SIGTRAP && ws.TrapCause() > 0:
		case stop == syscall.SIGSTOP && !known[tid]: // a new thread
		default:
			sig = int(stop)
		}
		known[tid] = true
		if err != nil && !errors.Is(err, syscall.ESRCH) { // else it was killed meanwhile
			return err
		}
	}
}

func wait4(pid int, ws *syscall.WaitStatus) (int, error) {
	for {
		tid, err := syscall.Wait4(pid, ws, waitOwn, nil)
		if !errors.Is(err, syscall.EINTR) {
			return tid, err
		}
	}
}

// stopped handles a thread that is before a call or after it.
func (t *tracer) stopped(tid int) error {
	var info syscallInfo
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PTRACE, ptraceGetSyscallInfo, uintptr(tid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	if errno != 0 {
		return errno
	}
	if errno, ok := t.failing[tid]; ok && errno == 0 {
		return syscall.Kill(t.pid, syscall.SIGKILL)
	} else if ok && info.op == 2 {
		delete(t.failing, tid)
		return setRegs(tid, func(r *syscall.PtraceRegs) { r.Rax = uint64(-int64(errno)) })
	}
	if info.op != 1 {
		return nil
	}
	c, ok := callOf(tid, t.dir, info.nr, info.args[:])
	if !ok {
		return nil
	}
	t.seen.calls[c]++
	here := t.at == place{c, t.seen.calls[c]}
	if !here && (!t.seen.struck || !t.fault.lasting || !c.needsSpace()) {
		return nil
	}
	t.seen.struck = true
	return t.strike(tid)
}

// strike lets the fault happen to the call that a thread is before.
func (t *tracer) strike(tid int) error {
	if t.fault.torn {
		t.failing[tid] = 0
		return setRegs(tid, func(r *syscall.PtraceRegs) { r.Rdx /= 2 })
	}
	if t.fault.errno != 0 {
		t.failing[tid] = t.fault.errno
	}
	// Number -1 is no system call, so that nothing is done.
	err := setRegs(tid, func(r *syscall.PtraceRegs) { r.Orig_rax = ^uint64(0) })
	if err == nil && t.fault.errno == 0 {
		err = syscall.Kill(t.pid, syscall.SIGKILL)
	}
	return err
}

func setRegs(tid int, edit func(*syscall.PtraceRegs)) error {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	edit(&regs)
	return syscall.PtraceSetRegs(tid, &regs)
}
