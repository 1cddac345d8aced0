package activities

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

// soon is the pause before a call that will be taken as soon as it is repeated. Temporal reads zero as "use the policy's".
const soon = 50 * time.Millisecond

// outsideFailed says in Temporal's words what an error of an outside system means. The error's type is the code, so that a
// story and a person in the Temporal UI read the same word; docs/words.md lists them.
func outsideFailed(doing string, err error) error {
	known := provider.Classify(err)
	options := temporal.ApplicationErrorOptions{Cause: err}
	switch known.Class {
	case provider.NeverRetry:
		options.NonRetryable = true
	case provider.RetryLater:
		options.NextRetryDelay = known.After
	case provider.RetryNow:
		options.NextRetryDelay = soon
	case provider.Unknown:
		// The retry policy's own pause: every activity here begins by finding out what became of its last attempt.
	}
	return temporal.NewApplicationErrorWithOptions(fmt.Sprintf("%s: %s", doing, known.Message), string(known.Code), options)
}

// oursFailed does the same for an error of our own database. A refusal of a constraint is final and travels whole; anything
// else is a database that is away, and the attempt may be repeated.
func oursFailed(doing string, err error) error {
	var refusal *schemas.Refusal
	if errors.As(err, &refusal) {
		return temporal.NewApplicationErrorWithOptions(fmt.Sprintf("%s: %s", doing, refusal.Message), schemas.ErrorTypeRefused,
			temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{*refusal}})
	}
	return temporal.NewApplicationErrorWithOptions(fmt.Sprintf("%s: our database did not take it", doing), string(schemas.CodeUnavailable),
		temporal.ApplicationErrorOptions{Cause: err})
}
