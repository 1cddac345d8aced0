package bench

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of the kernel's times in /proc: USER_HZ is 100 on every architecture that Go runs on.
const tick = 10 * time.Millisecond

// stat is what /proc says of a process.
type stat struct {
	name   string
	parent int
	used   time.Duration // by itself
	ended  time.Duration // by children that have ended and were waited for
}

func statOf(pid int) (stat, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	// The name stands in brackets and may hold anything, also brackets.
	text := string(raw)
	open, shut := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if open < 0 || shut < open {
		return stat{}, fmt.Errorf("/proc/%d/stat cannot be read", pid)
	}
	fields := strings.Fields(text[shut+1:])
	if len(fields) < 15 {
		return stat{}, fmt.Errorf("/proc/%d/stat cannot be read", pid)
	}
	number := func(i int) int { n, _ := strconv.Atoi(fields[i]); return n }
	return stat{
		name: text[open+1 : shut], parent: number(1),
		used: time.Duration(number(11)+number(12)) * tick, ended: time.Duration(number(13)+number(14)) * tick,
	}, nil
}

// cpuOf is the time a process and its children have used so far.
func cpuOf(pid int) (time.Duration, error) {
	own, err := statOf(pid)
	if err != nil {
		return 0, err
	}
	sum := own.used + own.ended
	others, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	for _, dir := range others {
		child, _ := strconv.Atoi(filepath.Base(dir))
		if s, err := statOf(child); err == nil && s.parent == pid {
			sum += s.used + s.ended
		}
	}
	return sum, nil
}

// listenerOf is the process of this machine that listens where a client connects to.
func listenerOf(address string) (int, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return 0, err
	}
	if !ours(host) {
		return 0, fmt.Errorf("%s is not on this machine", address)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return 0, err
	}
	sockets := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		for _, inode := range listening(table, number) {
			sockets["socket:["+inode+"]"] = true
		}
	}
	links, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return 0, err
	}
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && sockets[to] {
			pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
			if s, err := statOf(pid); err == nil && s.name == "docker-proxy" {
				return 0, fmt.Errorf("%s is in a container", address)
			}
			return pid, nil
		}
	}
	return 0, fmt.Errorf("no process of ours is seen to listen at %s", address)
}

// listening gives the inodes of the sockets that listen on a port.
func listening(table string, port int) (inodes []string) {
	file, err := os.Open(table)
	if err != nil {
		return nil
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || fields[3] != "0A" {
			continue
		}
		_, hex, _ := strings.Cut(fields[1], ":")
		if p, err := strconv.ParseInt(hex, 16, 32); err == nil && int(p) == port {
			inodes = append(inodes, fields[9])
		}
	}
	return inodes
}

// postmasterOf is the main process of the PostgreSQL whose backend has this process id.
func postmasterOf(host string, backend int) (int, error) {
	s, err := statOf(backend)
	if !ours(host) || err != nil || !strings.HasPrefix(s.name, "postgres") {
		return 0, fmt.Errorf("PostgreSQL's processes are not on this machine, or not to be seen")
	}
	return s.parent, nil
}

func ours(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || host == "" || strings.HasPrefix(host, "/") || (ip != nil && ip.IsLoopback())
}
