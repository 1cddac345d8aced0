package endtoend

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/aftercare/aftercare/cases"
	"github.com/aftercare/aftercare/internal/app"
	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// terminate ends the workflow of a case from outside, as somebody does who presses the wrong button, when its rows say no more and no less
// than Temporal does.
func (h *house) terminate(caseID string) {
	h.t.Helper()
	h.await(caseID, "nothing of it is on its way to the rows", func(v schemas.View) bool {
		own, err := h.cases.Ask(h.t.Context(), caseID)
		return err == nil && own.Revision == v.Revision
	})
	require.NoError(h.t, h.temporal.TerminateWorkflow(h.t.Context(), caseID, "", "by mistake"))
}

// sweepsByHand keeps the schedule from looking for lost cases before the test does.
func (h *house) sweepsByHand() {
	h.t.Helper()
	require.NoError(h.t, h.temporal.ScheduleClient().GetHandle(h.t.Context(), app.SweepSchedule).Pause(h.t.Context(), client.SchedulePauseOptions{Note: "a test looks"}))
}

// sweep looks for lost cases as an operator does.
func (h *house) sweep(args ...string) schemas.Swept {
	h.t.Helper()
	return of[schemas.Swept](h.t, h.starter(append([]string{"sweep", "--json"}, args...)...).done(h.t).out)
}

func (h *house) adopt(caseID string) cases.Adopted {
	h.t.Helper()
	return of[cases.Adopted](h.t, h.starter("adopt", caseID, "--as", supervisor.String(), "--reason", "terminated by mistake", "--json").done(h.t).out)
}

func of[T any](t *testing.T, out string) (v T) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(out), &v), out)
	return v
}

// lost is a state in which a case is ended from outside, and how it goes on once somebody has taken it on.
type lost struct {
	name   string
	bring  func(h *house, r schemas.Request) string
	goesOn func(h *house, id string, r schemas.Request)
}

// fromTransit brings the goods of a successor in and has them accepted.
func (h *house) fromTransit(id string) {
	h.awaitState(id, schemas.ReturnInTransit)
	h.carrier(id, schemas.ParcelDeliver.Name)
	h.fromReceived(id)
}

func (h *house) fromReceived(id string) {
	h.awaitState(id, schemas.Received)
	h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{Disposition: schemas.Restock})
}

var losses = []lost{
	{"before anybody has decided", func(h *house, r schemas.Request) string { return h.reviewed(r) }, func(h *house, id string, r schemas.Request) {
		h.awaitState(id, schemas.Review)
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.do(id, schemas.ReturnSubmitWaybill.Name, customerOf(r), schemas.SubmitWaybill{Carrier: "sandbox", Waybill: waybill()})
		h.fromTransit(id)
	}},
	{"while the goods travel", func(h *house, r schemas.Request) string {
		id := h.shipped(r, "default", waybill())
		h.carrier(id, schemas.ParcelScanned.Name)
		return id
	}, func(h *house, id string, _ schemas.Request) { h.fromTransit(id) }},
	{"while the goods arrive", func(h *house, r schemas.Request) string {
		id := h.shipped(r, "default", waybill())
		h.carrier(id, schemas.ParcelScanned.Name)
		return id
	}, func(h *house, id string, _ schemas.Request) {
		h.fromReceived(id) // the delivery was reported when nobody listened
	}},
	{"when the goods are there", func(h *house, r schemas.Request) string { return h.returned(r) }, func(h *house, id string, _ schemas.Request) { h.fromReceived(id) }},
	{"with a refund whose answers are lost", func(h *house, r schemas.Request) string {
		id := h.returned(r)
		require.NoError(h.t, h.world.Tell(h.t.Context(), sandbox.SystemPayments, "refund", sandbox.Lose, 1000, "", id+"/"))
		h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{Disposition: schemas.Restock})
		h.until(id+": the provider has the order", func() bool { return h.ordered(id) > 0 })
		return id
	}, func(*house, string, schemas.Request) {}},
	{"with a refund that is under way", func(h *house, r schemas.Request) string {
		id := h.returned(r)
		require.NoError(h.t, h.world.Tell(h.t.Context(), sandbox.SystemPayments, Settling, sandbox.Slow, 1, "24h", id+"/"))
		h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{Disposition: schemas.Restock})
		h.awaitState(id, schemas.RefundProcessing)
		return id
	}, func(h *house, _ string, r schemas.Request) { h.settles(schemas.CaseID(r.MerchantID, r.RequestID)) }},
	{"with a refund that failed", func(h *house, r schemas.Request) string {
		isFaulty(&r)
		keeps(&r)
		withPhoto(&r)
		return h.failing(r, string(schemas.CodeDeclined))
	}, func(h *house, id string, _ schemas.Request) {
		h.awaitState(id, schemas.RefundFailed)
		h.do(id, schemas.RefundRetry.Name, finance, schemas.RetryRefund{})
	}},
	{"after the money has moved", func(h *house, r schemas.Request) string {
		isFaulty(&r)
		keeps(&r)
		withPhoto(&r)
		id := h.reviewed(r)
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.awaitState(id, schemas.FollowUp)
		return id
	}, func(*house, string, schemas.Request) {}},
}

// ordered counts the refunds of a case that the provider has.
func (h *house) ordered(caseID string) (n int) {
	h.t.Helper()
	for r, err := range h.world.Books().Refunds(h.t.Context(), merchant) {
		require.NoError(h.t, err)
		if strings.HasPrefix(r.Key, caseID+"/") {
			n++
		}
	}
	return n
}

func TestACaseEndedFromOutsideIsFoundAndGoneOnWithAndPaysOnce(t *testing.T) {
	t.Parallel()
	long(t)
	h := openHouse(t)
	h.sweepsByHand()
	for _, l := range losses {
		t.Run(l.name, func(t *testing.T) {
			h := h.in(t)
			r := h.wish(bought)
			id := l.bring(h, r)
			h.terminate(id)
			before := h.row(id)
			if l.name == "while the goods arrive" {
				p := before.Parcels[0]
				noted := h.report(schemas.ParcelDeliver.Name, "courier", waybill(), before.Now, schemas.ParcelWord{Waybill: p.Waybill, Carrier: p.Carrier})
				require.True(t, noted.Late, "nobody listens")
			}

			swept := h.sweep()
			require.Len(t, swept.Lost, 1)
			require.Equal(t, schemas.Terminated, swept.Lost[0].Lost.How)
			require.Equal(t, "by mistake", swept.Lost[0].Lost.Reason)
			row := h.row(id)
			require.NotNil(t, row.Lost)
			require.Equal(t, before.State, row.State)
			again := h.sweep(id)
			require.False(t, len(again.Lost) > 0 && again.Lost[0].New, "it is found once")
			require.Equal(t, 1, happenings(h.row(id), schemas.EventLost))
			listed := h.starter("list", "--lost", "--json").done(t).views(t)
			require.Len(t, listed, 1)
			require.Equal(t, id, listed[0].CaseID)
			h.starter("list", "--lost").done(t)
			refusal := h.refused(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
			require.Contains(t, refusal.Message, "starter adopt "+id)

			adopted := h.adopt(id)
			require.Equal(t, schemas.SuccessorID(id), adopted.CaseID)
			require.False(t, adopted.Existed)
			next := adopted.CaseID
			h.await(next, "it goes on", func(v schemas.View) bool { return happenings(v, schemas.EventAdopted) > 0 })
			require.True(t, h.adopt(id).Existed, "adopting twice is adopting once")
			old := h.row(id)
			require.Equal(t, schemas.Adopted, old.Outcome)
			require.Equal(t, next, old.SuccessorID)
			v := h.row(next)
			require.Equal(t, before.Owner, v.Owner)
			for _, k := range before.Clocks {
				if k.Name == "max" && v.State != schemas.FollowUp { // where it is paid already, that clock is over
					require.Equal(t, k.Due.UTC(), dueOf(v, "max"), "dues stay")
				}
			}

			l.goesOn(h, next, r)
			v = h.awaitState(next, schemas.FollowUp)
			require.EqualValues(t, 6550, v.Money.Refunded.Minor, timeline(v))
			require.Equal(t, 1, h.ordered(id)+h.ordered(next), "ordered once\n%s", timeline(v))
			require.Equal(t, 1, h.toldOfLoss(id, v.Owner))
			h.sound()
			h.balanced()
			require.Empty(t, h.sweep().Lost)
		})
	}
}

func dueOf(v schemas.View, name string) time.Time {
	for _, k := range v.Clocks {
		if k.Name == name {
			return k.Due.UTC()
		}
	}
	return time.Time{}
}

// toldOfLoss counts what a person was told of a case that nobody serves.
func (h *house) toldOfLoss(caseID, person string) (n int) {
	h.t.Helper()
	for m, err := range h.world.Books().Messages(h.t.Context(), merchant) {
		require.NoError(h.t, err)
		if m.CaseID == caseID && m.Template == "staff.case_lost" && m.To.ID == person {
			n++
		}
	}
	return n
}

func TestOnlyALostCaseIsAdopted(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	adopting := func(id, as string) schemas.Code {
		s := h.starter("adopt", id, "--as", as, "--json")
		require.Equal(t, 1, s.code, s.errors)
		var answer struct{ Refused schemas.Refusal }
		require.NoError(t, json.Unmarshal([]byte(s.out), &answer), s.out)
		require.NotEmpty(t, answer.Refused.Message)
		return answer.Refused.Code
	}
	r := h.wish(bought)
	id := h.reviewed(r)
	require.Equal(t, schemas.CodeAlreadyDone, adopting(id, "supervisor:supervisor-1"), "it is alive")
	require.Equal(t, schemas.CodeWrongRole, adopting(id, "agent:agent-1"))
	require.Equal(t, schemas.CodeUnknownCase, adopting("shop:nobody", "supervisor:supervisor-1"))
	require.Equal(t, schemas.CodeUnknownCase, adopting("nonsense", "supervisor:supervisor-1"))
	h.do(id, schemas.CaseWithdraw.Name, customerOf(r), schemas.Withdraw{})
	h.awaitState(id, schemas.FollowUp)
	unknown := h.wish(bought)
	unknown.OrderID = "nowhere"
	closed := h.open(unknown, "default")
	h.awaitEnd(closed, schemas.Invalid)
	require.Equal(t, schemas.CodeCaseClosed, adopting(closed, "supervisor:supervisor-1"), "it has ended by itself")
}

func TestACaseNobodyHasSweptYetIsAdoptedAllTheSame(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	id := h.reviewed(h.wish(bought))
	h.terminate(id)
	next := h.adopt(id).CaseID
	h.awaitState(next, schemas.Review)
	require.NotNil(t, h.row(id).Lost)
	h.sound()
}

func TestADeletedWorkflowIsFound(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.sweepsByHand()
	id := h.reviewed(h.wish(bought))
	_, err := h.temporal.WorkflowService().DeleteWorkflowExecution(t.Context(), &workflowservice.DeleteWorkflowExecutionRequest{
		Namespace: h.namespace, WorkflowExecution: execution(id, ""),
	})
	require.NoError(t, err)
	h.until("it is gone", func() bool {
		_, err := h.temporal.DescribeWorkflowExecution(t.Context(), id, "")
		return err != nil
	})
	swept := h.sweep()
	require.Len(t, swept.Lost, 1)
	require.Equal(t, schemas.Deleted, swept.Lost[0].Lost.How)
	h.awaitState(h.adopt(id).CaseID, schemas.Review)
}

// A workflow that somebody resets runs on from an earlier point, in another run. It is alive, and its rows follow it: what they had beyond
// that point never happened.
func TestAResetWorkflowIsAliveAndItsRowsFollowIt(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.sweepsByHand()
	r := h.wish(bought)
	id := h.reviewed(r)
	h.do(id, schemas.CaseNote.Name, agent, schemas.Message{EvidenceIDs: []string{"photo-1"}})
	h.do(id, schemas.CaseNote.Name, agent, schemas.Message{EvidenceIDs: []string{"photo-2"}})
	before := h.await(id, "two notes", func(v schemas.View) bool { return happenings(v, schemas.CaseNote.Name) == 2 })
	run, err := h.temporal.ResetWorkflowExecution(t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace: h.namespace, WorkflowExecution: execution(id, ""), Reason: "go back", RequestId: "reset-1",
		WorkflowTaskFinishEventId: h.taskAfterIntake(id), ResetReapplyType: enums.RESET_REAPPLY_TYPE_NONE,
	})
	require.NoError(t, err)
	require.NotEmpty(t, run.GetRunId())
	h.until("the case answers", func() bool {
		own, err := h.cases.Ask(t.Context(), id)
		return err == nil && own.Revision < before.Revision
	})
	swept := h.sweep()
	require.Empty(t, swept.Lost, "it is alive")
	v := h.row(id)
	require.Less(t, v.Revision, before.Revision, timeline(v))
	require.Zero(t, happenings(v, schemas.CaseNote.Name), "they never happened")
	h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
	v = h.awaitState(id, schemas.WaitShipback)
	require.Equal(t, 1, happenings(v, schemas.ReviewApprove.Name))
	h.sound()
	require.Empty(t, h.sweep().Revived)
}

// taskAfterIntake is the workflow task that took intake's answer.
func (h *house) taskAfterIntake(id string) (task int64) {
	h.t.Helper()
	events := h.temporal.GetWorkflowHistory(h.t.Context(), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	answered := false
	for events.HasNext() {
		e, err := events.Next()
		require.NoError(h.t, err)
		answered = answered || e.GetEventType() == enums.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
		if answered && e.GetEventType() == enums.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			return e.GetEventId()
		}
	}
	require.FailNow(h.t, "no task")
	return 0
}

func TestTheSweepIsScheduledOnceAndStaysPaused(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	handle := h.temporal.ScheduleClient().GetHandle(t.Context(), app.SweepSchedule)
	described, err := handle.Describe(t.Context())
	require.NoError(t, err)
	require.Equal(t, 5*time.Minute, described.Schedule.Spec.Intervals[0].Every)
	require.Equal(t, enums.SCHEDULE_OVERLAP_POLICY_SKIP, described.Schedule.Policy.Overlap)
	require.NoError(t, handle.Pause(t.Context(), client.SchedulePauseOptions{Note: "we are moving house"}))
	require.NoError(t, app.EnsureSweep(t.Context(), h.temporal))
	described, err = handle.Describe(t.Context())
	require.NoError(t, err)
	require.True(t, described.Schedule.State.Paused, "another worker does not undo what somebody has decided")
	require.Equal(t, "we are moving house", described.Schedule.State.Note)
	require.NoError(t, handle.Unpause(t.Context(), client.ScheduleUnpauseOptions{}))

	id := h.reviewed(h.wish(bought))
	h.terminate(id)
	require.NoError(t, handle.Trigger(t.Context(), client.ScheduleTriggerOptions{}))
	h.await(id, "the schedule has found it", func(v schemas.View) bool { return v.Lost != nil })
}

func TestAnExchangeEndedFromOutsideGivesBackWhatWasKeptAndKeepsItAnew(t *testing.T) {
	t.Parallel()
	long(t)
	h := openHouse(t)
	h.sweepsByHand()
	for name, sku := range map[string]string{"the same price": likeIt, "a dearer one": dearer, "a cheaper one": cheaper} {
		t.Run(name, func(t *testing.T) {
			h := h.in(t)
			r := h.wish(bought, swaps(sku))
			id := h.opened(r)
			h.awaitState(id, schemas.Review)
			h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
			h.awaitState(id, schemas.WaitShipback)
			h.terminate(id)
			require.Len(t, h.sweep().Lost, 1)
			h.none("stock kept for a case that nobody serves", `select key from sandbox.reservations where status in ('held', 'waiting') and key like '`+id+`/%'`)
			next := h.adopt(id).CaseID
			v := h.await(next, "it keeps the replacement", func(v schemas.View) bool {
				return len(v.Lines) > 0 && v.Lines[0].Replacement != nil && v.Lines[0].Replacement.StockKey != ""
			})
			require.Equal(t, schemas.WaitShipback, v.State)
			h.do(next, schemas.ReturnSubmitWaybill.Name, customerOf(r), schemas.SubmitWaybill{Carrier: "sandbox", Waybill: waybill()})
			h.carrier(next, schemas.ParcelScanned.Name)
			h.awaitState(next, schemas.ReturnInTransit)
			h.carrier(next, schemas.ParcelDeliver.Name)
			h.awaitState(next, schemas.Received)
			h.do(next, schemas.InspectionPass.Name, inspector, schemas.Pass{Disposition: schemas.Restock})
			h.awaitState(next, schemas.ReplacementInTransit)
			h.terminate(next) // once more, with the replacement on its way
			last := h.adopt(next).CaseID
			require.Equal(t, schemas.SuccessorID(next), last)
			h.awaitState(last, schemas.ReplacementInTransit)
			h.do(last, schemas.ReplacementConfirm.Name, customerOf(r), schemas.OnLines{})
			v = h.awaitState(last, schemas.FollowUp)
			require.Equal(t, max(0, price[sku]-4000), v.Money.Charged.Minor, timeline(v))
			require.Equal(t, max(0, 4000-price[sku]), v.Money.Refunded.Minor, timeline(v))
			h.sound()
			h.balanced()
		})
	}
}

var price = map[string]int64{likeIt: 4000, dearer: 4600, cheaper: 3500}

// A request that was opened while no worker ran, and terminated before one did, is known to Temporal alone. It is found all the same, its
// people are told, and whoever takes it on has it taken in from the start.
func TestARequestThatWasEndedBeforeItHadARowIsFoundAndTakenInAnew(t *testing.T) {
	t.Parallel()
	h := openHouse(t, need{noWorker: true})
	lost, alive := h.wish(bought), h.wish(bought)
	id, other := h.opened(lost), h.opened(alive)
	require.NoError(t, h.temporal.TerminateWorkflow(t.Context(), id, "", "by mistake"))
	h.startWorker()
	h.sweepsByHand()
	h.awaitState(other, schemas.Review)
	h.until("the sweep has found it", func() bool {
		h.sweep()
		v, err := h.store.CaseRow(t.Context(), id)
		return err == nil && v.Lost != nil
	})
	v := h.row(id)
	require.Equal(t, schemas.Terminated, v.Lost.How)
	require.Equal(t, "by mistake", v.Lost.Reason)
	require.Equal(t, lost.OrderID, v.OrderID)
	require.Equal(t, 1, h.toldOfLoss(id, supervisor.ID))
	require.Contains(t, h.starter("list", "--lost").done(t).out, id)
	require.Nil(t, h.row(other).Lost)

	next := h.adopt(id).CaseID
	v = h.awaitState(next, schemas.Review)
	require.Len(t, v.Lines, 2)
	require.Equal(t, id, v.PredecessorID)
	require.Equal(t, schemas.Adopted, h.row(id).Outcome)
	require.Empty(t, h.sweep().Lost)
	h.soundCase(other)
	h.soundCase(next)
}
