package workflows

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The generated test: every command, in every state, by every role. What the table and the roles allow acts, and leaves a case
// that can go on; everything else is refused with a reason and changes nothing.

// bodies are payloads that are right by themselves, so that only the case can refuse them.
var bodies = map[string]any{
	schemas.CaseProvideInfo.Name:     schemas.ProvideInfo{EvidenceIDs: []string{"photo-1"}},
	schemas.CaseRequestHuman.Name:    schemas.RequestHuman{},
	schemas.CaseWithdraw.Name:        schemas.Withdraw{},
	schemas.CaseMessage.Name:         schemas.Message{TextID: "t-1"},
	schemas.CaseReply.Name:           schemas.Message{TextID: "t-1"},
	schemas.CaseNote.Name:            schemas.Message{TextID: "t-1"},
	schemas.CaseTransfer.Name:        schemas.Transfer{To: "agent-2", Reason: "shift_over"},
	schemas.CaseTakeOver.Name:        schemas.Why{Reason: "urgent"},
	schemas.CaseEscalate.Name:        schemas.Escalate{Reason: "help"},
	schemas.CaseAccept.Name:          schemas.Nothing{},
	schemas.CaseMerge.Name:           schemas.Merge{Into: "shop:r-2", Reason: "duplicate"},
	schemas.CaseConvert.Name:         schemas.Convert{To: schemas.KindExchange, ReplacementSKU: "sku", TextID: "t-1"},
	schemas.CaseReopen.Name:          schemas.Reopen{Reason: "not_solved"},
	schemas.CaseMarkUnreachable.Name: schemas.MarkUnreachable{Attempts: threeAttempts},
	schemas.ReviewApprove.Name:       schemas.Approve{},
	schemas.ReviewReject.Name:        schemas.Reject{Reason: "used"},
	schemas.DecisionRevoke.Name:      schemas.Revoke{Reason: "staff_error"},
	schemas.ReviewRequestInfo.Name:   schemas.RequestInfo{Wanted: []string{"photo"}},
	schemas.OfferMake.Name:           schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: &schemas.Money{Minor: 100, Currency: "USD"}},
	schemas.OfferAccept.Name:         schemas.AnswerOffer{},
	schemas.OfferDecline.Name:        schemas.AnswerOffer{},
	schemas.OfferCounter.Name:        schemas.CounterOffer{Amount: schemas.Money{Minor: 200, Currency: "USD"}},
	schemas.AppealFile.Name:          schemas.FileAppeal{},
	schemas.AppealDecide.Name:        schemas.DecideAppeal{Grant: true, Reason: "right"},
	schemas.ReturnSubmitWaybill.Name: schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF9"},
	schemas.ShipbackExtend.Name:      schemas.OnLines{},
	schemas.InspectionPass.Name:      schemas.Pass{},
	schemas.InspectionFail.Name:      schemas.Fail{Finding: schemas.FindingUsed, EvidenceIDs: []string{"photo-2"}},
	schemas.ApprovalGrant.Name:       schemas.DecideApproval{},
	schemas.ApprovalRefuse.Name:      schemas.DecideApproval{Reason: "no"},
	schemas.RefundRetry.Name:         schemas.RetryRefund{},
	schemas.RefundManualPaid.Name:    schemas.ManualPaid{ProofID: "proof-1"},
	schemas.ReplacementConfirm.Name:  schemas.OnLines{},
	schemas.ReplacementReject.Name:   schemas.RejectReplacement{Reason: schemas.Defective},
	schemas.ExternalOpen.Name:        schemas.ExternalWord{DisputeID: "dp-1", Kind: schemas.Chargeback, PaymentID: "p-1", Amount: &schemas.Money{Minor: 1000, Currency: "USD"}},
	schemas.ExternalAnswer.Name:      schemas.AnswerDispute{EvidenceIDs: []string{"scan-1"}},
	schemas.ExternalAccept.Name:      schemas.ConcedeDispute{Reason: "right"},
	schemas.ExternalSettle.Name:      schemas.ConcedeDispute{Reason: "agreed"},
	schemas.HoldSet.Name:             schemas.ChangeHold{Hold: schemas.AutomationHold, Reason: "fraud"},
	schemas.HoldRelease.Name:         schemas.ChangeHold{Hold: schemas.AutomationHold, Reason: "looked_at"},
	schemas.StepRetry.Name:           schemas.RetryStep{},
	schemas.StepCorrect.Name:         schemas.CorrectStep{Carrier: "SF", Reason: "other_carrier"},
	schemas.StepSkip.Name:            schemas.SkipStep{Reason: "done_by_hand"},
	schemas.SurveyAnswer.Name:        schemas.AnswerSurvey{Overall: 5, Solved: schemas.SolvedYes},
	schemas.RecoveryClose.Name:       schemas.CloseRecovery{Outcome: "explained"},
}

// now is when the cases of this test stand where they stand; threeAttempts to reach the customer lie before it.
var (
	now           = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	threeAttempts = []schemas.Attempt{{Channel: "phone", At: now.Add(-96 * time.Hour)}, {Channel: "phone", At: now.Add(-48 * time.Hour)}, {Channel: "email", At: now.Add(-time.Hour)}}
)

// standing gives a case whose one line stands in a state, with everything around it that a real case would have there.
func standing(ctx workflow.Context, kind schemas.Kind, state schemas.State) *Case {
	usd := func(n int64) schemas.Money { return schemas.Money{Minor: n, Currency: "USD"} }
	person := func(id string) []schemas.Person { return []schemas.Person{{ID: id + "-1", Deputy: id + "-2"}} }
	at := workflow.Now(ctx)
	l := &schemas.Line{
		LineID: "1", SKU: "sku", Quantity: 2, Units: []int{1, 2}, UnitPrice: usd(500), Payable: usd(1000), Deduction: usd(0), Refunded: usd(0),
		State: state, Since: at, GoodsWith: schemas.TurnCustomer,
		Verdict: schemas.Verdict{Proposal: schemas.ProposeApprove, Owed: true, Rule: "T@1", Freight: schemas.TurnCustomer},
	}
	c := &Case{ctx: ctx, asked: ctx, log: log.With(workflow.GetLogger(ctx)), State: &State{
		Opening: schemas.Opening{Request: schemas.Request{RequestID: "r-1", Kind: kind, MerchantID: "shop", OrderID: "o-1", CustomerID: "c-1", Reason: schemas.ChangedMind, Channel: "chat"}},
		Edition: schemas.Edition, CaseID: "shop:r-1", OpenedAt: at.Add(-200 * time.Hour), Currency: "USD", Owner: "agent-1", Owners: []string{"agent-1"}, Priority: schemas.P2, Level: 1,
		Lines: []*schemas.Line{l}, Payments: []schemas.Payment{{PaymentID: "p-1", Method: "card-1", Captured: usd(1000), Refundable: usd(1000)}},
		Answered: map[string]schemas.Receipt{}, Heard: map[string]bool{}, Sequences: map[string]int{},
		Plan: schemas.Plan{
			Currency: "USD", MaxRounds: 3, LastRung: schemas.GrantOwed, Clocks: map[string]schemas.ClockSpec{},
			Limits: schemas.Limits{LargeRefund: usd(100000), Goodwill: map[schemas.Role]int64{schemas.RoleAgent: 1000}},
			People: map[schemas.Role][]schemas.Person{
				schemas.RoleTeamLead: person("lead"), schemas.RoleSupervisor: person("supervisor"), schemas.RoleManager: person("manager"),
				schemas.RoleExecutive: person("executive"), schemas.RoleFinance: person("finance"),
			},
			Ladder: []schemas.Rung{{Level: 2, Role: schemas.RoleTeamLead}, {Level: 3, Role: schemas.RoleSupervisor}, {Level: 4, Role: schemas.RoleManager}, {Level: 5, Role: schemas.RoleExecutive}},
			Survey: schemas.SurveySpec{LowOverall: 2, LowNPS: 6, QuietDays: 30},
		},
	}}
	r := c
	r.follow(kind)
	if kind == schemas.KindExchange {
		l.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(500), StockKey: "shop:r-1/stock/1"}
		r.Sequences["stock"] = 1
	}
	for _, name := range everyClock(r.story) {
		r.Plan.Clocks[name] = schemas.ClockSpec{Rule: name + "@1", After: schemas.Duration(100 * time.Hour)}
	}
	s := r.begin("test", schemas.System, schemas.DoorSystem)
	s.say("The case stands in %s.", state)
	if row := r.story.row(state); row.clock != "" {
		r.startOn(s, r.Lines, row.clock, row.silence.says)
	}
	refund := func(status schemas.RefundStatus) {
		r.Refunds = []*schemas.Refund{{
			RefundID: "shop:r-1/refund/1", PaymentID: "p-1", Method: "card-1", Amount: usd(1000), Status: status,
			Shares: []schemas.Share{{LineID: "1", Units: []int{1, 2}, Amount: usd(1000)}},
		}}
	}
	r.Sequences["refund"] = 1
	switch state {
	case schemas.Negotiating, schemas.InspectionFailed:
		l.Offer = &schemas.Offer{OfferID: "o1", What: schemas.OfferPartialRefund, Amount: usd(400), By: schemas.Actor{Role: schemas.RoleInspector, ID: "inspector-1"}}
		if state == schemas.InspectionFailed {
			l.Finding, l.GoodsWith = schemas.FindingUsed, schemas.TurnWarehouse
		}
	case schemas.RejectedAppealable, schemas.Appeal:
		l.Rejection = &schemas.Rejection{By: schemas.Actor{Role: schemas.RoleAgent, ID: "agent-9"}, Reason: "used"}
	case schemas.ReturnInTransit:
		l.GoodsWith, l.Waybill = schemas.TurnCarrier, "SF1"
		r.Parcels = []*schemas.Parcel{{Waybill: "SF1", Carrier: "SF", Direction: schemas.ToMerchant}}
	case schemas.Received:
		l.GoodsWith = schemas.TurnWarehouse
	case schemas.SendBack:
		l.GoodsWith, l.Waybill, l.LeavesAs = schemas.TurnWarehouse, "SB1", schemas.Withdrawn
		r.Parcels = []*schemas.Parcel{{Waybill: "SB1", Carrier: "SF", Direction: schemas.ToCustomer}}
	case schemas.OutOfStock:
		l.Replacement.StockKey = ""
	case schemas.WaitPayment:
		l.GoodsWith, l.Replacement.UnitPrice = schemas.TurnWarehouse, usd(700)
		r.Charges = []*schemas.Charge{{ChargeID: "shop:r-1/charge/1", Kind: schemas.ChargeDifference, Method: "card-1", Amount: usd(400), Status: schemas.ChargeFailed, Lines: []string{"1"}}}
		r.Sequences["charge"] = 1
	case schemas.ShipReplacement:
		l.GoodsWith, l.Replacement.ShipmentID = schemas.TurnWarehouse, "shop:r-1/ship/1"
		r.Sequences["ship"] = 1
	case schemas.ReplacementInTransit:
		l.GoodsWith, l.Replacement.ShipmentID, l.Replacement.Waybill, l.Replacement.StockKey = schemas.TurnWarehouse, "shop:r-1/ship/1", "RP1", ""
		r.Parcels = []*schemas.Parcel{{Waybill: "RP1", Carrier: "SF", Direction: schemas.ToCustomer}}
	case schemas.ReplacementLost:
		l.GoodsWith, l.Replacement.StockKey = schemas.TurnWarehouse, ""
	case schemas.Confirmed:
		l.GoodsWith, l.Replacement.ConfirmedAt = schemas.TurnWarehouse, &at
	case schemas.RefundApproved:
		l.GoodsWith = schemas.TurnWarehouse
		if kind == schemas.KindExchange {
			l.Replacement = nil // only what is paid in money goes this way
		}
		r.openApproval(s, &schemas.Approval{Subject: subjectLargeRefund, Amount: usd(1000), Lines: picksOf(r.Lines), Proposer: schemas.Actor{Role: schemas.RoleAgent, ID: "agent-1"}})
	case schemas.RefundProcessing:
		refund(schemas.RefundAccepted)
	case schemas.RefundFailed:
		refund(schemas.RefundFailedWord)
	case schemas.Refunded:
		refund(schemas.RefundSucceeded)
		l.Refunded = usd(1000)
	case schemas.FollowUp:
		l.State, l.Outcome = schemas.Closed, schemas.Completed
		r.Following = true
		sent := at
		r.Survey = &schemas.Survey{SentAt: &sent}
		r.startClock(s, "survey.open", "the case closes without an answer")
	}
	r.settle(s)
	return r
}

func everyClock(st *story) []string {
	names := []string{"intake", "ack", "first_reply", "definite_reply", "formalities", "update", "idle", "idle_again", "max", "escalation", "law.refund", "rows.retry", "step.parked", "step.parked_again", string(st.kind) + ".in_transit_max", string(st.kind) + ".refund_processing_max"}
	for _, r := range st.rows {
		if r.clock != "" {
			names = append(names, r.clock)
		}
	}
	for name := range st.expiries {
		names = append(names, name)
	}
	return names
}

// kinds are the kinds of case that have a story.
var kinds = []schemas.Kind{schemas.KindReturn, schemas.KindExchange}

// follow lets a case follow the story of a kind.
func (c *Case) follow(kind schemas.Kind) {
	g := &goods{Case: c}
	if kind == schemas.KindExchange {
		x := &exchanges{g}
		c.as, c.story, c.leaving, g.onward, g.unsent = x, exchangeStory, x.giveBack, x.replace, x.neverSent
		g.undo = x.undecide
		return
	}
	r := &returns{g}
	c.as, c.story, g.onward, g.unsent = r, returnStory, r.pay, r.expire
}

func tableOf(kind schemas.Kind) *story {
	return map[schemas.Kind]*story{schemas.KindReturn: returnStory, schemas.KindExchange: exchangeStory}[kind]
}

// inWorkflow runs a function inside a workflow whose calls to the outside are all answered.
func inWorkflow(t *testing.T, run func(workflow.Context)) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(2 * time.Minute)
	env.SetStartTime(now)
	// Hundreds of cases are tried inside one workflow task here, which on a busy machine takes longer than a task may.
	env.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: 2 * time.Minute})
	for _, name := range schemas.ActivityNames {
		env.RegisterActivityWithOptions(func(context.Context, json.RawMessage) (json.RawMessage, error) {
			return json.RawMessage(`{}`), nil
		}, activity.RegisterOptions{Name: name})
	}
	for _, kind := range kinds {
		env.RegisterWorkflowWithOptions(func(workflow.Context, json.RawMessage) error { return nil }, workflow.RegisterOptions{Name: string(kind)})
	}
	env.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, mock.Anything, mock.Anything).Return(nil)
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		run(ctx)
		return nil
	})
	require.True(t, env.IsWorkflowCompleted())
	require.NoError(t, env.GetWorkflowError())
}

func TestEveryCommandInEveryStateByEveryRole(t *testing.T) {
	t.Parallel()
	require.Len(t, bodies, len(schemas.CommandNames), "a command has no payload in this test")
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			accepted, refused := 0, 0
			steps := slices.Sorted(maps.Keys(parkable))
			for i, row := range tableOf(kind).rows {
				inWorkflow(t, func(ctx workflow.Context) {
					for _, name := range schemas.CommandNames {
						for _, role := range schemas.Roles {
							who := schemas.Actor{Role: role, ID: string(role) + "-7"}
							if role == schemas.RoleCustomer {
								who.ID = "c-1"
							}
							// Every state is tried as it is, and once more with a step parked in it.
							for _, step := range []string{"", steps[(i*5+len(role))%len(steps)]} {
								if tryOne(t, ctx, kind, row.state, name, who, step) {
									accepted++
								} else {
									refused++
								}
							}
						}
					}
				})
			}
			t.Logf("%d accepted, %d refused", accepted, refused)
			require.Greater(t, accepted, 600)
			require.Greater(t, refused, 10000)
		})
	}
}

// tryOne gives one command to a fresh case. It reports whether the command was accepted.
func tryOne(t *testing.T, ctx workflow.Context, kind schemas.Kind, state schemas.State, name string, who schemas.Actor, step string) bool {
	t.Helper()
	what := fmt.Sprintf("%s in %s of a %s by %s, parked: %s", name, state, kind, who, step)
	r := standing(ctx, kind, state)
	if step != "" {
		r.parkOne(step)
	}
	body, err := json.Marshal(bodies[name])
	require.NoError(t, err)
	order := schemas.Order{CommandID: "c", Actor: who, Body: body}
	before, err := json.Marshal(r.State)
	require.NoError(t, err)

	_, refusal := r.permit(name, order, true)
	after, err := json.Marshal(r.State)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after), "%s: asking whether it may be done has changed something", what)

	inRow := r.story.row(state).hearing(name) != nil
	whole := r.story.ofCase(name) != nil
	roleMay := false
	for _, allowed := range mayGive[name] {
		roleMay = roleMay || allowed == who.Role
	}
	if refusal != nil {
		require.NotEmpty(t, refusal.Code, what)
		require.NotEmpty(t, refusal.Message, what)
		require.Equal(t, r.revision(), refusal.Revision, what)
		if r.story.anywhere(name) == nil {
			require.Equal(t, schemas.CodeUnknownName, refusal.Code, what)
		} else if !roleMay {
			require.Equal(t, schemas.CodeWrongRole, refusal.Code, what)
		} else if !inRow && !whole {
			require.Equal(t, schemas.CodeWrongState, refusal.Code, what)
		}
		return false
	}
	require.True(t, roleMay, "%s: the role may not", what)
	require.True(t, inRow || whole, "%s: the state does not hear it", what)

	a, refusal := r.permit(name, order, false)
	require.Nil(t, refusal, what)
	receipt := r.carryOut(name, a)
	require.Greater(t, receipt.Revision, int64(0), what)
	require.NotEmpty(t, receipt.Message, what)
	canGoOn(t, r, what)
	return true
}

// parkOne parks a step in a case that stands.
func (c *Case) parkOne(step string) {
	c.Edition = schemas.Edition
	w := &Parked{Parked: schemas.Parked{
		StepID: "p1", Step: step, Key: "key-1", Cause: "unserviceable", Message: "it is not taken.", Turn: parkable[step].turn, Since: c.now(), Tries: 1, Lines: lineIDs(c.Lines),
	}}
	c.State.Sequences["parked"] = 1
	c.Parked = append(c.Parked, w)
	s := c.begin("test", schemas.System, schemas.DoorSystem)
	s.say("%s is parked.", step)
	c.startClock(s, "step.parked", parkedSays).Trigger = w.StepID
	c.settle(s)
}

// canGoOn holds a case to what every case must be after every step: each open line stands in a known state with a clock, or a call
// is under way; the case has an owner; and no event is left out.
func canGoOn(t *testing.T, r *Case, what string) {
	t.Helper()
	for i, e := range r.Events {
		require.EqualValues(t, i+1, e.Revision, what)
		require.NotEmpty(t, e.Message, "%s: event %s says nothing", what, e.Name)
	}
	if r.ClosedAt != nil {
		require.NotEmpty(t, r.Outcome, what)
		require.Empty(t, r.Clocks, what)
		return
	}
	for _, w := range r.Parked {
		require.True(t, w.Decision != "" || r.clockOfParked(w) != nil, "%s: %s is parked without a clock", what, w.Step)
	}
	require.NotEmpty(t, r.Owner, what)
	require.NotEmpty(t, r.Clocks, "%s: no clock runs", what)
	require.NotNil(t, r.due(), "%s: nothing is due", what)
	for _, l := range r.Lines {
		if l.State == schemas.Closed {
			require.NotEmpty(t, l.Outcome, what)
			continue
		}
		require.NotNil(t, r.story.row(l.State), "%s: %s is no state of the story", what, l.State)
		require.NotNil(t, r.clockByID(l.ClockID), "%s: line %s in %s has no clock", what, l.LineID, l.State)
		require.GreaterOrEqual(t, l.Owed().Minor, int64(0), what)
	}
}

// TestEverySilenceLeavesACaseThatCanGoOn lets every clock of every state run out, in every state it can run in.
func TestEverySilenceLeavesACaseThatCanGoOn(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds {
		for _, row := range tableOf(kind).rows {
			inWorkflow(t, func(ctx workflow.Context) {
				r := standing(ctx, kind, row.state)
				for range 12 {
					if r.ClosedAt != nil {
						return
					}
					k := earliestClock(r)
					require.NotNil(t, k, "%s: no clock runs", row.state)
					require.NotEmpty(t, k.Expiry, "%s: nobody can know what the end of %s does", row.state, k.Name)
					_, inStory := r.story.onExpiry(k.Name)
					_, inCase := caseExpiry(k.Name)
					require.True(t, inStory || inCase, "the end of %s does nothing", k.Name)
					r.runOut(k, k.Due)
					canGoOn(t, r, fmt.Sprintf("%s of a %s after %s ran out", row.state, kind, k.Name))
				}
			})
		}
	}
}

func earliestClock(r *Case) *schemas.Clock {
	var earliest *schemas.Clock
	for _, k := range r.Clocks {
		if !k.Paused && (earliest == nil || k.Due.Before(earliest.Due)) {
			earliest = k
		}
	}
	return earliest
}

// TestTheTableIsWhole holds the story to the rules of its own: every state once, a clock and a named silence on every state
// that waits, every command of the roles heard somewhere, every clock known to somebody.
func TestTheTableIsWhole(t *testing.T) {
	t.Parallel()
	heardCommands, heardFacts := map[string]bool{}, map[string]bool{}
	for _, kind := range kinds {
		st := tableOf(kind)
		seen := map[schemas.State]bool{}
		for _, r := range st.rows {
			require.False(t, seen[r.state], "%s stands twice", r.state)
			seen[r.state] = true
			require.NotEmpty(t, r.stage)
			require.NotEmpty(t, r.turn)
			if r.state != schemas.FollowUp {
				require.NotEmpty(t, r.clock, "%s waits without a clock", r.state)
				require.NotEmpty(t, r.silence.says, "%s: silence has no name", r.state)
				require.NotNil(t, r.silence.act, r.state)
			}
		}
		commands, facts := st.names()
		for _, name := range commands {
			heardCommands[name] = true
			require.NotEmpty(t, mayGive[name], "nobody may give %s", name)
		}
		for _, name := range facts {
			heardFacts[name] = true
		}
	}
	require.Len(t, heardCommands, len(schemas.CommandNames))
	require.Len(t, heardFacts, len(schemas.FactNames))
	require.Len(t, mayGive, len(schemas.CommandNames))
}
