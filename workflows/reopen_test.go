package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// reopenedWith begins a tale of a case of one line that had ended, with what intake hands over of it.
func reopenedWith(tl *tale, handed schemas.HandedLine, change ...func(*schemas.Handover)) *tale {
	tl.t.Helper()
	tl.caseID = "shop:r-1:2"
	tl.env.SetStartWorkflowOptions(startAs(tl.caseID))
	by := theCustomer
	tl.opening.Predecessor = &schemas.Predecessor{CaseID: "shop:r-1", Why: schemas.WhyReopen, AtReview: true, By: &by, Reason: "not_solved", FirstReceivedAt: started.AddDate(0, 0, -20)}
	tl.opening.Request.Lines = tl.opening.Request.Lines[:1]
	handed.LineID, handed.Quantity, handed.Units, handed.Undecided = "1", 1, []int{1}, true
	over := &schemas.Handover{Level: 3, Reopened: 1, Lines: []schemas.HandedLine{handed}, Messages: []schemas.Posted{{TextID: "t-1", Kind: "message"}}}
	for _, c := range change {
		c(over)
	}
	find := tl.intake
	tl.intake = func(o schemas.IntakeOrder) (schemas.Intake, error) {
		got, err := find(o)
		got.Lines, got.Handover = got.Lines[:1], over
		got.Lines[0].Payable, got.Lines[0].Refunded = usd(4784), handed.Refunded
		return got, err
	}
	return tl
}

// paidBefore is a refund of the case before, of one line.
func paidBefore(minor int64) func(*schemas.Handover) {
	return func(h *schemas.Handover) {
		h.Refunds = []schemas.Refund{{
			RefundID: "shop:r-1/refund/1", PaymentID: "p-1", Method: "card-1", Amount: usd(minor), Status: schemas.RefundSucceeded, Confirmed: true,
			Shares: []schemas.Share{{LineID: "1", Units: []int{1}, Amount: usd(minor)}},
		}}
	}
}

// looksUp lets the provider answer about every refund alike.
func (tl *tale) looksUp(status schemas.RefundStatus) *tale {
	tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: status}, nil
	}
	return tl
}

func ownRefund(n string) schemas.RefundWord {
	return schemas.RefundWord{RefundID: "shop:r-1:2/refund/" + n}
}

// paidInFull and paidInPart are lines of returns that had ended with the goods at the merchant's.
var (
	paidInFull = schemas.HandedLine{Outcome: schemas.Completed, Refunded: usd(4784), GoodsWith: schemas.TurnMerchant, Disposition: schemas.Restock}
	paidInPart = schemas.HandedLine{Outcome: schemas.CompletedPartial, Refunded: usd(4284), GoodsWith: schemas.TurnMerchant, Disposition: schemas.Quarantine, Finding: schemas.FindingUsed}
)

func TestAReopenedReturnIsLookedAtByAPersonAtLevelThree(t *testing.T) {
	t.Parallel()
	tl := reopenedWith(aReturn(t), paidInFull, paidBefore(4784))
	tl.in(schemas.Review, func() {
		v := tl.last()
		require.Equal(t, "supervisor-1", v.Owner)
		require.Equal(t, 3, v.Level)
		require.Equal(t, 1, v.Reopened)
		require.Equal(t, schemas.WhyReopen, v.Continues)
		require.Equal(t, theCustomer, v.Events[0].Actor)
		require.Equal(t, "not_solved", v.Events[0].Data["reason"])
		require.NotNil(t, clockNamed(v, "first_reply"), "a new wish is owed an answer of its own")
		require.Equal(t, "t-1", v.Messages[0].TextID)
		does(tl, schemas.ReviewReject, aSupervisor, schemas.Reject{Reason: "explained"})()
	})
	tl.answersSurvey(4, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome, "it ends as it had ended")
	require.Empty(t, tl.ordered, "what was paid is not paid again")
	require.Equal(t, usd(0), v.Money.Refunded, "what the case before paid counts there")
	require.Empty(t, tl.disposed, "goods that are gone are not moved again")
	require.NotContains(t, tl.calls, schemas.ParcelSendBack.Name)
}

func TestOnlyTheRestIsPaidOfWhatWasPaidInPart(t *testing.T) {
	t.Parallel()
	tl := reopenedWith(aReturn(t), paidInPart, paidBefore(4284))
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{}))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, ownRefund("1")))
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.ordered, 1)
	require.Equal(t, usd(500), tl.ordered[0].Amount)
	require.Equal(t, usd(500), v.Money.Refunded)
	require.Equal(t, usd(4784), v.Lines[0].Refunded)
	require.Empty(t, tl.disposed)
	for _, n := range tl.notices() {
		if n.Template == "refund.done" {
			require.Equal(t, "500:USD", n.Vars["amount"])
		}
	}
}

func TestTheRestOfASettledLineIsGoodwillAndHeldToTheLimitOfTheRole(t *testing.T) {
	t.Parallel()
	tl := reopenedWith(aReturn(t), schemas.HandedLine{Outcome: schemas.CompletedPartial, Refunded: usd(100), GoodsWith: schemas.TurnMerchant}, paidBefore(100))
	var agents *answerOf
	tl.in(schemas.Review, func() { agents = send(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}, "", 0) })
	tl.later(schemas.Review, time.Hour, does(tl, schemas.ReviewReject, aSupervisor, schemas.Reject{Reason: "explained"}))
	v := tl.run()
	require.Equal(t, schemas.CodeOverLimit, agents.refusal.Code, "46.84 are left, and nobody owes them")
	require.Equal(t, schemas.RejectedFinal, v.Outcome, "a person has refused the rest, and nobody appealed")
	require.Empty(t, tl.ordered)
}

func TestNobodyDecidesOnAReopenedCaseAndItEndsAsItHad(t *testing.T) {
	t.Parallel()
	for handed, want := range map[*schemas.HandedLine]schemas.Outcome{&paidInFull: schemas.Completed, &paidInPart: schemas.CompletedPartial} {
		tl := reopenedWith(aReturn(t), *handed, paidBefore(handed.Refunded.Minor))
		v := tl.run()
		require.Equal(t, want, v.Outcome)
		require.Empty(t, tl.ordered)
		require.NotContains(t, tl.calls, schemas.ParcelSendBack.Name)
	}
}

// The walks found it.
func TestAReopenedCaseWhoseCustomerIsSilentEndsAsItHad(t *testing.T) {
	t.Parallel()
	for edition, want := range map[int]schemas.Outcome{4: schemas.Expired, schemas.Edition: schemas.Completed} {
		kept := paidInFull
		kept.GoodsWith = schemas.TurnCustomer
		tl := reopenedWith(aReturn(t).refundOnly(), kept, paidBefore(4784)).ofEdition(edition)
		tl.in(schemas.Review, does(tl, schemas.ReviewRequestInfo, aSupervisor, schemas.RequestInfo{Wanted: []string{"photo"}}))
		v := tl.run()
		require.Equal(t, want, v.Outcome)
		require.Equal(t, want == schemas.Expired, slices.Contains(tl.calls, schemas.ClaimsRelease.Name), "what was paid for is nobody's to ask for again")
	}
}

// The walks found this one, too.
func TestAReopenedLineThatWasGrantedAndIsNeverSentEndsAsItHad(t *testing.T) {
	t.Parallel()
	for edition, want := range map[int]schemas.Outcome{5: schemas.Expired, schemas.Edition: schemas.CompletedPartial} {
		kept := schemas.HandedLine{Outcome: schemas.CompletedPartial, Refunded: usd(100), GoodsWith: schemas.TurnCustomer}
		tl := reopenedWith(anExchange(t, 4784), kept, paidBefore(100)).ofEdition(edition)
		tl.in(schemas.Review, does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{}))
		tl.in(schemas.WaitShipback, func() {})
		v := tl.run()
		require.Equal(t, want, v.Outcome, "edition %d", edition)
		require.Equal(t, want == schemas.Expired, slices.Contains(tl.calls, schemas.ClaimsRelease.Name), "what was paid for is nobody's to ask for again")
	}
}

func TestAReopenedCaseThatIsWithdrawnEndsAsItHad(t *testing.T) {
	t.Parallel()
	tl := reopenedWith(aReturn(t), paidInPart, paidBefore(4284))
	tl.in(schemas.Review, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	v := tl.run()
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
	require.NotContains(t, tl.calls, schemas.ParcelSendBack.Name)
}

func TestARefundOfTheCaseBeforeThatComesBackIsPaidByTheCaseThatGoesOn(t *testing.T) {
	t.Parallel()
	tl := reopenedWith(aReturn(t), paidInFull, paidBefore(4784)).looksUp(schemas.RefundReversed)
	tl.in(schemas.Review, says(tl, schemas.RefundReversal, schemas.RefundWord{RefundID: "shop:r-1/refund/1"}))
	tl.in(schemas.RefundFailed, does(tl, schemas.RefundManualPaid, aFinancier, schemas.ManualPaid{ProofID: "proof-1"}))
	tl.in(schemas.RefundFailed, does(tl, schemas.ApprovalGrant, otherFinance, schemas.DecideApproval{}))
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(0), v.Money.Refunded, "the case before counts it; here it is neither more nor less")
	require.Equal(t, schemas.RefundManual, v.Money.Entries[0].Status)
}

func TestARequestThatExpiredGoesBackToItsOwnerAndIsOwedWhatItWasOwed(t *testing.T) {
	t.Parallel()
	byOwner := func(h *schemas.Handover) {
		h.Owner, h.Level, h.Reopened = "agent-2", 1, 0
		h.Parcels = []schemas.Parcel{{Waybill: "SF1", Carrier: "SF", Direction: schemas.ToMerchant, Status: schemas.ParcelExpected}}
	}
	expired := schemas.HandedLine{Outcome: schemas.Expired, GoodsWith: schemas.TurnCustomer, Waybill: "SF1", Freight: schemas.TurnMerchant}
	t.Run("and its parcel comes before anybody decides", func(t *testing.T) {
		t.Parallel()
		tl := reopenedWith(aReturn(t), expired, byOwner)
		tl.in(schemas.Review, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Review, func() {
			v := tl.last()
			require.Equal(t, "agent-2", v.Owner)
			require.Equal(t, schemas.TurnWarehouse, v.Lines[0].GoodsWith)
			does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{})()
		})
		tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, ownRefund("1")))
		tl.answersSurvey(5, schemas.SolvedYes)
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, usd(4784), v.Money.Refunded)
		require.Len(t, tl.disposed, 1)
	})
	t.Run("and nobody decides", func(t *testing.T) {
		t.Parallel()
		tl := reopenedWith(aReturn(t), expired, byOwner)
		tl.in(schemas.WaitShipback, says(tl, schemas.ParcelScanned, parcelWord("SF1")))
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, ownRefund("1")))
		tl.answersSurvey(5, schemas.SolvedYes)
		require.Equal(t, schemas.Completed, tl.run().Outcome, "silence grants what is owed")
	})
}

func TestAnExchangeThatIsReopenedChargesNoDifferenceAgain(t *testing.T) {
	t.Parallel()
	confirmed := started.AddDate(0, 0, -5)
	handed := schemas.HandedLine{
		Outcome: schemas.Completed, GoodsWith: schemas.TurnCustomer,
		Replacement: &schemas.Replacement{SKU: "other", Settled: 1216, ConfirmedAt: &confirmed},
	}
	tl := reopenedWith(anExchange(t, 6000), handed, func(h *schemas.Handover) {
		h.Charges = []schemas.Charge{{ChargeID: "shop:r-1/charge/1", Kind: schemas.ChargeDifference, Method: "card-1", Amount: usd(1216), Status: schemas.ChargeSucceeded, Lines: []string{"1"}}}
	})
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{}))
	tl.ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Empty(t, tl.charges, "the difference was paid in the case before")
	require.Equal(t, usd(0), v.Money.Charged)
	require.Len(t, tl.shipped, 1)
}

func TestAReopenedExchangeWhoseCustomerWantsTheMoneyGivesTheDifferenceBackToo(t *testing.T) {
	t.Parallel()
	confirmed := started.AddDate(0, 0, -5)
	handed := schemas.HandedLine{
		Outcome: schemas.Completed, GoodsWith: schemas.TurnCustomer,
		Replacement: &schemas.Replacement{SKU: "other", Settled: 1216, ConfirmedAt: &confirmed},
	}
	tl := reopenedWith(anExchange(t, 6000), handed, func(h *schemas.Handover) {
		h.Charges = []schemas.Charge{{ChargeID: "shop:r-1/charge/1", Kind: schemas.ChargeDifference, Method: "card-1", Amount: usd(1216), Status: schemas.ChargeSucceeded, Lines: []string{"1"}}}
	})
	tl.reserve = func(o schemas.StockOrder) (schemas.StockReceipt, error) { return schemas.StockReceipt{Key: o.Key}, nil }
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{}))
	tl.in(schemas.OutOfStock, does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{}))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, ownRefund("1")))
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome)
	require.Equal(t, "shop:r-1/charge/1", tl.ordered[0].PaymentID)
	require.Equal(t, usd(1216), tl.ordered[0].Amount)
	require.Equal(t, 1, tl.successors[0].Predecessor.Handover.Reopened, "the return that goes on knows that the wish was reopened once")
}

// A cheaper article of the same exchange had paid 5.00 of the replacement, which the ledger has booked since.
func TestAReopenedExchangeGivesBackWhatAnotherLineHadPaidToo(t *testing.T) {
	t.Parallel()
	confirmed := started.AddDate(0, 0, -5)
	handed := schemas.HandedLine{
		Outcome: schemas.Completed, GoodsWith: schemas.TurnCustomer,
		Replacement: &schemas.Replacement{
			SKU: "other", Settled: 1216, Netted: 500, ConfirmedAt: &confirmed, PaidBy: []schemas.Share{{LineID: "2", Units: []int{1}, Amount: usd(500)}},
		},
	}
	wants := func(t *testing.T) *tale {
		t.Helper()
		tl := reopenedWith(anExchange(t, 6000), handed, func(h *schemas.Handover) {
			h.Charges = []schemas.Charge{{ChargeID: "shop:r-1/charge/1", Kind: schemas.ChargeDifference, Method: "card-1", Amount: usd(716), Status: schemas.ChargeSucceeded, Lines: []string{"1"}}}
		})
		tl.reserve = func(o schemas.StockOrder) (schemas.StockReceipt, error) { return schemas.StockReceipt{Key: o.Key}, nil }
		tl.in(schemas.Review, does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{}))
		return tl.in(schemas.OutOfStock, does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{})).looksUp(schemas.RefundSucceeded)
	}
	tl := wants(t)
	tl.trouble = map[string][]error{schemas.RefundRequest.Name: {errAway}}
	require.Equal(t, schemas.Converted, tl.run().Outcome)
	require.Equal(t, map[string]schemas.Money{"shop:r-1/charge/1": usd(716), "p-1": usd(500)}, tl.paidBack(), "the return pays the rest of its price")
	require.Zero(t, tl.successors[0].Predecessor.Handover.Lines[0].Spent)

	tl = wants(t).ofEdition(4)
	tl.run()
	require.Equal(t, map[string]schemas.Money{"shop:r-1/charge/1": usd(716)}, tl.paidBack(), "what the other line had paid was nobody's")

	large := *handed.Replacement
	large.Settled, large.Netted, large.PaidBy = 120716, 120000, []schemas.Share{{LineID: "2", Units: []int{1}, Amount: usd(120000)}}
	handed.Replacement = &large
	tl = wants(t)
	tl.in(schemas.RefundApproved, func() {
		require.Len(t, tl.ordered, 1, "what was paid on top alone")
		require.Equal(t, usd(120000), tl.last().Approvals[0].Amount)
		does(tl, schemas.ApprovalGrant, aManager, schemas.DecideApproval{})()
	})
	find := tl.intake
	tl.intake = func(o schemas.IntakeOrder) (schemas.Intake, error) {
		got, err := find(o)
		got.Payments[0].Captured, got.Payments[0].Refundable = usd(200000), usd(200000)
		return got, err
	}
	require.Equal(t, schemas.Converted, tl.run().Outcome)
	require.Equal(t, usd(120000), tl.paidBack()["p-1"], "after a second person's word")
}

func TestAnOpenCaseSaysWhatToDoInsteadOfReopeningIt(t *testing.T) {
	t.Parallel()
	tl := aReturn(t)
	var refusals []*answerOf
	tl.in(schemas.Review, func() {
		refusals = append(refusals, send(tl, schemas.CaseReopen, theCustomer, schemas.Reopen{Reason: "not_solved"}, "", 0))
	})
	tl.run()
	require.Equal(t, schemas.CodeWrongState, refusals[0].refusal.Code)
	require.Contains(t, refusals[0].refusal.Message, "case.message")
}

func TestWhoeverDecidedIsNotWhoLooksAtItAgain(t *testing.T) {
	t.Parallel()
	refused := func(by schemas.Actor) schemas.HandedLine {
		return schemas.HandedLine{Outcome: schemas.RejectedFinal, GoodsWith: schemas.TurnCustomer, DecidedBy: &by}
	}
	for by, want := range map[schemas.Actor]string{anAgent: "supervisor-1", aSupervisor: "supervisor-2"} {
		tl := reopenedWith(aReturn(t), refused(by))
		tl.in(schemas.Review, func() {
			require.Equal(t, want, tl.last().Owner)
			does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{})()
		})
		require.Equal(t, schemas.Withdrawn, tl.run().Outcome)
	}
}
