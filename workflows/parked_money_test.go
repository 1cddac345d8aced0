package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func TestARefundThatNoProviderTakesIsParkedWithItsCauseAndPaidOnceAfterARetry(t *testing.T) {
	t.Parallel()
	tl := paid(t).failing(schemas.RefundRequest.Name, never("unknown_payment"), never("unknown_payment"))
	tl.in(schemas.RefundFailed, func() {
		p := tl.last().Parked[0]
		require.Equal(t, "refund/1", p.StepID)
		require.Equal(t, schemas.RefundRequest.Name, p.Step)
		require.EqualValues(t, "unknown_payment", p.Cause, "it is not asked about for ever as unknown")
		require.NotNil(t, p.DueAt)
		refuses(tl, schemas.CodeNotSkipped, send(tl, schemas.StepSkip, aSupervisor, schemas.SkipStep{Reason: "x"}, "", 0))
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.StepRetry, anAgent, schemas.RetryStep{}, "", 0))
		refuses(tl, schemas.CodeBadValue, send(tl, schemas.StepCorrect, aFinancier, schemas.CorrectStep{Method: "card-1", Reason: "x"}, "", 0))
		does(tl, schemas.StepRetry, aFinancier, schemas.RetryStep{Cause: "unknown_payment"})()
	})
	tl.in(schemas.RefundFailed, does(tl, schemas.StepRetry, aFinancier, schemas.RetryStep{StepID: "refund/1"}))
	tl.in(schemas.RefundProcessing, func() {})
	tl.in(schemas.RefundProcessing, func() {})
	tl.later(schemas.RefundProcessing, time.Minute, says(tl, schemas.RefundSuccess, refundWord(1))).answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, v.Money.Entries, 1, "one number, however often it was asked for")
	require.Equal(t, usd(4784), v.Money.Refunded)
}

func TestAnotherAccountForAParkedRefundTakesTwoPersons(t *testing.T) {
	t.Parallel()
	tl := paid(t).firstSays(schemas.RefundFailedWord, schemas.CodeAccountClosed)
	tl.in(schemas.RefundFailed, func() {
		require.Equal(t, schemas.CodeAccountClosed, tl.last().Parked[0].Cause)
		does(tl, schemas.StepCorrect, aFinancier, schemas.CorrectStep{Method: "card-2", Reason: "account_closed"})()
	})
	tl.later(schemas.RefundFailed, time.Minute, func() {
		refuses(tl, schemas.CodeFourEyes, send(tl, schemas.ApprovalGrant, aFinancier, schemas.DecideApproval{}, "", 0))
		refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.StepRetry, aFinancier, schemas.RetryStep{}, "", 0))
		require.Equal(t, schemas.ApprovalGrant.Name, tl.last().Parked[0].Frees[0].Command)
		does(tl, schemas.ApprovalGrant, otherFinance, schemas.DecideApproval{})()
	})
	tl.later(schemas.RefundProcessing, time.Minute, says(tl, schemas.RefundSuccess, refundWord(2))).answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
	require.Equal(t, "card-2", v.Money.Entries[1].Method)
}

func TestWhatTheProviderMayHoldIsSentNoSecondWay(t *testing.T) {
	t.Parallel()
	tl := paid(t).failing(schemas.RefundRequest.Name, never("amount_differs"))
	tl.in(schemas.RefundFailed, func() {
		require.True(t, tl.last().Money.Entries[0].Unsure)
		refuses(tl, schemas.CodeTooLate, send(tl, schemas.StepCorrect, aFinancier, schemas.CorrectStep{Method: "card-2", Reason: "x"}, "", 0))
		refuses(tl, schemas.CodeTooLate, send(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{Method: "card-2"}, "", 0))
		does(tl, schemas.StepRetry, aFinancier, schemas.RetryStep{})()
	})
	tl.in(schemas.RefundProcessing, func() {})
	tl.later(schemas.RefundProcessing, time.Minute, says(tl, schemas.RefundSuccess, refundWord(1))).answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.False(t, v.Money.Entries[0].Unsure)
}

func TestARefundWhoseProviderNeverSaysHowItStandsIsParked(t *testing.T) {
	t.Parallel()
	tl := paid(t).failing(schemas.RefundLookup.Name, never("rejected_outside"))
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: schemas.RefundUnknown, Code: schemas.CodeNoAnswer}, nil
	}
	tl.in(schemas.RefundFailed, func() {
		require.EqualValues(t, "rejected_outside", tl.last().Parked[0].Cause)
		tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
			return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: schemas.RefundSucceeded}, nil // it had gone through; its answer was lost
		}
		does(tl, schemas.StepRetry, aFinancier, schemas.RetryStep{})()
	})
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
	require.Len(t, v.Money.Entries, 1)
}

func TestASuccessThatCannotBeLookedUpCountsOnTwoPersonsWord(t *testing.T) {
	t.Parallel()
	tl := paid(t).failing(schemas.RefundConfirm.Name, never("rejected_outside"))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
	tl.parked(schemas.RefundConfirm.Name, func(p schemas.Parked) {
		does(tl, schemas.StepSkip, anAgent, schemas.SkipStep{Reason: "seen_at_bank"})()
		tl.env.RegisterDelayedCallback(func() {
			require.Equal(t, usd(4784), tl.last().Approvals[0].Amount, "whoever decides sees what is at stake")
			does(tl, schemas.ApprovalGrant, aFinancier, schemas.DecideApproval{})()
		}, time.Minute)
	})
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.True(t, v.Money.Entries[0].Confirmed)
	require.Less(t, len(named(v, schemas.EventOpsAlert)), 3, "operations are not told every minute of what is parked")
}

func TestAPaymentByHandThatTheBooksRefuseIsStillOwedWhenItIsSkipped(t *testing.T) {
	t.Parallel()
	tl := paid(t).firstSays(schemas.RefundFailedWord, schemas.CodeDeclined).failing(schemas.RefundByHand.Name, booksRefuse("bad_amount"))
	tl.in(schemas.RefundFailed, func() {
		does(tl, schemas.RefundManualPaid, aFinancier, schemas.ManualPaid{ProofID: "proof-1"})()
		tl.env.RegisterDelayedCallback(does(tl, schemas.ApprovalGrant, otherFinance, schemas.DecideApproval{}), time.Minute)
	})
	tl.parked(schemas.RefundByHand.Name, func(p schemas.Parked) { tl.skips(p) })
	tl.later(schemas.RefundFailed, time.Hour, func() {
		v := tl.last()
		require.Len(t, v.Parked, 1)
		require.Equal(t, "refund/1", v.Parked[0].StepID, "the money is still owed, and says so")
		does(tl, schemas.StepRetry, aFinancier, schemas.RetryStep{})()
	})
	tl.in(schemas.RefundProcessing, func() {})
	tl.later(schemas.RefundProcessing, time.Minute, says(tl, schemas.RefundSuccess, refundWord(1))).answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
}

// dearer is an exchange whose difference is to be paid.
func dearer(t *testing.T, trouble ...error) *tale {
	tl := anExchange(t, 6000).failing(schemas.PaymentRequest.Name, trouble...)
	return tl.oldGoodsPass()
}

func TestAChargeThatNoProviderTakesIsNotCalledDeclinedAndIsAskedForAgain(t *testing.T) {
	t.Parallel()
	tl := dearer(t, never("rejected_outside"))
	tl.parked(schemas.PaymentRequest.Name, func(p schemas.Parked) {
		require.NotContains(t, tl.told(), "exchange.declined", "the customer has done nothing wrong")
		require.Equal(t, schemas.ChargeFailed, tl.last().Money.Charges[0].Status)
		tl.retries(p)
	})
	tl.later(schemas.WaitPayment, time.Hour, says(tl, schemas.PaymentSuccess, chargeWord("1")))
	v := tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(1216), v.Money.Charged)
	require.Len(t, v.Money.Charges, 1)
}

func TestAnotherMethodOfTheCustomersFreesAParkedCharge(t *testing.T) {
	t.Parallel()
	tl := dearer(t, never("rejected_outside"))
	tl.parked(schemas.PaymentRequest.Name, func(schemas.Parked) {
		does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "pay", Method: "card-2"})()
	})
	tl.later(schemas.WaitPayment, time.Hour, says(tl, schemas.PaymentSuccess, chargeWord("2")))
	v := tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, named(v, schemas.EventFreed), 1)
	require.Equal(t, "card-2", v.Money.Charges[1].Method)
}

func TestASkippedChargeIsTheMerchantsToBearAndStaysOnRecord(t *testing.T) {
	t.Parallel()
	tl := dearer(t, never("rejected_outside"))
	tl.parked(schemas.PaymentRequest.Name, tl.skips)
	v := tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(0), v.Money.Charged)
	require.Equal(t, schemas.CodeSkipped, v.Money.Charges[0].Code)
	require.Equal(t, []string{"shop:r-1/charge/1"}, tl.lapsed, "it is given up at the provider too")
	require.Equal(t, usd(1216), v.Approvals[0].Amount)
}

func TestADepositThatCannotBeHeldIsDoneWithoutOnTwoPersonsWord(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).failing(schemas.DepositHold.Name, never("rejected_outside"))
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{Advance: true}))
	tl.parked(schemas.DepositHold.Name, tl.skips)
	tl.replacementLeaves().replacementConfirmed()
	tl.in(schemas.WaitShipback, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"}))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Empty(t, tl.deposits, "nothing is held, so nothing is given back")
}

// inAdvance is an advance exchange to its good end, with a deposit to be given back.
func inAdvance(t *testing.T) *tale {
	tl := anExchange(t, 4784)
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{Advance: true}))
	tl.replacementLeaves().replacementConfirmed()
	tl.in(schemas.WaitShipback, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"}))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	return tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
}

func TestACaseDoesNotCloseOverADepositThatIsNotGivenBack(t *testing.T) {
	t.Parallel()
	tl := inAdvance(t).failing(schemas.DepositRelease.Name, never("rejected_outside")).answersSurvey(5, schemas.SolvedYes)
	tl.later(schemas.FollowUp, 10*24*time.Hour, func() {
		v := tl.last()
		require.Nil(t, v.ClosedAt)
		require.Empty(t, named(v, schemas.EventLastRung), "what a customer is owed is not skipped by silence")
		tl.retries(v.Parked[0])
	})
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, schemas.ChargeReleased, v.Money.Charges[0].Status)
	require.Len(t, tl.deposits, 1)
}

func TestASkippedReleaseOfADepositIsATaskOfFinance(t *testing.T) {
	t.Parallel()
	tl := inAdvance(t).failing(schemas.DepositRelease.Name, never("rejected_outside"))
	tl.parked(schemas.DepositRelease.Name, tl.skips)
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, schemas.ChargeHeld, v.Money.Charges[0].Status, "the books say what is so")
	require.Equal(t, schemas.CodeSkipped, v.Money.Charges[0].Code)
	require.Equal(t, "open_charge", tl.toldStaff("staff.task")[0].Vars["task"])
}

func TestAChargeThatCannotBeGivenUpHoldsTheConversionUntilItIsFreed(t *testing.T) {
	t.Parallel()
	for name, free := range map[string]func(*tale, schemas.Parked){
		"retry": func(tl *tale, p schemas.Parked) { tl.retries(p) },
		"skip":  func(tl *tale, p schemas.Parked) { tl.skips(p) },
	} {
		tl := dearer(t).failing(schemas.PaymentLapse.Name, never("rejected_outside"))
		tl.in(schemas.WaitPayment, does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{}))
		tl.parked(schemas.PaymentLapse.Name, func(p schemas.Parked) {
			require.Empty(t, tl.successors, name)
			free(tl, p)
		})
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome, name)
		require.Len(t, tl.successors, 1, name)
	}
}
