//go:build !linux

package bench

import (
	"errors"
	"time"
)

var errNoCPU = errors.New("CPU is measured on Linux alone")

func cpuOf(int) (time.Duration, error) { return 0, errNoCPU }

func listenerOf(string) (int, error) { return 0, errNoCPU }

func postmasterOf(string, int) (int, error) { return 0, errNoCPU }
