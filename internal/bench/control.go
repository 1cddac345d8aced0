package bench

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The control: what a case would be if it were nothing but its calls and its waits.

// control is one bare workflow as a list of what it does, from which both its run and its sum of events come.
type control struct {
	workflow string
	steps    []step
}

// step is one thing the control does or waits for.
type step struct {
	does what
	name string
	wait time.Duration // timers
	// after is what the world waits for before it decides or reports, as the product's parties wait for a row to change. A notice is
	// heard of when it begins: the workflow task that wanted it is over then, as it is when the product's row is visible. A call is
	// heard of when it was made. Empty: at once.
	after string
}

type what int

const (
	calls   what = iota // an activity, waited for: a call to the outside
	tells               // an activity, not waited for: the messages of one step of a case
	decides             // an update: a person decides
	hears               // a signal: a machine reports
	sleeps              // a timer
)

// blink is a timer whose length does not matter. surveyPause is as long as the product's survey.wait under its policy bench.yaml, so
// that a case and a control last equally long for equal work.
const (
	blink       = time.Millisecond
	surveyPause = 2 * time.Second
)

// The control of a return: 4 calls, 6 notices, 4 updates, 3 signals, 4 timers. No two of them are under way at the same time when
// everybody waits for everybody, so that each costs what it costs alone.
var returnControl = control{workflow: "control.return", steps: []step{
	{does: calls, name: callOrder},
	{does: tells, name: "ack"},
	{does: decides, name: "approve", after: "ack"},
	{does: sleeps, wait: blink},
	{does: tells, name: "approved"},
	{does: decides, name: "ship"},
	{does: calls, name: callRegister},
	{does: hears, name: "scanned"},
	{does: hears, name: "delivered"},
	{does: sleeps, wait: blink},
	{does: tells, name: "received"},
	{does: decides, name: "pass", after: "received"},
	{does: calls, name: callRefund},
	{does: tells, name: "ordered"},
	{does: hears, name: "refunded", after: callRefund},
	{does: sleeps, wait: blink},
	{does: calls, name: callDispose},
	{does: sleeps, wait: surveyPause},
	{does: tells, name: "survey"},
	{does: decides, name: "answer", after: "survey"},
	{does: tells, name: "closed"},
}}

// The control of an exchange in which the customer pays: 6 calls, 7 notices, 4 updates, 5 signals, 4 timers.
var exchangeControl = control{workflow: "control.exchange", steps: []step{
	{does: calls, name: callOrder},
	{does: calls, name: callReserve},
	{does: tells, name: "ack"},
	{does: decides, name: "approve", after: "ack"},
	{does: sleeps, wait: blink},
	{does: calls, name: callLabel},
	{does: tells, name: "approved"},
	{does: hears, name: "scanned", after: "approved"},
	{does: hears, name: "delivered"},
	{does: sleeps, wait: blink},
	{does: tells, name: "received"},
	{does: decides, name: "pass", after: "received"},
	{does: calls, name: callCharge},
	{does: tells, name: "payment"},
	{does: hears, name: "paid", after: callCharge},
	{does: calls, name: callShip},
	{does: hears, name: "sent", after: callShip},
	{does: tells, name: "shipped"},
	{does: hears, name: "arrived", after: "shipped"},
	{does: decides, name: "confirm"},
	{does: sleeps, wait: blink},
	{does: calls, name: callDispose},
	{does: sleeps, wait: surveyPause},
	{does: tells, name: "survey"},
	{does: decides, name: "answer", after: "survey"},
	{does: tells, name: "closed"},
}}

var controls = map[schemas.Kind]control{schemas.KindReturn: returnControl, schemas.KindExchange: exchangeControl}

// count says how many steps of one sort there are.
func (c control) count(w what) (n int) {
	for _, s := range c.steps {
		if s.does == w {
			n++
		}
	}
	return n
}

// events is the control's published sum: what its history holds when every answer comes alone.
func (c control) events() int {
	const (
		empty    = 5 // started, one workflow task (scheduled, started, completed), completed
		activity = 6 // scheduled, started, completed, and the task that hears of it
		update   = 5 // the task, accepted, completed
		signal   = 4 // signalled, the task
		timer    = 5 // started, fired, the task
	)
	return empty + activity*(c.count(calls)+c.count(tells)) + update*c.count(decides) + signal*c.count(hears) + timer*c.count(sleeps)
}

// controlInput is what a control knows: which order it is about, and nothing that it would have to look up.
type controlInput struct {
	MerchantID string        `json:"merchant_id"`
	OrderID    string        `json:"order_id"`
	CustomerID string        `json:"customer_id"`
	PaymentID  string        `json:"payment_id"`
	Method     string        `json:"method"`
	SKU        string        `json:"sku"`
	Wanted     string        `json:"wanted,omitempty"` // the article of the replacement
	Amount     schemas.Money `json:"amount"`
}

// controlCall is what a control hands to the outside.
type controlCall struct {
	controlInput
	CaseID string    `json:"case_id"`
	Step   string    `json:"step"`
	At     time.Time `json:"at"`
}

// run is the workflow.
func (c control) run(ctx workflow.Context, in controlInput) error {
	id := workflow.GetInfo(ctx).WorkflowExecution.ID
	given := map[string]bool{}
	telling := 0
	for _, s := range c.steps {
		if s.does != decides {
			continue
		}
		err := workflow.SetUpdateHandler(ctx, s.name, func(workflow.Context, string) (string, error) {
			given[s.name] = true
			return "taken", nil
		})
		if err != nil {
			return err
		}
	}
	start := func(ctx workflow.Context, s step) workflow.Future {
		order := controlCall{controlInput: in, CaseID: id, Step: s.name, At: workflow.Now(ctx)}
		activity, queue := s.name, queueOf[s.name]
		if s.does == tells {
			activity, queue = callNotice, schemas.QueueNotices
		}
		return workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, optionsOf(queue, in.MerchantID)), activity, order)
	}
	for _, s := range c.steps {
		var err error
		switch s.does {
		case calls:
			err = start(ctx, s).Get(ctx, nil)
		case tells:
			telling++
			workflow.Go(ctx, func(ctx workflow.Context) {
				_ = start(ctx, s).Get(ctx, nil)
				telling--
			})
		case decides:
			err = workflow.Await(ctx, func() bool { return given[s.name] })
		case hears:
			workflow.GetSignalChannel(ctx, s.name).Receive(ctx, nil)
		case sleeps:
			err = workflow.Sleep(ctx, s.wait)
		}
		if err != nil {
			return err
		}
	}
	return workflow.Await(ctx, func() bool { return telling == 0 && workflow.AllHandlersFinished(ctx) })
}

// optionsOf are the options of the product's own patient calls.
func optionsOf(queue schemas.TaskQueue, merchant string) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:           string(queue),
		StartToCloseTimeout: 30 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 500 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: time.Minute},
		Priority:            temporal.Priority{PriorityKey: 3, FairnessKey: merchant},
	}
}
