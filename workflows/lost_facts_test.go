package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// labelled begins a return whose label is ours, approved.
func labelled(t *testing.T) *tale {
	t.Helper()
	tl := aReturn(t).finding(fetched()).approved()
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		return schemas.Parcel{Waybill: "LB1", Carrier: "first", Direction: o.Direction, PaidBy: o.PaidBy}, nil
	}
	return tl
}

func TestAScanThatNobodyReportedIsNoSilence(t *testing.T) {
	t.Parallel()
	t.Run("it travels", func(t *testing.T) {
		t.Parallel()
		tl := labelled(t)
		tl.trace = func(schemas.TraceOrder) (schemas.TraceAnswer, error) {
			moved := started.Add(6 * 24 * hour)
			return schemas.TraceAnswer{Known: true, Status: schemas.ParcelMoving, MovedAt: &moved}, nil
		}
		tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("LB1")))
		v := tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.NotContains(t, tl.told(), "case.expired")
		require.Equal(t, started.Add(6*24*hour).Unix(), v.Parcels[0].ScannedAt.Unix(), "it counts by the carrier's time")
	})
	t.Run("it was delivered, and the law's clock counts from then", func(t *testing.T) {
		t.Parallel()
		tl := labelled(t)
		arrived := started.Add(4 * 24 * hour)
		tl.trace = func(schemas.TraceOrder) (schemas.TraceAnswer, error) {
			return schemas.TraceAnswer{Known: true, Status: schemas.ParcelDelivered, MovedAt: &arrived}, nil
		}
		tl.in(schemas.Received, func() {
			for _, k := range tl.last().Clocks {
				if k.Name == "law.refund" {
					require.Equal(t, arrived.Add(7*24*hour).Unix(), k.Due.Unix())
				}
			}
			does(tl, schemas.InspectionPass, anInspector, schemas.Pass{})()
		})
		require.Equal(t, schemas.Completed, tl.refunded().answersSurvey(5, schemas.SolvedYes).run().Outcome)
	})
	t.Run("the carrier has never seen it", func(t *testing.T) {
		t.Parallel()
		tl := labelled(t)
		v := tl.run()
		require.Equal(t, schemas.Expired, v.Outcome)
		require.Len(t, named(v, schemas.EventTraced), 1)
	})
}

func TestADepositIsNotTakenForGoodsThatTravelUnreported(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784, func(l *schemas.Line) { l.Verdict.Freight = schemas.TurnMerchant })
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		return schemas.Parcel{Waybill: "LB1", Carrier: "first", Direction: o.Direction, PaidBy: o.PaidBy}, nil
	}
	tl.trace = func(schemas.TraceOrder) (schemas.TraceAnswer, error) {
		return schemas.TraceAnswer{Known: true, Status: schemas.ParcelMoving}, nil
	}
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{Advance: true}))
	tl.replacementLeaves().replacementConfirmed()
	tl.in(schemas.ReturnInTransit, says(tl, schemas.ParcelDeliver, parcelWord("LB1")))
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	v := tl.answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, []string{"released shop:r-1/charge/1"}, tl.deposits)
}

func TestAPaymentThatNobodyReportedIsFoundByAsking(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 5784).oldGoodsPass().replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome, "the customer has paid and has the article")
	require.Equal(t, usd(1000), v.Money.Charged)
	require.Empty(t, tl.ordered, "nothing was paid back")
}

func TestAReplacementThatLeftWithoutAWordIsFoundByAskingAndNotSentTwice(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass()
	asked := 0
	tl.ship = func(o schemas.ShipOrder) (schemas.ShipReceipt, error) {
		got := schemas.ShipReceipt{ShipmentID: o.ShipmentID}
		if asked++; asked == 3 {
			got.Waybill, got.Carrier = "RP1", "SF"
		}
		return got, nil
	}
	tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	v := tl.run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Len(t, tl.shipped, 3)
	for _, o := range tl.shipped {
		require.Equal(t, tl.shipped[0].ShipmentID, o.ShipmentID, "an order has one number, however often it is given")
		require.Equal(t, tl.shipped[0].Goods, o.Goods)
	}
	require.Equal(t, "RP1", v.Lines[0].Replacement.Waybill)
	require.WithinDuration(t, started, v.OpenedAt, time.Minute)
}
