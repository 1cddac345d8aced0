package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A replacement that its customer has rejected, and never sends back.

// rejectsAndKeeps goes on until the replacement, for which the old goods have come back, is rejected; then the customer falls silent.
func (tl *tale) rejectsAndKeeps() *tale {
	tl.replacementLeaves()
	return tl.in(schemas.ReplacementInTransit, does(tl, schemas.ReplacementReject, theCustomer, schemas.RejectReplacement{Reason: schemas.Defective}))
}

func TestARejectedReplacementThatIsKeptIsWhatCanBeClaimedAnew(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 6000).oldGoodsPass()
	tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
	v := tl.rejectsAndKeeps().run()
	require.Equal(t, schemas.Expired, v.Outcome)
	require.Equal(t, usd(1216), v.Money.Charged, "what the customer has is paid for")
	require.Empty(t, tl.ordered)
	require.Equal(t, []schemas.Replaced{{LineID: "1", Units: []int{1}, SKU: "other", ProductID: "p", UnitPrice: usd(6000), OnTop: usd(1216)}}, tl.has)
	require.Empty(t, tl.released, "its units are not free as the article that had been bought")

	over := v.HandOver(schemas.Request{Lines: []schemas.RequestLine{{LineID: "1", Quantity: 1}}})
	require.Equal(t, "other", over.Lines[0].BackSKU, "should the case be reopened, that is what comes back")
}

func TestARejectedReplacementOfTheSamePriceIsKeptByWithdrawing(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass().rejectsAndKeeps()
	tl.in(schemas.WaitShipback, does(tl, schemas.CaseWithdraw, theCustomer, schemas.Withdraw{}))
	v := tl.run()
	require.Equal(t, schemas.Withdrawn, v.Outcome)
	require.Len(t, tl.has, 1)
	require.Equal(t, usd(0), tl.has[0].OnTop)
}

func TestAReturnOfASecondFaultyReplacementThatIsKeptIsNotForgotten(t *testing.T) {
	t.Parallel()
	kept := func(t *testing.T, price int64, same bool) *tale {
		t.Helper()
		tl := aReturn(t).because(schemas.Defective)
		tl.opening.Request.Lines = tl.opening.Request.Lines[:1]
		tl.caseID = "shop:r-1:2"
		tl.env.SetStartWorkflowOptions(startAs(tl.caseID))
		tl.intake = func(schemas.IntakeOrder) (schemas.Intake, error) { return tl.found(line("1", 4784)), nil }
		tl.opening.Predecessor = &schemas.Predecessor{CaseID: "shop:r-1", Why: schemas.WhyConvert, FirstReceivedAt: started, Handover: &schemas.Handover{
			Owner: "agent-2", Lines: []schemas.HandedLine{{
				LineID: "1", Units: []int{1}, GoodsWith: schemas.TurnCustomer, BackSKU: "other", Freight: schemas.TurnMerchant,
				Replacement: &schemas.Replacement{SKU: "other", ProductID: "p", UnitPrice: usd(price), Same: same},
			}},
		}}
		require.Equal(t, schemas.Expired, tl.run().Outcome)
		require.Empty(t, tl.released)
		return tl
	}
	t.Run("where it costs more, it is recovered", func(t *testing.T) {
		t.Parallel()
		tl := kept(t, 6000, false)
		require.Equal(t, []schemas.Replaced{{LineID: "1", Units: []int{1}, SKU: "other", ProductID: "p", UnitPrice: usd(6000), OnTop: usd(0)}}, tl.has)
		require.Len(t, tl.tasks("recover_goods"), 1, "what had been paid on top went back before the return began")
	})
	t.Run("where it is the same article again, nothing is owed", func(t *testing.T) {
		t.Parallel()
		tl := kept(t, 9999, true)
		require.Equal(t, usd(4784), tl.has[0].UnitPrice)
		require.Empty(t, tl.tasks("recover_goods"))
	})
}
