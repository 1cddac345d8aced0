package chaos

import (
	"encoding/json"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enums "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"github.com/aftercare/aftercare/schemas"
)

// Lived is the life of one case as Temporal wrote it down, over all runs of its workflow. What stands here was read out of the
// server's history, and not asked of the case or of its worker.
type Lived struct {
	CaseID  string
	Runs    int
	Ended   enums.WorkflowExecutionStatus // running, where it has not
	EndedAt time.Time                     // the last event's time, where it has not ended
	Given   map[string]Command            // accepted commands by their id
	Told    map[string]string             // facts by source and event id, and their names
	Signals map[string]string             // commands that came as signals, by their id, and their names
	Refunds []string                      // the numbers of the refunds that were ordered
	Charges []string                      // the numbers of the charges and deposits that were ordered
	Next    []string                      // cases that this one has opened
	Timers  []Timer
	Jumps   []Jump
	Moments []Moment // what the case did, task by task; see Replay
	Broken  string   // why the history cannot be replayed
}

// Command is one command that the case accepted as an update.
type Command struct {
	Name     string
	Answered bool
	Receipt  schemas.Receipt
}

// Timer is one timer of Temporal's.
type Timer struct {
	SetAt, Due time.Time
	RangAt     time.Time // zero where it did not ring
	Dropped    bool      // the case had set an earlier one, or ended
}

// Jump is a stretch of time that the case was moved ahead by.
type Jump struct{ From, To time.Time }

// waited is how long a case has really waited between two moments of its own time: what it was moved ahead by does not count.
func (l *Lived) waited(from, to time.Time) time.Duration {
	d := to.Sub(from)
	for _, j := range l.Jumps {
		if begin, end := later(from, j.From), earlier(to, j.To); end.After(begin) {
			d -= end.Sub(begin)
		}
	}
	return d
}

// read takes one run's history in.
func (l *Lived) read(events []*historypb.HistoryEvent) {
	l.Runs++
	accepted := map[int64]string{} // event id of an accepted update → command id
	timers := map[int64]int{}
	for _, e := range events {
		at := e.GetEventTime().AsTime()
		l.EndedAt = at
		switch e.GetEventType() {
		case enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
			a := e.GetWorkflowExecutionUpdateAcceptedEventAttributes()
			var order schemas.Order
			decode(a.GetAcceptedRequest().GetInput().GetArgs(), &order)
			if _, again := l.Given[order.CommandID]; !again {
				l.Given[order.CommandID] = Command{Name: a.GetAcceptedRequest().GetInput().GetName()}
			}
			accepted[e.GetEventId()] = order.CommandID
		case enums.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
			a := e.GetWorkflowExecutionUpdateCompletedEventAttributes()
			id := accepted[a.GetAcceptedEventId()]
			if success := a.GetOutcome().GetSuccess(); success != nil {
				c := l.Given[id]
				c.Answered = true
				decode(success, &c.Receipt)
				l.Given[id] = c
			}
		case enums.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
			a := e.GetWorkflowExecutionSignaledEventAttributes()
			l.signalled(a.GetSignalName(), a.GetInput())
		case enums.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
			a := e.GetActivityTaskScheduledEventAttributes()
			l.ordered(a.GetActivityType().GetName(), a.GetInput())
		case enums.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
			l.Next = append(l.Next, e.GetStartChildWorkflowExecutionInitiatedEventAttributes().GetWorkflowId())
		case enums.EVENT_TYPE_TIMER_STARTED:
			a := e.GetTimerStartedEventAttributes()
			timers[e.GetEventId()] = len(l.Timers)
			l.Timers = append(l.Timers, Timer{SetAt: at, Due: at.Add(a.GetStartToFireTimeout().AsDuration())})
		case enums.EVENT_TYPE_TIMER_FIRED:
			l.Timers[timers[e.GetTimerFiredEventAttributes().GetStartedEventId()]].RangAt = at
		case enums.EVENT_TYPE_TIMER_CANCELED:
			l.Timers[timers[e.GetTimerCanceledEventAttributes().GetStartedEventId()]].Dropped = true
		case enums.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED:
			if to := e.GetWorkflowExecutionTimeSkippingTransitionedEventAttributes().GetTargetTime(); to != nil {
				l.Jumps = append(l.Jumps, Jump{at, to.AsTime()})
			}
		case enums.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, enums.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
			enums.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED, enums.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED,
			enums.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT, enums.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
			l.end(e.GetEventType())
		default:
		}
	}
}

// end closes a run: what it had set for later does not ring any more.
func (l *Lived) end(how enums.EventType) {
	for i := range l.Timers {
		if l.Timers[i].RangAt.IsZero() {
			l.Timers[i].Dropped = true
		}
	}
	l.Ended = map[enums.EventType]enums.WorkflowExecutionStatus{
		enums.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:        enums.WORKFLOW_EXECUTION_STATUS_COMPLETED,
		enums.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: enums.WORKFLOW_EXECUTION_STATUS_RUNNING,
		enums.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:           enums.WORKFLOW_EXECUTION_STATUS_FAILED,
		enums.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:       enums.WORKFLOW_EXECUTION_STATUS_TERMINATED,
		enums.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:        enums.WORKFLOW_EXECUTION_STATUS_TIMED_OUT,
		enums.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:         enums.WORKFLOW_EXECUTION_STATUS_CANCELED,
	}[how]
}

func (l *Lived) signalled(name string, input *commonpb.Payloads) {
	if schemas.IsFact(name) {
		var report schemas.Report
		decode(input, &report)
		l.Told[factID(report.Source, report.EventID)] = name
		return
	}
	var order schemas.Order
	decode(input, &order)
	l.Signals[order.CommandID] = name
}

func factID(source, eventID string) string { return source + "/" + eventID }

// ordered notes what the case has told the outside to do with money.
func (l *Lived) ordered(activity string, input *commonpb.Payloads) {
	switch activity {
	case schemas.RefundRequest.Name:
		var order schemas.RefundOrder
		decode(input, &order)
		l.Refunds = append(l.Refunds, order.Refund.RefundID)
	case schemas.PaymentRequest.Name, schemas.DepositHold.Name:
		var order schemas.ChargeOrder
		decode(input, &order)
		l.Charges = append(l.Charges, order.Charge.ChargeID)
	}
}

// decode reads the first payload. What cannot be read leaves the value empty, which every check finds to be missing.
func decode(p *commonpb.Payloads, into any) {
	if len(p.GetPayloads()) > 0 {
		_ = json.Unmarshal(p.GetPayloads()[0].GetData(), into)
	}
}

func newLived(caseID string) *Lived {
	return &Lived{
		CaseID: caseID, Ended: enums.WORKFLOW_EXECUTION_STATUS_RUNNING,
		Given: map[string]Command{}, Told: map[string]string{}, Signals: map[string]string{},
	}
}
