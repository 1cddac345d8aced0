package devstack

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.uber.org/zap"
)

// DefaultNamespace is the namespace that the worker and the client use when nothing else is said.
const DefaultNamespace = "aftercare"

// Options says what is wanted. Only Dir is required.
type Options struct {
	// Dir keeps the data between runs. It is made where it is missing.
	Dir string
	// Progress hears, in sentences for a person, what takes long: downloads and builds. Nil for silence.
	Progress io.Writer
	// Log hears which way was taken and why. Nil for silence.
	Log *zap.Logger
	// Namespace is made on servers that are started here. Empty means DefaultNamespace.
	Namespace string
	// SearchAttributes are made on servers that are started here: name to type, the type by the name that Temporal's
	// tools use (Keyword, KeywordList, Int, Datetime, Text, Bool, Double).
	SearchAttributes map[string]string
	// TemporalPort and UIPort are taken or the start fails. Zero means 7233 and 8233 where they are free, and other
	// ports, said in the log, where they are not.
	TemporalPort, UIPort int
	// NoUI leaves Temporal's web UI out.
	NoUI bool
	// Throwaway is for tests: any free ports, and a PostgreSQL that survives being killed but not a power cut,
	// because it never waits for the disk.
	Throwaway bool
	// IgnoreGiven starts servers even where addresses are given, for tests that stop and kill them.
	IgnoreGiven bool
}

// prepared returns the options with every default in place and the folder made.
func (o Options) prepared() (Options, error) {
	o = o.withDefaults()
	if o.Dir == "" {
		return Options{}, errors.New("no data folder is given: name one with --data DIR")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return Options{}, fmt.Errorf("resolve the data folder: %w", err)
	}
	o.Dir = dir
	if err := makeDataDir(dir); err != nil {
		return Options{}, err
	}
	return o, nil
}

func (o Options) withDefaults() Options {
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Namespace == "" {
		o.Namespace = DefaultNamespace
	}
	return o
}

// makeDataDir makes the folder passable but not listable for others: PostgreSQL may have to run as another user, who
// must reach the one subfolder that is theirs. Every file with a secret in it is 0600 of its own.
func makeDataDir(dir string) error {
	if info, err := os.Stat(dir); err == nil {
		if !info.IsDir() {
			return fmt.Errorf("the data folder %s is a file: name another with --data DIR", dir)
		}
		if owner := foreignOwner(dir, os.Geteuid()); owner != "" && !writable(dir) {
			return fmt.Errorf("the data folder %s belongs to user %s: name one of your own with --data DIR, or run this as %s", dir, owner, owner)
		}
		return nil
	}
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	return nil
}
