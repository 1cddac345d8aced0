package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A replacement that counted as lost comes when its line has become a return: its customer would have the article and the money.

// lostAndRefunded is an exchange whose replacement is lost, and whose customer has just said that they want the money when it comes.
func lostAndRefunded(t *testing.T) *tale {
	t.Helper()
	tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves()
	tl.in(schemas.ReplacementInTransit, says(tl, schemas.ParcelLoss, parcelWord("RP1")))
	tl.in(schemas.ReplacementLost, func() {
		does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "refund"})()
		says(tl, schemas.ParcelDeliver, parcelWord("RP1"))()
	})
	return tl
}

func TestTheReturnHearsOfAReplacementThatIsFoundAfterAll(t *testing.T) {
	t.Parallel()
	tl := lostAndRefunded(t)
	tl.awaits = schemas.ParcelDeliver.Name
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome)
	require.Len(t, tl.forwarded, 1, "the return has the line")
	require.Empty(t, named(v, schemas.EventLateFact))
	parcels := tl.successors[0].Predecessor.Handover.Parcels
	require.Len(t, parcels, 2)
	require.Equal(t, "RP1", parcels[1].Waybill)
	require.Equal(t, schemas.ParcelLost, parcels[1].Status)
}

func TestUntilTheFourthEditionAnExchangeKeptItToItselfThatAReplacementWasFound(t *testing.T) {
	t.Parallel()
	tl := lostAndRefunded(t).ofEdition(3)
	v := tl.run()
	require.Len(t, named(v, schemas.EventLateFact), 1)
	require.Len(t, tl.successors[0].Predecessor.Handover.Parcels, 1)
}

// refundsWhatWasLost begins the return that the line goes on as. The price is so high that a second person has to agree to the refund.
func refundsWhatWasLost(t *testing.T, price int64) *tale {
	t.Helper()
	inspected := schemas.HandedLine{GoodsWith: schemas.TurnWarehouse, Waybill: "SF1", Inspected: true, Disposition: schemas.Restock}
	lost := schemas.Parcel{Waybill: "RP1", Carrier: "SF", Direction: schemas.ToCustomer, Status: schemas.ParcelLost, Lines: []schemas.PickLine{{LineID: "1", Quantity: 1}}}
	return goesOnAsReturn(t, inspected, inParcel(schemas.ParcelDelivered), lost).finding(line("1", price))
}

func isPaid(tl *tale) func() {
	return says(tl, schemas.RefundSuccess, schemas.RefundWord{RefundID: "shop:r-1:2/refund/1"})
}

func TestTheMoneyForAReplacementThatIsFoundIsKeptBackUntilAPersonHasLooked(t *testing.T) {
	t.Parallel()
	lift := schemas.ChangeHold{Hold: schemas.RefundHold, Reason: "sent_back"}
	t.Run("who lets it be paid", func(t *testing.T) {
		t.Parallel()
		tl := refundsWhatWasLost(t, 150000)
		tl.in(schemas.RefundApproved, says(tl, schemas.ParcelDeliver, parcelWord("RP1")))
		tl.later(schemas.RefundApproved, time.Minute, does(tl, schemas.ApprovalGrant, aManager, schemas.DecideApproval{}))
		tl.later(schemas.RefundApproved, 5*hour, func() {
			v := tl.last()
			require.Equal(t, "replacement_found", v.Holds[0].Reason)
			require.NotEmpty(t, tl.toldStaff("staff.task"))
			require.NotContains(t, tl.calls, schemas.RefundRequest.Name, "nothing is ordered")
			does(tl, schemas.HoldRelease, aSupervisor, lift)()
		})
		require.Equal(t, usd(150000), tl.in(schemas.RefundProcessing, isPaid(tl)).answersSurvey(5, schemas.SolvedYes).run().Money.Refunded)
	})
	t.Run("and nobody does", func(t *testing.T) {
		t.Parallel()
		tl := refundsWhatWasLost(t, 150000)
		tl.in(schemas.RefundApproved, says(tl, schemas.ParcelDeliver, parcelWord("RP1")))
		v := tl.in(schemas.RefundProcessing, isPaid(tl)).answersSurvey(5, schemas.SolvedYes).run()
		require.Len(t, named(v, schemas.EventHoldLifted), 1, "a hold has a clock, and a right no end in silence")
	})
	t.Run("unless it is on its way already, which the owner hears", func(t *testing.T) {
		t.Parallel()
		tl := refundsWhatWasLost(t, 4784)
		tl.in(schemas.RefundProcessing, func() {
			says(tl, schemas.ParcelDeliver, parcelWord("RP1"))()
			soon(tl, time.Minute, func() {
				require.Empty(t, tl.last().Holds)
				require.Equal(t, "late_fact", tl.toldStaff("staff.task")[0].Vars["task"])
				isPaid(tl)()
			})
		})
		require.Equal(t, schemas.Completed, tl.answersSurvey(5, schemas.SolvedYes).run().Outcome)
	})
}
