package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// An exchange of two articles that is settled as one amount, in both directions: the one for a dearer article, the other for a cheaper one.
// When one of them leaves as a return, the customer has paid for what they have, and for nothing else.

// bothWays begins such an exchange: what line 1 costs more, and line 2 less.
func bothWays(t *testing.T, more, less int64) *tale {
	t.Helper()
	tl := anExchange(t, 6000)
	tl.opening.Request.Lines = append(tl.opening.Request.Lines, schemas.RequestLine{LineID: "2", Quantity: 1, ReplacementSKU: "other"})
	one, two := line("1", 4784), line("2", 2000)
	one.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(4784 + more)}
	two.Replacement = &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(2000 - less)}
	tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) { return tl.found(one, two), nil }
	return tl.oldGoodsPass().looksUp(schemas.RefundSucceeded)
}

// cannotHave lets the warehouse lose the article of a line, and its customer take the money.
func (tl *tale) cannotHave(lineID, key string) *tale {
	tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: key, SKU: "other"}))
	return tl.in(schemas.OutOfStock, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{
		OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: lineID}}}, Choice: "refund",
	}))
}

// paidBack sums up what was ordered to go back, by the payment that it comes from.
func (tl *tale) paidBack() map[string]schemas.Money {
	sums := map[string]schemas.Money{}
	for _, f := range tl.ordered {
		sums[f.PaymentID] = usd(sums[f.PaymentID].Minor + f.Amount.Minor)
	}
	return sums
}

func TestWhatACheaperArticleHadPaidForADearerOneGoesBackWhenThatLeaves(t *testing.T) {
	t.Parallel()
	tl := bothWays(t, 1216, 500)
	tl.in(schemas.WaitPayment, func() {
		require.Equal(t, usd(716), tl.charges[0].Amount, "one amount for both")
		says(tl, schemas.PaymentSuccess, chargeWord("1"))()
	})
	tl.cannotHave("1", "shop:r-1/stock/1")
	tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
	v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Converted, v.Lines[0].Outcome)
	require.Equal(t, map[string]schemas.Money{"shop:r-1/charge/1": usd(716), "p-1": usd(500)}, tl.paidBack(), "all that was paid on top, and what the other article costs less")
	require.Equal(t, usd(500), v.Lines[1].Refunded)
	require.Zero(t, tl.successors[0].Predecessor.Handover.Lines[0].Spent, "the return pays the whole price")
}

func TestWhatACheaperArticleHasPaidForADearerOneIsNotRefundedToo(t *testing.T) {
	t.Parallel()
	tl := bothWays(t, 1216, 500)
	tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
	tl.cannotHave("2", "shop:r-1/stock/2")
	tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
	v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Lines[0].Outcome)
	require.Empty(t, tl.ordered, "the dearer article is paid for")
	require.Equal(t, usd(500), tl.successors[0].Predecessor.Handover.Lines[0].Spent)
}

func TestWhatABalancedExchangeHasNettedIsUndoneToo(t *testing.T) {
	t.Parallel()
	t.Run("the dearer one leaves", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 500, 500).cannotHave("1", "shop:r-1/stock/1")
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
		tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, map[string]schemas.Money{"p-1": usd(500)}, tl.paidBack())
	})
	t.Run("the cheaper one leaves", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 500, 500).cannotHave("2", "shop:r-1/stock/2")
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
		tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Empty(t, tl.ordered)
		require.Equal(t, usd(500), tl.successors[0].Predecessor.Handover.Lines[0].Spent)
	})
	t.Run("one after the other", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 500, 500).cannotHave("2", "shop:r-1/stock/2").cannotHave("1", "shop:r-1/stock/1")
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.Equal(t, map[string]schemas.Money{"p-1": usd(500)}, tl.paidBack(), "its own return pays the rest of the price of line 2")
		require.Equal(t, []schemas.Share{{LineID: "2", Units: []int{1}, Amount: usd(500), Netted: true}}, tl.ordered[0].Shares)
	})
}

func TestWhatIsPaidBackOfASurplusIsWhatTheOtherArticleDoesNotCost(t *testing.T) {
	t.Parallel()
	tl := bothWays(t, 300, 1000)
	tl.cannotHave("1", "shop:r-1/stock/1")
	tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
	v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, map[string]schemas.Money{"p-1": usd(1000)}, tl.paidBack(), "700 at first, and 300 when line 1 has left")
	require.Equal(t, usd(1000), v.Lines[1].Refunded)
}

func TestAReturnPaysWhatOfItsPriceHasPaidForNothingElse(t *testing.T) {
	t.Parallel()
	delivered := started.Add(-time.Hour)
	tl := goesOnAsReturn(t, schemas.HandedLine{GoodsWith: schemas.TurnWarehouse, Waybill: "SF1", Inspected: true, Disposition: schemas.Restock, Spent: usd(500)},
		schemas.Parcel{Waybill: "SF1", Carrier: "SF", Direction: schemas.ToMerchant, Status: schemas.ParcelDelivered, DeliveredAt: &delivered})
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, ownRefund("1")))
	v := tl.answersSurvey(4, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome, "nothing was taken off")
	require.Equal(t, usd(4284), v.Money.Refunded)
	require.Equal(t, usd(500), *v.Lines[0].Spent, "and whoever reopens it sees why")
	require.Equal(t, usd(500), v.HandOver(schemas.Request{Lines: []schemas.RequestLine{{LineID: "1"}}}).Lines[0].Spent)
}
