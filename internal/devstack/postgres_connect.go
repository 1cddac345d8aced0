package devstack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"
)

// givenDatabase is the address that somebody named, or "".
func givenDatabase(opts Options) string {
	if opts.IgnoreGiven {
		return ""
	}
	return os.Getenv("DATABASE_URL")
}

// useGivenPostgres checks that the given server answers, and changes nothing there.
func useGivenPostgres(ctx context.Context, opts Options, address string) (*Postgres, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("the PostgreSQL server given by DATABASE_URL does not answer: start it, or unset DATABASE_URL so that one is started here: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	server := &Postgres{URL: address, How: "given by DATABASE_URL", Version: conn.PgConn().ParameterStatus("server_version")}
	opts.Log.Info("postgres is used", zap.String("how", server.How), zap.String("address", withoutPassword(address)), zap.String("version", server.Version))
	return server, nil
}

// finishPostgres makes the database on a server that has just been made, and asks for its version.
func finishPostgres(ctx context.Context, server *Postgres) error {
	conn, err := pgx.Connect(ctx, withDatabase(server.URL, "postgres"))
	if err != nil {
		return fmt.Errorf("connect to the PostgreSQL server that was just started: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	server.Version = conn.PgConn().ParameterStatus("server_version")
	var exists bool
	if err := conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, databaseName).Scan(&exists); err != nil {
		return fmt.Errorf("look for database %s: %w", databaseName, err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, `create database `+databaseName); err != nil {
		return fmt.Errorf("make database %s: %w", databaseName, err)
	}
	return nil
}

// waitForPostgres asks until the server accepts a connection. It gives up at once when the server has ended.
func waitForPostgres(ctx context.Context, server *Postgres) error {
	var last error
	err := waitUntil(ctx, func() bool {
		select {
		case <-server.process.done:
			return true
		default:
		}
		attempt, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		var conn *pgx.Conn
		if conn, last = pgx.Connect(attempt, withDatabase(server.URL, "postgres")); last != nil {
			return false
		}
		_ = conn.Close(attempt)
		return true
	})
	select {
	case <-server.process.done:
		return fmt.Errorf("it ended: %s", server.process.exited())
	default:
	}
	if err != nil {
		return errors.Join(err, last)
	}
	return nil
}

// postgresURL names everything, so that no PG* variable of the user's environment decides where we connect.
func postgresURL(port int, password, database string) string {
	return (&url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(databaseName, password),
		Host:     fmt.Sprintf("%s:%d", loopback, port),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}).String()
}

func withDatabase(address, database string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return address
	}
	parsed.Path = "/" + database
	return parsed.String()
}

// withoutPassword is the address as it may be logged.
func withoutPassword(address string) string {
	if parsed, err := url.Parse(address); err == nil && strings.HasPrefix(parsed.Scheme, "postgres") {
		return parsed.Redacted()
	}
	return "(set by keywords)"
}
