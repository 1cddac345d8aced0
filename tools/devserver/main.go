// Command devserver is a whole Temporal server with its web UI in one process, on one SQLite file.
//
// It exists so that `go run ./starter dev` and the tests of Aftercare can run on a real Temporal server of a known
// version on a machine that has neither docker nor the Temporal CLI. It is not meant for production: one shard, no
// authentication, loopback by default.
//
// When it serves, it prints exactly one line of JSON on standard output (see serving); logs go to standard error.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// stopWithin is how long a clean stop may take before the process ends anyway. The database is safe either way,
// because SQLite commits are atomic; a parent that waits for us is worth more than the last log lines.
const stopWithin = 10 * time.Second

func main() {
	opts, err := parseOptions(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintln(os.Stderr, "devserver:", err)
		os.Exit(2)
	}
	if err := run(opts, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "devserver:", err)
		os.Exit(1)
	}
}

func run(opts options, stdin io.Reader, stdout io.Writer) error {
	if opts.version {
		return printVersions(stdout)
	}
	keepNewFilesPrivate()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if opts.stopWithStdin {
		ctx = untilEOF(ctx, stdin)
	}

	srv, err := newServer(opts)
	if err != nil {
		return err
	}
	if err := srv.start(ctx); err != nil {
		srv.stopWithin(stopWithin)
		if ctx.Err() != nil {
			return nil // Asked to stop while starting: that is a clean end, not a fault.
		}
		return err
	}
	if err := srv.announce(stdout); err != nil {
		srv.stopWithin(stopWithin)
		return fmt.Errorf("tell on standard output where the server is: %w", err)
	}
	<-ctx.Done()
	srv.stopWithin(stopWithin)
	return nil
}

// untilEOF returns a context that also ends when r does. A parent holds the other end of the pipe; when the parent
// dies, however it dies, the kernel closes that end, so no server outlives the program that wanted it.
func untilEOF(ctx context.Context, r io.Reader) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, r)
	}()
	return ctx
}
