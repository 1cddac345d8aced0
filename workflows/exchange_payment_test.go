package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/aftercare/aftercare/schemas"
)

func TestWhatAReplacementCostsMoreIsPaidBeforeItLeaves(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 6000).oldGoodsPass()
	tl.in(schemas.WaitPayment, func() {
		require.Empty(t, tl.shipped, "nothing ships unpaid")
		require.Equal(t, usd(1216), tl.charges[0].Amount)
		says(tl, schemas.PaymentSuccess, chargeWord("1"))()
	})
	tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(1216), v.Money.Charged)
	require.Equal(t, usd(0), v.Money.Refunded)
}

func TestAPaymentThatWasNeverAskedForIsAskedForAgainUnderItsNumber(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 6000).oldGoodsPass()
	away := true
	tl.charge = func(o schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
		status := schemas.ChargeSucceeded
		if away {
			status = schemas.ChargeUnknown
		}
		return schemas.ChargeReceipt{ChargeID: o.Charge.ChargeID, Status: status, Amount: o.Charge.Amount}, nil
	}
	tl.charged = func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
		away = false
		return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: schemas.ChargeUnknown, Code: schemas.CodeUnknownCharge}, nil
	}
	tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(1216), v.Money.Charged)
	require.Len(t, tl.charges, 2)
	require.Equal(t, tl.charges[0].ChargeID, tl.charges[1].ChargeID)
}

func TestADepositThatWasNeverAskedForIsAskedForAgainUnderItsNumber(t *testing.T) {
	t.Parallel()
	tl := anAdvance(t, 4784)
	away := true
	tl.hold = func(o schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
		if away {
			return schemas.ChargeReceipt{}, temporal.NewApplicationError("write charge: our database did not take it", string(schemas.CodeUnavailable))
		}
		return schemas.ChargeReceipt{ChargeID: o.Charge.ChargeID, Status: schemas.ChargeHeld, Amount: o.Charge.Amount}, nil
	}
	tl.charged = func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
		away = false
		return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: schemas.ChargeUnknown, Code: schemas.CodeUnknownCharge}, nil
	}
	v := tl.replacementLeaves().replacementConfirmed().run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, []string{"captured shop:r-1/charge/1"}, tl.deposits)
	for _, ch := range tl.charges {
		require.Equal(t, "shop:r-1/charge/1", ch.ChargeID)
	}
}

func TestWhatAReplacementCostsLessIsRefundedWhileItTravels(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4000).oldGoodsPass()
	tl.in(schemas.ShipReplacement, func() {
		require.Equal(t, usd(784), tl.ordered[0].Amount)
		tl.leaves("RP1")
		says(tl, schemas.RefundSuccess, refundWord(1))()
	})
	tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(784), v.Money.Refunded)
	require.Len(t, tl.ordered, 1)
}

func TestTheEndWaitsForADifferenceThatIsStillOnItsWay(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4000).oldGoodsPass().replacementLeaves().replacementConfirmed()
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
	tl.answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(784), v.Money.Refunded)
}

func TestADifferenceThatFailsIsNeverClosedUnpaid(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4000).oldGoodsPass()
	tl.in(schemas.ShipReplacement, func() {
		tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
			return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundFailedWord, Code: schemas.CodeAccountClosed}, nil
		}
		says(tl, schemas.RefundFailure, schemas.RefundWord{RefundID: "shop:r-1/refund/1", Code: schemas.CodeAccountClosed})()
		tl.leaves("RP1")
	})
	tl.replacementConfirmed()
	tl.in(schemas.RefundFailed, func() {
		tl.confirm = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
			return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
		}
		does(tl, schemas.RefundRetry, aFinancier, schemas.RetryRefund{})()
	})
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
	tl.answersSurvey(3, schemas.SolvedPartly)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(784), v.Money.Refunded)
}

func TestTheDifferenceOfSeveralLinesIsOneAmount(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 0)
	tl.opening.Request.Lines = []schemas.RequestLine{{LineID: "1", Quantity: 1, ReplacementSKU: "a"}, {LineID: "2", Quantity: 1, ReplacementSKU: "b"}}
	one, two := line("1", 4784), line("2", 10000)
	one.Replacement = &schemas.Replacement{SKU: "a", UnitPrice: usd(6000)} // 12.16 more
	two.Replacement = &schemas.Replacement{SKU: "b", UnitPrice: usd(8000)} // 20.00 less
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) { return tl.found(one, two), nil }
	tl.oldGoodsPass()
	tl.in(schemas.ShipReplacement, func() {
		require.Len(t, tl.ordered, 1)
		require.Equal(t, usd(784), tl.ordered[0].Amount, "7.84 less in all")
		tl.leaves("RP1")
		says(tl, schemas.RefundSuccess, refundWord(1))()
	})
	tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Empty(t, tl.charges)
	require.Len(t, tl.shipped, 1, "and one parcel")
}

func TestADeclinedPaymentMayBeMadeInAnotherWay(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 6000)
	tl.charge = func(o schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
		if o.Charge.Method != "card-9" {
			return schemas.ChargeReceipt{ChargeID: o.Charge.ChargeID, Status: schemas.ChargeFailed, Code: schemas.CodeBalance}, nil
		}
		return schemas.ChargeReceipt{ChargeID: o.Charge.ChargeID, Status: schemas.ChargeSucceeded}, nil
	}
	tl.oldGoodsPass()
	tl.in(schemas.WaitPayment, func() {
		refuses(tl, schemas.CodeBadValue, send(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "reship"}, "", 0))
		does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "pay", Method: "card-9"})()
	})
	tl.replacementLeaves().replacementConfirmed().answersSurvey(4, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, usd(1216), v.Money.Charged, "once, whatever was tried before")
	require.Len(t, tl.charges, 2)
	require.Equal(t, 1, count(tl.told(), "exchange.declined"))
}

func TestWhoNeverPaysGetsTheMoneyForTheOldGoods(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 6000).oldGoodsPass()
	tl.charged = func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
		return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: schemas.ChargeAccepted}, nil
	}
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome)
	require.Equal(t, "shop:r-1:2", v.SuccessorID)
	require.Equal(t, []string{"shop:r-1/charge/1"}, tl.lapsed, "what was asked for can no longer be paid")
	require.Equal(t, []string{"shop:r-1/stock/1"}, tl.freed)
	require.Len(t, tl.successors, 1)
	o := tl.successors[0]
	require.Equal(t, schemas.KindReturn, o.Request.Kind)
	require.Equal(t, "convert", o.Predecessor.Why)
	require.Equal(t, started, o.Predecessor.FirstReceivedAt.UTC())
	handed := o.Predecessor.Handover.Lines[0]
	require.Equal(t, schemas.TurnWarehouse, handed.GoodsWith)
	require.True(t, handed.Inspected)
	require.Empty(t, tl.released, "the units pass to the return")
	require.Empty(t, tl.shipped)
	require.Equal(t, 1, count(tl.told(), "exchange.money_offered"))
	require.Equal(t, 1, count(tl.told(), "case.converted"))
}

func TestAPaymentThatComesWhenNobodyWaitsIsPaidBack(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 6000).oldGoodsPass()
	tl.lapse = func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
		return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: schemas.ChargeSucceeded}, nil // it was faster
	}
	tl.in(schemas.WaitPayment, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "refund"}))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome)
	require.Equal(t, v.Money.Charged, v.Money.Refunded)
	require.Len(t, tl.ordered, 1)
	require.Equal(t, "shop:r-1/charge/1", tl.ordered[0].PaymentID)
	require.Equal(t, usd(1216), tl.ordered[0].Amount)
}

func TestWearIsPaidForWithTheDifference(t *testing.T) {
	t.Parallel()
	less := usd(1000)
	tl := anExchange(t, 4784).approved().ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.failsInspection(&less, schemas.FindingUsed)
	tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
	tl.in(schemas.WaitPayment, func() {
		require.Equal(t, usd(1000), tl.charges[0].Amount)
		says(tl, schemas.PaymentSuccess, chargeWord("1"))()
	})
	tl.replacementLeaves().replacementConfirmed().answersSurvey(3, schemas.SolvedPartly)
	v := tl.run()
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
	require.Equal(t, usd(1000), v.Money.Charged)
}

func TestADifferenceIsBookedBeforeItsLineGoesOnAsAReturn(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4000).oldGoodsPass()
	var asked []string
	tl.lookup = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
		asked = append(asked, q.RefundID)
		require.Empty(t, q.Units, "the units pass to the return")
		return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
	}
	tl.in(schemas.ShipReplacement, func() {
		says(tl, schemas.RefundSuccess, refundWord(1))()
		tl.leaves("RP1")
	})
	tl.in(schemas.ReplacementInTransit, says(tl, schemas.ParcelLoss, parcelWord("RP1")))
	tl.in(schemas.ReplacementLost, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "refund"}))
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome)
	require.Equal(t, usd(784), v.Money.Refunded)
	require.Equal(t, []string{"shop:r-1/refund/1"}, asked)
	require.True(t, v.Money.Entries[0].Confirmed)
	require.Len(t, tl.successors, 1)
}
