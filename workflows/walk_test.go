package workflows_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"pgregory.net/rapid"

	"github.com/stretchr/testify/mock"

	"github.com/aftercare/aftercare/schemas"
	"github.com/aftercare/aftercare/workflows"
)

// A walk is one request and what people, machines and time make of it, drawn by chance: commands that fit and commands that do not, by
// anybody who may give them and anybody who may not; facts that are true, late, doubled, lost, or made up; providers with faults;
// PostgreSQL away; the history so long that the case goes on in a new run; and silence. Whatever the scribe writes is held against the
// laws of walk_laws_test.go, and in the end everybody falls silent and nobody may be left unpaid, unsent or unanswered.
//
// A hundred walks of each kind are part of every run, from one seed, so that nobody's change fails by chance. Others, and more of them:
// go test ./workflows -run TestWalks -rapid.checks 2000 -rapid.seed 7. A walk that breaks a law is told in the order in which it happened;
// the seed in the message repeats it.

// setup is what is drawn of a walk before it begins.
type setup struct {
	kind     schemas.Kind
	request  schemas.Request
	lines    []schemas.Line
	payments []schemas.Payment
	large    int64
	scarce   int  // in a hundred: how often an article is out of stock
	live     bool // in the end the machines do what they owe; otherwise they fall silent too
}

// stepDrawn is one step of a walk: how long nothing happens before it, and the numbers from which the rest is chosen.
type stepDrawn struct {
	gap  time.Duration
	dice []int
}

var gaps = []time.Duration{0, time.Second, time.Minute, time.Hour, 5 * time.Hour, 25 * time.Hour, 3 * 24 * time.Hour, 9 * 24 * time.Hour}

func drawSteps(rt *rapid.T) []stepDrawn {
	one := rapid.Custom(func(rt *rapid.T) stepDrawn {
		return stepDrawn{gap: rapid.SampledFrom(gaps).Draw(rt, "gap"), dice: rapid.SliceOfN(rapid.IntRange(0, 5039), 4, 14).Draw(rt, "dice")}
	})
	return rapid.SliceOfN(one, 3, 20).Draw(rt, "steps")
}

func drawSetup(rt *rapid.T, kind schemas.Kind, change func(*setup)) setup {
	s := setup{kind: kind, large: rapid.SampledFrom([]int64{100000, 5000}).Draw(rt, "large"), scarce: rapid.SampledFrom([]int{0, 30}).Draw(rt, "scarce"), live: true}
	s.request = schemas.Request{
		RequestID: "r-1", Kind: kind, MerchantID: "shop", OrderID: "o-1", CustomerID: "c-1", Channel: "chat", SettleWith: schemas.SettleOriginal,
		Reason: rapid.SampledFrom([]schemas.Reason{schemas.ChangedMind, schemas.Defective}).Draw(rt, "reason"),
	}
	var sum int64
	for i := range rapid.IntRange(1, 2).Draw(rt, "lines") {
		l := line(fmt.Sprint(i+1), rapid.Int64Range(0, 9).Draw(rt, "price")*1111)
		l.Quantity = rapid.IntRange(1, 3).Draw(rt, "quantity")
		l.Units = nil
		for u := range l.Quantity {
			l.Units = append(l.Units, u+1)
		}
		l.Verdict.Owed = rapid.Bool().Draw(rt, "owed")
		l.Verdict.Auto = rapid.IntRange(0, 5).Draw(rt, "auto") == 5
		if rapid.IntRange(0, 4).Draw(rt, "wanting") == 4 {
			l.Verdict.Evidence = []string{"photo"}
		}
		if s.request.Reason.MerchantsFault() {
			l.Verdict.Freight = schemas.TurnMerchant
		}
		asked := schemas.RequestLine{LineID: l.LineID, Quantity: l.Quantity}
		if kind == schemas.KindExchange {
			asked.ReplacementSKU = "other"
			l.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: l.UnitPrice}
		}
		s.request.Lines = append(s.request.Lines, asked)
		s.lines = append(s.lines, l)
		sum += l.Price().Minor
	}
	first := sum
	if rapid.Bool().Draw(rt, "two payments") {
		first = sum / 3
		s.payments = append(s.payments, schemas.Payment{PaymentID: "p-2", Method: "gift-1", Captured: usd(sum - first)})
	}
	s.payments = append([]schemas.Payment{{PaymentID: "p-1", Method: "card-1", Captured: usd(first)}}, s.payments...)
	if change != nil {
		change(&s)
	}
	return s
}

func replacedAt(factor int64) func(*setup) {
	return func(s *setup) {
		for i := range s.lines {
			s.lines[i].Replacement.UnitPrice = usd(s.lines[i].UnitPrice.Minor * factor / 10)
		}
	}
}

// TestMain fixes the seed of the walks where none is given, and bounds the search for a shorter walk that breaks the same law: each step of
// it is a walk.
func TestMain(m *testing.M) {
	flag.Parse()
	for name, value := range map[string]string{"rapid.seed": "20261126", "rapid.shrinktime": "10s"} {
		if f := flag.Lookup(name); f.Value.String() == f.DefValue {
			if err := f.Value.Set(value); err != nil {
				panic(err)
			}
		}
	}
	os.Exit(m.Run())
}

func TestWalks(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		kind   schemas.Kind
		change func(*setup)
	}{
		"return":                     {schemas.KindReturn, nil},
		"refund only":                {schemas.KindReturn, func(s *setup) { s.request.RefundOnly = true }},
		"exchange of the same price": {schemas.KindExchange, nil},
		"dearer exchange":            {schemas.KindExchange, replacedAt(13)},
		"cheaper exchange":           {schemas.KindExchange, replacedAt(6)},
		"advance exchange": {schemas.KindExchange, func(s *setup) {
			for i := range s.lines {
				s.lines[i].Replacement.Advance = true
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				s := drawSetup(rt, of.kind, of.change)
				seed := rapid.Uint64Range(0, 1<<20).Draw(rt, "seed of the world")
				rate := rapid.SampledFrom([]int{0, 15, 40}).Draw(rt, "faults")
				w := newWalk(s, seed, rate, drawSteps(rt))
				w.run()
				for _, line := range w.told {
					rt.Log(line)
				}
				for _, fault := range w.faults {
					rt.Errorf("%s", fault)
				}
			})
		})
	}
}

// walk is one walk under way.
type walk struct {
	*outside
	setup  setup
	steps  []stepDrawn
	env    *testsuite.TestWorkflowEnvironment
	ink    sync.Mutex
	told   []string // what happened, for whoever reads of a broken law
	faults []string

	caseID  string
	kind    schemas.Kind
	last    *schemas.View // as the scribe wrote it last
	events  []schemas.Event
	sent    []happening
	orders  []answerBook // commands that were accepted, in order
	begun   atomic.Bool  // this run has registered what it hears
	stopped atomic.Bool
	number  int
	stories []*sight  // the last sight of every case of the walk
	since   time.Time // the moment of which the rows were written last, and how often
	writes  int
	days    int
}

func newWalk(s setup, seed uint64, rate int, steps []stepDrawn) *walk {
	w := &walk{setup: s, steps: steps, outside: &outside{books: newBooks(), seed: seed, rate: rate, setup: s}}
	for _, l := range s.lines {
		w.books.Lines[l.LineID] = &lineBook{Price: l.Price().Minor, Quantity: l.Quantity}
	}
	for _, p := range s.payments {
		w.books.Captured[p.PaymentID] = p.Captured.Minor
	}
	w.now = func() time.Time { return w.env.Now() }
	w.heard = w.saw
	return w
}

// run plays the walk: the first case, and every case that continues it.
func (w *walk) run() {
	defer func() {
		if p := recover(); p != nil {
			w.fail("panic: %v\n%s", p, debug.Stack())
		}
	}()
	id, kind, at := "shop:r-1", w.setup.kind, started
	opening := schemas.Opening{Request: w.setup.request}
	for range 6 {
		before := len(w.books.Successors)
		at = w.runCase(id, kind, opening, at)
		if len(w.faults) > 0 || len(w.books.Successors) == before {
			break
		}
		opening = w.books.Successors[len(w.books.Successors)-1]
		id, kind = schemas.SuccessorID(id), opening.Request.Kind
	}
	if len(w.faults) == 0 {
		for _, fault := range checkEnd(w) {
			w.fail("%s", fault)
		}
	}
}

func (w *walk) runCase(id string, kind schemas.Kind, opening schemas.Opening, at time.Time) time.Time {
	w.caseID, w.kind, w.last, w.events = id, kind, nil, nil
	w.orders, w.books.Answers = nil, map[string]answerBook{}
	payload, err := converter.GetDefaultDataConverter().ToPayload(opening)
	if err != nil {
		panic(err)
	}
	for again := false; ; again = true {
		end, next := w.runOnce(payload, at, again)
		at = end
		if next == nil || len(w.faults) > 0 {
			break
		}
		payload = next
		w.tell("the case goes on in a new run")
	}
	if w.last != nil {
		w.stories = append(w.stories, &sight{Now: *w.last, All: w.events, Books: w.books})
	}
	return at
}

var errStopped = errors.New("the walk was stopped")

// story is the workflow, stopped where a law is broken; as a child it is only noted, to be walked by itself.
func (w *walk) story(run func(workflow.Context, converter.RawValue) error) any {
	return func(ctx workflow.Context, input converter.RawValue) error {
		if workflow.GetInfo(ctx).ParentWorkflowExecution != nil {
			var o schemas.Opening
			if err := json.Unmarshal(input.Payload().GetData(), &o); err != nil {
				return err
			}
			w.books.Successors = append(w.books.Successors, o)
			return nil
		}
		var err error
		done := false
		workflow.Go(ctx, func(ctx workflow.Context) { err, done = run(ctx, input), true })
		workflow.Go(ctx, func(workflow.Context) { w.begun.Store(true) })
		apart, _ := workflow.NewDisconnectedContext(ctx)
		if err := workflow.Await(apart, func() bool { return done || w.stopped.Load() }); err != nil {
			return err
		}
		if !done {
			return errStopped
		}
		return err
	}
}

func (w *walk) runOnce(payload *commonpb.Payload, at time.Time, again bool) (time.Time, *commonpb.Payload) {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	w.env = suite.NewTestWorkflowEnvironment()
	w.env.SetStartTime(at)
	w.env.SetTestTimeout(2 * time.Minute)
	// Many walks share a machine: one that waits for its turn is not stuck.
	w.env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute})
	w.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: w.caseID, TaskQueue: string(schemas.QueueCases)})
	if again {
		w.env.SetContinuedExecutionRunID("the-run-before")
	}
	w.env.RegisterWorkflowWithOptions(w.story(workflows.Return), workflow.RegisterOptions{Name: schemas.WorkflowReturn})
	w.env.RegisterWorkflowWithOptions(w.story(workflows.Exchange), workflow.RegisterOptions{Name: schemas.WorkflowExchange})
	w.env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(nil)
	w.listen(w.env)
	w.begun.Store(false)
	w.next()
	name := schemas.WorkflowReturn
	if w.kind == schemas.KindExchange {
		name = schemas.WorkflowExchange
	}
	w.env.ExecuteWorkflow(name, converter.NewRawValue(payload))
	var next *workflow.ContinueAsNewError
	err := w.env.GetWorkflowError()
	switch {
	case errors.As(err, &next):
		return w.env.Now(), next.Input.GetPayloads()[0]
	case len(w.faults) > 0:
	case !w.env.IsWorkflowCompleted():
		w.fail("the case did not end")
	case err != nil:
		w.fail("the workflow failed: %v", err)
	case w.last == nil || w.last.ClosedAt == nil:
		w.fail("the workflow has ended, and the row says that the case is open")
	}
	return w.env.Now(), nil
}

// next lets the next step come after its silence, or, after the last one, the silence of everybody.
func (w *walk) next() {
	if len(w.steps) == 0 {
		w.fallSilent()
		return
	}
	s := w.steps[0]
	w.env.RegisterDelayedCallback(func() {
		if w.stopped.Load() || len(w.steps) == 0 {
			return
		}
		w.steps = w.steps[1:]
		w.step(&dice{left: s.dice})
		w.next()
	}, s.gap+time.Millisecond) // the very first task of a case hears no question
}

// patience is how long a case may take to end once everybody is silent: longer than all of its clocks one after the other.
const patience = 200

// fallSilent lets nobody act any more but those who may not be silent: whoever owes money that a provider could not deliver looks
// after it (ruling 9: such a case is never closed unpaid).
func (w *walk) fallSilent() {
	w.tell("everybody falls silent")
	w.silent = true
	var day func(int)
	day = func(n int) {
		if w.stopped.Load() {
			return
		}
		row := w.row()
		w.days = n
		if n > patience {
			w.fail("In the end every case ends. Everybody has been silent for %d days, and %s still stands in %s: %s", patience, row.CaseID, row.State, row.Waiting)
			return
		}
		if w.setup.live {
			w.mu.Lock()
			w.goesOn()
			w.mu.Unlock()
			w.report(len(w.facts), nil)
		}
		if row != nil && n%5 == 4 && row.State == schemas.RefundFailed {
			w.command(schemas.RefundRetry.Name, aFinancier, map[string]any{}, "", 0)
		}
		w.env.RegisterDelayedCallback(func() { day(n + 1) }, 24*time.Hour)
	}
	w.env.RegisterDelayedCallback(func() { day(0) }, time.Hour)
}

// restless is how often the rows of a case may be written in one and the same moment. What goes on without a pause goes on for ever.
const restless = 200

func (w *walk) tell(format string, args ...any) {
	at := ""
	if w.env != nil {
		at = w.env.Now().Format("01-02 15:04:05 ")
	}
	w.ink.Lock()
	defer w.ink.Unlock()
	w.told = append(w.told, at+fmt.Sprintf(format, args...))
}

// fail notes a broken law and stops the walk.
func (w *walk) fail(format string, args ...any) {
	w.ink.Lock()
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
	first := !w.stopped.Swap(true)
	w.ink.Unlock()
	if first {
		w.env.SignalWorkflow("walk.stopped", "")
	}
}

// saw holds what the scribe writes against the laws.
func (w *walk) saw(f schemas.Flush) {
	s := &sight{Before: w.last, Now: f.Row, Books: w.books}
	from := int64(0)
	if w.last != nil {
		from = w.last.Revision
	}
	for _, e := range f.Events {
		if e.Revision > from {
			s.New = append(s.New, e)
			w.events = append(w.events, e)
			w.tell("    %d %s by %s [%s]: %s", e.Revision, e.Name, e.Actor, e.State, e.Message)
		}
	}
	s.All = w.events
	row := f.Row
	w.last = &row
	if w.books.OpenedAt.IsZero() {
		w.books.OpenedAt = row.OpenedAt
	}
	if !row.Now.Equal(w.since) {
		w.since, w.writes = row.Now, 0
	}
	if w.writes++; w.writes > restless {
		w.fail("The case does not come to rest: its rows were written %d times in one moment.", w.writes)
	}
	for _, fault := range s.broken() {
		w.fail("after %s: %s", or(lastName(s.New), "nothing"), fault)
	}
}

func lastName(events []schemas.Event) string {
	if len(events) == 0 {
		return ""
	}
	return events[len(events)-1].Name
}

// row is the case as it was written last.
func (w *walk) row() *schemas.View {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

func (w *walk) view() schemas.View {
	var v schemas.View
	encoded, err := w.env.QueryWorkflow(schemas.CaseShow.Name)
	if err == nil {
		err = encoded.Get(&v)
	}
	if err != nil {
		w.fail("the case does not answer: %v", err)
	}
	return v
}

// step does one thing of all that can be done.
func (w *walk) step(d *dice) {
	if !w.begun.Load() {
		return // this run hears nobody yet
	}
	v := w.view()
	switch how := d.n(24); {
	case how < 8:
		w.fitting(d, v, false)
	case how < 13:
		w.mu.Lock()
		if moves := w.moves(); len(moves) > 0 {
			pickOf(d, moves)()
		}
		w.mu.Unlock()
		w.report(len(w.facts), d)
	case how == 13:
		name := pickOf(d, schemas.CommandNames)
		w.command(name, personIn(pickOf(d, schemas.Roles), d), fits(bodyFor(name, d, v, w.fresh())), "", 0)
	case how == 14:
		w.fitting(d, v, true)
	case how == 15:
		w.again(d)
	case how == 16:
		if v.Revision > 1 {
			w.stale(d, v)
		}
	case how == 17:
		w.asSignal(d, v)
	case how == 18:
		if len(w.sent) > 0 {
			w.sendFact(pickOf(d, w.sent))
		}
	case how == 19:
		name := pickOf(d, schemas.FactNames)
		if body := madeUp(w.kind, name, d, v); body != nil && !w.lies(name, body) {
			w.sendFact(happening{name: name, body: body, at: w.env.Now().Add(-gaps[d.n(len(gaps))]), id: fmt.Sprintf("m-%d", w.fresh())})
		}
	case how == 20:
		w.nonsense(d)
	case how == 21:
		w.tell("the history is long enough")
		w.env.SetContinueAsNewSuggested(true)
		w.env.SignalWorkflow("case.do_anything", "now")
	case how == 22:
		w.away = w.env.Now().Add(time.Minute << d.n(7))
		w.tell("PostgreSQL is away until %s", w.away.Format(time.TimeOnly))
	case how == 23:
		l := pickOf(d, w.setup.lines)
		w.mu.Lock()
		book := w.books.Lines[l.LineID]
		if rest := book.Price - w.books.promisedFor(l.LineID, ""); rest > 0 && d.n(2) == 1 {
			w.books.Elsewhere[l.LineID] += rest / int64(1+d.n(3))
			w.tell("another case has been paid for line %s: %d", l.LineID, w.books.Elsewhere[l.LineID])
		}
		w.mu.Unlock()
	}
}

func (w *walk) fresh() int { w.number++; return w.number }

// lies reports whether a made-up fact would change what is true of goods: carriers and warehouses are taken by their word.
func (w *walk) lies(name string, body any) bool {
	switch word := body.(type) {
	case schemas.ParcelWord:
		p := w.books.Parcels[word.Waybill]
		return p != nil && name != schemas.ParcelException.Name && !(name == schemas.ParcelScanned.Name && p.Arrived)
	case schemas.ChargeWord:
		return name == schemas.DepositVoided.Name
	}
	return false
}

// fitting gives one of the commands that the case says it hears now, or spoils it.
func (w *walk) fitting(d *dice, v schemas.View, spoilt bool) {
	var ofLines, all []schemas.Permit
	for _, p := range v.Allowed {
		all = append(all, p)
		if len(p.Lines) > 0 {
			ofLines = append(ofLines, p)
		}
	}
	if len(ofLines) > 0 && d.n(4) > 0 {
		all = ofLines
	}
	if len(all) == 0 {
		return
	}
	p := pickOf(d, all)
	if len(p.Roles) == 0 {
		w.fail("%s is said to be allowed, and nobody may give it", p.Command)
		return
	}
	body := fits(bodyFor(p.Command, d, v, w.fresh()))
	if spoilt {
		body = spoil(p.Command, body, d)
		w.mu.Lock()
		w.spoilt = true
		w.mu.Unlock()
	}
	w.command(p.Command, personIn(pickOf(d, p.Roles), d), body, "", 0)
}

func (w *walk) command(name string, by schemas.Actor, body any, id string, revision int64) {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	if id == "" {
		id = fmt.Sprintf("cmd-%d", w.fresh())
	}
	w.order(name, schemas.Order{CommandID: id, Actor: by, Revision: revision, Body: raw})
}

// order sends a command as an update and holds its answer against what was answered before.
func (w *walk) order(name string, o schemas.Order) {
	w.tell("%s by %s %s %s", name, o.Actor, o.CommandID, o.Body)
	before := w.view()
	earlier, known := w.books.Answers[o.CommandID]
	w.env.UpdateWorkflow(name, fmt.Sprintf("u-%d", w.fresh()), &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { w.refused(name, o, before, err) },
		OnComplete: func(out any, err error) {
			if err != nil {
				w.refused(name, o, before, err)
				return
			}
			receipt := out.(schemas.Receipt)
			if fault := sameAnswer(earlier, known, name, o, receipt); fault != "" {
				w.fail("%s", fault)
			}
			if fault := mayHave(name, o, before); fault != "" && !known {
				w.fail("%s", fault)
			}
			w.books.Answers[o.CommandID] = answerBook{Name: name, Order: o, Receipt: receipt}
			w.orders = append(w.orders, answerBook{Name: name, Order: o, Receipt: receipt})
		},
	}, o)
}

func (w *walk) refused(name string, o schemas.Order, before schemas.View, err error) {
	var app *temporal.ApplicationError
	var r schemas.Refusal
	if !errors.As(err, &app) || app.Details(&r) != nil {
		if _, has := workflows.ReadBody(w.kind, name, nil); has && !w.stopped.Load() {
			w.fail("%s was refused without a reason: %v", name, err)
		}
		return
	}
	w.tell("    refused: %s", r.Error())
	if fault := refusedWell(name, o, r, before, w.view()); fault != "" && !w.stopped.Load() {
		w.fail("%s", fault)
	}
}

// again sends a command that was accepted before once more, as it was or changed.
func (w *walk) again(d *dice) {
	if len(w.orders) == 0 {
		return
	}
	a := pickOf(d, w.orders)
	o := a.Order
	switch d.n(4) {
	case 1:
		o.Body = json.RawMessage(`{"text_id":"another"}`)
	case 2:
		o.Actor = aManager
	case 3:
		w.signal(a.Name, o)
		return
	}
	w.order(a.Name, o)
}

func (w *walk) stale(d *dice, v schemas.View) {
	if len(v.Allowed) == 0 {
		return
	}
	p := pickOf(d, v.Allowed)
	w.command(p.Command, personIn(pickOf(d, p.Roles), d), fits(bodyFor(p.Command, d, v, w.fresh())), "", 1+int64(d.n(int(v.Revision))))
}

func (w *walk) asSignal(d *dice, v schemas.View) {
	if len(v.Allowed) == 0 {
		return
	}
	p := pickOf(d, v.Allowed)
	raw, err := json.Marshal(fits(bodyFor(p.Command, d, v, w.fresh())))
	if err != nil {
		panic(err)
	}
	w.signal(p.Command, schemas.Order{CommandID: fmt.Sprintf("sig-%d", w.fresh()), Actor: personIn(pickOf(d, p.Roles), d), Body: raw})
}

func (w *walk) signal(name string, o schemas.Order) {
	w.tell("signal %s by %s %s %s", name, o.Actor, o.CommandID, o.Body)
	w.env.SignalWorkflow(name, o)
}

// nonsense is what no client of ours would send.
func (w *walk) nonsense(d *dice) {
	w.tell("nonsense")
	switch d.n(4) {
	case 0:
		w.env.CancelWorkflow()
	case 1:
		w.env.SignalWorkflow("case.explode", map[string]any{"now": true})
	case 2:
		w.env.SignalWorkflow(pickOf(d, schemas.FactNames), "not a report")
	case 3:
		w.env.SignalWorkflow(pickOf(d, schemas.CommandNames), []int{1, 2})
	}
}

// report sends the first n facts that have not been reported: at once, twice, later, or never.
func (w *walk) report(n int, d *dice) {
	var kept []happening
	w.mu.Lock()
	facts := w.facts
	w.facts = nil
	w.mu.Unlock()
	for i, f := range facts {
		how := 0
		if d != nil && i < n {
			how = d.n(8)
		}
		switch how {
		case 5:
			w.sendFact(f)
			w.sendFact(f)
		case 6:
			kept = append(kept, f)
		case 7:
			w.tell("the word %s is lost", f.name)
		default:
			w.sendFact(f)
		}
	}
	w.mu.Lock()
	w.facts = append(kept, w.facts...)
	w.mu.Unlock()
}

func (w *walk) sendFact(f happening) {
	raw, err := json.Marshal(f.body)
	if err != nil {
		panic(err)
	}
	w.tell("fact %s %s %s", f.name, f.id, raw)
	w.sent = append(w.sent, f)
	w.env.SignalWorkflow(f.name, schemas.Report{Source: "test", EventID: f.id, OccurredAt: f.at, ReceivedAt: w.env.Now(), Body: raw})
}
