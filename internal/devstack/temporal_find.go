package devstack

import (
	"context"
	"errors"
	"fmt"
)

// temporalProgram is a server program that is ready on this machine.
type temporalProgram struct {
	path    string
	cli     bool // A temporal CLI; otherwise the pinned server of tools/devserver.
	version string
	how     string
}

// findTemporal takes the first program that works. What is already here comes before what must be fetched or built,
// so a machine that was prepared once starts without asking the network.
func findTemporal(ctx context.Context, opts Options) (temporalProgram, reasons, error) {
	var why reasons
	why.add("given address", errors.New("neither TEMPORAL_ADDRESS nor TEMPORAL_PROFILE is set"))
	if opts.IgnoreGiven {
		why = nil
	}
	ways := []struct {
		name string
		try  func(context.Context, Options, reasons) (temporalProgram, error)
	}{
		{"temporal CLI on the PATH", cliOnPath},
		{"earlier download", downloadedCLI},
		{"earlier build", builtServer},
		{"official download", downloadCLI},
		{"pinned build", buildServer},
	}
	for _, way := range ways {
		program, err := way.try(ctx, opts, why)
		if err == nil {
			return program, why, nil
		}
		if ctx.Err() != nil {
			return temporalProgram{}, nil, fmt.Errorf("interrupted while looking for a Temporal server: %w", ctx.Err())
		}
		why.add(way.name, err)
	}
	return temporalProgram{}, nil, fmt.Errorf("no Temporal server could be found or started. Any one of these is enough:"+
		"\n  - set TEMPORAL_ADDRESS to a running server (and TEMPORAL_NAMESPACE)"+
		"\n  - put a `temporal` CLI with server %s or newer on the PATH"+
		"\n  - start inside a checkout of Aftercare, with Go and a reachable module proxy, so that tools/devserver can be built"+
		"\n  - run `docker compose up`, which needs none of this"+
		"\nWhat was tried:%s", oldestServer, why.list())
}
