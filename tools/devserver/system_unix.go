//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockDatabase keeps a second server off the same file: two servers that both believe to own the one shard would
// corrupt each other's workflows. The kernel drops the lock when the process ends, however it ends.
func lockDatabase(file string) (*os.File, error) {
	lock, err := os.OpenFile(file+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the database: %w", err)
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		_ = lock.Close()
		return nil, fmt.Errorf("another server has %s open: stop it, or name another file with --db", file)
	}
	if err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("lock the database: %w", err)
	}
	return lock, nil
}

// keepNewFilesPrivate makes every file of this process readable by its owner alone: the database holds the inputs of
// every workflow, and SQLite makes files beside it whose mode nobody sets.
func keepNewFilesPrivate() { syscall.Umask(0o077) }
