package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// anAdvance begins a tale of an exchange whose replacement leaves first.
func anAdvance(t *testing.T, price int64, change ...func(*schemas.Line)) *tale {
	t.Helper()
	tl := anExchange(t, price, change...)
	return tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{Advance: true}))
}

// wornGoodsArrive goes on until the customer, who has the replacement, is asked for ten dollars.
func (tl *tale) wornGoodsArrive() *tale {
	less := usd(1000)
	tl.replacementLeaves().replacementConfirmed().ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	return tl.failsInspection(&less, schemas.FindingUsed)
}

func TestAnAdvanceExchangeIsSentAgainstADeposit(t *testing.T) {
	t.Parallel()
	t.Run("that is given back when the old goods are there", func(t *testing.T) {
		t.Parallel()
		tl := anAdvance(t, 4000)
		tl.replacementLeaves().replacementConfirmed()
		tl.ships()
		tl.in(schemas.ReturnInTransit, func() {
			require.Empty(t, tl.ordered, "what we owe is refunded after the inspection")
			says(tl, schemas.ParcelDeliver, parcelWord("SF1"))()
		})
		tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
		tl.answersSurvey(5, schemas.SolvedYes)
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, []string{"released shop:r-1/charge/1"}, tl.deposits)
		require.Equal(t, usd(4784), tl.charges[0].Amount, "the price of the old article")
		require.Equal(t, usd(784), v.Money.Refunded)
		require.Equal(t, usd(0), v.Money.Charged)
	})
	t.Run("that is taken when they never come", func(t *testing.T) {
		t.Parallel()
		tl := anAdvance(t, 4784).replacementLeaves().replacementConfirmed()
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, []string{"captured shop:r-1/charge/1"}, tl.deposits)
		require.Equal(t, usd(4784), v.Money.Charged)
		require.Empty(t, tl.ordered)
		require.Len(t, tl.replaced, 1)
		require.Contains(t, tl.told(), "exchange.reminder")
		require.NotContains(t, tl.told(), "return.reminder", "the replacement is there already")
	})
	t.Run("or not in advance, where the deposit is declined", func(t *testing.T) {
		t.Parallel()
		tl := anAdvance(t, 4784)
		tl.hold = func(o schemas.ChargeOrder) (schemas.ChargeReceipt, error) {
			return schemas.ChargeReceipt{ChargeID: o.Charge.ChargeID, Status: schemas.ChargeFailed, Code: schemas.CodeBalance}, nil
		}
		tl.in(schemas.WaitPayment, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "send_back_first"}))
		tl.ships()
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
		tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Empty(t, tl.deposits)
	})
}

func TestADepositIsTakenForWhatIsOwedAndNoMore(t *testing.T) {
	t.Parallel()
	captured := []string{"captured shop:r-1/charge/1"}
	t.Run("where wear is never paid for", func(t *testing.T) {
		t.Parallel()
		tl := anAdvance(t, 4784).wornGoodsArrive().looksUp(schemas.RefundSucceeded)
		tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{}))
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
		v := tl.run()
		require.Equal(t, schemas.CompletedPartial, v.Outcome)
		require.Equal(t, captured, tl.deposits)
		require.Equal(t, usd(1000), tl.charges[1].Amount, "it was asked for first")
		require.Equal(t, usd(3784), tl.ordered[0].Amount, "the rest of the deposit goes back")
		require.Equal(t, usd(3784), v.Money.Refunded, "and the case has not ended before")
		require.Equal(t, "shop:r-1/charge/1", tl.ordered[0].PaymentID)
		require.Len(t, tl.shipped, 1)
	})
	t.Run("where the customer has both articles in the end", func(t *testing.T) {
		t.Parallel()
		tl := anAdvance(t, 4784).wornGoodsArrive()
		tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "send_back"}))
		tl.in(schemas.SendBack, func() {
			require.Empty(t, tl.deposits, "the old goods are still ours")
			says(tl, schemas.ParcelDeliver, schemas.ParcelWord{Waybill: tl.last().Lines[0].Waybill})()
		})
		v := tl.run()
		require.Equal(t, schemas.CompletedPartial, v.Outcome)
		require.Equal(t, captured, tl.deposits)
		require.Empty(t, tl.ordered)
	})
	t.Run("where the replacement costs less, and the old goods never come", func(t *testing.T) {
		t.Parallel()
		tl := anAdvance(t, 4000).replacementLeaves().replacementConfirmed()
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, captured, tl.deposits)
		require.Equal(t, usd(4784), tl.charges[0].Amount, "it can only be taken whole")
		require.Len(t, tl.ordered, 1)
		require.Equal(t, usd(784), tl.ordered[0].Amount, "the customer keeps both and pays what both cost: 47.84 before, 40.00 now")
		require.Equal(t, "shop:r-1/charge/1", tl.ordered[0].PaymentID)
		require.Equal(t, usd(784), v.Money.Refunded)
	})
	t.Run("where the replacement costs more, and the old goods never come", func(t *testing.T) {
		t.Parallel()
		tl := anAdvance(t, 5784)
		tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("2")))
		v := tl.replacementLeaves().replacementConfirmed().run()
		require.Equal(t, captured, tl.deposits)
		require.Equal(t, usd(5784), v.Money.Charged, "the difference was paid before it left, and the deposit is the rest")
		require.Empty(t, tl.ordered)
	})
	t.Run("where a cheaper replacement is faulty, and neither it nor the old goods come back", func(t *testing.T) {
		t.Parallel()
		tl := anAdvance(t, 4000).replacementLeaves()
		tl.in(schemas.ReplacementInTransit, does(tl, schemas.ReplacementReject, theCustomer, schemas.RejectReplacement{Reason: schemas.Defective, EvidenceIDs: []string{"photo-5"}}))
		tl.providerSays(schemas.RefundSucceeded, "")
		v := tl.run()
		require.Equal(t, schemas.Expired, v.Outcome)
		require.Equal(t, captured, tl.deposits)
		require.Equal(t, usd(784), v.Money.Refunded)
	})
	t.Run("where a replacement is faulty, and neither it nor the old goods come back", func(t *testing.T) {
		t.Parallel()
		tl := anAdvance(t, 4784).replacementLeaves()
		tl.in(schemas.ReplacementInTransit, does(tl, schemas.ReplacementReject, theCustomer, schemas.RejectReplacement{Reason: schemas.Defective, EvidenceIDs: []string{"photo-5"}}))
		tl.in(schemas.WaitShipback, func() { require.Len(t, tl.shipped, 1, "the second one leaves when two are back") })
		v := tl.run()
		require.Equal(t, schemas.Expired, v.Outcome)
		require.Equal(t, captured, tl.deposits)
	})
	t.Run("or is recovered by people, where the bank no longer holds it", func(t *testing.T) {
		t.Parallel()
		tl := anAdvance(t, 4784).replacementLeaves().replacementConfirmed()
		tl.void = true
		v := tl.run()
		require.Equal(t, captured, tl.deposits)
		require.Equal(t, usd(0), v.Money.Charged)
		require.NotContains(t, tl.told(), "exchange.deposit_back")
		tasks := tl.toldStaff("staff.task")
		require.NotEmpty(t, tasks)
		require.Equal(t, "recover_goods", tasks[len(tasks)-1].Vars["task"])
	})
	t.Run("where one of two articles comes back", func(t *testing.T) {
		t.Parallel()
		tl := anAdvance(t, 4784).looksUp(schemas.RefundSucceeded)
		tl.opening.Request.Lines = append(tl.opening.Request.Lines, schemas.RequestLine{LineID: "2", Quantity: 1, ReplacementSKU: "other"})
		tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) {
			one, two := line("1", 4784), line("2", 2000)
			one.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(4784)}
			two.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(2000)}
			return tl.found(one, two), nil
		}
		tl.replacementLeaves().replacementConfirmed()
		tl.in(schemas.WaitShipback, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: "2"}}}, Carrier: "SF", Waybill: "SF1"}))
		// The case as a whole still waits for the first article.
		tl.in(schemas.WaitShipback, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.WaitShipback, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: "2"}}}}))
		tl.later(schemas.WaitShipback, time.Hour, func() { require.Empty(t, tl.deposits, "it still stands for the other article") })
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Len(t, tl.charges, 1)
		require.Equal(t, usd(6784), tl.charges[0].Amount)
		require.Equal(t, captured, tl.deposits)
		require.Equal(t, usd(2000), tl.ordered[0].Amount)
	})
}

func TestWhoHasTheReplacementGetsNoSecondOne(t *testing.T) {
	t.Parallel()
	tl := anAdvance(t, 4784).wornGoodsArrive()
	tl.in(schemas.InspectionFailed, does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{}))
	tl.in(schemas.Appeal, does(tl, schemas.AppealDecide, aSupervisor, schemas.DecideAppeal{Grant: true, Reason: "ordinary_wear"}))
	tl.answersSurvey(4, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.shipped, 1)
	require.Equal(t, []string{"released shop:r-1/charge/1"}, tl.deposits)
	require.Empty(t, tl.ordered)
}

func TestACarrierThatSpeaksAfterTheCustomerBringsNoOldGoods(t *testing.T) {
	t.Parallel()
	tl := anAdvance(t, 4784).replacementLeaves().replacementConfirmed()
	tl.in(schemas.WaitShipback, says(tl, schemas.ParcelDeliver, parcelWord("RP1")))
	tl.later(schemas.WaitShipback, time.Minute, func() {
		v := tl.last()
		require.Equal(t, schemas.WaitShipback, v.Lines[0].State)
		require.Equal(t, schemas.TurnCustomer, v.Lines[0].GoodsWith)
		require.Empty(t, tl.toldStaff("staff.task"), "nobody has to look at it")
		does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"})()
	})
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}
