package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Free ports are drawn from below the range that operating systems hand to outgoing connections (32768 and up on
// Linux, 49152 on others), because a port from that range can be gone again before the server listens on it.
const (
	firstFreePort = 20000
	lastFreePort  = 32000
)

// takeFreePorts fills every port that is 0 with one that nobody listens on. All are held open until the last is
// found, so that one call never gives the same port twice.
func takeFreePorts(ip string, ports ...*int) error {
	var held []net.Listener
	defer func() {
		for _, listener := range held {
			_ = listener.Close()
		}
	}()
	for _, port := range ports {
		if *port != 0 {
			continue
		}
		listener, err := listenSomewhere(ip)
		if err != nil {
			return err
		}
		held = append(held, listener)
		*port = listener.Addr().(*net.TCPAddr).Port
	}
	return nil
}

func listenSomewhere(ip string) (net.Listener, error) {
	var last error
	for range 200 {
		port := firstFreePort + rand.IntN(lastFreePort-firstFreePort)
		listener, err := net.Listen("tcp", address(ip, port))
		if err == nil {
			return listener, nil
		}
		last = err
	}
	return nil, fmt.Errorf("find a free port on %s: %w", ip, last)
}

// checkFree says which of the asked ports is taken before the server starts, because the server itself would end the
// process in the middle of its start.
func checkFree(ip string, ports map[string]int) error {
	var faults []error
	for flag, port := range ports {
		if port == 0 {
			continue
		}
		listener, err := net.Listen("tcp", address(ip, port))
		if err != nil {
			faults = append(faults, fmt.Errorf("--%s %d cannot be used: %w", flag, port, err))
			continue
		}
		_ = listener.Close()
	}
	return errors.Join(faults...)
}

func address(ip string, port int) string { return net.JoinHostPort(ip, strconv.Itoa(port)) }
