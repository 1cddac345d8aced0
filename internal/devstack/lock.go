package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// errLocked means that another process holds the lock.
var errLocked = errors.New("locked by another process")

// takeLock makes this process the only one to run the named part of the stack on a folder. The kernel drops the lock
// when the process ends, so a killed run blocks nobody. The file keeps the process id for the message to the second.
func takeLock(dir, part string) (*os.File, error) {
	file := filepath.Join(dir, part+".lock")
	lock, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of %s: %w", dir, err)
	}
	// A command that asks whether a stack runs holds the lock for an instant; that must not refuse a start.
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err = waitUntil(ctx, func() bool { return tryLock(lock, true) == nil })
	if err != nil {
		holder := readPID(file)
		_ = lock.Close()
		return nil, fmt.Errorf("a dev stack already runs on %s (process %d): stop it first, or name another folder with --data DIR", dir, holder)
	}
	if err := lock.Truncate(0); err == nil {
		_, err = lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("write the lock of %s: %w", dir, err)
	}
	return lock, nil
}

// lockHeld reports whether some process runs the named part of the stack on a folder.
func lockHeld(dir, part string) bool {
	lock, err := os.Open(filepath.Join(dir, part+".lock"))
	if err != nil {
		return false
	}
	defer func() { _ = lock.Close() }()
	return errors.Is(tryLock(lock, false), errLocked)
}

// lockForWork waits for a lock that guards a piece of work in a shared cache, for example a build, so that test
// processes running side by side do it once. waiting is called once where somebody else is at it.
func lockForWork(ctx context.Context, file string, waiting func()) (*os.File, error) {
	lock, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the lock of the cache: %w", err)
	}
	if tryLock(lock, true) != nil {
		waiting()
		if err := waitUntil(ctx, func() bool { return tryLock(lock, true) == nil }); err != nil {
			_ = lock.Close()
			return nil, fmt.Errorf("wait for another process that prepares the same: %w", err)
		}
	}
	return lock, nil
}
