package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// Exchanges of several lines that are settled as one amount, of which one leaves while it is waited for, after another model was chosen, or because
// a bank took its price. Whatever happens, the customer has paid for what they have, and for nothing else.

// chooses lets the customer answer for one line only.
func chooses(tl *tale, lineID, choice string) func() {
	return does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: lineID}}}, Choice: choice})
}

func TestWhoOwesNothingWithoutAnotherLineIsNotAskedForItsPayment(t *testing.T) {
	t.Parallel()
	t.Run("and the charge is given up", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 1216, 500)
		tl.in(schemas.WaitPayment, chooses(tl, "1", "refund"))
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Converted, v.Lines[0].Outcome)
		require.Equal(t, schemas.Completed, v.Lines[1].Outcome, "its article costs less: nothing was to be waited for")
		require.Equal(t, map[string]schemas.Money{"p-1": usd(500)}, tl.paidBack())
		require.Equal(t, usd(500), v.Lines[1].Refunded)
		require.Equal(t, schemas.ChargeLapsed, v.Money.Charges[0].Status)
	})
	t.Run("and what was paid meanwhile goes back, and no more", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 1216, 500)
		tl.lapse = tl.charged
		tl.in(schemas.WaitPayment, chooses(tl, "1", "refund"))
		tl.in(schemas.ShipReplacement, func() { tl.leaves("RP1") })
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Lines[1].Outcome)
		require.Equal(t, map[string]schemas.Money{"p-1": usd(500), "shop:r-1/charge/1": usd(716)}, tl.paidBack())
	})
}

// bankTakes lets a bank take the price of the first line back before anything is sent, and keep it.
func (tl *tale) bankTakes(minor int64) *tale {
	tl.in(schemas.WaitPayment, func() {
		chargedBack(tl, minor)()
		soon(tl, time.Minute, says(tl, schemas.PaymentSuccess, chargeWord("1")))
	})
	return tl.later(schemas.ShipReplacement, 2*time.Hour, decides(tl, schemas.DisputeLost))
}

// cheaperFirst is the same exchange with the cheaper article in the first line, to which a bank's share goes before the other.
func cheaperFirst(t *testing.T) *tale {
	t.Helper()
	tl := bothWays(t, 1216, 500)
	found := tl.intake
	tl.intake = func(o schemas.IntakeOrder) (schemas.Intake, error) {
		got, err := found(o)
		slices.Reverse(got.Lines)
		return got, err
	}
	return tl
}

func TestABankThatTakesThePriceOfADearerLineLeavesNobodyOutOfPocket(t *testing.T) {
	t.Parallel()
	tl := bothWays(t, 1216, 500).bankTakes(4784)
	v := tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.SettledExternally, v.Lines[0].Outcome)
	require.Equal(t, schemas.Completed, v.Lines[1].Outcome)
	require.Equal(t, usd(4784), *v.Lines[0].BankTook)
	require.Equal(t, map[string]schemas.Money{"shop:r-1/charge/1": usd(716), "p-1": usd(500)}, tl.paidBack(), "what was paid on top, and what the other article costs less")
	require.Equal(t, usd(500), v.Lines[1].Refunded)
	require.Len(t, tl.shipped[0].Goods, 1)
	require.Equal(t, "2", tl.shipped[0].Goods[0].LineID)
}

func TestABankThatTakesThePriceOfACheaperLineHasTheDearerOnePaidForBeforeItIsSent(t *testing.T) {
	t.Parallel()
	tl := cheaperFirst(t).bankTakes(2000)
	tl.in(schemas.WaitPayment, func() {
		require.Empty(t, tl.shipped)
		require.Equal(t, usd(500), tl.charges[1].Amount, "what the other line had paid, which the bank has given back")
		says(tl, schemas.PaymentSuccess, chargeWord("2"))()
	})
	v := tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.SettledExternally, v.Lines[0].Outcome)
	require.Equal(t, schemas.Completed, v.Lines[1].Outcome)
	require.Equal(t, usd(1216), v.Money.Charged)
	require.Empty(t, tl.ordered)
	require.Empty(t, tl.tasks("spent_twice"))
}

// The dearer article has left when the bank takes the price of the cheaper one, whose own cannot be had.
func TestWhatABankTookThatHadPaidForAnArticleThatWasSentIsRecoveredByPeople(t *testing.T) {
	t.Parallel()
	sent := func(t *testing.T) *tale {
		t.Helper()
		tl := cheaperFirst(t)
		tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
		tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/1", SKU: "other"}))
		return tl.in(schemas.OutOfStock, func() {
			tl.leaves("RP1")
			soon(tl, time.Minute, does(tl, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1"}}}))
			soon(tl, time.Hour, chargedBack(tl, 2000))
			soon(tl, 2*time.Hour, decides(tl, schemas.DisputeLost))
		})
	}
	t.Run("as long as the bank keeps it", func(t *testing.T) {
		t.Parallel()
		tl := sent(t)
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.SettledExternally, v.Lines[0].Outcome)
		require.Equal(t, schemas.Completed, v.Lines[1].Outcome)
		require.Equal(t, usd(500), *v.Lines[0].Spent)
		require.Len(t, tl.tasks("spent_twice"), 1)
		require.Empty(t, tl.ordered)
	})
	t.Run("and it is not paid once more where the bank turns round", func(t *testing.T) {
		t.Parallel()
		tl := sent(t)
		tl.in(schemas.FollowUp, decides(tl, schemas.DisputeWon))
		tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
		v := tl.answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, map[string]schemas.Money{"p-1": usd(1500)}, tl.paidBack(), "the rest of its price")
		require.Equal(t, usd(1500), v.Lines[0].Refunded)
	})
}

// The customer had paid 7.16 on top, chose a model that costs less instead, and takes the money for that in the end.
func TestWhatWasPaidOnTopGoesBackThoughSomeOfThePriceHadGoneBackBefore(t *testing.T) {
	t.Parallel()
	tl := bothWays(t, 1216, 500)
	tl.article = func(schemas.ArticleQuestion) (schemas.ArticleAnswer, error) {
		return schemas.ArticleAnswer{Known: true, ProductID: "p", UnitPrice: usd(5284)}, nil
	}
	tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
	tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/1", SKU: "other"}))
	tl.in(schemas.OutOfStock, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{
		OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1"}}}, Choice: "other_model", ReplacementSKU: "third",
	}))
	tl.in(schemas.ShipReplacement, says(tl, schemas.RefundSuccess, refundWord(1)))
	tl.in(schemas.ShipReplacement, says(tl, schemas.StockLost, schemas.StockWord{Key: "shop:r-1/stock/3", SKU: "third"}))
	tl.in(schemas.OutOfStock, chooses(tl, "1", "refund"))
	tl.in(schemas.ShipReplacement, says(tl, schemas.ReplacementSent, schemas.ShipmentWord{ShipmentID: "shop:r-1/ship/1", Waybill: "RP1", Carrier: "SF"}))
	v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Converted, v.Lines[0].Outcome)
	require.Equal(t, map[string]schemas.Money{"p-1": usd(716 + 500), "shop:r-1/charge/1": usd(716)}, tl.paidBack(),
		"what the other model cost less and what line 2 had paid, and all that was paid on top; the return pays the rest of the price")
}
