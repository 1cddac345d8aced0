package devstack

import (
	"context"
	"errors"

	"go.uber.org/zap"
)

// The variables by which tests are pointed at servers that somebody else started.
const (
	TestDatabaseURL     = "AFTERCARE_TEST_DATABASE_URL"
	TestTemporalAddress = "AFTERCARE_TEST_TEMPORAL_ADDRESS"
)

// Prepare downloads and builds whatever a later start would need, with progress, and starts nothing. Tests call it
// first, because `go test` hides what a test prints while a server builds, and counts the time against its limit.
//
// The tests that stop and kill servers start their own even where addresses are given, so nothing is skipped for
// those.
func Prepare(ctx context.Context, opts Options) error {
	opts = opts.withDefaults()
	opts.IgnoreGiven = true
	temporal, why, temporalErr := findTemporal(ctx, opts)
	if temporalErr == nil {
		opts.Log.Info("temporal is ready to start", zap.String("how", temporal.how), why.field())
	}
	postgres, why, postgresErr := findPostgres(ctx, opts)
	if postgresErr == nil {
		opts.Log.Info("postgres is ready to start", zap.String("how", postgres.how), why.field())
	}
	return errors.Join(temporalErr, postgresErr)
}
