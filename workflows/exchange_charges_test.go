package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// Whose charges are whose, where lines that owe together leave one after the other, and where a line was split before it was asked for.

func TestAChargeForTwoLinesIsGivenUpWithTheLastOfThem(t *testing.T) {
	t.Parallel()
	wantsMoney := func(tl *tale, line string) func() {
		return does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: line}}}})
	}
	t.Run("and nobody has paid", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 1216, -500) // both cost more
		tl.in(schemas.WaitPayment, wantsMoney(tl, "1"))
		tl.in(schemas.WaitPayment, func() {
			require.Equal(t, []string{"shop:r-1/charge/1"}, tl.lapsed)
			require.Equal(t, usd(500), tl.charges[1].Amount, "the other line pays for itself")
			wantsMoney(tl, "2")()
		})
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.Equal(t, []string{"shop:r-1/charge/1", "shop:r-1/charge/2"}, tl.lapsed)
		require.Empty(t, tl.ordered)
		require.Equal(t, schemas.ChargeLapsed, v.Money.Charges[1].Status)
	})
	t.Run("and the customer has paid, of which no word came", func(t *testing.T) {
		t.Parallel()
		tl := bothWays(t, 1216, -500)
		tl.lapse = func(q schemas.ChargeQuestion) (schemas.ChargeReceipt, error) {
			status := schemas.ChargeLapsed
			if q.ChargeID == "shop:r-1/charge/1" {
				status = schemas.ChargeSucceeded
			}
			return schemas.ChargeReceipt{ChargeID: q.ChargeID, Status: status}, nil
		}
		tl.trouble = map[string][]error{schemas.PaymentLapse.Name: {errAway, errAway, errAway}} // and the answer is lost
		tl.in(schemas.WaitPayment, wantsMoney(tl, "1"))
		tl.in(schemas.WaitPayment, func() {
			require.Empty(t, tl.lapsed)
			wantsMoney(tl, "2")()
		})
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.Equal(t, map[string]schemas.Money{"shop:r-1/charge/1": usd(1716)}, tl.paidBack())
	})
}

// threeOfALine begins an exchange of three pieces for dearer ones, the first two of which are sent in advance: the customer pays for these, and has
// to send the third one back first.
func threeOfALine(t *testing.T) *tale {
	t.Helper()
	tl := anExchange(t, 6000, func(l *schemas.Line) {
		l.Quantity, l.Units = 3, []int{1, 2, 3}
	})
	tl.opening.Request.Lines[0].Quantity = 3
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{OnLines: onPart(2), Advance: true}))
	return tl
}

func onPart(n int) schemas.OnLines {
	return schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1", Quantity: n}}}
}

func TestWhatOnePartOfALineHasPaidStaysWhenAnotherPartLeaves(t *testing.T) {
	t.Parallel()
	tl := threeOfALine(t).looksUp(schemas.RefundSucceeded)
	tl.in(schemas.Review, func() {
		v := tl.last()
		require.Equal(t, []schemas.LineUnits{{LineID: "1", Units: []int{1, 2}}}, v.Money.Charges[0].Parts)
		says(tl, schemas.PaymentSuccess, chargeWord("2"))()
		soon(tl, time.Minute, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	})
	tl.in(schemas.WaitShipback, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{OnLines: onPart(1), Carrier: "SF", Waybill: "SF1"}))
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.in(schemas.WaitPayment, func() {
		require.Equal(t, usd(1216), tl.charges[2].Amount, "the third piece alone")
		does(tl, schemas.OfferDecline, theCustomer, schemas.AnswerOffer{})()
	})
	tl.in(schemas.ShipReplacement, func() {
		require.Empty(t, tl.ordered, "what was paid for the first two is theirs")
		require.Empty(t, tl.deposits, "and so is their deposit")
		tl.leaves("RP1")
	})
	tl.replacementConfirmed()
	v := tl.run()
	require.Equal(t, []schemas.Outcome{schemas.Completed, schemas.Converted}, []schemas.Outcome{v.Lines[0].Outcome, v.Lines[1].Outcome})
	require.Equal(t, []string{"captured shop:r-1/charge/1"}, tl.deposits, "the old goods of the first two never came")
}

func TestWhatOnePartOfALinePaysLetsNoOtherGoOnUnpaid(t *testing.T) {
	t.Parallel()
	tl := threeOfALine(t)
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{Advance: true}))
	tl.in(schemas.WaitPayment, func() {
		require.Equal(t, usd(2432), tl.charges[1].Amount)
		require.Equal(t, usd(1216), tl.charges[3].Amount)
		says(tl, schemas.PaymentSuccess, chargeWord("2"))()
		soon(tl, time.Minute, func() {
			v := tl.last()
			require.Equal(t, schemas.ShipReplacement, v.Lines[0].State)
			require.Equal(t, schemas.WaitPayment, v.Lines[1].State, "its own charge is not paid")
			require.Len(t, tl.shipped, 1)
			says(tl, schemas.PaymentSuccess, chargeWord("4"))()
		})
	})
	tl.in(schemas.ShipReplacement, func() {
		for _, o := range tl.shipped {
			report(tl, schemas.ReplacementSent, schemas.ShipmentWord{ShipmentID: o.ShipmentID, Waybill: "RP-" + o.ShipmentID[len(o.ShipmentID)-1:], Carrier: "SF"}, "e-"+o.ShipmentID)
		}
	})
	tl.replacementConfirmed()
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.shipped, 2)
	require.Equal(t, []string{"captured shop:r-1/charge/1", "captured shop:r-1/charge/3"}, sortedWords(tl.deposits))
}

func sortedWords(words []string) []string {
	slices.Sort(words)
	return words
}

// The walks found it: a line of a deposit that waited for nothing stood there for ever.
func TestEveryLineOfADepositEndsWhenWhatWasTakenTooMuchHasGoneBack(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4000, func(l *schemas.Line) { l.Quantity, l.Units = 2, []int{1, 2} })
	tl.opening.Request.Lines[0].Quantity = 2
	tl.in(schemas.Review, does(tl, schemas.ReviewRequestInfo, anAgent, schemas.RequestInfo{OnLines: onPart(1), Wanted: []string{"photo"}}))
	tl.in(schemas.WaitInfo, does(tl, schemas.CaseProvideInfo, theCustomer, schemas.ProvideInfo{EvidenceIDs: []string{"photo-1"}}))
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{Advance: true})) // both, with one deposit
	tl.replacementLeaves().replacementConfirmed()
	v := tl.looksUp(schemas.RefundSucceeded).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, []string{"captured shop:r-1/charge/1"}, tl.deposits)
	require.Equal(t, usd(1568), v.Money.Refunded, "both pieces are kept, and cost less")
}
