package main

import (
	"context"
	"os"

	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/devstack"
	"github.com/aftercare/aftercare/internal/devworker"
)

// startWorker builds the worker where that is needed, and starts it on the stack, with the stack's folder of policies.
func startWorker(ctx context.Context, state devstack.State, policies string, log *zap.Logger) (*devworker.Process, error) {
	program, err := devworker.Program(ctx, log)
	if err != nil {
		return nil, err
	}
	command := devworker.Command(program)
	command.Env = append(os.Environ(), state.Temporal.Env...)
	command.Env = append(command.Env, "DATABASE_URL="+state.Postgres.URL, "AFTERCARE_DEV_POLICIES=true", "AFTERCARE_LOG_FORMAT=console")
	if os.Getenv("AFTERCARE_POLICY_DIR") == "" {
		command.Env = append(command.Env, "AFTERCARE_POLICY_DIR="+policies)
	}
	command.Stderr = os.Stderr
	return devworker.Start(command)
}
