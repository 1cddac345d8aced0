package chaos

import (
	"encoding/json"
	"fmt"
	"time"

	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
	"github.com/aftercare/aftercare/workflows"
)

// Moment is one workflow task in which something happened: what the case would have written into PostgreSQL, reckoned anew from
// Temporal's history alone.
type Moment struct {
	At     time.Time // the case's own time
	Base   int64     // the revision the task began with
	Events []schemas.Event
	Row    schemas.View
}

// replay reckons the moments of one run. A history that cannot be replayed says why.
func (l *Lived) replay(runID string, events []*historypb.HistoryEvent) {
	ear := &listener{}
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		Interceptors:             []interceptor.WorkerInterceptor{ear},
		DisableDeadlockDetection: true, // it calls a second's wait for a turn on a busy machine a deadlock
	})
	if err == nil {
		replayer.RegisterWorkflowWithOptions(workflows.Return, workflow.RegisterOptions{Name: schemas.WorkflowReturn})
		replayer.RegisterWorkflowWithOptions(workflows.Exchange, workflow.RegisterOptions{Name: schemas.WorkflowExchange})
		err = replayer.ReplayWorkflowHistoryWithOptions(silent{}, &historypb.History{Events: events}, worker.ReplayWorkflowHistoryOptions{
			OriginalExecution: workflow.Execution{ID: l.CaseID, RunID: runID},
		})
	}
	if err != nil {
		l.Broken = fmt.Sprintf("run %s cannot be replayed: %v", runID, err)
	}
	l.Moments = append(l.Moments, ear.moments...)
}

// listener hears what a case writes while it is replayed. Nothing is carried out: the answers are those of the history.
type listener struct {
	interceptor.WorkerInterceptorBase
	moments []Moment
}

func (l *listener) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &inbound{WorkflowInboundInterceptorBase: interceptor.WorkflowInboundInterceptorBase{Next: next}, listener: l}
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	listener *listener
}

func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&outbound{WorkflowOutboundInterceptorBase: interceptor.WorkflowOutboundInterceptorBase{Next: next}, listener: i.listener})
}

type outbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	listener *listener
}

func (o *outbound) ExecuteLocalActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	if name == schemas.RowsWrite.Name && len(args) == 1 {
		o.listener.hear(workflow.Now(ctx), args[0])
	}
	return o.Next.ExecuteLocalActivity(ctx, name, args...)
}

// hear keeps a copy: the case goes on with what it has written.
func (l *listener) hear(at time.Time, written any) {
	raw, err := json.Marshal(written)
	if err != nil {
		return
	}
	var flush schemas.Flush
	if json.Unmarshal(raw, &flush) == nil {
		l.moments = append(l.moments, Moment{At: at, Base: flush.Base, Events: flush.Events, Row: flush.Row})
	}
}

// silent keeps the SDK's own words out of a terminal that belongs to somebody else.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}

// Timeline is every event of the case by its revision, from all its moments.
func (l *Lived) Timeline() map[int64]schemas.Event {
	line := map[int64]schemas.Event{}
	for _, m := range l.Moments {
		for _, e := range m.Events {
			line[e.Revision] = e
		}
	}
	return line
}

// Last is the row of the case after its last moment.
func (l *Lived) Last() (schemas.View, bool) {
	if len(l.Moments) == 0 {
		return schemas.View{}, false
	}
	return l.Moments[len(l.Moments)-1].Row, true
}
