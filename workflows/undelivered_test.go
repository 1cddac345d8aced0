package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

func (tl *tale) task(name string) (found int) {
	for _, n := range tl.toldStaff("staff.task") {
		if n.Vars["task"] == name {
			found++
		}
	}
	return found
}

func TestAReplacementThatIsNotTakenComesBackAndTheCustomerChoosesAgain(t *testing.T) {
	t.Parallel()
	for name, word := range map[string]schemas.Fact[schemas.ParcelWord]{"refused": schemas.ParcelRefusal, "undeliverable": schemas.ParcelReturns} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves()
			tl.in(schemas.ReplacementInTransit, says(tl, word, parcelWord("RP1")))
			tl.in(schemas.ReplacementLost, func() {
				require.Equal(t, 1, tl.task("undelivered"), "somebody speaks to the customer within a day")
				says(tl, schemas.ParcelDeliver, parcelWord("RP1"))()
			})
			tl.in(schemas.ReplacementLost, func() {
				require.False(t, tl.last().Parcels[1].Returning, "it is back and put away")
				says(tl, schemas.GoodsReceived, parcelWord("RP1"))()
				does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "reship"})()
			})
			tl.in(schemas.ShipReplacement, func() { tl.leaves("RP2") })
			tl.replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
			v := tl.run()
			require.Equal(t, schemas.Completed, v.Outcome)
			require.Len(t, tl.shipped, 2)
			require.Contains(t, tl.told(), "exchange.undelivered")
			require.NotContains(t, tl.told(), "exchange.lost", "it is not lost")
			require.Contains(t, tl.disposed, schemas.Disposal{LineID: "1", SKU: "other", Quantity: 1, Disposition: schemas.Quarantine})
			require.Zero(t, tl.task("late_fact"))
		})
	}
}

func TestSilenceSendsNothingToACustomerWhoDidNotTakeIt(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 5784).oldGoodsPass()
	tl.in(schemas.WaitPayment, says(tl, schemas.PaymentSuccess, chargeWord("1")))
	tl.replacementLeaves()
	tl.in(schemas.ReplacementInTransit, says(tl, schemas.ParcelRefusal, parcelWord("RP1")))
	tl.in(schemas.RefundProcessing, says(tl, schemas.RefundSuccess, refundWord(1)))
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome)
	require.Len(t, tl.shipped, 1)
	require.Equal(t, usd(1000), tl.ordered[0].Amount, "what was paid on top goes back first")
	require.Len(t, tl.successors, 1)
	over := tl.successors[0].Predecessor.Handover
	require.Equal(t, schemas.TurnWarehouse, over.Lines[0].GoodsWith, "the old goods are here: the return pays for them")
	require.Equal(t, "RP1", over.Parcels[len(over.Parcels)-1].Waybill)
	require.NotEmpty(t, over.Parcels[len(over.Parcels)-1].Goods, "the return puts the replacement away when it is back")
	for _, n := range tl.notices() {
		if n.Template == "exchange.reminder" {
			require.Equal(t, "choose_not_taken", n.Vars["what"])
		}
	}
}

func TestAReplacementLostOnItsWayBackIsTheMerchantsLoss(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784).oldGoodsPass().replacementLeaves()
	tl.in(schemas.ReplacementInTransit, says(tl, schemas.ParcelReturns, parcelWord("RP1")))
	tl.in(schemas.ReplacementLost, says(tl, schemas.ParcelLoss, parcelWord("RP1")))
	tl.in(schemas.ReplacementLost, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "refund"}))
	v := tl.run()
	require.Equal(t, schemas.Converted, v.Outcome)
	require.Empty(t, tl.disposed, "it never came back, and the return sees to the old goods")
}

// goesBack lets a return fail its inspection and the customer want the goods back.
func goesBack(t *testing.T) *tale {
	t.Helper()
	less := usd(1000)
	tl := aReturn(t).finding(line("1", 4784)).approvedAndShipped().failsInspection(&less, schemas.FindingUsed)
	return tl.in(schemas.InspectionFailed, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "send_back"}))
}

func (tl *tale) says(f schemas.Fact[schemas.ParcelWord]) func() {
	return func() { says(tl, f, parcelWord(tl.last().Lines[0].Waybill))() }
}

func TestGoodsThatTheirOwnerDoesNotTakeAreKeptAndNotPaidFor(t *testing.T) {
	t.Parallel()
	t.Run("and sent again when the owner asks", func(t *testing.T) {
		t.Parallel()
		tl := goesBack(t)
		tl.in(schemas.SendBack, tl.says(schemas.ParcelReturns))
		tl.in(schemas.SendBack, func() {
			refuses(tl, schemas.CodeWrongState, send(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "reship"}, "", 0))
			tl.says(schemas.ParcelDeliver)()
		})
		tl.in(schemas.SendBack, does(tl, schemas.OfferAccept, theCustomer, schemas.AnswerOffer{Choice: "reship"}))
		tl.later(schemas.SendBack, time.Hour, tl.says(schemas.ParcelDeliver))
		v := tl.run()
		require.Equal(t, schemas.CompletedPartial, v.Outcome)
		require.Equal(t, 2, count(tl.told(), "goods.sent_back"))
		require.Contains(t, tl.told(), "goods.returned")
		require.Empty(t, tl.ordered)
	})
	t.Run("and sent once more after a last notice; the second time they stay", func(t *testing.T) {
		t.Parallel()
		tl := goesBack(t)
		tl.in(schemas.SendBack, tl.says(schemas.ParcelRefusal))
		tl.in(schemas.SendBack, tl.says(schemas.ParcelDeliver))
		tl.later(schemas.SendBack, 38*24*hour, tl.says(schemas.ParcelRefusal))
		v := tl.run()
		require.Equal(t, schemas.Unresolvable, v.Outcome)
		require.Empty(t, tl.ordered, "nobody is paid for goods that are kept for them")
		require.Equal(t, 1, count(tl.told(), "goods.kept"), "the last notice")
		require.Equal(t, 2, tl.task("undelivered"))
	})
}

// fetched is a line whose way back is the merchant's to book.
func fetched() schemas.Line {
	l := line("1", 4784)
	l.Verdict.Freight = schemas.TurnMerchant
	return l
}

func TestAPickUpThatTheCarrierDoesNotKeepCostsTheCustomerNothing(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).finding(fetched()).approved()
	var asked []schemas.ParcelOrder
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		asked = append(asked, o)
		return schemas.Parcel{Waybill: "LB" + string(rune('0'+len(asked))), Carrier: "first", Direction: o.Direction, PaidBy: o.PaidBy}, nil
	}
	var missed time.Time
	tl.later(schemas.WaitShipback, time.Hour, func() {
		until := tl.env.Now().Add(4 * hour)
		says(tl, schemas.PickupBooked, schemas.ParcelWord{Waybill: "LB1", Until: &until})()
	})
	tl.later(schemas.WaitShipback, 5*hour, func() {
		missed = tl.env.Now()
		says(tl, schemas.PickupMissed, schemas.ParcelWord{Waybill: "LB1", Code: "nobody_home"})()
	})
	tl.later(schemas.WaitShipback, hour, func() {
		v := tl.last()
		require.True(t, v.Parcels[0].Superseded)
		require.Equal(t, "LB2", v.Lines[0].Waybill)
		require.Empty(t, asked[1].Avoid, "once is no reason to leave a carrier")
		for _, k := range v.Clocks {
			if k.Name == "return.wait_shipback" {
				require.Equal(t, missed.Add(7*24*hour).Unix(), k.Due.Unix(), "the seven days begin anew")
			}
			require.NotEqual(t, "pickup", k.Name)
		}
		until := tl.env.Now().Add(4 * hour)
		says(tl, schemas.PickupBooked, schemas.ParcelWord{Waybill: "LB2", Until: &until})()
	})
	// Nobody says anything about the second: a day after the slot it counts as missed, and another carrier is asked.
	tl.later(schemas.WaitShipback, 29*hour, func() {
		require.Equal(t, "LB3", tl.last().Lines[0].Waybill)
		require.Equal(t, []string{"first"}, asked[2].Avoid)
		says(tl, schemas.PickupMissed, parcelWord("LB3"))()
	})
	tl.later(schemas.WaitShipback, hour, func() {
		require.Equal(t, 1, tl.task("pickup_missed"), "after the third a person sees to it")
		require.Len(t, asked, 3)
		// The second carrier comes after all: its number counts again.
		says(tl, schemas.ParcelScanned, parcelWord("LB2"))()
	})
	tl.in(schemas.ReturnInTransit, func() {
		require.Equal(t, "LB2", tl.last().Lines[0].Waybill)
		says(tl, schemas.ParcelDeliver, parcelWord("LB2"))()
	})
	v := tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
	require.Equal(t, 3, count(tl.told(), "pickup.missed"))
	require.Equal(t, 2, count(tl.told(), "pickup.booked"))
}

func TestACarrierThatGivesItsSlotWithTheLabelIsWatched(t *testing.T) {
	t.Parallel()
	tl := anExchange(t, 4784, func(l *schemas.Line) { l.Verdict.Freight = schemas.TurnMerchant })
	booked := 0
	tl.parcel = func(o schemas.ParcelOrder) (schemas.Parcel, error) {
		booked++
		until := o.At.Add(24 * hour)
		return schemas.Parcel{Waybill: "LB" + string(rune('0'+booked)), Carrier: "first", Direction: o.Direction, PaidBy: o.PaidBy, PickupAt: &until}, nil
	}
	tl.approved()
	tl.later(schemas.WaitShipback, 49*hour, func() {
		require.Equal(t, 2, booked, "a day after the slot nobody had come")
		says(tl, schemas.ParcelScanned, parcelWord("LB2"))()
	})
	tl.in(schemas.ReturnInTransit, func() {
		for _, k := range tl.last().Clocks {
			require.NotEqual(t, "pickup", k.Name, "it was fetched")
		}
		says(tl, schemas.ParcelDeliver, parcelWord("LB2"))()
	})
	tl.in(schemas.Received, does(tl, schemas.InspectionPass, anInspector, schemas.Pass{}))
	tl.replacementLeaves().replacementConfirmed().answersSurvey(5, schemas.SolvedYes)
	require.Equal(t, schemas.Completed, tl.run().Outcome)
}
