package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// anExchange begins a tale of one line, 47.84 dollars, for a replacement of another price.
func anExchange(t *testing.T, price int64, change ...func(*schemas.Line)) *tale {
	t.Helper()
	tl := aReturn(t)
	r := &tl.opening.Request
	r.Kind, r.Reason = schemas.KindExchange, schemas.WrongVariant
	r.Lines = []schemas.RequestLine{{LineID: "1", Quantity: 1, ReplacementSKU: "other"}}
	l := line("1", 4784)
	l.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(price)}
	for _, c := range change {
		c(&l)
	}
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) { return tl.found(l), nil }
	return tl
}

func (tl *tale) oldGoodsPass() *tale {
	tl.approved().ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	return tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
}

func (tl *tale) replacementLeaves() *tale {
	return tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
}

func (tl *tale) leaves(waybill string) {
	says(tl, schemas.ReplacementSent, schemas.ShipmentWord{ShipmentID: tl.shipped[len(tl.shipped)-1].ShipmentID, Waybill: waybill, Carrier: "SF"})()
}

func (tl *tale) replacementConfirmed() *tale {
	return tl.in(schemas.ReplacementInTransit, does(tl, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{}))
}

func chargeWord(n string) schemas.ChargeWord {
	return schemas.ChargeWord{ChargeID: "shop:r-1/charge/" + n}
}

func TestAnExchangeOfTheSamePriceMovesNoMoney(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Empty(t, tl.charges)
	require.Empty(t, tl.ordered)
	require.Equal(t, usd(0), v.Money.Refunded)
	require.Equal(t, usd(0), v.Money.Charged)
	require.Len(t, tl.shipped, 1)
	require.Equal(t, "shop:r-1/stock/1", tl.shipped[0].Goods[0].StockKey)
	require.Empty(t, tl.freed, "what was sent is not given back")
	require.Len(t, tl.replaced, 1, "the units are settled")
	require.Equal(t, schemas.Restock, tl.disposed[0].Disposition)
	require.NotNil(t, v.Lines[0].Replacement.ConfirmedAt, "a warranty begins anew")
	require.Equal(t, "RP1", v.Lines[0].Replacement.Waybill)
	for _, k := range v.Clocks {
		require.NotEqual(t, "formalities", k.Name)
	}
}

func TestTheSameArticleAgainForAFaultyOneCostsNothing(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 9999, func(l *schemas.Line) { l.Replacement.Same = true }).oldGoodsPass().replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Empty(t, tl.charges)
}

func TestASilentCustomerHasAcceptedAReplacementThatArrived(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves()
	tl.in(schemas.ReplacementInTransit, says(tl, schemas.ParcelDeliver, parcelWord("RP1")))
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, 1, count(tl.told(), "exchange.delivered"))
}

func TestOutOfStockTheCustomerChooses(t *testing.T) {
	t.Parallel()
	none := func(o schemas.StockOrder) (schemas.StockReceipt, error) { return schemas.StockReceipt{Key: o.Key}, nil }
	t.Run("the money", func(t *testing.T) {
		t.Parallel()
		tl := anExchange(t, 4784)
		tl.reserve = none
		tl.approved().in(schemas.OutOfStock, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "refund"}))
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.Equal(t, schemas.TurnCustomer, tl.successors[0].Predecessor.Handover.Lines[0].GoodsWith)
	})
	t.Run("to wait, and it comes", func(t *testing.T) {
		t.Parallel()
		tl := anExchange(t, 4784)
		tl.reserve = none
		tl.approved().in(schemas.OutOfStock, func() {
			does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "wait"})()
		})
		tl.later(schemas.OutOfStock, 24*time.Hour, says(tl, schemas.StockReserved, schemas.StockWord{Key: "shop:r-1/stock/2", SKU: "other"}))
		tl.ships()
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
		tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, "shop:r-1/stock/2", tl.shipped[0].Goods[0].StockKey)
	})
	t.Run("to wait, in vain, and silence in the end refunds", func(t *testing.T) {
		t.Parallel()
		tl := anExchange(t, 4784)
		tl.reserve = none
		tl.approved().in(schemas.OutOfStock, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "wait"}))
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.Contains(t, tl.freed, "shop:r-1/stock/2", "the place in the queue is given back")
	})
	t.Run("another model", func(t *testing.T) {
		t.Parallel()
		tl := anExchange(t, 4784)
		tl.reserve = func(o schemas.StockOrder) (schemas.StockReceipt, error) {
			return schemas.StockReceipt{Key: o.Key, Held: o.SKU == "third"}, nil
		}
		tl.article = func(q schemas.ArticleQuestion) (schemas.ArticleAnswer, error) {
			return schemas.ArticleAnswer{Known: q.SKU == "third", ProductID: "p", UnitPrice: usd(5000)}, nil
		}
		tl.approved().in(schemas.OutOfStock, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "other_model", ReplacementSKU: "unheard"}))
		tl.in(schemas.OutOfStock, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "other_model", ReplacementSKU: "third"}))
		tl.ships()
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
		tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
		tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
		tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, "third", v.Lines[0].Replacement.SKU)
		require.Equal(t, usd(216), v.Money.Charged)
		require.Len(t, named(v, schemas.EventRefused), 1)
	})
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		tl := anExchange(t, 4784)
		tl.reserve = none
		v := tl.approved().run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.Equal(t, 1, count(tl.told(), "exchange.money_offered"))
	})
}

func TestAWarehouseThatIsAwayHoldsUpNoReview(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784)
	asked := 0
	tl.reserve = func(o schemas.StockOrder) (schemas.StockReceipt, error) {
		if asked++; asked < 8 {
			return schemas.StockReceipt{}, errAway
		}
		return schemas.StockReceipt{Key: o.Key, Held: true}, nil
	}
	tl.in(schemas.Review, func() {})
	tl.later(schemas.Review, time.Hour, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	tl.ships()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestAReplacementThatIsLostIsSentAgainOrPaid(t *testing.T) {
	t.Parallel()
	t.Run("silence sends another", func(t *testing.T) {
		t.Parallel()
		tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves()
		tl.in(schemas.ReplacementInTransit, says(tl, schemas.ParcelLoss, parcelWord("RP1")))
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP2") })
		tl.replacementConfirmed().answersSurvey(4, schemas.SolvedYes)
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Len(t, tl.shipped, 2)
		require.NotEqual(t, tl.shipped[0].ShipmentID, tl.shipped[1].ShipmentID)
		require.Len(t, tl.replaced, 1)
		require.Equal(t, 1, tl.task("carrier_claim"))
	})
	t.Run("a choice that is made twice keeps one article", func(t *testing.T) {
		t.Parallel()
		tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves()
		tl.in(schemas.ReplacementInTransit, says(tl, schemas.ParcelLoss, parcelWord("RP1")))
		tl.in(schemas.ReplacementLost, func() {
			does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "reship"})()
			refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "reship"}, "", 0))
			refuses(tl, schemas.CodeAlreadyDone, send(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{}, "", 0))
		})
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP2") })
		tl.replacementConfirmed().answersSurvey(4, schemas.SolvedYes)
		require.Equal(t, schemas.Completed, tl.run().Outcome)
		require.Equal(t, "shop:r-1/stock/2", tl.shipped[1].Goods[0].StockKey)
		require.Empty(t, tl.freed)
	})
	t.Run("the customer wants the money, and what was paid on top", func(t *testing.T) {
		t.Parallel()
		tl := anExchange(t, 6000).oldGoodsPass()
		tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
		tl.replacementLeaves()
		tl.in(schemas.ReplacementInTransit, says(tl, schemas.ParcelLoss, parcelWord("RP1")))
		tl.in(schemas.ReplacementLost, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "refund"}))
		tl.confirm = func(q schemas.RefundQuestion) (schemas.RefundReceipt, error) {
			require.Empty(t, q.Units, "the units pass to the return")
			return schemas.RefundReceipt{RefundID: q.RefundID, Status: schemas.RefundSucceeded}, nil
		}
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.Equal(t, "shop:r-1/charge/1", tl.ordered[0].PaymentID)
		require.Equal(t, usd(1216), v.Money.Refunded)
		require.Equal(t, usd(1216), v.Money.Charged)
		require.Len(t, tl.successors, 1)
		require.Empty(t, tl.disposed, "the return brings the old goods away, once they are paid for")
		handed := tl.successors[0].Predecessor.Handover.Lines[0]
		require.Equal(t, schemas.TurnWarehouse, handed.GoodsWith)
		require.Equal(t, schemas.Restock, handed.Disposition)
	})
}

func TestAReplacementThatIsFaultyTooComesBackAndTheSecondTimeTheMoneyDoes(t *testing.T) {
	t.Parallel()
	reject := func(tl *tale) func() {
		return does(tl, schemas.ReplacementReject, theCustomer, schemas.RejectReplacement{Reason: schemas.Defective, EvidenceIDs: []string{"photo-5"}})
	}
	tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves()
	tl.in(schemas.ReplacementInTransit, reject(tl))
	tl.in(schemas.WaitShipback, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF2"}))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF2")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.in(schemas.ShipReplacement, func() { tl.leaves("RP2") })
	tl.in(schemas.ReplacementInTransit, reject(tl))
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome)
	require.Equal(t, schemas.P1, v.Priority)
	require.Len(t, tl.shipped, 2)
	handed := tl.successors[0].Predecessor.Handover.Lines[0]
	require.Equal(t, schemas.TurnCustomer, handed.GoodsWith, "the faulty replacement is still there")
	require.Equal(t, schemas.TurnMerchant, handed.Freight)
}

func TestAWithdrawnExchangeGivesEverythingBack(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).approved()
	tl.in(schemas.WaitShipback, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	v := tl.run()
	require.Equal(t, schemas.Withdrawn, v.Outcome)
	require.Equal(t, []string{"shop:r-1/stock/1"}, tl.freed)
	require.Len(t, tl.released, 1)
}

func TestAReplacementOnItsWayCannotBeWithdrawn(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves()
	tl.in(schemas.ReplacementInTransit, func() {
		refuses(tl, schemas.CodeTooLate, send(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}, "", 0))
		does(tl, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{})()
	})
	tl.answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}

func TestWhatTheWarehouseNoLongerHasIsChosenAnew(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784)
	tl.ship = func(o schemas.ShipOrder) (schemas.ShipReceipt, error) {
		return schemas.ShipReceipt{ShipmentID: o.ShipmentID, Refused: true, Code: schemas.CodeNotKept}, nil
	}
	tl.oldGoodsPass()
	tl.in(schemas.OutOfStock, does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{}))
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome)
	require.True(t, tl.successors[0].Predecessor.Handover.Lines[0].Inspected)
}
