package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"time"

	"go.temporal.io/api/enums/v1"
)

// options is everything the command line can say.
type options struct {
	ip            string
	port          int
	uiPort        int
	httpPort      int
	db            string
	namespace     string
	retention     time.Duration
	attributes    map[string]enums.IndexedValueType
	logLevel      string
	stopWithStdin bool
	version       bool
}

func parseOptions(args []string, out io.Writer) (options, error) {
	opts := options{attributes: map[string]enums.IndexedValueType{}}
	flags := flag.NewFlagSet("devserver", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&opts.ip, "ip", "127.0.0.1", "IP `address` to listen on; anything but loopback lets your network in, without a password")
	flags.IntVar(&opts.port, "port", 7233, "gRPC `port`; 0 takes a free one")
	flags.IntVar(&opts.uiPort, "ui-port", 0, "web UI `port`; 0 for no UI")
	flags.IntVar(&opts.httpPort, "http-port", 0, "`port` of Temporal's HTTP API; 0 for none")
	flags.StringVar(&opts.db, "db", "", "SQLite `file` to keep everything in; the server's version is put into its name (required)")
	flags.StringVar(&opts.namespace, "namespace", "aftercare", "`name` of the namespace to make where it is missing")
	flags.DurationVar(&opts.retention, "retention", 30*24*time.Hour, "how long the namespace keeps closed workflows")
	flags.Var(attributeFlag(opts.attributes), "search-attribute", "`Name=Type` to make where it is missing; may be repeated; types: "+attributeTypeNames())
	flags.StringVar(&opts.logLevel, "log-level", "error", "debug, info, warn or error")
	flags.BoolVar(&opts.stopWithStdin, "stop-with-stdin", false, "stop when standard input ends, so that this server dies with the program that started it")
	flags.BoolVar(&opts.version, "version", false, "print the versions inside and exit")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	if opts.version {
		return opts, nil
	}
	return opts, opts.check(flags.Args())
}

// check tells all faults at once, so that a command line is repaired in one go.
func (o options) check(rest []string) error {
	var faults []error
	if len(rest) > 0 {
		faults = append(faults, fmt.Errorf("unexpected argument %q: every setting is a flag, see --help", rest[0]))
	}
	if net.ParseIP(o.ip) == nil {
		faults = append(faults, fmt.Errorf("--ip %q is not an IP address", o.ip))
	}
	if o.db == "" {
		faults = append(faults, errors.New("--db is missing: name the SQLite file to keep the data in"))
	}
	if o.namespace == "" {
		faults = append(faults, errors.New("--namespace must not be empty"))
	}
	// Temporal itself refuses a retention below one day for namespaces made through its API.
	if o.retention < 24*time.Hour {
		faults = append(faults, fmt.Errorf("--retention %s is shorter than a day, which Temporal does not allow", o.retention))
	}
	for name, port := range map[string]int{"port": o.port, "ui-port": o.uiPort, "http-port": o.httpPort} {
		if port < 0 || port > 65535 {
			faults = append(faults, fmt.Errorf("--%s %d is not a port number", name, port))
		}
	}
	return errors.Join(faults...)
}
