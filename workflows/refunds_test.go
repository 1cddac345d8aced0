package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/schemas"
)

// paid is a return without goods that has been approved: what follows is money alone.
func paid(t *testing.T, lines ...schemas.Line) *tale {
	t.Helper()
	if len(lines) == 0 {
		lines = []schemas.Line{line("1", 4784)}
	}
	return aReturn(t).refundOnly().finding(lines...).approved()
}

func (tl *tale) providerSays(status schemas.RefundStatus, code schemas.Code) *tale {
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: status, Code: code, Amount: o.Refund.Amount}, nil
	}
	return tl
}

// firstSays lets the provider answer differently the first time.
func (tl *tale) firstSays(status schemas.RefundStatus, code schemas.Code) *tale {
	tries := 0
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		if tries++; tries == 1 {
			return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: status, Code: code, Amount: o.Refund.Amount}, nil
		}
		return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: schemas.RefundAccepted, Amount: o.Refund.Amount}, nil
	}
	return tl
}

func TestALargeRefundWaitsForASecondPersonWhoIsNotTheProposer(t *testing.T) {
	t.Parallel()
	tl := paid(t, line("1", 150000))
	tl.steps[0].do = does(tl, schemas.ReviewApprove, aSupervisor, schemas.Approve{})
	tl.in(schemas.RefundApproved, func() {
		require.Empty(t, tl.ordered, "no provider is asked before the second word")
		refuses(tl, schemas.CodeFourEyes, send(tl, schemas.ApprovalGrant, aSupervisor, schemas.DecideApproval{}, "", 0))
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.ApprovalGrant, anAgent, schemas.DecideApproval{}, "", 0))
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.ApprovalGrant, aFinancier, schemas.DecideApproval{}, "", 0))
		does(tl, schemas.ApprovalGrant, who(schemas.RoleSupervisor, "supervisor-2"), schemas.DecideApproval{})()
	})
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, "supervisor-2", v.Approvals[0].DecidedBy.ID)
}

func TestAnApprovalThatNobodyGivesMovesUpAndIsGrantedInTheEnd(t *testing.T) {
	t.Parallel()
	tl := paid(t, line("1", 150000)).refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, schemas.Operator, *v.Approvals[0].DecidedBy)
	asked := []string{}
	for _, n := range tl.toldStaff("staff.approval") {
		asked = append(asked, n.To.ID)
	}
	require.Equal(t, []string{"supervisor-1", "supervisor-2", "manager-1", "manager-2", "executive-1", "executive-2"}, asked)
}

func TestAnApprovalNeverDelaysAStatutoryDuty(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(line("1", 150000)).approved().ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	// The clocks of the approval and of the ladder are made to last beyond the statutory week.
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
		got := tl.found(line("1", 150000))
		for _, name := range []string{"return.approval", "escalation"} {
			k := got.Plan.Clocks[name]
			k.After = schemas.Duration(60 * 24 * time.Hour)
			got.Plan.Clocks[name] = k
		}
		return got, nil
	}
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.False(t, v.LegalBreach)
	require.Equal(t, "statutory_due", v.Approvals[0].Reason)
	require.Equal(t, schemas.Completed, v.Outcome)
}

func TestARefusedLargeRefundCanBeAppealedAgainst(t *testing.T) {
	t.Parallel()
	tl := paid(t, line("1", 150000))
	tl.in(schemas.RefundApproved, func() {
		refuses(tl, schemas.CodeMissingField, send(tl, schemas.ApprovalRefuse, aSupervisor, schemas.DecideApproval{}, "", 0))
		does(tl, schemas.ApprovalRefuse, aSupervisor, schemas.DecideApproval{Reason: "fraud_suspected"})()
	})
	tl.in(schemas.RejectedAppealable, does(tl, schemas.AppealFile, theCustomer, schemas.FileAppeal{}))
	tl.in(schemas.Appeal, does(tl, schemas.AppealDecide, aManager, schemas.DecideAppeal{Grant: true, Reason: "proved"}))
	tl.in(schemas.RefundApproved, does(tl, schemas.ApprovalGrant, aSupervisor, schemas.DecideApproval{}))
	tl.refunded().answersSurvey(3, schemas.SolvedYes)
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestTheRefundIsSpreadOverThePaymentsAndNeverAboveOne(t *testing.T) {
	t.Parallel()
	tl := paid(t, line("1", 4784), line("2", 48881))
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
		got := tl.found(line("1", 4784), line("2", 48881))
		got.Payments = []schemas.Payment{
			{PaymentID: "p-1", Method: "gift_card_1", Captured: usd(5000), Refundable: usd(5000)},
			{PaymentID: "p-2", Method: "card-1", Captured: usd(48665), Refundable: usd(48665)},
		}
		return got, nil
	}
	tl.in(schemas.RefundProcessing, func() {
		says(tl, schemas.RefundSuccess, refundWord(1))()
		tl.env.RegisterDelayedCallback(says(tl, schemas.RefundSuccess, refundWord(2)), time.Minute)
	})
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, usd(53665), v.Money.Refunded)
	require.Len(t, v.Money.Entries, 2)
	require.Equal(t, usd(5000), v.Money.Entries[0].Amount)
	require.Equal(t, "card-1", v.Money.Entries[1].Method)
	for _, l := range v.Lines {
		require.Equal(t, l.Price(), l.Refunded)
	}
}

func TestALedgerThatRefusesIsAFailureNobodyWasPaidFor(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tries := 0
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		if tries++; tries == 1 {
			r := schemas.Refusal{Code: schemas.CodeBadAmount, Message: "more than is left of the payment."}
			return schemas.RefundReceipt{}, temporal.NewNonRetryableApplicationError(r.Message, schemas.ErrorTypeRefused, nil, r)
		}
		return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: schemas.RefundSucceeded, Amount: o.Refund.Amount}, nil
	}
	tl.in(schemas.RefundFailed, func() {
		require.Equal(t, schemas.CodeBadAmount, tl.last().Money.Entries[0].Code)
		does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
	})
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestAMerchantWithoutBalanceIsAskedAgainWithTheSameNumber(t *testing.T) {
	t.Parallel()
	tl := paid(t).firstSays(schemas.RefundFailedWord, schemas.CodeBalance)
	tl.refunded().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.ordered, 2)
	require.Equal(t, tl.ordered[0].RefundID, tl.ordered[1].RefundID)
	require.Contains(t, tl.told(), "refund.failed")
}

func TestNobodyIsAskedToGrantAnAccountThatTheCustomerDoesNotHave(t *testing.T) {
	t.Parallel()
	tl := paid(t).firstSays(schemas.RefundFailedWord, schemas.CodeAccountClosed)
	tl.method = func(q schemas.MethodQuestion) schemas.Judged {
		require.Equal(t, schemas.MethodQuestion{MerchantID: "shop", OrderID: "o-1", CustomerID: "c-1", Method: "card-9"}, q)
		return schemas.Judged{Refusal: &schemas.Refusal{Code: schemas.CodeBadValue, Message: "this customer has no payment method card-9."}}
	}
	tl.in(schemas.RefundFailed, does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{Method: "card-9"}))
	tl.in(schemas.RefundFailed, func() {
		v := tl.last()
		require.Empty(t, v.Approvals)
		require.Equal(t, schemas.RefundFailedWord, v.Money.Entries[0].Status, "the old number is not given up")
		does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
	})
	v := tl.refunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Contains(t, named(v, schemas.EventRefused)[0].Message, "no payment method card-9")
	require.Equal(t, "method_unknown", tl.toldStaff("staff.task")[0].Vars["task"])
	require.Equal(t, schemas.Completed, v.Outcome)
}

// hasLeft lets the ledger have only so much of line 1 when it is asked the first time.
func (tl *tale) hasLeft(minor int64) *tale {
	tries := 0
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		if tries++; tries == 1 {
			return schemas.RefundReceipt{
				RefundID: o.Refund.RefundID, Status: schemas.RefundFailedWord, Code: schemas.CodeNoMoneyLeft, Amount: o.Refund.Amount,
				Left: &schemas.OrderLeft{
					Lines:    []schemas.Share{{LineID: "1", Amount: usd(minor)}},
					Payments: []schemas.Payment{{PaymentID: "p-1", Method: "card-1", Captured: usd(20000), Refundable: usd(minor)}},
				},
			}, nil
		}
		return schemas.RefundReceipt{RefundID: o.Refund.RefundID, Status: schemas.RefundAccepted, Amount: o.Refund.Amount}, nil
	}
	return tl
}

func TestWhatIsLeftOfTheOrderIsPaidAndTheRestIsSaid(t *testing.T) {
	t.Parallel()
	tl := paid(t, line("1", 10000)).hasLeft(5000)
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(2))).answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
	require.Equal(t, usd(5000), v.Money.Refunded)
	require.Equal(t, usd(5000), *v.Lines[0].Short)
	require.Equal(t, schemas.RefundCancelled, v.Money.Entries[0].Status)
	require.Contains(t, tl.told(), "refund.reduced")
	require.NotContains(t, tl.told(), "refund.failed")
	require.Empty(t, tl.toldStaff("staff.refund_failed"), "no provider has refused anything")
	require.Equal(t, "refund_reduced", tl.toldStaff("staff.task")[0].Vars["task"])
	require.Empty(t, named(v, schemas.EventRefundAccepted)[1:], "what was refused is not called accepted")
}

func TestACaseThatWasStuckOnTheLedgerIsFreedByARetry(t *testing.T) {
	t.Parallel()
	tl := paid(t, line("1", 10000)).hasLeft(5000).ofEdition(0) // it began before the ledger said what is left
	answer, tries := tl.refund, 0
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		if tries++; tries == 1 {
			r := schemas.Refusal{Code: schemas.CodeBadAmount, Message: "more than is left of what its lines cost."}
			return schemas.RefundReceipt{}, temporal.NewNonRetryableApplicationError(r.Message, schemas.ErrorTypeRefused, nil, r)
		}
		return answer(o)
	}
	tl.in(schemas.RefundFailed, does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{}))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(2))).answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
	require.Equal(t, usd(5000), v.Money.Refunded)
}

func TestWhereNothingIsLeftAPersonAnswersAndTheCaseEnds(t *testing.T) {
	t.Parallel()
	tl := paid(t, line("1", 10000)).hasLeft(0)
	tl.in(schemas.Review, func() {
		refuses(tl, schemas.CodeNothingLeft, send(tl, schemas.ReviewApprove, aManager, schemas.Approve{}, "", 0))
		does(tl, schemas.CaseReply, anAgent, schemas.Message{TextID: "t-1"})()
		does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{})()
	})
	v := tl.run()
	require.Equal(t, schemas.Withdrawn, v.Outcome, "no money has moved, so the wish can be taken back")
	require.Len(t, tl.released, 1)
	tl = paid(t, line("1", 10000)).hasLeft(0)
	v = tl.run()
	require.Equal(t, schemas.Unresolvable, v.Outcome, "and it ends when nobody does anything")
	require.Equal(t, usd(0), v.Money.Refunded)
}

func TestAPaymentWithTooLittleLeftIsMadeUpFromAnother(t *testing.T) {
	t.Parallel()
	tl := paid(t, line("1", 10000)).hasLeft(0)
	intake := tl.intake
	tl.intake = func(o schemas.IntakeOrder) (schemas.Intake, error) {
		got, err := intake(o)
		got.Payments = append(got.Payments, schemas.Payment{PaymentID: "p-2", Method: "gift-1", Captured: usd(10000), Refundable: usd(10000)})
		return got, err
	}
	first := tl.refund
	tl.refund = func(o schemas.RefundOrder) (schemas.RefundReceipt, error) {
		receipt, err := first(o)
		if receipt.Left != nil {
			receipt.Left.Lines[0].Amount = usd(10000)
			receipt.Left.Payments[0].Refundable = usd(4000)
			receipt.Left.Payments = append(receipt.Left.Payments, schemas.Payment{PaymentID: "p-2", Method: "gift-1", Refundable: usd(10000)})
		}
		return receipt, err
	}
	tl.in(schemas.RefundProcessing, func() {
		report(tl, schemas.RefundSuccess, refundWord(2), "w-2")
		report(tl, schemas.RefundSuccess, refundWord(3), "w-3")
	}).answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(10000), v.Money.Refunded)
	require.NotContains(t, tl.told(), "refund.reduced", "nothing is missing")
}

func TestAClosedAccountIsPaidToAnotherOneWithFourEyes(t *testing.T) {
	t.Parallel()
	tl := paid(t).firstSays(schemas.RefundFailedWord, schemas.CodeAccountClosed)
	tl.in(schemas.RefundFailed, func() {
		refuses(tl, schemas.CodeWrongRole, send(tl, schemas.RefundRetry, anAgent, schemas.RetryRefund{Method: "card-2"}, "", 0))
		does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{Method: "card-2"})()
		tl.env.RegisterDelayedCallback(func() {
			refuses(tl, schemas.CodeFourEyes, send(tl, schemas.ApprovalGrant, aFinancier, schemas.DecideApproval{}, "", 0))
			refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.RefundManualPaid, aFinancier, schemas.ManualPaid{ProofID: "p"}, "", 0))
			does(tl, schemas.ApprovalGrant, otherFinance, schemas.DecideApproval{})()
		}, time.Minute)
	})
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(2)))
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
	require.Equal(t, schemas.RefundCancelled, v.Money.Entries[0].Status)
	require.Equal(t, "card-2", v.Money.Entries[1].Method)
	require.Equal(t, "shop:r-1/refund/1", v.Money.Entries[1].Replaces)
}

func TestAPaymentByHandCountsWithProofAndASecondPerson(t *testing.T) {
	t.Parallel()
	tl := paid(t).providerSays(schemas.RefundFailedWord, schemas.CodeExpired)
	tl.in(schemas.RefundFailed, func() {
		refuses(tl, schemas.CodeMissingField, send(tl, schemas.RefundManualPaid, aFinancier, schemas.ManualPaid{}, "", 0))
		refuses(tl, schemas.CodeUnknownRefund, send(tl, schemas.RefundManualPaid, aFinancier, schemas.ManualPaid{RefundID: "x", ProofID: "p-1"}, "", 0))
		does(tl, schemas.RefundManualPaid, aFinancier, schemas.ManualPaid{ProofID: "p-1"})()
		tl.env.RegisterDelayedCallback(does(tl, schemas.ApprovalGrant, otherFinance, schemas.DecideApproval{}), time.Minute)
	})
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
	require.Equal(t, schemas.RefundManual, v.Money.Entries[0].Status)
	require.Equal(t, "p-1", v.Money.Entries[0].ProofID)
}

func TestAFailedRefundIsParkedAndNeverClosedUnpaid(t *testing.T) {
	t.Parallel()
	tl := paid(t).firstSays(schemas.RefundFailedWord, schemas.CodeAccountClosed)
	tl.later(schemas.RefundFailed, 100*24*time.Hour, func() {
		v := tl.last()
		require.Equal(t, schemas.RefundFailed, v.State)
		require.GreaterOrEqual(t, v.Level, 4)
		does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
	})
	tl.refunded().answersSurvey(1, schemas.SolvedPartly)
	tl.later(schemas.FollowUp, time.Hour, does(tl, schemas.RecoveryClose, aLead, schemas.CloseRecovery{Outcome: "unreachable"}))
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
}

func TestGoodsAreMovedOnceHoweverOftenTheMoneyMoves(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approvedAndShipped().inspectedAndRefunded()
	tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundReversed, Code: schemas.CodeReversed}, nil
	}
	tl.in(schemas.FollowUp, says(tl, schemas.RefundReversal, refundWord(1)))
	tl.in(schemas.RefundFailed, does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{}))
	tl.refunded()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.disposed, 2, "two lines, each back on its shelf once")
}

func TestAWithdrawalIsTooLateOnceMoneyMoves(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.in(schemas.RefundProcessing, func() {
		refuses(tl, schemas.CodeTooLate, send(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}, "", 0))
		refuses(tl, schemas.CodeTooLate, send(tl, schemas.CaseMerge, anAgent, schemas.Merge{Into: "shop:r-9", Reason: "duplicate"}, "", 0))
		says(tl, schemas.RefundSuccess, refundWord(1))()
	})
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestAnOrderWithoutAnyMoneyLeftEndsWithoutARefund(t *testing.T) {
	t.Parallel()
	tl := paid(t)
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
		got := tl.found(line("1", 4784))
		got.Payments[0].Refundable = usd(0)
		return got, nil
	}
	v := tl.run()
	require.Empty(t, tl.ordered)
	require.Equal(t, usd(0), v.Money.Refunded)
	require.Equal(t, schemas.Closed, v.State)
}
