package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// Options of calls to the outside, chosen by what the call is for.

// patient is for calls that must happen sooner or later and that are safe to repeat for ever: an outage of our database or
// of an outside system is waited for, while the clocks of the case go on beside.
func patient(queue schemas.TaskQueue, summary string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:           string(queue),
		StartToCloseTimeout: 30 * time.Second,
		Summary:             summary,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 500 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: time.Minute,
			NonRetryableErrorTypes: []string{schemas.ErrorTypeRefused},
		},
	}
}

// forMoney is for refunds: after a few attempts, each of which looks the refund up before anything else, the outcome is
// called unknown and gets a clock of its own, so that people see it instead of a silent repetition.
func forMoney(queue schemas.TaskQueue, summary string) workflow.ActivityOptions {
	o := patient(queue, summary)
	o.RetryPolicy.MaximumInterval = 10 * time.Second
	o.RetryPolicy.MaximumAttempts = MoneyAttempts
	return o
}

// MoneyAttempts is how often a refund is tried in one go. The activity reads it from its own attempt number: the last
// attempt answers "unknown" instead of failing.
const MoneyAttempts = 5

func options[In, Out any](a schemas.Activity[In, Out], summary string) workflow.ActivityOptions {
	switch a.Name {
	case schemas.RefundRequest.Name, schemas.RefundLookup.Name, schemas.PaymentRequest.Name, schemas.PaymentLookup.Name, schemas.DepositHold.Name:
		return forMoney(a.Queue, summary)
	}
	return patient(a.Queue, summary)
}

// do makes a call and waits for its answer.
func do[In, Out any](ctx workflow.Context, c *Case, a schemas.Activity[In, Out], key string, in In) (Out, error) {
	var out Out
	o := options(a, key)
	o.Priority = c.servedBy()
	err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, o), a.Name, in).Get(ctx, &out)
	return out, err
}

// inTime makes a call and gives it up after a while. Whoever asks again does so under the same key: what was done is not done twice.
func inTime[In, Out any](ctx workflow.Context, c *Case, patience time.Duration, a schemas.Activity[In, Out], key string, in In) (Out, error) {
	var out Out
	o := options(a, key)
	o.Priority = c.servedBy()
	o.ScheduleToCloseTimeout = patience
	o.StartToCloseTimeout = min(o.StartToCloseTimeout, patience)
	err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, o), a.Name, in).Get(ctx, &out)
	return out, err
}

// start makes a call and does not wait for its answer yet, so that several can be under way together.
func start[In, Out any](ctx workflow.Context, c *Case, a schemas.Activity[In, Out], key string, in In) workflow.Future {
	o := options(a, key)
	o.Priority = c.servedBy()
	return workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, o), a.Name, in)
}

// call makes a call from the main coroutine and shows it as work under way.
func call[In, Out any](c *Case, a schemas.Activity[In, Out], key string, in In) (Out, error) {
	c.working(a.Name, key)
	defer c.finished(a.Name, key)
	return do(c.ctx, c, a, key, in)
}

// effect lets a call run beside everything else. What its answer changes, it changes in steps of its own.
func (c *Case) effect(name, key string, run func(workflow.Context)) {
	c.working(name, key)
	workflow.Go(c.ctx, func(ctx workflow.Context) {
		defer c.finished(name, key)
		run(ctx)
	})
}

func (c *Case) working(name, key string) {
	c.calls = append(c.calls, schemas.Work{Name: name, Key: key, Since: c.now()})
}

func (c *Case) finished(name, key string) {
	for i, w := range c.calls {
		if w.Name == name && w.Key == key {
			c.calls = append(c.calls[:i], c.calls[i+1:]...)
			return
		}
	}
}

// stuckOn makes a call that cannot succeed visible: an event, the work list, and a task for the owner. It reports whether
// there was an error at all.
func (c *Case) stuckOn(err error, name, key string) bool {
	if err == nil {
		return false
	}
	if temporal.IsCanceledError(err) || errors.Is(err, errSkipped) || errors.Is(err, errMoot) {
		return true
	}
	refusal := asRefusal(err)
	if c.parksSteps() {
		refusal = causeOf(err)
	}
	c.Stuck = append(c.Stuck, schemas.Work{Name: name, Key: key, Since: c.now(), Cause: refusal.Error()})
	s := c.begin(schemas.EventStuck, schemas.System, schemas.DoorSystem)
	s.say("%s cannot be done: %s", name, refusal.Message)
	s.note("step", name)
	s.note("code", string(refusal.Code))
	s.staff("staff.stuck", c.Owner, vars{"step": name, "cause": string(refusal.Code)})
	c.settle(s)
	return true
}

// asRefusal reads why a call failed. What is not a refusal in so many words keeps its own text away from customers.
func asRefusal(err error) *schemas.Refusal {
	var app *temporal.ApplicationError
	if errors.As(err, &app) && app.HasDetails() {
		var r schemas.Refusal
		if app.Details(&r) == nil && r.Code != "" {
			return &r
		}
	}
	return &schemas.Refusal{Code: schemas.CodeUnavailable, Message: fmt.Sprintf("the call did not succeed: %v", err)}
}

// servedBy orders the case's work in a backlog: urgent cases first, and no merchant's flood before another's single case.
func (c *Case) servedBy() temporal.Priority {
	key := map[schemas.Priority]int{schemas.P0: 1, schemas.P1: 2, schemas.P2: 3, schemas.P3: 4}[c.Priority]
	return temporal.Priority{PriorityKey: key, FairnessKey: c.Opening.Request.MerchantID}
}
