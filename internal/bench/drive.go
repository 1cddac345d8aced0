package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// stage is what both sides are driven with.
type stage struct {
	temporal client.Client
	cases    *cases.Client
	store    *store.Store
	db       *pgxpool.Pool
	shop     *shop
	news     *news
}

// manner is how a case is driven.
type manner struct {
	// calm lets everything that is under way come to rest before the next thing happens, so that no two answers share a workflow
	// task: what is counted then is exact. Otherwise everybody acts as soon as there is something to act on.
	calm bool
	// park leaves the case open where it waits for the first decision.
	park bool
}

// played is what the driving of one case has shown.
type played struct {
	id, run string
	// How long the approval took until its row was visible in PostgreSQL (the product alone), and until it was answered.
	approve, answered time.Duration
	view              schemas.View // product
}

// moment is how long everybody takes before they act on what they see, people, carriers and providers, on both sides: nobody decides, and
// no parcel is delivered, in the millisecond in which it was told of. Without it, answers meet in one workflow task that never meet in
// life, and more of them on the side on which less stands between two steps. It is as long as the sandboxes take to report what a
// provider does.
const moment = 150 * time.Millisecond

// rest waits until Temporal has nothing under way for a workflow: no call, no workflow task.
func (s *stage) rest(ctx context.Context, id string) error {
	for {
		now, err := s.temporal.DescribeWorkflowExecution(ctx, id, "")
		if err != nil {
			return fmt.Errorf("look at %s: %w", id, err)
		}
		if len(now.GetPendingActivities()) == 0 && now.GetPendingWorkflowTask() == nil {
			return nil
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// finish waits for the end of a workflow.
func (s *stage) finish(ctx context.Context, id, run string) error {
	if err := s.temporal.GetWorkflow(ctx, id, run).Get(ctx, nil); err != nil {
		return fmt.Errorf("%s did not end well: %w", id, err)
	}
	return nil
}
