package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.uber.org/zap"

	"github.com/aftercare/aftercare/schemas"
)

// SweepSchedule is the id of the Schedule that looks for cases which were ended from outside.
const SweepSchedule = "aftercare.sweep"

// sweepEvery is within which time such a case is found.
const sweepEvery = 5 * time.Minute

// EnsureSweep makes the Schedule of the sweep, or brings one that is there to this version's form. Any number of workers may do so at once.
// Somebody who has paused it keeps it paused: its state and its note stay as they are.
func EnsureSweep(ctx context.Context, c client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	spec := client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: sweepEvery}}}
	action := &client.ScheduleWorkflowAction{
		ID: SweepSchedule, Workflow: schemas.WorkflowSweep, Args: []any{schemas.SweepOrder{}}, TaskQueue: string(schemas.QueueCases),
		WorkflowRunTimeout: time.Hour, StaticSummary: "look for cases that were ended from outside", Priority: temporal.Priority{PriorityKey: 2},
	}
	_, err := c.ScheduleClient().Create(ctx, client.ScheduleOptions{
		ID: SweepSchedule, Spec: spec, Action: action, Overlap: enums.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: 2 * sweepEvery,
		Note: "Finds cases that were ended from outside (docs/operating.md).",
	})
	if errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
		err = c.ScheduleClient().GetHandle(ctx, SweepSchedule).Update(ctx, client.ScheduleUpdateOptions{
			DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
				schedule := in.Description.Schedule
				schedule.Spec, schedule.Action = &spec, action
				schedule.Policy = &client.SchedulePolicies{Overlap: enums.SCHEDULE_OVERLAP_POLICY_SKIP, CatchupWindow: 2 * sweepEvery}
				return &client.ScheduleUpdate{Schedule: &schedule}, nil
			},
		})
	}
	if err != nil {
		return fmt.Errorf("make the schedule %s, which finds cases that were ended from outside: %w", SweepSchedule, err)
	}
	return nil
}

// scheduleSweep makes the Schedule before the worker says that it is ready. A worker that cannot make it serves the cases all the same, says
// so in its log, and tries again until it has succeeded; done is closed when there is nothing left to do.
func (w *Worker) scheduleSweep(ctx context.Context, done chan<- struct{}) {
	try := func() bool {
		err := EnsureSweep(ctx, w.temporal)
		if err != nil && ctx.Err() == nil {
			w.log.Error("cases that are ended from outside are not looked for yet; it is tried again", zap.Error(err))
		}
		return err == nil
	}
	if try() {
		close(done)
		return
	}
	go func() {
		defer close(done)
		tick := time.NewTicker(scheduleAgain)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if try() {
					return
				}
			}
		}
	}()
}

// scheduleAgain is the pause before a Schedule that could not be made is tried again.
const scheduleAgain = 15 * time.Second
