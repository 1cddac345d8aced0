package workflows_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/schemas"
)

// never is what an outside system answers that will never take a call.
func never(code string) error {
	return temporal.NewNonRetryableApplicationError("the outside system does not take this", code, nil)
}

// booksRefuse is what a rule of our own books says.
func booksRefuse(code schemas.Code) error {
	r := schemas.Refusal{Code: code, Message: "our books do not take this."}
	return temporal.NewNonRetryableApplicationError(r.Message, schemas.ErrorTypeRefused, nil, r)
}

// failing lets the next calls of an activity fail.
func (tl *tale) failing(activity string, with ...error) *tale {
	if tl.trouble == nil {
		tl.trouble = map[string][]error{}
	}
	tl.trouble[activity] = with
	return tl
}

// parked waits until a step is parked, and then does something with it.
func (tl *tale) parked(step string, do func(schemas.Parked)) *tale {
	tl.parkings = append(tl.parkings, parkingOf{step, do})
	return tl
}

type parkingOf struct {
	step string
	do   func(schemas.Parked)
}

// noticeParked lets what waits for a parked step happen. It holds every parked step to what people are promised of it.
func (tl *tale) noticeParked(v schemas.View) {
	for _, p := range v.Parked {
		if p.Cause == "" || p.Message == "" || p.Turn == "" || p.Since.IsZero() || (!p.Trying && len(p.Frees) == 0) {
			tl.t.Errorf("%s is parked and does not say why, whose turn it is, since when, or what frees it: %+v", p.Step, p)
		}
		if len(tl.parkings) == 0 || p.Trying || p.Step != tl.parkings[0].step || tl.freeing {
			continue
		}
		next := tl.parkings[0]
		tl.parkings, tl.freeing = tl.parkings[1:], true
		tl.env.RegisterDelayedCallback(func() {
			tl.mu.Lock()
			tl.freeing = false
			tl.mu.Unlock()
			next.do(p)
		}, time.Minute)
		return
	}
}

func (tl *tale) retries(p schemas.Parked) {
	does(tl, schemas.StepRetry, who(schemas.RoleOperator, "operator-1"), schemas.RetryStep{StepID: p.StepID})()
}

// skips proposes to do without a step, and lets a second person grant it.
func (tl *tale) skips(p schemas.Parked) {
	does(tl, schemas.StepSkip, anAgent, schemas.SkipStep{StepID: p.StepID, Reason: "done_by_hand"})()
	tl.env.RegisterDelayedCallback(does(tl, schemas.ApprovalGrant, aSupervisor, schemas.DecideApproval{}), time.Minute)
}

// withLabel begins a return whose way back the merchant pays, so that a label is booked.
func withLabel(t *testing.T) *tale {
	tl := aReturn(t).because(schemas.Defective)
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
		l := line("1", 4784)
		l.Verdict.Freight = schemas.TurnMerchant
		return tl.found(l), nil
	}
	return tl.approved()
}

func TestALabelThatTheCarrierNeverMakesIsParkedCorrectedAndBooked(t *testing.T) {
	t.Parallel()
	tl := withLabel(t).failing(schemas.ParcelLabel.Name, never("unserviceable"), never("unserviceable"))
	var orders []schemas.ParcelOrder
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		orders = append(orders, o)
		return schemas.Parcel{Waybill: "LB1", Carrier: o.Carrier, Direction: o.Direction}, nil
	}
	tl.parked(schemas.ParcelLabel.Name, func(p schemas.Parked) {
		require.EqualValues(t, "unserviceable", p.Cause)
		require.Equal(t, schemas.TurnMerchant, p.Turn)
		require.Equal(t, "p1", p.StepID)
		require.Equal(t, 1, p.Tries)
		require.NotNil(t, p.DueAt, "it has a clock of its own")
		require.Equal(t, []string{"step.retry", "step.correct", "step.skip"}, []string{p.Frees[0].Command, p.Frees[1].Command, p.Frees[2].Command})
		require.JSONEq(t, `{"step_id":"p1"}`, p.Frees[0].With)
		require.Contains(t, tl.last().Waiting, "parcel.label is parked for unserviceable")
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.StepRetry, theCustomer, schemas.RetryStep{}, "", 0))
		refuses(tl, schemas.CodeUnknownStep, send(tl, schemas.StepRetry, anAgent, schemas.RetryStep{StepID: "p9"}, "", 0))
		refuses(tl, schemas.CodeWrongState, send(tl, schemas.StepRetry, anAgent, schemas.RetryStep{Cause: "declined"}, "", 0))
		refuses(tl, schemas.CodeBadValue, send(tl, schemas.StepCorrect, anAgent, schemas.CorrectStep{Method: "card-2", Reason: "x"}, "", 0))
		refuses(tl, schemas.CodeMissingField, send(tl, schemas.StepCorrect, anAgent, schemas.CorrectStep{Reason: "x"}, "", 0))
		does(tl, schemas.StepRetry, anAgent, schemas.RetryStep{Cause: "unserviceable"})()
	})
	tl.parked(schemas.ParcelLabel.Name, func(p schemas.Parked) {
		require.Equal(t, 2, p.Tries)
		require.Equal(t, "p1", p.StepID, "it is the same step")
		does(tl, schemas.StepCorrect, anAgent, schemas.CorrectStep{Carrier: "YTO", Reason: "does_not_go_there"})()
	})
	tl.in(schemas.WaitShipback, func() {})
	tl.later(schemas.WaitShipback, time.Hour, says(tl, schemas.ParcelDeliver, parcelWord("LB1")))
	v := tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, orders, 1)
	require.Equal(t, "YTO", orders[0].Carrier)
	require.Equal(t, "shop:r-1/parcel/2", orders[0].Key, "what is asked for otherwise has a number of its own")
	require.Empty(t, v.Parked)
	require.Len(t, named(v, schemas.EventStuck), 2)
	require.Len(t, named(v, schemas.EventFreed), 1)
	require.Len(t, tl.toldStaff("staff.stuck"), 2)
	require.Len(t, tl.ordered, 1, "paid once")
}

func TestAStepIsSkippedByTwoPersonsOnly(t *testing.T) {
	t.Parallel()
	tl := withLabel(t).failing(schemas.ParcelLabel.Name, never("unserviceable"))
	skip := schemas.SkipStep{Reason: "customer_ships"}
	tl.parked(schemas.ParcelLabel.Name, func(schemas.Parked) {
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.StepSkip, anInspector, skip, "", 0))
		refuses(tl, schemas.CodeMissingField, send(tl, schemas.StepSkip, aSupervisor, schemas.SkipStep{}, "", 0))
		does(tl, schemas.StepSkip, aSupervisor, skip)()
		tl.env.RegisterDelayedCallback(func() {
			v := tl.last()
			require.Equal(t, "a1", v.Parked[0].Approval)
			require.Equal(t, "skip_step", v.Approvals[0].Subject)
			require.Equal(t, schemas.ParcelLabel.Name, v.Approvals[0].Step)
			refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.StepSkip, anAgent, skip, "", 0))
			refuses(tl, schemas.CodeFourEyes, send(tl, schemas.ApprovalGrant, aSupervisor, schemas.DecideApproval{}, "", 0))
			refuses(tl, schemas.CodeWrongRole, send(tl, schemas.ApprovalGrant, aFinancier, schemas.DecideApproval{}, "", 0))
			does(tl, schemas.ApprovalGrant, aManager, schemas.DecideApproval{})()
		}, time.Minute)
	})
	tl.in(schemas.WaitShipback, func() {})
	tl.later(schemas.WaitShipback, time.Hour, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"}))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	v := tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, 1, count(tl.calls, schemas.ParcelLabel.Name))
	require.True(t, v.Approvals[0].Granted)
}

func TestARefusedSkipLeavesTheStepParkedAndARetryWithdrawsAProposal(t *testing.T) {
	t.Parallel()
	tl := withLabel(t).failing(schemas.ParcelLabel.Name, never("unserviceable"))
	tl.parked(schemas.ParcelLabel.Name, func(p schemas.Parked) {
		does(tl, schemas.StepSkip, anAgent, schemas.SkipStep{Reason: "customer_ships"})()
		tl.env.RegisterDelayedCallback(does(tl, schemas.ApprovalRefuse, aSupervisor, schemas.DecideApproval{Reason: "try_another"}), time.Minute)
		tl.env.RegisterDelayedCallback(func() {
			require.Empty(t, tl.last().Parked[0].Approval)
			does(tl, schemas.StepSkip, anAgent, schemas.SkipStep{Reason: "customer_ships"})()
		}, 2*time.Minute)
		tl.env.RegisterDelayedCallback(func() { tl.retries(p) }, 3*time.Minute)
	})
	tl.in(schemas.WaitShipback, func() {})
	tl.later(schemas.WaitShipback, time.Hour, func() { says(tl, schemas.ParcelDeliver, parcelWord(tl.last().Lines[0].Waybill))() })
	v := tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	for _, a := range v.Approvals {
		require.False(t, a.Granted)
		require.NotNil(t, a.DecidedBy, "no proposal stays open")
	}
}

func TestAStepThatNobodyNeedsAnyMoreIsFreedByItself(t *testing.T) {
	t.Parallel()
	tl := withLabel(t).failing(schemas.ParcelLabel.Name, never("unserviceable"))
	tl.parked(schemas.ParcelLabel.Name, func(schemas.Parked) {
		does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"})()
	})
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	v := tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Contains(t, named(v, schemas.EventFreed)[0].Message, "not needed any more")
}

func TestAStepThatNobodyFreesClimbsAndAtLastIsDoneWithout(t *testing.T) {
	t.Parallel()
	tl := withLabel(t).failing(schemas.ParcelLabel.Name, never("unserviceable"))
	tl.opening.Request.Lines = tl.opening.Request.Lines[:1]
	v := tl.run()
	require.Equal(t, schemas.Expired, v.Outcome, "the customer's own term went on")
	expired := 0
	for _, e := range named(v, schemas.EventExpired) {
		if e.Data["clock"] == "step.parked" || e.Data["clock"] == "step.parked_again" {
			expired++
		}
	}
	require.Equal(t, 2, expired, "the supervisor, then the manager was told")
	rung := named(v, schemas.EventLastRung)
	require.NotEmpty(t, rung)
	require.Contains(t, rung[0].Message, "the operator does without it")
	require.Equal(t, schemas.Operator, rung[0].Actor)
	require.Len(t, tl.toldStaff("staff.escalated"), 2)
}

func TestASkipThatNobodyDecidesOnLapsesAndIsNotGranted(t *testing.T) {
	t.Parallel()
	tl := paid(t, line("1", 4784)).failing(schemas.RefundConfirm.Name, never("rejected_outside"))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
	tl.parked(schemas.RefundConfirm.Name, func(schemas.Parked) {
		does(tl, schemas.StepSkip, anAgent, schemas.SkipStep{Reason: "seen_at_bank"})()
		tl.env.RegisterDelayedCallback(func() {
			v := tl.last()
			require.Equal(t, schemas.Refunded, v.State, "it stands where it stood")
			require.False(t, v.Approvals[0].Granted)
			require.Equal(t, "nobody_decided", v.Approvals[0].Reason)
			tl.retries(v.Parked[0])
		}, 30*24*time.Hour)
	})
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
}

func TestTheCustomersCaseDoesNotWaitForOurShelvesButDoesNotCloseOverThem(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approvedAndShipped().inspectedAndRefunded().failing(schemas.GoodsDispose.Name, booksRefuse("unknown_article"))
	tl.answersSurvey(5, schemas.SolvedYes)
	tl.later(schemas.FollowUp, time.Hour, func() {
		v := tl.last()
		require.Nil(t, v.ClosedAt)
		require.Contains(t, v.Waiting, "Over, as COMPLETED, but for what is parked.")
		require.NotNil(t, v.DueAt, "it still has a clock")
		refuses(tl, schemas.CodeBadValue, send(tl, schemas.StepCorrect, anInspector, schemas.CorrectStep{Carrier: "SF", Reason: "x"}, "", 0))
		does(tl, schemas.StepCorrect, anInspector, schemas.CorrectStep{Disposition: schemas.Quarantine, Reason: "article_unknown"})()
	})
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.disposed, 2)
	require.Equal(t, schemas.Quarantine, tl.disposed[0].Disposition)
	require.Empty(t, v.Parked)
}

func TestAParkedStepIsFreedByASignalAndARefusedOneBecomesAnEvent(t *testing.T) {
	t.Parallel()
	tl := withLabel(t).failing(schemas.ParcelLabel.Name, never("unserviceable"))
	tl.parked(schemas.ParcelLabel.Name, func(schemas.Parked) {
		order := schemas.Order{CommandID: "s-1", Actor: theCustomer, Body: json.RawMessage(`{}`)}
		tl.env.SignalWorkflow(schemas.StepRetry.Name, order)
		order.CommandID, order.Actor = "s-2", anAgent
		tl.env.SignalWorkflow(schemas.StepRetry.Name, order)
	})
	tl.in(schemas.WaitShipback, func() {})
	tl.later(schemas.WaitShipback, time.Hour, func() { says(tl, schemas.ParcelDeliver, parcelWord(tl.last().Lines[0].Waybill))() })
	v := tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, named(v, schemas.StepRetry.Name), 1)
	require.Equal(t, schemas.DoorSignal, named(v, schemas.StepRetry.Name)[0].Door)
	require.Contains(t, named(v, schemas.EventRefused)[0].Message, "wrong_role")
}

func TestACaseThatBeganBeforeStepsWereParkedGoesOnAsItDid(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approvedAndShipped().inspectedAndRefunded().failing(schemas.GoodsDispose.Name, never("unknown_article")).ofEdition(1)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, v.Work, 1)
	require.Contains(t, v.Work[0].Cause, "unavailable")
	require.Empty(t, named(v, schemas.EventFreed))
}

func TestAnOrderThatTheShopNeverGivesIsParkedBeforeAnythingIsKnown(t *testing.T) {
	t.Parallel()
	for name, free := range map[string]func(*tale){
		"update": func(tl *tale) { tl.retries(tl.last().Parked[0]) },
		"signal": func(tl *tale) {
			tl.env.SignalWorkflow(schemas.StepRetry.Name, schemas.Order{CommandID: fmt.Sprint("s-", tl.last().Revision), Actor: who(schemas.RoleOperator, "operator-1"), Body: json.RawMessage(`{}`)})
		},
	} {
		tl := paid(t, line("1", 4784)).failing(schemas.CaseIntake.Name, never("rejected_outside"), never("rejected_outside"))
		tl.parked(schemas.CaseIntake.Name, func(p schemas.Parked) {
			v := tl.last()
			require.Equal(t, schemas.Submitted, v.State)
			require.Equal(t, schemas.TurnMerchant, v.Turn)
			require.EqualValues(t, "rejected_outside", p.Cause)
			refuses(tl, schemas.CodeNotSkipped, send(tl, schemas.StepSkip, anAgent, schemas.SkipStep{Reason: "x"}, "", 0))
			free(tl)
		})
		tl.parked(schemas.CaseIntake.Name, func(schemas.Parked) { free(tl) })
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1))).answersSurvey(5, schemas.SolvedYes)
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome, name)
		require.Equal(t, usd(4784), v.Money.Refunded, name)
	}
}

func TestAnOrderThatNobodyFreesEndsTheCaseWithItsCause(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).failing(schemas.CaseIntake.Name, never("rejected_outside"))
	v := tl.run()
	require.Equal(t, schemas.Invalid, v.Outcome)
	require.EqualValues(t, "rejected_outside", v.Refusal.Code)
	require.Len(t, named(v, schemas.EventOpsAlert), 2)
	require.True(t, slices.ContainsFunc(tl.rows, func(r schemas.View) bool { return len(r.Parked) == 1 }))
}
