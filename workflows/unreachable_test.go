package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// tried are three attempts on two channels over four days, the last of them now.
func (tl *tale) tried() schemas.MarkUnreachable {
	at := tl.env.Now()
	return schemas.MarkUnreachable{Attempts: []schemas.Attempt{
		{Channel: "phone", At: at.Add(-96 * hour)}, {Channel: "email", At: at.Add(-48 * hour)}, {Channel: "phone", At: at},
	}}
}

// cannotBeReached lets the owner give up on a customer five days after the case came into a state.
func (tl *tale) cannotBeReached(state schemas.State) *tale {
	return tl.later(state, 5*24*hour, func() { does(tl, schemas.CaseMarkUnreachable, anAgent, tl.tried())() })
}

func TestACustomerWhoCannotBeReachedGetsOneLastNotice(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved().cannotBeReached(schemas.WaitShipback)
	tl.later(schemas.WaitShipback, time.Minute, func() {
		v := tl.last()
		require.NotNil(t, v.Unreachable)
		require.Equal(t, "agent-1", v.Unreachable.By.ID)
		require.Contains(t, v.Waiting, "who cannot be reached")
		for _, k := range v.Clocks {
			if k.Name == "return.wait_shipback" {
				require.True(t, k.Paused, "what the customer is to do stands still")
				require.Equal(t, "the customer cannot be reached", k.Pauses[0].Reason)
			}
		}
	})
	v := tl.run()
	require.Equal(t, schemas.Unresolvable, v.Outcome)
	require.Len(t, tl.released, 1, "the units are free, so that the customer can ask again")
	require.Equal(t, 1, count(tl.told(), "case.unreachable"))
	require.Contains(t, tl.told(), "case.expired")
	ended := named(v, schemas.EventExpired)
	require.Equal(t, "unreachable.notice", ended[0].Data["clock"])
	require.Equal(t, 12*24*hour, ended[0].At.Sub(started).Truncate(hour), "five days until it was given up, and seven of the last notice")
}

func TestWhoeverSpeaksAgainHasAllTheTimeOnceMore(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved().cannotBeReached(schemas.WaitShipback)
	var back time.Time
	tl.later(schemas.WaitShipback, 24*hour, func() {
		back = tl.env.Now()
		does(tl, schemas.CaseMessage, theCustomer, schemas.Message{TextID: "t-9"})()
	})
	tl.later(schemas.WaitShipback, time.Minute, func() {
		v := tl.last()
		require.Nil(t, v.Unreachable)
		for _, k := range v.Clocks {
			require.NotEqual(t, "unreachable.notice", k.Name)
			if k.Name == "return.wait_shipback" {
				require.False(t, k.Paused)
				require.Equal(t, back.Add(7*24*hour).Unix(), k.Due.Unix())
			}
		}
		a := send(tl, schemas.CaseMarkUnreachable, anAgent, tl.tried(), "", 0)
		refuses(tl, schemas.CodeBadValue, a)
		tl.env.RegisterDelayedCallback(func() {
			require.Contains(t, a.refusal.Message, "the customer was heard of at", "attempts before that say nothing")
		}, 0)
	})
	tl.later(schemas.WaitShipback, time.Hour, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"}))
	v := tl.run()
	require.NotEqual(t, schemas.Unresolvable, v.Outcome)
	tasks := map[string]bool{}
	for _, n := range tl.toldStaff("staff.task") {
		tasks[n.Vars["task"]] = true
	}
	require.True(t, tasks["customer_back"], "the owner hears of it")
}

func TestAStaffMemberWhoEntersWhatTheCustomerSaidHasReachedThem(t *testing.T) {
	t.Parallel()
	tl := aReturn(t).approved().cannotBeReached(schemas.WaitShipback)
	tl.later(schemas.WaitShipback, time.Hour, does(tl, schemas.ReturnSubmitWaybill, anAgent, schemas.SubmitWaybill{Carrier: "SF", Waybill: "SF1"}))
	tl.in(schemas.ReturnInTransit, func() {
		require.Nil(t, tl.last().Unreachable)
		says(tl, schemas.ParcelDeliver, parcelWord("SF1"))()
	})
	v := tl.inspectedAndRefunded().answersSurvey(5, schemas.SolvedYes).run()
	require.Equal(t, schemas.Completed, v.Outcome)
}

func TestTheLawsClockGoesOnForACustomerWhoCannotBeReached(t *testing.T) {
	t.Parallel()
	tl := aReturn(t)
	tl.in(schemas.Review, does(tl, schemas.ReviewApprove, anAgent, schemas.Approve{}))
	tl.in(schemas.WaitShipback, does(tl, schemas.ReturnSubmitWaybill, theCustomer, schemas.SubmitWaybill{
		OnLines: schemas.OnLines{Lines: []schemas.PickLine{{LineID: "1"}}}, Carrier: "SF", Waybill: "SF1",
	}))
	tl.in(schemas.WaitShipback, says(tl, schemas.ParcelDeliver, parcelWord("SF1")))
	tl.later(schemas.WaitShipback, 5*24*hour, func() { does(tl, schemas.CaseMarkUnreachable, anAgent, tl.tried())() })
	tl.later(schemas.WaitShipback, time.Minute, func() {
		v := tl.last()
		require.NotNil(t, v.Unreachable)
		for _, k := range v.Clocks {
			require.False(t, k.Name == "law.refund" && k.Paused, "no pause stops the law")
		}
	})
	v := tl.refunded().run()
	require.Equal(t, usd(4784), v.Money.Refunded, "the line that is here was accepted and paid without asking anybody")
	require.Equal(t, schemas.CompletedPartial, v.Outcome)
}

func TestNothingIsTakenOffWhatACustomerWhoCannotBeReachedIsOwed(t *testing.T) {
	t.Parallel()
	less := usd(10000)
	tl := aReturn(t).finding(line("1", 48881)).approvedAndShipped().failsInspection(&less, schemas.FindingUsed)
	tl.later(schemas.InspectionFailed, 71*hour, func() {
		at := tl.env.Now()
		m := schemas.MarkUnreachable{Attempts: []schemas.Attempt{
			{Channel: "sms", At: at.Add(-70 * hour)}, {Channel: "phone", At: at.Add(-24 * hour)}, {Channel: "phone", At: at},
		}}
		a := send(tl, schemas.CaseMarkUnreachable, anAgent, m, "", 0)
		refuses(tl, schemas.CodeBadValue, a)
		tl.env.RegisterDelayedCallback(func() { require.Contains(t, a.refusal.Message, "spread the attempts over 72h0m0s") }, 0)
	})
	tl.later(schemas.InspectionFailed, 10*24*hour, func() { does(tl, schemas.CaseMarkUnreachable, anAgent, tl.tried())() })
	tl.in(schemas.SendBack, func() { says(tl, schemas.ParcelDeliver, parcelWord(tl.last().Lines[0].Waybill))() })
	v := tl.run()
	require.Equal(t, schemas.Expired, v.Outcome)
	require.Equal(t, usd(0), v.Money.Refunded)
	require.Empty(t, tl.ordered, "nothing less was paid in silence")
	require.Contains(t, tl.told(), "goods.sent_back", "the goods are the customer's")
	require.NotContains(t, tl.told(), "case.unreachable", "what is kept for them has its own last notice")
}

func TestAnOfferToACustomerWhoCannotBeReachedLapsesAndTheWishIsDecided(t *testing.T) {
	t.Parallel()
	offer := usd(1000)
	tl := aReturn(t).finding(notOwed("1", 4784))
	tl.later(schemas.Review, 30*hour, does(tl, schemas.OfferMake, aManager, schemas.MakeOffer{What: schemas.OfferPartialRefund, Amount: &offer}))
	tl.later(schemas.Negotiating, 47*hour, func() {
		at := tl.env.Now() // thirty hours in review and forty-seven with the offer
		does(tl, schemas.CaseMarkUnreachable, anAgent, schemas.MarkUnreachable{Attempts: []schemas.Attempt{
			{Channel: "phone", At: at.Add(-72 * hour)}, {Channel: "app", At: at}, {Channel: "app", At: at},
		}})()
	})
	tl.later(schemas.Review, time.Second, func() {
		require.NotNil(t, tl.last().Unreachable, "nobody has heard of them since")
		does(tl, schemas.ReviewApprove, aManager, schemas.Approve{})()
	})
	v := tl.run()
	require.Equal(t, schemas.Expired, v.Outcome, "after the last notice every state's own silence holds again")
	require.Contains(t, tl.told(), "offer.lapsed")
	require.Equal(t, 1, count(tl.told(), "case.unreachable"))
}

func TestAnExchangeOfACustomerWhoCannotBeReached(t *testing.T) {
	t.Parallel()
	t.Run("is paid back where the old goods are here and the article is not", func(t *testing.T) {
		t.Parallel()
		tl := anExchange(t, 4784).oldGoodsPass()
		tl.in(schemas.ShipReplacement, func() {
			says(tl, schemas.StockLost, schemas.StockWord{Key: tl.shipped[0].Goods[0].StockKey})()
		})
		tl.reserve = func(o schemas.StockOrder) (schemas.StockReceipt, error) {
			return schemas.StockReceipt{Key: o.Key, Held: o.Key == "shop:r-1/stock/1"}, nil
		}
		tl.cannotBeReached(schemas.OutOfStock)
		v := tl.run()
		require.Equal(t, schemas.Converted, v.Outcome)
		require.Len(t, tl.successors, 1, "the return pays, for the goods are here")
		require.Equal(t, schemas.TurnWarehouse, tl.successors[0].Predecessor.Handover.Lines[0].GoodsWith)
		require.Contains(t, tl.told(), "case.unreachable")
	})
	t.Run("ends where nothing has moved, and the stock is free", func(t *testing.T) {
		t.Parallel()
		tl := anExchange(t, 4784).approved().cannotBeReached(schemas.WaitShipback)
		v := tl.run()
		require.Equal(t, schemas.Unresolvable, v.Outcome)
		require.Equal(t, []string{"shop:r-1/stock/1"}, tl.freed)
		require.Empty(t, tl.successors)
	})
	t.Run("is paid for with the deposit where the replacement is there and the old goods are not", func(t *testing.T) {
		t.Parallel()
		tl := anAdvance(t, 4784).replacementLeaves().replacementConfirmed().cannotBeReached(schemas.WaitShipback)
		v := tl.run()
		require.Equal(t, schemas.Completed, v.Outcome)
		require.Equal(t, []string{"captured shop:r-1/charge/1"}, tl.deposits)
	})
}
