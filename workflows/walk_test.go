package workflows_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"pgregory.net/rapid"

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
		"exchange both ways":         {schemas.KindExchange, replacedAt(13, 6)},
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
				w.reopening = drawReopening(rt)
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
	// what a case has sent on to the one that continues it, which is walked once that has ended
	forwarded []forwardedFact
	before    int       // how many cases had been begun by others when this one began
	stories   []*sight  // the last sight of every case of the walk
	since     time.Time // the moment of which the rows were written last, and how often
	writes    int
	days      int
	parted    bool       // lines have gone on in several cases, of which the last is walked
	reopening *reopening // how a case is reopened that has ended; nil where none is, or it was
}

type forwardedFact struct {
	from, name string
	report     schemas.Report
}

func (w *walk) forwards(name string, report schemas.Report) {
	w.forwarded = append(w.forwarded, forwardedFact{from: w.caseID, name: name, report: report})
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
		w.before = len(w.books.Successors)
		at = w.runCase(id, kind, opening, at)
		if len(w.faults) > 0 {
			break
		}
		w.parted = w.parted || len(w.books.Successors) > w.before+1
		if len(w.books.Successors) > w.before {
			opening = w.books.Successors[len(w.books.Successors)-1]
		} else {
			var reopened bool
			if opening, at, reopened = w.reopens(at); !reopened {
				break
			}
		}
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

// story is the workflow, stopped where a law is broken; as a child it is only noted, to be walked by itself, with what is sent on to it.
func (w *walk) story(run func(workflow.Context, converter.RawValue) error) any {
	return func(ctx workflow.Context, input converter.RawValue) error {
		if workflow.GetInfo(ctx).ParentWorkflowExecution != nil {
			var o schemas.Opening
			if err := json.Unmarshal(input.Payload().GetData(), &o); err != nil {
				return err
			}
			w.books.Successors = append(w.books.Successors, o)
			return w.takesMessages(ctx)
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

// takesMessages keeps what is sent on to a case until it is walked.
func (w *walk) takesMessages(ctx workflow.Context) error {
	for {
		if err := workflow.Await(ctx, func() bool { return len(workflow.GetUnhandledSignalNames(ctx)) > 0 }); err != nil {
			return err
		}
		for _, name := range slices.Sorted(slices.Values(workflow.GetUnhandledSignalNames(ctx))) {
			var report schemas.Report
			for workflow.GetSignalChannel(ctx, name).ReceiveAsync(&report) {
				w.forwards(name, report)
			}
		}
	}
}

func (w *walk) runOnce(payload *commonpb.Payload, at time.Time, again bool) (time.Time, *commonpb.Payload) {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	w.env = suite.NewTestWorkflowEnvironment()
	w.env.SetStartTime(at)
	w.env.SetTestTimeout(2 * time.Minute)
	w.env.SetDetachedChildWait(false) // a case that goes on is walked when this one has ended
	// Many walks share a machine: one that waits for its turn is not stuck.
	w.env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute})
	w.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: w.caseID, TaskQueue: string(schemas.QueueCases)})
	if again {
		w.env.SetContinuedExecutionRunID("the-run-before")
	}
	w.env.RegisterWorkflowWithOptions(w.story(workflows.Return), workflow.RegisterOptions{Name: schemas.WorkflowReturn})
	w.env.RegisterWorkflowWithOptions(w.story(workflows.Exchange), workflow.RegisterOptions{Name: schemas.WorkflowExchange})
	w.env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(
		func(_, to, _, name string, arg any) error {
			if report, is := arg.(schemas.Report); is && to == schemas.SuccessorID(w.caseID) {
				w.forwards(name, report)
			}
			return nil
		})
	for _, f := range w.forwarded {
		if f.from != w.caseID {
			w.env.RegisterDelayedCallback(func() {
				w.tell("fact %s %s, sent on by %s", f.name, f.report.EventID, f.from)
				w.env.SignalWorkflow(f.name, f.report)
			}, time.Millisecond)
		}
	}
	w.forwarded = slices.DeleteFunc(w.forwarded, func(f forwardedFact) bool { return f.from != w.caseID })
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

// talkative is how much a case may say. Whatever asks or alerts every minute is for nobody.
const talkative = 5000

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
			w.books.noteFailed(f.Row.CaseID, e)
			w.tell("    %d %s by %s [%s]: %s", e.Revision, e.Name, e.Actor, e.State, e.Message)
		}
	}
	s.All = w.events
	row := f.Row
	w.last = &row
	for _, p := range row.Parcels {
		if book := w.books.Parcels[p.Waybill]; book != nil {
			book.Given = true
			if book.HeardAt.IsZero() && p.Status != schemas.ParcelExpected {
				book.HeardAt = row.Now
			}
			book.CountedAsLost = book.CountedAsLost || p.Status == schemas.ParcelLost || p.Status == schemas.ParcelDamaged
		}
	}
	if w.books.OpenedAt.IsZero() {
		w.books.OpenedAt = row.OpenedAt
	}
	if !row.Now.Equal(w.since) {
		w.since, w.writes = row.Now, 0
	}
	if w.writes++; w.writes > restless {
		w.fail("The case does not come to rest: its rows were written %d times in one moment.", w.writes)
	}
	if len(w.events) > talkative {
		w.fail("The case does not come to an end: it has told %d events, the last of which is %s", len(w.events), w.told[len(w.told)-1])
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
