package devstack

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.uber.org/zap"
)

// loopback is the only address that a started server listens on.
const loopback = "127.0.0.1"

// Free ports are drawn from below the range that operating systems hand to outgoing connections, because a port from
// that range can be gone again before the server listens on it.
const (
	firstFreePort = 20000
	lastFreePort  = 32000
)

func isFree(port int) bool {
	listener, err := net.Listen("tcp", net.JoinHostPort(loopback, strconv.Itoa(port)))
	if err != nil {
		return false
	}
	_ = listener.Close()
	return true
}

// FreePort finds a port of the loopback address that nobody listens on, and that no outgoing connection is given.
func FreePort() (int, error) { return freePort() }

func freePort() (int, error) {
	for range 200 {
		if port := firstFreePort + rand.IntN(lastFreePort-firstFreePort); isFree(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("no free port was found between %d and %d on %s", firstFreePort, lastFreePort, loopback)
}

// choosePort gives the port a server listens on: the one that is asked for or an error; otherwise the one that was
// used last time, then the usual one, then any that is free. What it gives is remembered in the folder, so that
// addresses people have noted stay true.
func (o Options) choosePort(name string, asked, usual int) (int, error) {
	memory := filepath.Join(o.Dir, name+".port")
	if asked != 0 {
		if !isFree(asked) {
			return 0, fmt.Errorf("port %d for the %s is taken: stop what listens there, or leave the port to us", asked, name)
		}
		return asked, nil
	}
	candidates := []int{readPID(memory)}
	if usual != 0 && !o.Throwaway {
		candidates = append(candidates, usual)
	}
	for _, port := range candidates {
		if port != 0 && isFree(port) {
			return port, o.remember(memory, port)
		}
	}
	port, err := freePort()
	if err != nil {
		return 0, err
	}
	if usual != 0 && !o.Throwaway {
		o.Log.Info("the usual port is taken, another is used", zap.String("server", name), zap.Int("usual", usual), zap.Int("port", port))
	}
	return port, o.remember(memory, port)
}

func (o Options) remember(file string, port int) error {
	if err := os.WriteFile(file, []byte(strconv.Itoa(port)+"\n"), 0o600); err != nil {
		return fmt.Errorf("remember the port: %w", err)
	}
	return nil
}

// portOf reads the port from host:port; zero where there is none.
func portOf(address string) int {
	_, text, err := net.SplitHostPort(strings.TrimPrefix(address, "http://"))
	if err != nil {
		return 0
	}
	port, _ := strconv.Atoi(text)
	return port
}
