package workflows_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
	"github.com/aftercare/aftercare/workflows"
)

func TestTheSameCommandTwiceIsOneDecisionWithOneAnswer(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	var first, second *answerOf
	tl.steps[0].do = func() {
		first = send(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}, "one", 0)
		tl.env.RegisterDelayedCallback(func() { second = send(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}, "one", 0) }, time.Minute)
	}
	tl.later(schemas.RefundProcessing, 2*time.Minute, says(tl, schemas.RefundSuccess, refundWord(1)))
	v := tl.run()
	require.Nil(t, first.refusal)
	require.Nil(t, second.refusal)
	require.Equal(t, first.receipt, second.receipt)
	require.Len(t, named(v, schemas.ReviewApprove.Name), 1)
}

func TestACommandIDThatWasUsedForSomethingElseIsRefused(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly()
	tl.in(schemas.Review, func() { send(tl, schemas.CaseNote, anAgent, schemas.Message{TextID: "t-1"}, "once", 0) })
	tl.in(schemas.Review, func() {
		same := send(tl, schemas.CaseNote, anAgent, schemas.Message{TextID: "t-1"}, "once", 0)
		tl.env.RegisterDelayedCallback(func() {
			require.Nil(t, same.refusal)
			require.Equal(t, schemas.CaseNote.Name, same.receipt.Command)
		}, 0)
		for what, a := range map[string]*answerOf{
			"another command": send(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}, "once", 0),
			"another actor":   send(tl, schemas.CaseNote, who(schemas.RoleAgent, "agent-2"), schemas.Message{TextID: "t-1"}, "once", 0),
			"another body":    send(tl, schemas.CaseNote, anAgent, schemas.Message{TextID: "t-2"}, "once", 0),
		} {
			tl.env.RegisterDelayedCallback(func() {
				require.NotNil(t, a.refusal, what)
				require.Equal(t, schemas.CodeAlreadyDone, a.refusal.Code)
				require.Contains(t, a.refusal.Message, "was used for case.note by agent:agent-1")
			}, 0)
		}
		tl.env.SignalWorkflow(schemas.ReviewApprove.Name, schemas.Order{CommandID: "once", Actor: anAgent})
	})
	v := tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Len(t, named(v, schemas.CaseNote.Name), 1)
	require.Len(t, named(v, schemas.EventRefused), 1, "a signal of that kind becomes an event")
}

func TestADecisionOnAnOldRevisionIsRefusedWithTheCurrentOne(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	var stale *answerOf
	tl.steps[0].do = func() {
		seen := tl.last().Revision
		does(tl, schemas.CaseNote, anAgent, schemas.Message{TextID: "t-1"})()
		tl.env.RegisterDelayedCallback(func() {
			stale = send(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}, "", seen)
			// Words are welcome whatever was looked at.
			send(tl, schemas.CaseMessage, theCustomer, schemas.Message{TextID: "t-2"}, "", seen)
			tl.env.RegisterDelayedCallback(func() {
				a := send(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}, "", tl.last().Revision)
				tl.env.RegisterDelayedCallback(func() { require.Nil(t, a.refusal) }, 0)
			}, time.Minute)
		}, time.Minute)
	}
	tl.later(schemas.RefundProcessing, time.Minute, says(tl, schemas.RefundSuccess, refundWord(1)))
	v := tl.run()
	require.Equal(t, schemas.CodeStale, stale.refusal.Code)
	require.Greater(t, stale.refusal.Revision, int64(0))
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, named(v, schemas.CaseMessage.Name), 1)
}

func TestARefusedCommandLeavesNoTraceAndMayBeSentAgain(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved()
	var wrong *answerOf
	tl.in(schemas.WaitShipback, func() {
		before := tl.last().Revision
		wrong = send(tl, schemas.InspectionPass, anInspector, schemas.Pass{}, "pass", 0)
		tl.env.RegisterDelayedCallback(func() {
			require.Equal(t, schemas.CodeWrongState, wrong.refusal.Code)
			require.Contains(t, wrong.refusal.Message, "return.submit_waybill", "the answer says what would fit")
			require.Equal(t, before, tl.last().Revision)
			does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"})()
		}, time.Minute)
	})
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, func() {
		a := send(tl, schemas.InspectionPass, anInspector, schemas.Pass{}, "pass", 0)
		tl.env.RegisterDelayedCallback(func() { require.Nil(t, a.refusal) }, 0)
	})
	tl.refunded()
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestCommandsMaySignalAndARefusedOneBecomesAnEvent(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		order := schemas.Order{CommandID: "s-1", Actor: who(schemas.RoleInspector, "i-1"), Body: encode(t, schemas.Approve{})}
		tl.env.SignalWorkflow(schemas.ReviewApprove.Name, order)
		order.Actor = anAgent
		tl.env.SignalWorkflow(schemas.ReviewApprove.Name, order)
		tl.env.SignalWorkflow(schemas.ReviewApprove.Name, order)
		tl.env.SignalWorkflow(schemas.CaseNote.Name, "not an envelope")
		tl.env.SignalWorkflow("case.do_anything", map[string]string{"a": "b"})
		tl.env.SignalWorkflow(schemas.ParcelScanned.Name, schemas.Report{Source: "x"})
		tl.env.SignalWorkflow(schemas.ParcelScanned.Name, schemas.Report{Source: "x", EventID: "y", OccurredAt: started, Body: json.RawMessage(`{"waybill":5}`)})
	}
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	refused := named(v, schemas.EventRefused)
	codes := []string{}
	for _, e := range refused {
		codes = append(codes, e.Data["code"])
	}
	require.ElementsMatch(t, []string{"wrong_role", "wrong_type", "unknown_command", "missing_field", "wrong_type"}, codes)
	approved := named(v, schemas.ReviewApprove.Name)
	require.Len(t, approved, 1, "the same command id counts once")
	require.Equal(t, schemas.DoorSignal, approved[0].Door)
}

func TestFactsComeTwiceLateAndForNobody(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved().ships()
	tl.in(schemas.ReturnInTransit, func() {
		report(tl, schemas.ParcelScanned, parcelWord("SF1"), "scan")
		report(tl, schemas.ParcelScanned, parcelWord("SF1"), "scan")
		report(tl, schemas.ParcelDeliver, parcelWord("OTHER"), "foreign")
		report(tl, schemas.ParcelDeliver, parcelWord("SF1"), "delivered")
	})
	tl.in(schemas.Received, func() {
		report(tl, schemas.ParcelScanned, parcelWord("SF1"), "a scan that was late")
		report(tl, schemas.ParcelLoss, parcelWord("SF1"), "lost, says somebody")
		report(tl, schemas.RefundSuccess, schemas.RefundWord{RefundID: "shop:r-9/refund/1"}, "not ours")
		does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
	})
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, named(v, schemas.ParcelScanned.Name), 1)
	require.Len(t, named(v, schemas.EventLateFact), 4)
	require.Equal(t, schemas.ParcelDelivered, v.Parcels[0].Status, "never backwards from delivered")
}

func TestADatabaseThatIsAwayHoldsUpNobody(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	away := true
	tl.write = func(f schemas.Flush) (schemas.Written, error) {
		if away {
			return schemas.Written{}, errors.New("connection refused")
		}
		return schemas.Written{}, nil
	}
	tl.steps = nil
	var answer *answerOf
	tl.env.RegisterDelayedCallback(func() { answer = send(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}, "", 0) }, time.Minute)
	tl.env.RegisterDelayedCallback(func() {
		require.Nil(t, answer.refusal, "the person is answered")
		require.Equal(t, schemas.RefundProcessing, tl.last().State, "and the story goes on")
		says(tl, schemas.RefundSuccess, refundWord(1))()
	}, 2*time.Minute)
	tl.env.RegisterDelayedCallback(func() { away = false }, 3*time.Minute)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	for i := range v.Events {
		require.Contains(t, tl.events, int64(i+1), "the archive has caught up")
	}
}

// The clock that writes the rows again is the one clock that a case keeps when it ends.
func TestACaseThatEndsWhileTheDatabaseIsAwayIsWrittenAfterwards(t *testing.T) {
	t.Parallel()
	for name, begins := range map[string]func(schemas.View) bool{
		"where it was away before the end": func(v schemas.View) bool { return v.State == schemas.FollowUp },
		"where it is away at the end":      func(v schemas.View) bool { return v.ClosedAt != nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tl := paid(t).refunded()
			away, tries := false, 0
			tl.write = func(f schemas.Flush) (schemas.Written, error) {
				if away = away || begins(f.Row); !away {
					return schemas.Written{}, nil
				}
				if f.Row.ClosedAt != nil {
					tries++
				}
				if tries < 3 {
					return schemas.Written{}, errors.New("connection refused")
				}
				return schemas.Written{}, nil // it is back after the case has ended, and a few tries later
			}
			v := tl.run()
			require.Equal(t, schemas.Completed, v.Outcome)
			require.NotNil(t, v.ClosedAt)
			for i := range v.Events {
				require.Contains(t, tl.events, int64(i+1), "the archive has caught up")
			}
		})
	}
}

func TestAFlushBeginsWhereTheTaskBegan(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded()
	var flushes []schemas.Flush
	tl.write = func(f schemas.Flush) (schemas.Written, error) {
		flushes = append(flushes, f)
		return schemas.Written{}, nil
	}
	tl.run()
	at := int64(0)
	for _, f := range flushes {
		require.Equal(t, at, f.Base, "everything up to the base was written before")
		require.Equal(t, f.Base+int64(len(f.Events)), f.Row.Revision)
		for i, e := range f.Events {
			require.Equal(t, f.Base+int64(i)+1, e.Revision)
		}
		require.Empty(t, f.Row.Events, "the row does not carry the archive")
		at = f.Row.Revision
	}
}

func TestALongCaseGoesOnInANewRunWithEverything(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		does(tl, schemas.CaseNote, anAgent, schemas.Message{TextID: "t-1"})()
		does(tl, schemas.CaseNote, anAgent, schemas.Message{TextID: "t-2"})()
		tl.env.RegisterDelayedCallback(func() {
			tl.env.SetContinueAsNewSuggested(true)
			tl.env.SignalWorkflow("case.do_anything", "now") // something that wakes the case
		}, time.Minute)
	}
	raw, err := converter.GetDefaultDataConverter().ToPayload(tl.opening)
	require.NoError(t, err)
	tl.env.RegisterWorkflowWithOptions(workflows.Return, workflow.RegisterOptions{Name: schemas.WorkflowReturn})
	tl.env.ExecuteWorkflow(schemas.WorkflowReturn, converter.NewRawValue(raw))
	var next *workflow.ContinueAsNewError
	require.ErrorAs(t, tl.env.GetWorkflowError(), &next)
	require.Equal(t, schemas.WorkflowReturn, next.WorkflowType.Name)

	then := paid(t).refunded()
	then.env.SetStartWorkflowOptions(startOptions("shop:r-1"))
	then.env.SetContinuedExecutionRunID("the-run-before")
	then.commands = tl.commands // the ids of the run before are used
	then.env.RegisterWorkflowWithOptions(workflows.Return, workflow.RegisterOptions{Name: schemas.WorkflowReturn})
	then.env.RegisterDelayedCallback(func() {
		again := send(then, schemas.CaseNote, anAgent, schemas.Message{TextID: "t-1"}, "cmd-1", 0)
		then.env.RegisterDelayedCallback(func() { require.Nil(t, again.refusal, "an accepted command is known in the next run too") }, 0)
		does(then, schemas.ReviewApprove, anAgent, schemas.Approve{})()
	}, time.Minute)
	then.steps = then.steps[1:]
	var input schemas.Opening
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(next.Input, &input))
	second, err := converter.GetDefaultDataConverter().ToPayload(input)
	require.NoError(t, err)
	then.env.ExecuteWorkflow(schemas.WorkflowReturn, converter.NewRawValue(second))
	require.NoError(t, then.env.GetWorkflowError())
	v := then.last()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, named(v, schemas.CaseNote.Name), 2)
	require.Len(t, named(v, schemas.EventOpened), 1, "intake is not done twice")
}

func TestACancellationFromOutsideEndsNothing(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		tl.env.CancelWorkflow()
		tl.env.RegisterDelayedCallback(does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}), time.Minute)
	}
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, "cancel", named(v, schemas.EventRefused)[0].Data["name"])
}

func TestStaffWordsAndOwners(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		does(tl, schemas.CaseReply, anAgent, schemas.Message{TextID: "t-1"})()
		does(tl, schemas.CaseTransfer, anAgent, schemas.Transfer{To: "agent-2", Reason: "language"})()
		does(tl, schemas.CaseTransfer, who(schemas.RoleAgent, "agent-2"), schemas.Transfer{To: "agent-1", Reason: "not_mine"})()
		does(tl, schemas.CaseEscalate, anAgent, schemas.Escalate{Reason: "angry_customer"})()
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.CaseAccept, anAgent, schemas.Nothing{}, "", 0))
		does(tl, schemas.CaseAccept, aLead, schemas.Nothing{})()
		refuses(tl, schemas.CodeWrongState, send(tl, schemas.CaseAccept, aLead, schemas.Nothing{}, "", 0))
		does(tl, schemas.CaseTakeOver, aManager, schemas.Why{Reason: "vip"})()
		does(tl, schemas.CaseRequestHuman, theCustomer, schemas.RequestHuman{TextID: "t-2"})()
		refuses(tl, schemas.CodeNotYours, send(tl, schemas.CaseMessage, who(schemas.RoleCustomer, "c-2"), schemas.Message{TextID: "t-3"}, "", 0))
		does(tl, schemas.ReviewApprove, aManager, schemas.Approve{})()
	}
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, "manager-1", v.Owner)
	require.Contains(t, tl.told(), "case.reply")
	var tasks []string
	for _, n := range tl.toldStaff("staff.task") {
		tasks = append(tasks, n.Vars["task"])
	}
	require.Contains(t, tasks, "transfers", "a transfer back means that nobody wants the case")
	require.Contains(t, tasks, "request_human")
}

func TestANoticeThatReachesNobodyIsKeptInTheHistory(t *testing.T) {
	t.Parallel()
	tl := paid(t).refunded()
	tl.knowsKinds()
	tl.env.OnActivity(schemas.NoticeSend.Name, mock.Anything, mock.Anything).Return(schemas.NoticeReceipt{Undelivered: []string{"ack.received"}}, nil)
	v := tl.run()
	require.NotEmpty(t, named(v, schemas.EventNoticeFailed))
	require.Equal(t, schemas.Completed, v.Outcome)
}

func TestAHappyReturnWarnsNobody(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approvedAndShipped().inspectedAndRefunded()
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Empty(t, named(v, schemas.EventWarned))
	require.Equal(t, 1, v.Level)
	require.False(t, v.LegalBreach)
}

func startOptions(id string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{ID: id, TaskQueue: string(schemas.QueueCases)}
}

// runWith plays a case that starts with any input at all.
func (tl *tale) runWith(input any) schemas.View {
	tl.t.Helper()
	raw, err := converter.GetDefaultDataConverter().ToPayload(input)
	require.NoError(tl.t, err)
	tl.env.RegisterWorkflow(workflows.Return)
	tl.env.ExecuteWorkflow(workflows.Return, converter.NewRawValue(raw))
	require.True(tl.t, tl.env.IsWorkflowCompleted())
	require.NoError(tl.t, tl.env.GetWorkflowError())
	return tl.last()
}
