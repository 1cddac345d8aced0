//go:build !unix

package devstack

import (
	"os"
	"os/exec"
	"syscall"
)

// On other systems the stack uses addresses that are given, or docker; it starts no servers of its own that would
// need these.

func ownGroup(*exec.Cmd) {}

func killGroup(pid int) { signalProcess(pid, sigKill) }

func alive(pid int) bool {
	_, err := os.FindProcess(pid)
	return pid > 0 && err == nil
}

func commandLine(int) string { return "" }

func signalProcess(pid int, _ syscall.Signal) {
	if process, err := os.FindProcess(pid); err == nil {
		_ = process.Kill()
	}
}

const (
	sigInterrupt = syscall.SIGINT
	sigTerminate = syscall.SIGTERM
	sigQuit      = syscall.SIGQUIT
	sigKill      = syscall.SIGKILL
)
