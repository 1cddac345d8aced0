package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A bank that keeps a part of what pays for a replacement: the customer is to have the article, and has some of the money.

// partlyTaken is an exchange of whose price a bank takes 10.00 before anything is sent, and keeps it.
func partlyTaken(t *testing.T, price int64) *tale {
	t.Helper()
	tl := anExchange(t, price).oldGoodsPass().looksUp(schemas.RefundSucceeded)
	tl.trouble = map[string][]error{schemas.DisputeBook.Name: {errAway, nil, errAway}} // answers are lost, and asked for again
	pass := tl.steps[len(tl.steps)-1].do
	tl.steps[len(tl.steps)-1].do = func() { chargedBack(tl, 1000)(); soon(tl, time.Minute, pass) }
	return tl.in(schemas.ShipReplacement, func() {
		require.Empty(t, tl.shipped, "nothing leaves while the bank decides")
		decides(tl, schemas.DisputeLost)()
	})
}

var toShip = schemas.ChangeHold{Hold: schemas.ShipmentHold, Reason: "agreed"}

func TestAReplacementOfWhosePriceABankKeepsAPartLeavesWhenAPersonSaysSo(t *testing.T) {
	t.Parallel()
	t.Run("who lets it leave", func(t *testing.T) {
		t.Parallel()
		tl := partlyTaken(t, 4784)
		tl.in(schemas.ShipReplacement, func() {
			v := tl.last()
			require.Empty(t, tl.shipped)
			require.Equal(t, "bank_took_part", v.Holds[0].Reason)
			require.Len(t, tl.tasks("bank_took_part"), 1)
			require.Len(t, tl.tasks("hold_review"), 1)
			require.NotNil(t, clockNamed(v, "hold.shipment"))
			does(tl, schemas.HoldRelease, aSupervisor, toShip)()
		})
		v := tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, usd(1000), *v.Lines[0].BankTook)
		require.Len(t, tl.shipped, 1, "and is asked once")
	})
	t.Run("or takes the decision back", func(t *testing.T) {
		t.Parallel()
		tl := partlyTaken(t, 4784)
		tl.in(schemas.ShipReplacement, does(tl, schemas.DecisionRevoke, aSupervisor, aMistake))
		tl.in(schemas.Received, does(tl, schemas.InspectionFail, anInspector, schemas.Fail{Finding: schemas.FindingWrongItem, EvidenceIDs: []string{"photo-9"}}))
		tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "send_back"}))
		tl.in(schemas.SendBack, func() { says(tl, schemas.ParcelDeliver, parcelWord(tl.last().Lines[0].Waybill))() })
		tl.run()
		require.Empty(t, tl.shipped)
	})
	t.Run("and where nobody does, the manager is asked, and no right ends in silence", func(t *testing.T) {
		t.Parallel()
		tl := partlyTaken(t, 4784)
		tl.in(schemas.ShipReplacement, func() { require.Empty(t, tl.shipped) })
		tl.later(schemas.ShipReplacement, 10*24*hour, func() { tl.leaves("RP1") })
		v := tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Len(t, named(v, schemas.EventHoldLifted), 1)
	})
	t.Run("unless the bank turns round", func(t *testing.T) {
		t.Parallel()
		tl := partlyTaken(t, 4784)
		tl.in(schemas.ShipReplacement, decides(tl, schemas.DisputeWon))
		v := tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Empty(t, v.Holds)
	})
	t.Run("unless the customer was to have as much back", func(t *testing.T) {
		t.Parallel()
		tl := partlyTaken(t, 3000)
		v := tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Empty(t, tl.tasks("bank_took_part"))
		require.Equal(t, usd(784), v.Money.Refunded, "the rest of the difference")
	})
	t.Run("whom nobody asked before the fifth edition", func(t *testing.T) {
		t.Parallel()
		tl := partlyTaken(t, 4784).ofEdition(4)
		tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run()
		require.Empty(t, tl.tasks("bank_took_part"))
	})
}

func TestAReplacementWhoseDifferenceABankKeepsIsAPersonsToSend(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 5784).oldGoodsPass()
	tl.dispute = func(o schemas.DisputeOrder) (schemas.DisputeReceipt, error) {
		got := keptFor(o, o.Dispute.Amount.Minor)
		got.Shares = nil // it was paid on top of what the lines cost
		return got, nil
	}
	approve := tl.steps[0].do
	tl.steps[0].do = func() { does(tl, schemas.HoldSet, aSupervisor, toShip)(); approve() }
	tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
	tl.in(schemas.ShipReplacement, func() {
		w := aChargeback(1000)
		w.PaymentID = "shop:r-1/charge/1"
		says(tl, schemas.ExternalOpened, w)()
		soon(tl, time.Minute, decides(tl, schemas.DisputeLost))
		soon(tl, hour, does(tl, schemas.HoldRelease, aSupervisor, toShip))
		soon(tl, 2*hour, func() {
			require.Empty(t, tl.shipped)
			require.Equal(t, "bank_took_part", tl.last().Holds[0].Reason)
			does(tl, schemas.HoldRelease, aSupervisor, toShip)()
		})
		soon(tl, 3*hour, func() { tl.leaves("RP1") })
	})
	require.Equal(t, schemas.Completed, tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes).run().Outcome)
}

func TestWhatABankKeepsOfAReplacementThatHasLeftIsFinancesToRecover(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves()
	tl.in(schemas.ReplacementInTransit, func() {
		chargedBack(tl, 1000)()
		soon(tl, time.Minute, decides(tl, schemas.DisputeLost))
		soon(tl, hour, does(tl, schemas.ReplacementConfirm, theCustomer, schemas.OnLines{}))
	})
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.tasks("bank_took_part"), 1)
	require.Equal(t, "finance-1", tl.tasks("bank_took_part")[0].To.ID)
}
