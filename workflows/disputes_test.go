package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// keptFor is a ledger that has room for so much of a dispute: the lines get what the case owes for them, in their order.
func keptFor(o schemas.DisputeOrder, room int64) schemas.DisputeReceipt {
	r := schemas.DisputeReceipt{DisputeID: o.Dispute.DisputeID, Status: o.Dispute.Status, GivenUp: o.GiveUp, Taken: usd(0), Over: usd(0)}
	if !o.Takes {
		return r
	}
	r.Taken = o.Dispute.Amount.Min(usd(room))
	r.Over = o.Dispute.Amount.Sub(r.Taken)
	rest := r.Taken.Minor
	for _, want := range o.Lines {
		if part := min(rest, want.Amount.Minor); part > 0 {
			r.Shares = append(r.Shares, schemas.Share{LineID: want.LineID, Amount: usd(part)})
			rest -= part
		}
	}
	return r
}

func aChargeback(minor int64) schemas.ExternalWord {
	sum := usd(minor)
	return schemas.ExternalWord{DisputeID: "dp-1", Kind: schemas.Chargeback, PaymentID: "p-1", Amount: &sum, Reason: "not_received"}
}

// chargedBack says that the bank takes money back, due for our answer in ten days.
func chargedBack(tl *tale, minor int64) func() {
	return func() {
		w := aChargeback(minor)
		due := tl.env.Now().Add(10 * 24 * time.Hour)
		w.DueAt = &due
		says(tl, schemas.ExternalOpened, w)()
	}
}

func decides(tl *tale, decision schemas.DisputeStatus) func() {
	return func() {
		says(tl, schemas.ExternalDecided, schemas.ExternalWord{DisputeID: "dp-1", Kind: schemas.Chargeback, Decision: decision})()
	}
}

// soon lets something happen a while after a step of a tale.
func soon(tl *tale, after time.Duration, do func()) { tl.env.RegisterDelayedCallback(do, after) }

func theDispute(t *testing.T, v schemas.View) schemas.Dispute {
	t.Helper()
	require.Len(t, v.Disputes, 1)
	return v.Disputes[0]
}

func TestAChargebackKeepsTheRefundBackUntilItIsWon(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(line("1", 4784)).approved().ships()
	tl.in(schemas.ReturnInTransit, func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	})
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.later(schemas.RefundApproved, 30*time.Hour, func() {
		require.Empty(t, tl.ordered, "no provider is asked while it stands")
		v := tl.last()
		require.Equal(t, schemas.P1, v.Priority)
		require.Contains(t, v.Waiting, "REFUND_HOLD")
		require.Contains(t, v.Waiting, "due")
		require.Equal(t, schemas.RefundHold, v.Holds[0].Kind)
		refuses(tl, schemas.CodeOnHold, send(tl, schemas.HoldRelease, aManager, schemas.ChangeHold{Hold: schemas.RefundHold, Reason: "hurry"}, "", 0))
		does(tl, schemas.ExternalAnswer, aFinancier, schemas.AnswerDispute{EvidenceIDs: []string{"waybill-scan"}})()
		soon(tl, time.Hour, func() {
			refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.ExternalAnswer, aFinancier, schemas.AnswerDispute{EvidenceIDs: []string{"more"}}, "", 0))
			decides(tl, schemas.DisputeWon)()
		})
	})
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
	require.Len(t, tl.ordered, 1)
	require.Equal(t, schemas.DisputeWon, theDispute(t, v).Status)
	require.Equal(t, usd(0), theDispute(t, v).Taken)
	require.Empty(t, v.Holds)
	require.Equal(t, []string{"waybill-scan"}, tl.handedIn[0].Evidence)
	require.False(t, v.LegalBreach)
	require.NotEmpty(t, tl.toldStaff("staff.external"))
}

func TestAStatutoryDutyRunsOnUnderAHold(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(line("1", 4784)).approved().ships()
	tl.in(schemas.ReturnInTransit, func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	})
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.later(schemas.RefundApproved, 9*24*time.Hour, decides(tl, schemas.DisputeWithdrawn))
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.True(t, v.LegalBreach, "no hold extends a duty of the law, and nobody hides that it was missed")
	require.Equal(t, usd(4784), v.Money.Refunded)
}

func TestALostChargebackTakesThePlaceOfTheRefund(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(line("1", 4784)).approved().ships()
	tl.in(schemas.ReturnInTransit, func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, decides(tl, schemas.DisputeLost))
		soon(tl, time.Hour, func() {
			require.Equal(t, schemas.ReturnInTransit, tl.last().State, "the goods are still followed")
			says(tl, schemas.ParcelDeliver, parcelWord("SF1"))()
		})
	})
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.SettledExternally, v.Outcome)
	require.Empty(t, tl.ordered, "nothing is refunded beside it")
	require.Equal(t, usd(4784), *v.Lines[0].BankTook)
	require.Len(t, tl.disposed, 1, "the goods came back and are booked")
	require.NotEmpty(t, tl.replaced, "the units are settled for good")
	require.Contains(t, tl.told(), "external.settled")
}

func TestAnAcceptedChargebackIsBookedFirstAndEndsTheCase(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, does(tl, schemas.ExternalAccept, aFinancier, schemas.ConcedeDispute{Reason: "right"}))
	}
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.SettledExternally, v.Outcome)
	require.Equal(t, schemas.DisputeAccepted, theDispute(t, v).Status)
	require.Len(t, tl.handedIn, 1)
	require.True(t, tl.handedIn[0].Accept)
	require.Empty(t, tl.ordered)
	require.Equal(t, schemas.DisputeAccepted, tl.booked[len(tl.booked)-1].Dispute.Status)
}

func TestALargeChargebackIsAcceptedByTwoPeople(t *testing.T) {
	t.Parallel()
	tl := paid(t, line("1", 150000))
	tl.steps[0].do = func() {
		chargedBack(tl, 150000)()
		soon(tl, time.Minute, func() {
			does(tl, schemas.ExternalAccept, aSupervisor, schemas.ConcedeDispute{Reason: "right"})()
			soon(tl, time.Minute, func() {
				refuses(tl, schemas.CodeFourEyes, send(tl, schemas.ApprovalGrant, aSupervisor, schemas.DecideApproval{}, "", 0))
				refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.ExternalAccept, aFinancier, schemas.ConcedeDispute{Reason: "right"}, "", 0))
				does(tl, schemas.ApprovalGrant, aManager, schemas.DecideApproval{})()
			})
		})
	}
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.SettledExternally, v.Outcome)
	require.Equal(t, "chargeback", v.Approvals[0].Subject)
}

func TestARefundInFlightIsWaitedForAndProvenByItself(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) { return keptFor(o, 0), nil } // all of it is reserved
	tl.in(schemas.RefundProcessing, func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, func() {
			refuses(tl, schemas.CodeInFlight, send(tl, schemas.ExternalAnswer, aFinancier, schemas.AnswerDispute{EvidenceIDs: []string{"x"}}, "", 0))
			refuses(tl, schemas.CodeTooLate, send(tl, schemas.ExternalAccept, aFinancier, schemas.ConcedeDispute{Reason: "right"}, "", 0))
			require.Empty(t, tl.handedIn)
			says(tl, schemas.RefundSuccess, refundWord(1))()
		})
	})
	tl.later(schemas.FollowUp, time.Hour, decides(tl, schemas.DisputeWon)).answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, []string{"shop:r-1/refund/1"}, tl.handedIn[0].Refunds)
	require.Equal(t, schemas.System, *theDispute(t, v).AnsweredBy)
}

func TestAChargebackAfterTheRefundIsAnsweredAtOnceAndKeepsTheCaseOpen(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) { return keptFor(o, 0), nil }
	tl.refunded()
	tl.in(schemas.FollowUp, chargedBack(tl, 4784))
	tl.later(schemas.FollowUp, 20*24*time.Hour, func() {
		v := tl.last()
		require.Nil(t, v.ClosedAt, "the case waits for the bank")
		require.Contains(t, v.Waiting, "disputes are decided")
		decides(tl, schemas.DisputeLost)()
	})
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.handedIn, 1)
	require.Equal(t, usd(4784), theDispute(t, v).Over)
	tasks := []string{}
	for _, n := range tl.toldStaff("staff.task") {
		tasks = append(tasks, n.Vars["task"])
	}
	require.Contains(t, tasks, "paid_twice", "the bank took what was refunded: people recover it")
}

func TestARefundThatFailsWhileTheBankHasPaidIsGivenUp(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	reserved := int64(4784)
	tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) {
		if len(o.GiveUp) > 0 {
			reserved = 0
		}
		return keptFor(o, 4784-reserved), nil
	}
	tl.in(schemas.RefundProcessing, func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, decides(tl, schemas.DisputeLost))
		tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
			return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundFailedWord, Code: schemas.CodeAccountClosed}, nil
		}
		soon(tl, 2*time.Minute, says(tl, schemas.RefundFailure, refundWord(1)))
	})
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.SettledExternally, v.Outcome)
	require.Equal(t, schemas.RefundCancelled, v.Money.Entries[0].Status)
	require.Len(t, tl.ordered, 1, "it is not ordered again")
}

func TestAFailedRefundIsNotTriedAgainUnderAHoldAndGoesOnAfterIt(t *testing.T) {
	t.Parallel()
	tl := paid(t).firstSays(schemas.RefundFailedWord, schemas.CodeBalance)
	tl.in(schemas.RefundFailed, func() {
		chargedBack(tl, 4784)()
		soon(tl, 5*time.Hour, func() {
			require.Len(t, tl.ordered, 1)
			refuses(tl, schemas.CodeOnHold, send(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{}, "", 0))
			refuses(tl, schemas.CodeOnHold, send(tl, schemas.RefundManualPaid, aFinancier, schemas.ManualPaid{ProofID: "p"}, "", 0))
			decides(tl, schemas.DisputeWithdrawn)()
		})
	})
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.ordered, 2)
}

func TestAnOrderWhoseAnswerIsLostIsNotGivenAgainUnderAHold(t *testing.T) {
	t.Parallel()
	tl := paid(t).providerSays(schemas.RefundUnknown, schemas.CodeNoAnswer)
	tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundUnknown, Code: schemas.CodeUnknownRefund}, nil
	}
	tl.in(schemas.RefundProcessing, func() {
		chargedBack(tl, 4784)()
		soon(tl, 10*time.Hour, func() {
			require.Len(t, tl.ordered, 1, "the provider never took it, and it is not given again")
			require.True(t, tl.last().Money.Entries[0].Held)
			does(tl, schemas.ExternalAccept, aFinancier, schemas.ConcedeDispute{Reason: "right"})()
		})
	})
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.SettledExternally, v.Outcome)
	require.Len(t, tl.ordered, 1)
	require.Equal(t, schemas.RefundCancelled, v.Money.Entries[0].Status)
}

func TestWhatTheBankDidNotTakeIsRefunded(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).refundOnly().finding(line("1", 4784), line("2", 8881)).approved()
	tl.steps[0].do = func() {
		chargedBack(tl, 6000)() // the first line, and a part of the second
		soon(tl, time.Minute, func() {
			does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})()
			soon(tl, time.Minute, decides(tl, schemas.DisputeLost))
		})
	}
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
	require.Equal(t, schemas.SettledExternally, v.Lines[0].Outcome)
	require.Equal(t, usd(4784), *v.Lines[0].BankTook)
	require.Equal(t, usd(1216), *v.Lines[1].BankTook)
	require.Equal(t, usd(7665), v.Money.Refunded, "13665 less 6000")
	require.Len(t, tl.ordered, 1)
}

func TestAChargebackOfMoreThanTheCaseIsAboutEndsTheCaseAllTheSame(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		chargedBack(tl, 9000)()
		soon(tl, time.Minute, decides(tl, schemas.DisputeLost))
	}
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.SettledExternally, v.Outcome)
	require.Equal(t, usd(4784), *v.Lines[0].BankTook)
}

func TestADecisionTurnedRoundIsPaidAfterAll(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		chargedBack(tl, 4784)()
		soon(tl, time.Minute, decides(tl, schemas.DisputeLost))
		soon(tl, 2*time.Minute, decides(tl, schemas.DisputeWon))
	}
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
	require.Equal(t, int64(0), v.Lines[0].BankTook.Minor)
}

func TestWordsOfABankThatComeTwiceLateOrInTheWrongOrderCountByTheirTime(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		opened := tl.env.Now()
		at := func(id string, when time.Time, f schemas.Fact[schemas.ExternalWord], w schemas.ExternalWord) {
			tl.env.SignalWorkflow(f.Name, schemas.Report{Source: "bank", EventID: id, OccurredAt: when, ReceivedAt: tl.env.Now(), Body: encode(t, w)})
		}
		lost := aChargeback(4784)
		lost.Decision = schemas.DisputeLost
		won := lost
		won.Decision = schemas.DisputeWon
		at("e2", opened.Add(time.Hour), schemas.ExternalDecided, lost) // the end comes before the beginning
		soon(tl, time.Minute, func() {
			at("e1", opened, schemas.ExternalOpened, aChargeback(4784))
			at("e1", opened, schemas.ExternalOpened, aChargeback(4784))
			at("e0", opened.Add(time.Minute), schemas.ExternalDecided, won) // older than what is known
			due := opened.Add(240 * time.Hour)
			late := aChargeback(4784)
			late.DueAt = &due
			at("e3", opened.Add(time.Minute), schemas.ExternalUpdated, late)
		})
	}
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.SettledExternally, v.Outcome)
	require.Equal(t, schemas.DisputeLost, theDispute(t, v).Status)
	require.Empty(t, tl.ordered)
}

func TestAnAnswerThatNobodyGivesIsMissedAndPeopleAreTold(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.steps[0].do = func() {
		chargedBack(tl, 4784)()
		soon(tl, 60*24*time.Hour, decides(tl, schemas.DisputeLost))
	}
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.SettledExternally, v.Outcome)
	warned := 0
	for _, e := range named(v, schemas.EventWarned) {
		if e.Data["clock"] == "external.chargeback" {
			warned++
		}
	}
	require.Equal(t, 3, warned, "three days, one day and four hours before")
	missed := 0
	for _, e := range named(v, schemas.EventExpired) {
		if e.Data["dispute_id"] == "dp-1" {
			missed++
		}
	}
	require.Equal(t, 1, missed)
	require.GreaterOrEqual(t, v.Level, 4)
	asked := 0
	for _, n := range tl.toldStaff("staff.task") {
		if n.Vars["task"] == "dispute_undecided" {
			asked++
		}
	}
	require.Positive(t, asked, "and a bank that does not decide is asked")
}

func TestTheLedgerMayKnowOfAChargebackBeforeTheCaseDoes(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tries := 0
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		if tries++; tries > 1 {
			return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: schemas.RefundAccepted, Amount: o.Refund.Amount}, nil
		}
		return schemas.RefundReceipt{
			RefundID: o.Refund.RefundID, Status: schemas.RefundFailedWord, Code: schemas.CodeNoMoneyLeft, Amount: o.Refund.Amount,
			Left: &schemas.OrderLeft{Disputes: []string{"dp-1"}, Lines: []schemas.Share{{LineID: "1", Amount: usd(4784)}}, Payments: []schemas.Payment{{PaymentID: "p-1", Refundable: usd(0)}}},
		}, nil
	}
	tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) {
		r := keptFor(o, 4784)
		r.Left = &schemas.OrderLeft{Payments: []schemas.Payment{{PaymentID: "p-1", Refundable: usd(4784).Sub(r.Taken)}}}
		return r, nil
	}
	tl.later(schemas.RefundApproved, time.Hour, func() {
		require.Equal(t, schemas.RefundHold, tl.last().Holds[0].Kind)
		require.NotContains(t, tl.told(), "refund.reduced", "nobody is told that less is paid")
		chargedBack(tl, 4784)()
		soon(tl, time.Hour, func() {
			does(tl, schemas.HoldRelease, aManager, schemas.ChangeHold{Hold: schemas.RefundHold, Reason: "known_now"})()
			decides(tl, schemas.DisputeWon)()
		})
	})
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(2))).answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
}

// A case ends although somebody outside never speaks: a bank has its money, and nobody else has taken any.
func TestADisputeThatNobodyEverDecidesDoesNotKeepACaseOpen(t *testing.T) {
	t.Parallel()
	for kind, want := range map[schemas.DisputeKind]schemas.DisputeStatus{
		schemas.Chargeback: schemas.DisputeLost, schemas.DisputePlatform: schemas.DisputeClosed,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			tl := paid(t).providerSays(schemas.RefundSucceeded, "")
			approved := tl.steps[0].do
			tl.steps[0].do = func() {
				if kind == schemas.Chargeback {
					chargedBack(tl, 4784)()
				} else {
					says(tl, schemas.ExternalOpened, schemas.ExternalWord{DisputeID: "dp-1", Kind: kind, OrderID: "o-1"})()
				}
				soon(tl, time.Hour, approved)
			}
			v := tl.run()
			require.NotNil(t, v.ClosedAt)
			require.Equal(t, want, theDispute(t, v).Status)
			asked := 0
			for _, n := range tl.toldStaff("staff.task") {
				if n.Vars["task"] == "dispute_undecided" {
					asked++
				}
			}
			require.Equal(t, 2, asked)
			if kind == schemas.Chargeback {
				require.Equal(t, schemas.SettledExternally, v.Outcome)
				require.Empty(t, tl.ordered, "the customer has the money of the bank, and does not get it again")
			}
		})
	}
}
