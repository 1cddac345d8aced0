package endtoend

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/proto"

	"github.com/aftercare/aftercare/schemas"
)

// The case that lines go on in has started, and the one they come from has not heard of it when its worker is killed.
func TestAWorkerKilledWhileLinesGoOnInAnotherCaseLosesNothing(t *testing.T) {
	t.Parallel()
	long(t)
	h, w := onTheWire(t, need{})
	r := h.wish(bought, oneLine)
	id := schemas.CaseID(r.MerchantID, r.RequestID)
	next := schemas.SuccessorID(id)
	started, once := make(chan struct{}), sync.Once{}
	begun := func(task *workflowservice.PollWorkflowTaskQueueResponse) bool {
		for _, e := range task.GetHistory().GetEvents() {
			if task.GetWorkflowExecution().GetWorkflowId() == id && e.GetEventType() == enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED {
				return true
			}
		}
		return false
	}
	w.take(func(c *call) bool {
		// A worker hears of its next task by polling, or with the answer to the one before.
		task := &workflowservice.PollWorkflowTaskQueueResponse{}
		if c.method != "PollWorkflowTaskQueue" && c.method != "RespondWorkflowTaskCompleted" {
			return false
		}
		out, err := c.wire.pass(c.ctx, workflowService+c.method, c.body)
		switch c.method {
		case "PollWorkflowTaskQueue":
			_ = proto.Unmarshal(out, task)
		default:
			answer := &workflowservice.RespondWorkflowTaskCompletedResponse{}
			_ = proto.Unmarshal(out, answer)
			task = answer.GetWorkflowTask()
		}
		if err == nil && begun(task) {
			once.Do(func() { close(started) })
			c.hold()
			return true
		}
		c.answer(out, err)
		return true
	})
	h.startWorker() // only now: a poll that is under way would pass by unseen
	h.returned(r)
	h.do(id, schemas.CaseConvert.Name, customerOf(r), schemas.Convert{To: schemas.KindExchange, ReplacementSKU: likeIt})
	select {
	case <-started:
	case <-time.After(patience):
		t.Fatal("the exchange did not start")
	}
	require.Equal(t, schemas.Converting, h.row(id).State)
	h.worker.Kill()
	w.take(nil)
	h.startWorker()
	h.awaitEnd(id, schemas.Converted)
	v := h.awaitState(next, schemas.Received)
	require.Equal(t, 1, happenings(v, schemas.EventOpened))
	require.Equal(t, next, h.row(id).SuccessorID)
	h.sound()
}
