package workflows_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
	"github.com/aftercare/aftercare/workflows"
)

// A tale is one case in the time-skipping environment, with fakes for everything outside. Its steps are told in order: each
// waits for the case to reach a state, as the rows the scribe writes show it, and then somebody does something.
type tale struct {
	t       *testing.T
	env     *testsuite.TestWorkflowEnvironment
	opening schemas.Opening
	caseID  string

	outside  sync.Mutex // answers one call at a time, so that the answers of a tale may count
	labels   int        // parcels that the carrier has given a number
	mu       sync.Mutex
	steps    []stepOf
	taken    bool
	rows     []schemas.View
	events   map[int64]schemas.Event
	notified []schemas.NoticeOrder
	calls    []string
	parkings []parkingOf
	freeing  bool
	trouble  map[string][]error // by activity: what its next calls fail with
	commands int

	intake     func(schemas.IntakeOrder) (schemas.Intake, error)
	refund     func(schemas.RefundOrder) (schemas.RefundReceipt, error)
	lookup     func(schemas.RefundQuestion) (schemas.RefundReceipt, error)
	confirm    func(schemas.RefundQuestion) (schemas.RefundReceipt, error)
	parcel     func(schemas.ParcelOrder) (schemas.Parcel, error)
	trace      func(schemas.TraceOrder) (schemas.TraceAnswer, error)
	survey     func(schemas.SurveyOrder) (schemas.SurveyReceipt, error)
	write      func(schemas.Flush) (schemas.Written, error)
	dispose    func(schemas.DisposeOrder) schemas.Disposed
	ready      func() // once everything is registered, and mocks may follow
	reserve    func(schemas.StockOrder) (schemas.StockReceipt, error)
	ship       func(schemas.ShipOrder) (schemas.ShipReceipt, error)
	charge     func(schemas.ChargeOrder) (schemas.ChargeReceipt, error)
	hold       func(schemas.ChargeOrder) (schemas.ChargeReceipt, error)
	charged    func(schemas.ChargeQuestion) (schemas.ChargeReceipt, error)
	lapse      func(schemas.ChargeQuestion) (schemas.ChargeReceipt, error)
	article    func(schemas.ArticleQuestion) (schemas.ArticleAnswer, error)
	merging    func(schemas.MergeQuestion) schemas.Judged
	method     func(schemas.MethodQuestion) schemas.Judged
	waybill    func(schemas.WaybillQuestion) schemas.Judged
	dispute    func(schemas.DisputeOrder) (schemas.DisputeReceipt, error)
	answered   func(schemas.DisputeAnswer) (schemas.DisputeReceipt, error)
	booked     []schemas.DisputeOrder
	handedIn   []schemas.DisputeAnswer
	charges    []schemas.Charge
	shipped    []schemas.ShipOrder
	freed      []string // reservations given back
	deposits   []string // what became of deposits: release or capture, with the charge
	void       bool     // the bank holds deposits no longer
	lapsed     []string
	successors []schemas.Opening
	registered bool
	awaits     string // a fact that the case lines go on in waits for
	forwarded  []schemas.Report
	replaced   [][]schemas.LineUnits
	has        []schemas.Replaced // what customers have for units that were settled as replaced
	released   [][]schemas.LineUnits
	disposed   []schemas.Disposal
	disposedAs []string // under which keys
	ordered    []schemas.Refund
}

type stepOf struct {
	state schemas.State
	after time.Duration
	say   string
	do    func()
}

var started = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func usd(minor int64) schemas.Money { return schemas.Money{Minor: minor, Currency: "USD"} }

// aReturn begins a tale of a return of two lines, 47.84 and 488.81 dollars, inside the window.
func aReturn(t *testing.T) *tale {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	tl := &tale{
		t: t, env: suite.NewTestWorkflowEnvironment(), caseID: "shop:r-1", events: map[int64]schemas.Event{},
		opening: schemas.Opening{Request: schemas.Request{
			RequestID: "r-1", Kind: schemas.KindReturn, MerchantID: "shop", OrderID: "o-1", CustomerID: "c-1", Channel: "chat",
			Reason: schemas.ChangedMind, Lines: []schemas.RequestLine{{LineID: "1", Quantity: 1}, {LineID: "2", Quantity: 1}}, SettleWith: "original",
		}},
	}
	tl.env.SetStartTime(started)
	tl.env.SetTestTimeout(2 * time.Minute)
	tl.env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute}) // a machine that is busy with other tests is no deadlock
	tl.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: tl.caseID, TaskQueue: string(schemas.QueueCases)})
	tl.intake = func(o schemas.IntakeOrder) (schemas.Intake, error) {
		return tl.found(line("1", 4784), line("2", 48881)), nil
	}
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: schemas.RefundAccepted, Amount: o.Refund.Amount}, nil
	}
	tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundAccepted}, nil
	}
	tl.confirm = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
	}
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		number := o.Waybill
		if number == "" {
			tl.labels++
			number = "SB-" + fmt.Sprint(tl.labels)
		}
		return schemas.Parcel{Waybill: number, Carrier: "sandbox", Direction: o.Direction, PaidBy: o.PaidBy}, nil
	}
	tl.trace = func(schemas.TraceOrder) (schemas.TraceAnswer, error) { return schemas.TraceAnswer{Known: false}, nil }
	tl.survey = func(schemas.SurveyOrder) (schemas.SurveyReceipt, error) {
		return schemas.SurveyReceipt{Asked: true}, nil
	}
	tl.reserve = func(o schemas.StockOrder) (schemas.StockReceipt, error) {
		return schemas.StockReceipt{Key: o.Key, Held: true}, nil
	}
	tl.ship = func(o schemas.ShipOrder) (schemas.ShipReceipt, error) {
		return schemas.ShipReceipt{ShipmentID: o.ShipmentID}, nil
	}
	tl.charge = func(o schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
		return schemas.ChargeReceipt{ChargeID: o.Charge.ChargeID, Status: schemas.ChargeAccepted, Amount: o.Charge.Amount}, nil
	}
	tl.hold = func(o schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
		return schemas.ChargeReceipt{ChargeID: o.Charge.ChargeID, Status: schemas.ChargeHeld, Amount: o.Charge.Amount}, nil
	}
	tl.charged = func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
		return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: schemas.ChargeSucceeded}, nil
	}
	tl.lapse = func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
		return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: schemas.ChargeLapsed}, nil
	}
	tl.article = func(schemas.ArticleQuestion) (schemas.ArticleAnswer, error) { return schemas.ArticleAnswer{}, nil }
	tl.merging = func(schemas.MergeQuestion) schemas.Judged { return schemas.Judged{} }
	tl.method = func(schemas.MethodQuestion) schemas.Judged { return schemas.Judged{} }
	tl.waybill = func(schemas.WaybillQuestion) schemas.Judged { return schemas.Judged{} }
	tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) {
		return keptFor(o, o.Dispute.Amount.Minor), nil
	}
	tl.answered = func(o schemas.DisputeAnswer) (schemas.DisputeReceipt, error) {
		return schemas.DisputeReceipt{DisputeID: o.DisputeID, Status: schemas.DisputeAnswered}, nil
	}
	tl.write = func(schemas.Flush) (schemas.Written, error) { return schemas.Written{}, nil }
	tl.dispose = func(o schemas.DisposeOrder) schemas.Disposed {
		if len(o.Settle) > 0 {
			tl.replaced = append(tl.replaced, o.Settle)
		}
		return schemas.Disposed{Settled: len(o.Settle) > 0}
	}
	tl.ready = func() {}
	tl.register()
	return tl
}

// line is an order line as intake finds it: one unit, wanted back inside the window.
func line(id string, minor int64) schemas.Line {
	return schemas.Line{
		LineID: id, SKU: "sku-" + id, Quantity: 1, Units: []int{1}, UnitPrice: usd(minor),
		Verdict: schemas.Verdict{Proposal: schemas.ProposeApprove, Owed: true, Rule: "D-RETURN-30@1", Freight: schemas.TurnCustomer, Reason: "in_window"},
	}
}

func (tl *tale) found(lines ...schemas.Line) schemas.Intake {
	var paid int64
	for _, l := range lines {
		paid += l.Price().Minor
	}
	return schemas.Intake{
		Currency: "USD", Lines: lines, Owner: "agent-1", Plan: thePlan(), Edition: schemas.Edition,
		Payments: []schemas.Payment{{PaymentID: "p-1", Method: "card-1", Captured: usd(paid), Refundable: usd(paid)}},
	}
}

func (tl *tale) next(state schemas.State) {
	if tl.taken || len(tl.steps) == 0 || tl.steps[0].state != state {
		return
	}
	s := tl.steps[0]
	tl.steps, tl.taken = tl.steps[1:], true
	tl.env.RegisterDelayedCallback(func() {
		tl.mu.Lock()
		tl.taken = false
		tl.mu.Unlock()
		s.do()
	}, s.after)
}

// in adds a step: when the case stands in the state, something happens.
func (tl *tale) in(state schemas.State, do func()) *tale { return tl.later(state, time.Second, do) }

func (tl *tale) later(state schemas.State, after time.Duration, do func()) *tale {
	tl.steps = append(tl.steps, stepOf{state: state, after: after, do: do})
	return tl
}

// run plays the tale to the end of the case and gives the case as it ended, with all its events.
func (tl *tale) run() schemas.View {
	tl.t.Helper()
	raw, err := converter.GetDefaultDataConverter().ToPayload(tl.opening)
	require.NoError(tl.t, err)
	tl.knowsKinds()
	if tl.opening.Request.Kind == schemas.KindExchange {
		tl.ready()
		tl.env.ExecuteWorkflow(workflows.Exchange, converter.NewRawValue(raw))
	} else {
		tl.ready()
		tl.env.ExecuteWorkflow(workflows.Return, converter.NewRawValue(raw))
	}
	require.True(tl.t, tl.env.IsWorkflowCompleted(), "the case did not end")
	require.NoError(tl.t, tl.env.GetWorkflowError())
	require.Empty(tl.t, tl.steps, "these steps were never reached")
	require.Empty(tl.t, tl.parkings, "these were never parked")
	return tl.last()
}

// knowsKinds registers the workflows. The case that lines go on in is not told here; what it begins with is kept. A tale that expects
// calls of its own does it first.
func (tl *tale) knowsKinds() {
	if tl.registered {
		return
	}
	tl.registered = true
	next := schemas.WorkflowExchange
	if tl.opening.Request.Kind == schemas.KindExchange {
		next = schemas.WorkflowReturn
		tl.env.RegisterWorkflow(workflows.Exchange)
	} else {
		tl.env.RegisterWorkflow(workflows.Return)
	}
	tl.env.RegisterWorkflowWithOptions(func(ctx workflow.Context, o schemas.Opening) error {
		tl.successors = append(tl.successors, o)
		if tl.awaits != "" {
			var r schemas.Report
			workflow.GetSignalChannel(ctx, tl.awaits).Receive(ctx, &r)
			tl.forwarded = append(tl.forwarded, r)
		}
		return nil
	}, workflow.RegisterOptions{Name: next})
}

func (tl *tale) last() schemas.View {
	encoded, err := tl.env.QueryWorkflow(schemas.CaseShow.Name)
	require.NoError(tl.t, err)
	var v schemas.View
	require.NoError(tl.t, encoded.Get(&v))
	return v
}

// notices lists the messages of all steps in the order of the steps; nothing waits for them, so they leave in any order.
func (tl *tale) notices() []schemas.Notice {
	orders := slices.Clone(tl.notified)
	slices.SortFunc(orders, func(a, b schemas.NoticeOrder) int { return strings.Compare(a.Step, b.Step) })
	var all []schemas.Notice
	for _, o := range orders {
		all = append(all, o.Messages...)
	}
	return all
}

// told lists the templates sent to the customer, in order.
func (tl *tale) told() []string {
	var ids []string
	for _, n := range tl.notices() {
		if n.To.Role == schemas.RoleCustomer {
			ids = append(ids, n.Template)
		}
	}
	return ids
}

func (tl *tale) toldStaff(template string) []schemas.Notice {
	var found []schemas.Notice
	for _, n := range tl.notices() {
		if n.Template == template {
			found = append(found, n)
		}
	}
	return found
}

func named(v schemas.View, name string) []schemas.Event {
	var found []schemas.Event
	for _, e := range v.Events {
		if e.Name == name {
			found = append(found, e)
		}
	}
	return found
}

func startAs(id string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{ID: id, TaskQueue: string(schemas.QueueCases)}
}
