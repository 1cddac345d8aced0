package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// What the walks have found about goods and money that come late, or not at all.

func TestGoodsThatAreLostAfterAWithdrawalArePaidWhereTheWayWasOurs(t *testing.T) {
	t.Parallel()
	tl := onLabel(t)
	tl.in(schemas.WaitShipback, says(tl, schemas.ParcelScanned, parcelWord("LBL1")))
	tl.in(schemas.ReturnInTransit, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelLoss, parcelWord("LBL1")))
	v := tl.refunded().answersSurvey(4, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(4784), v.Money.Refunded)
}

func TestAWithdrawalAsksTheCarrierAboutALabelOfOurs(t *testing.T) {
	t.Parallel()
	t.Run("and what has come goes home", func(t *testing.T) {
		t.Parallel()
		moved := started.Add(time.Hour)
		tl := onLabel(t)
		tl.trace = func(schemas.TraceOrder) (schemas.TraceAnswer, error) {
			return schemas.TraceAnswer{Known: true, Status: schemas.ParcelDelivered, MovedAt: &moved}, nil
		}
		tl.later(schemas.WaitShipback, 2*time.Hour, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
		tl.in(schemas.SendBack, func() { says(tl, schemas.ParcelDeliver, parcelWord(tl.last().Lines[0].Waybill))() })
		v := tl.run()
		require.Equal(t, schemas.Withdrawn, v.Outcome)
		require.Contains(t, tl.calls, schemas.ParcelSendBack.Name)
	})
	t.Run("and what nobody has seen stays where it is", func(t *testing.T) {
		t.Parallel()
		tl := onLabel(t)
		tl.in(schemas.WaitShipback, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
		v := tl.run()
		require.Equal(t, schemas.Withdrawn, v.Outcome)
		require.Contains(t, tl.calls, schemas.ParcelTrace.Name)
		require.NotContains(t, tl.told(), "case.expired")
	})
}

func TestEveryNumberIsAskedAboutBeforeARequestExpires(t *testing.T) {
	t.Parallel()
	moved := started.Add(48 * time.Hour)
	tl := onLabel(t)
	tl.trace = func(o schemas.TraceOrder) (schemas.TraceAnswer, error) {
		if o.Waybill == "LBL1" {
			return schemas.TraceAnswer{Known: true, Status: schemas.ParcelDelivered, MovedAt: &moved}, nil
		}
		return schemas.TraceAnswer{Known: true, Status: schemas.ParcelExpected}, nil
	}
	tl.later(schemas.WaitShipback, time.Hour, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"}))
	v := tl.inspectedAndRefunded().answersSurvey(4, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, "LBL1", v.Lines[0].Waybill, "the customer had used our label after all")
}

func TestALossThatIsHeardOfUnderReviewIsPaid(t *testing.T) {
	t.Parallel()
	tl := onLabel(t)
	tl.in(schemas.WaitShipback, does(tl, schemas.DecisionRevoke, aSupervisor, schemas.Revoke{Reason: "staff_error"}))
	tl.in(schemas.Review, says(tl, schemas.ParcelDamage, parcelWord("LBL1")))
	tl.in(schemas.Review, does(tl, schemas.ReviewRequestInfo, anAgent, schemas.RequestInfo{Wanted: []string{"photo"}}))
	v := tl.refunded().answersSurvey(4, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome, "the customer's silence on the question does not end it")
	require.Equal(t, usd(4784), v.Money.Refunded)
}

func TestAReplacementThatIsFoundAfterAllIsTheOne(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves()
	tl.in(schemas.ReplacementInTransit, says(tl, schemas.ParcelLoss, parcelWord("RP1")))
	tl.in(schemas.ReplacementLost, says(tl, schemas.ParcelDeliver, parcelWord("RP1")))
	v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.shipped, 1)
	require.Empty(t, tl.successors)
}

func TestADifferenceThatTheLedgerCannotPayIsNotOrderedForEver(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4000).hasLeft(0).oldGoodsPass().replacementLeaves().replacementConfirmed()
	v := tl.answersSurvey(3, schemas.SolvedPartly).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.ordered, 1)
	require.Contains(t, tl.told(), "refund.reduced")
}

func TestADepositNobodyKnowsOfIsGivenBackHoweverLongNobodyAnswers(t *testing.T) {
	t.Parallel()
	tl := anAdvance(t, 4784)
	tl.hold = func(o schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
		return schemas.ChargeReceipt{ChargeID: o.Charge.ChargeID, Status: schemas.ChargeUnknown, Code: schemas.CodeNoAnswer}, nil
	}
	tl.charged = func(schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
		return schemas.ChargeReceipt{}, errors.New("the provider does not answer")
	}
	tl.in(schemas.WaitPayment, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	require.Equal(t, schemas.Withdrawn, tl.run().Outcome)
	require.Equal(t, []string{"released shop:r-1/charge/1"}, tl.deposits)
}

func TestWhatWasPaidForTwoArticlesGoesBackForTheOneThatLeaves(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 6000)
	tl.opening.Request.Lines = append(tl.opening.Request.Lines, schemas.RequestLine{LineID: "2", Quantity: 1, ReplacementSKU: "other"})
	one, two := line("1", 4784), line("2", 2000)
	one.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(6000)}
	two.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(2500)}
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) { return tl.found(one, two), nil }
	tl.oldGoodsPass()
	tl.in(schemas.WaitPayment, func() {
		require.Equal(t, usd(1716), tl.charges[0].Amount)
		says(tl, schemas.PaymentSuccess, chargeWord("1"))()
	})
	tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/2", SKU: "other"}))
	tl.in(schemas.OutOfStock, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "refund"}))
	tl.in(schemas.ShipReplacement, func() {
		require.Equal(t, usd(500), tl.ordered[0].Amount, "what was paid on top for the article that leaves")
		says(tl, schemas.RefundSuccess, refundWord(1))()
		tl.env.RegisterDelayedCallback(func() { tl.leaves("RP1") }, time.Minute)
	})
	v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Lines[0].Outcome)
	require.Equal(t, schemas.Converted, v.Lines[1].Outcome)
	require.Equal(t, usd(500), v.Money.Refunded)
}

func TestARefundThatTheLedgerKnowsAsPaidByHandIsPaid(t *testing.T) {
	t.Parallel()
	v := paid(t).looksUp(schemas.RefundManual).answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, v.Money.Entries[0].Amount, v.Money.Refunded)
}

func TestADifferenceThatFailedIsFinancesWhenItsLineLeaves(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4000).oldGoodsPass()
	tl.in(schemas.ShipReplacement, func() {
		tl.looksUp(schemas.RefundFailedWord)
		says(tl, schemas.RefundFailure, schemas.RefundWord{RefundID: "shop:r-1/refund/1", Code: schemas.CodeAccountClosed})()
		says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/1", SKU: "other"})()
	})
	tl.in(schemas.OutOfStock, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "refund"}))
	tl.in(schemas.RefundFailed, func() {
		tl.looksUp(schemas.RefundSucceeded)
		does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
	})
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
	require.Equal(t, schemas.Converted, tl.run().Outcome)
}

func TestTheRefundOfThePartThatStaysIsStillDecided(t *testing.T) {
	t.Parallel()
	ofOne := func(n int) schemas.OnLines {
		return schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1", Quantity: n}}}
	}
	for name, leaves := range map[string]func(*tale) func(){
		"a mistake": func(tl *tale) func() {
			return does(tl, schemas.DecisionRevoke, aSupervisor, schemas.Revoke{OnLines: ofOne(2), Reason: "staff_error"})
		},
		"a withdrawal": func(tl *tale) func() {
			return does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{OnLines: ofOne(2)})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			three := line("1", 100_000)
			three.Quantity, three.Units, three.Payable = 3, []int{1, 2, 3}, usd(300_000)
			tl := aReturn(t).refundOnly().finding(three).approved().looksUp(schemas.RefundSucceeded)
			tl.in(schemas.RefundApproved, func() {
				leaves(tl)()
				soon(tl, time.Minute, func() {
					open := tl.last().Approvals
					require.Len(t, open, 1)
					require.Equal(t, usd(100_000), open[0].Amount, "what is left to decide on")
					require.Equal(t, ofOne(1).Lines, open[0].Lines)
					does(tl, schemas.ApprovalGrant, aManager, schemas.DecideApproval{})()
				})
			})
			if name == "a mistake" {
				tl.in(schemas.Review, does(tl, schemas.ReviewReject, anAgent, schemas.Reject{Reason: "used"}))
			}
			v := tl.run()
			require.Equal(t, usd(100_000), v.Money.Refunded)
		})
	}
}

func TestALossOnOurWayIsNotGivenUpByWithdrawing(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 6000, func(l *schemas.Line) { l.Verdict.Freight = schemas.TurnMerchant }).because(schemas.Defective).approved()
	tl.later(schemas.WaitShipback, time.Hour, func() { says(tl, schemas.ParcelLoss, parcelWord(tl.last().Lines[0].Waybill))() })
	tl.in(schemas.WaitPayment, func() {
		refuses(tl, schemas.CodeTooLate, send(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}, "", 0))
		does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "refund"})()
	})
	require.Equal(t, schemas.Converted, tl.run().Outcome, "the money is to be had for it")
	require.Equal(t, schemas.TurnCarrier, tl.successors[0].Predecessor.Handover.Lines[0].GoodsWith)
}

func TestTwoChargesNobodyKnowsOfAreAskedAboutByOneClock(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784)
	tl.opening.Request.Lines = append(tl.opening.Request.Lines, schemas.RequestLine{LineID: "2", Quantity: 1, ReplacementSKU: "other"})
	one, two := line("1", 4784), line("2", 4784)
	for _, l := range []*schemas.Line{&one, &two} {
		l.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(4784)}
	}
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) { return tl.found(one, two), nil }
	asked := 0
	tl.hold = func(o schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
		return schemas.ChargeReceipt{ChargeID: o.Charge.ChargeID, Status: schemas.ChargeUnknown, Code: schemas.CodeNoAnswer}, nil
	}
	tl.charged = func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
		asked++
		return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: schemas.ChargeUnknown, Code: schemas.CodeNoAnswer}, nil
	}
	for _, id := range []string{"1", "2"} {
		tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: id}}}, Advance: true}))
	}
	tl.later(schemas.WaitPayment, 24*time.Hour, func() {
		require.LessOrEqual(t, asked, 2*25, "each of them once an hour")
		require.GreaterOrEqual(t, asked, 2*20)
		does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{})()
	})
	require.Equal(t, schemas.Withdrawn, tl.run().Outcome)
}
