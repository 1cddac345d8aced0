//go:build unix

package devstack

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// ownGroup keeps a Ctrl-C at the terminal from reaching the child directly: the stack is stopped in its order, by us.
func ownGroup(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
}

func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

// alive reports whether a process exists. A process of another user that we may not signal exists, too.
func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// commandLine is what a process was started with, or "" where it is gone. A process id alone proves nothing: after a
// restart of the machine it may be anybody's.
func commandLine(pid int) string {
	if raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline"); err == nil {
		return strings.TrimSpace(strings.ReplaceAll(string(raw), "\x00", " "))
	}
	out, err := exec.Command("ps", "-ww", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

func signalProcess(pid int, signal syscall.Signal) { _ = syscall.Kill(pid, signal) }

const (
	sigInterrupt = syscall.SIGINT
	sigTerminate = syscall.SIGTERM
	sigQuit      = syscall.SIGQUIT
	sigKill      = syscall.SIGKILL
)
