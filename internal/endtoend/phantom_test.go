package endtoend

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/proto"

	"github.com/aftercare/aftercare/internal/play"
	"github.com/aftercare/aftercare/schemas"
)

// The rows of a case are written before its workflow task is. When the worker and Temporal both go down between the two, the
// archive holds a decision that never happened; what happens next must take its place.
func TestADecisionWhoseTaskWasLostIsNotInTheArchive(t *testing.T) {
	t.Parallel()
	long(t)
	h, w := onTheWire(t, need{ownTemporal: true})
	h.startWorker()
	r := h.wish(bought)
	caseID := h.open(r, "default")
	h.awaitState(caseID, schemas.Review)
	h.soundCase(caseID) // the case answers, so the task that brought it here is over

	// From here on no workflow task is ever answered.
	w.take(func(c *call) bool {
		if c.method != "RespondWorkflowTaskCompleted" {
			return false
		}
		c.hold()
		return true
	})
	deciding, giveUp := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() {
		_, err := h.cases.Send(deciding, caseID, schemas.ReviewApprove.Name, schemas.Order{CommandID: "lost", Actor: agent, Body: raw(t, schemas.Approve{})})
		answered <- err
	}()
	phantom := h.await(caseID, "the approval is in the archive", func(v schemas.View) bool { return happenings(v, schemas.ReviewApprove.Name) == 1 })
	require.Equal(t, schemas.WaitShipback, phantom.State)
	h.worker.Kill()
	h.server.Kill()
	giveUp()
	require.Error(t, <-answered, "nobody was told that the approval was taken")
	h.server.Start()
	w.take(nil)
	h.startWorker()

	// Something else happens instead. The approval never did.
	h.do(caseID, schemas.CaseMessage.Name, customerOf(r), schemas.Message{EvidenceIDs: []string{"photo-1"}})
	v := h.await(caseID, "the message is there", func(v schemas.View) bool { return happenings(v, schemas.CaseMessage.Name) == 1 })
	require.Zero(t, happenings(v, schemas.ReviewApprove.Name), "%s", timeline(v))
	require.Equal(t, schemas.Review, v.State)
	require.EqualValues(t, 3, v.Revision)
	h.sound()

	h.do(caseID, schemas.ReviewReject.Name, agent, schemas.Reject{Reason: "not_eligible"})
	h.awaitState(caseID, schemas.RejectedAppealable)
	h.sound()
}

// Every answer of the worker's is lost once on its way: every workflow task is done twice, and every effect too.
func TestEveryAnswerOfTheWorkerIsLostOnce(t *testing.T) {
	t.Parallel()
	long(t)
	h, w := onTheWire(t, need{})
	var mu sync.Mutex
	tasks, effects := 0, map[string]int{}
	lost := &failurepb.Failure{Message: "the answer was lost", FailureInfo: &failurepb.Failure_ApplicationFailureInfo{ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Type: "lost"}}}
	attempts := map[string]bool{} // tokens of second attempts differ, so what is lost is counted by what the poll said
	w.take(func(c *call) bool {
		switch c.method {
		case "PollWorkflowTaskQueue":
			out, err := c.wire.pass(c.ctx, workflowService+c.method, c.body)
			if err == nil {
				polled := &workflowservice.PollWorkflowTaskQueueResponse{}
				if proto.Unmarshal(out, polled) == nil && polled.GetAttempt() == 1 && polled.GetQuery() == nil {
					mu.Lock()
					attempts["w"+string(polled.GetTaskToken())] = true
					mu.Unlock()
				}
			}
			c.answer(out, err)
			return true
		case "PollActivityTaskQueue":
			out, err := c.wire.pass(c.ctx, workflowService+c.method, c.body)
			if err == nil {
				polled := &workflowservice.PollActivityTaskQueueResponse{}
				if proto.Unmarshal(out, polled) == nil && polled.GetAttempt() == 1 {
					mu.Lock()
					attempts["a"+string(polled.GetTaskToken())] = true
					effects[polled.GetActivityType().GetName()]++
					mu.Unlock()
				}
			}
			c.answer(out, err)
			return true
		case "RespondWorkflowTaskCompleted":
			done := &workflowservice.RespondWorkflowTaskCompletedRequest{}
			if proto.Unmarshal(c.body, done) != nil {
				return false
			}
			mu.Lock()
			lose := attempts["w"+string(done.GetTaskToken())]
			if lose {
				tasks++
			}
			mu.Unlock()
			if !lose {
				// An activity on the worker's own queue may come back with the answer instead of being polled for.
				out, err := c.wire.pass(c.ctx, workflowService+c.method, c.body)
				answer := &workflowservice.RespondWorkflowTaskCompletedResponse{}
				if err == nil && proto.Unmarshal(out, answer) == nil {
					mu.Lock()
					for _, a := range answer.GetActivityTasks() {
						attempts["a"+string(a.GetTaskToken())] = true
						effects[a.GetActivityType().GetName()]++
					}
					mu.Unlock()
				}
				c.answer(out, err)
				return true
			}
			c.instead("RespondWorkflowTaskFailed", &workflowservice.RespondWorkflowTaskFailedRequest{
				TaskToken: done.GetTaskToken(), Namespace: done.GetNamespace(), Identity: done.GetIdentity(), Failure: lost,
				Cause: enums.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
			}, &workflowservice.RespondWorkflowTaskCompletedResponse{})
			return true
		case "RespondActivityTaskCompleted":
			done := &workflowservice.RespondActivityTaskCompletedRequest{}
			if proto.Unmarshal(c.body, done) != nil {
				return false
			}
			mu.Lock()
			lose := attempts["a"+string(done.GetTaskToken())]
			mu.Unlock()
			if !lose {
				return false
			}
			c.instead("RespondActivityTaskFailed", &workflowservice.RespondActivityTaskFailedRequest{
				TaskToken: done.GetTaskToken(), Namespace: done.GetNamespace(), Identity: done.GetIdentity(), Failure: lost,
			}, &workflowservice.RespondActivityTaskCompletedResponse{})
			return true
		}
		return false
	})
	h.startWorker()
	requests := []schemas.Request{h.wish(bought), h.wish(bought, isFaulty), h.wish(threeTimes), h.wish(dear), h.wish(bought, oneLine)}
	owed := []int64{6550, 6550, 3000, 150000, 4000}
	results, err := h.play(t.Context(), play.Prompt, "demo", false, requests)
	require.NoError(t, err)
	for i, got := range results {
		require.Equal(t, schemas.Completed, got.View.Outcome, timeline(got.View))
		require.Equal(t, owed[i], got.View.Money.Refunded.Minor)
	}
	w.take(nil)
	h.sound()
	for _, name := range []string{
		schemas.CaseIntake.Name, schemas.ParcelLabel.Name, schemas.ParcelRegister.Name, schemas.RefundRequest.Name, schemas.RefundConfirm.Name,
		schemas.GoodsDispose.Name, schemas.NoticeSend.Name, schemas.SurveyInvite.Name,
	} {
		require.Positive(t, effects[name], "%s was never lost", name)
	}
	h.none("message that left twice", `select case_id || chr(32) || template || chr(32) || string_agg(key, chr(32)) from sandbox.messages where to_role = 'customer' group by case_id, template, to_id, at having count(*) > 1`)
	t.Logf("lost: %d workflow tasks, effects %v", tasks, effects)
}
