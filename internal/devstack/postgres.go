package devstack

import (
	"context"
	"fmt"

	"go.uber.org/zap"
)

// databaseName is the database and the role that Aftercare uses on a server that is started here.
const databaseName = "aftercare"

// Postgres is a PostgreSQL server that can be used.
type Postgres struct {
	// URL is a connection string for the database aftercare; it contains the password.
	URL string
	// How says in words which way was taken.
	How string
	// Version is the server's own, for example 15.14.
	Version string
	// PID is the server's main process; zero for one that was given.
	PID int
	// Dir is where its files are; empty for one that was given.
	Dir string

	process *process
	release func()
	// halt asks a server that the pipe cannot reach (docker) to stop. Nil where closing the pipe is enough.
	halt func(context.Context) error
}

// StartPostgres finds or starts a PostgreSQL server with an empty or a kept database.
func StartPostgres(ctx context.Context, opts Options) (*Postgres, error) {
	opts, err := opts.prepared()
	if err != nil {
		return nil, err
	}
	if url := givenDatabase(opts); url != "" {
		return useGivenPostgres(ctx, opts, url)
	}
	lock, err := takeLock(opts.Dir, "postgres")
	if err != nil {
		return nil, err
	}
	server, err := startOwnPostgres(ctx, opts)
	if err != nil {
		_ = lock.Close()
		return nil, err
	}
	server.release = func() { _ = lock.Close() }
	return server, nil
}

// startOwnPostgres runs under the lock on the folder.
func startOwnPostgres(ctx context.Context, opts Options) (*Postgres, error) {
	programs, why, err := findPostgres(ctx, opts)
	if err != nil {
		return nil, err
	}
	limit, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	var server *Postgres
	if programs.docker {
		server, err = startDocker(limit, opts)
	} else {
		server, err = startCluster(limit, opts, programs)
	}
	if err != nil {
		return nil, err
	}
	server.How = programs.how
	if err := finishPostgres(limit, server); err != nil {
		_ = server.Stop(ctx)
		return nil, err
	}
	opts.Log.Info("postgres is up", zap.String("how", server.How), why.field(), zap.String("address", withoutPassword(server.URL)),
		zap.String("version", server.Version), zap.String("files", server.Dir), zap.Int("pid", server.PID))
	return server, nil
}

// Stop ends a server that was started here, without waiting for its clients, and leaves a given one alone.
func (p *Postgres) Stop(ctx context.Context) error {
	if p.process == nil {
		return nil
	}
	ctx, cancel := withGrace(ctx)
	defer cancel()
	if p.halt != nil {
		if err := p.halt(ctx); err != nil {
			return fmt.Errorf("stop the database container: %w", err)
		}
	}
	err := p.process.stop(ctx)
	if p.release != nil {
		p.release()
	}
	return err
}

// Kill ends the server as a crash would: its main process is killed, and those that serve connections follow. The
// data stays; StartPostgres on the same folder recovers it.
func (p *Postgres) Kill() {
	if p.process == nil {
		return
	}
	signalProcess(p.PID, sigKill)
	killGroup(p.process.pid())
	<-p.process.done
	if p.release != nil {
		p.release()
	}
}

// Done is closed when the server has ended, whoever ended it. It is nil, and so never ready, for a given one.
func (p *Postgres) Done() <-chan struct{} {
	if p.process == nil {
		return nil
	}
	return p.process.done
}
