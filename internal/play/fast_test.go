package play

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
)

// A play waits for a server that is away, and gives up what can never be.
func TestAServerThatIsAwayDoesNotEndAFastPlay(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		serviceerror.NewUnavailable("error reading from server: EOF"), serviceerror.NewDeadlineExceeded("no answer"),
		serviceerror.NewCanceled("context canceled"), context.DeadlineExceeded, fmt.Errorf("fast-forward case x: %w", serviceerror.NewUnavailable("connection refused")),
	} {
		require.True(t, away(err), err)
	}
	for _, err := range []error{nil, ErrNoForward, serviceerror.NewNotFound("no such case"), errors.New("a fault of ours")} {
		require.False(t, away(err), err)
	}
}
