package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// bothWays is an exchange that has ended: the lamp for one that costs 10.00 more, of which its customer has paid 5.00 and a mug the other 5.00,
// because what came instead of it costs less.
func bothWays(t *testing.T, s *store.Store) {
	t.Helper()
	catalogue(t, s)
	accept(t, s, swaps(t, s, "R1", schemas.ChangedMind, forArticle("1", 1, "MUG-RED"), forArticle("2", 1, "LAMP-2")))
	write(t, s, flush("shop:R1", 3, 0, "opened"))
	writeCharge(t, s, difference("1", 500))
	recordCharge(t, s, "1", schemas.ChargeSucceeded)
	settleBothWays(t, s)
	closeCase(t, s, "shop:R1")
}

// settleBothWays settles it, and once more because the answer was lost.
func settleBothWays(t *testing.T, s *store.Store) {
	t.Helper()
	lamp := hasNow("2", "LAMP-2", 6000, 1000, 1)
	lamp.PaidBy = []schemas.Share{{LineID: "1", Units: []int{1}, Amount: usd(500)}}
	units := []schemas.LineUnits{{LineID: "1", Units: []int{1}}, {LineID: "2", Units: []int{1}}}
	for range 2 {
		require.NoError(t, s.SettleUnits(ctx, "shop:R1", units, []schemas.Replaced{hasNow("1", "MUG-RED", 500, 0, 1), lamp}, noon.Add(time.Hour)))
	}
}

// netted is what other lines have paid for a line, or it for them.
func netted(t *testing.T, s *store.Store, line string) int {
	t.Helper()
	return count(t, s, `SELECT netted_minor FROM aftercare.order_lines WHERE line_id = $1`, line)
}

func TestAReplacementThatAnotherLineHasPaidForIsClaimedForAllOfItsPrice(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	bothWays(t, s)
	require.Equal(t, 500, netted(t, s, "2"))
	require.Equal(t, -500, netted(t, s, "1"))
	got := accept(t, s, asks("R2", anOrder(), wish("2", 1)))
	require.Equal(t, usd(6000), got.Lines[0].Payable)
	require.Equal(t, usd(500), *got.Lines[0].OnTop, "what its customer has paid goes back out of that")
	reserve(t, s, paidBack("1", "1", "2", 500))
	reserve(t, s, refund("2", "P-card", "2", 5500))
	_, _, err := s.ReserveRefund(ctx, refund("3", "P-card", "2", 1))
	refusedWith(t, err, schemas.CodeNoMoneyLeft)
}

func TestACaseThatGoesOnFromAnotherAndSettlesAnewMovesNothingASecondTime(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	bothWays(t, s)
	in := swaps(t, s, "R1", schemas.ChangedMind, forArticle("2", 1, "LAMP-2"))
	in.Order.CaseID, in.Order.Predecessor = "shop:R1:2", &schemas.Predecessor{CaseID: "shop:R1", AtReview: true, Why: schemas.WhyRequestHuman}
	require.Nil(t, accept(t, s, in).Refusal)
	lamp := hasNow("2", "LAMP-2", 6000, 1000, 1)
	lamp.PaidBy = []schemas.Share{{LineID: "1", Units: []int{1}, Amount: usd(500)}}
	require.NoError(t, s.SettleUnits(ctx, in.Order.CaseID, []schemas.LineUnits{{LineID: "2", Units: []int{1}}}, []schemas.Replaced{lamp}, noon.Add(2*time.Hour)))
	require.Equal(t, 500, netted(t, s, "2"))
	require.Equal(t, -500, netted(t, s, "1"))
}

func TestALineThatHasPaidForAnotherIsWorthNoMoreThanTheRest(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	bothWays(t, s)
	got := accept(t, s, asks("R2", anOrder(), wish("1", 3)))
	require.Len(t, got.Lines, 2)
	require.Equal(t, []any{"MUG-RED", usd(500)}, []any{got.Lines[0].SKU, got.Lines[0].Payable})
	require.Equal(t, []any{"MUG", usd(2000)}, []any{got.Lines[1].SKU, got.Lines[1].Payable}, "the other mugs are worth what they were")
	reserve(t, s, refund("1", "P-card", "1", 2500))
	_, _, err := s.ReserveRefund(ctx, refund("2", "P-card", "1", 1))
	refusedWith(t, err, schemas.CodeNoMoneyLeft)
}

func TestAReimportKeepsWhatLinesHavePaidForEachOther(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	bothWays(t, s)
	o := anOrder()
	o.Lines[0].UnitPrice = usd(10) // the shop lowers a price, and says that all of it was refunded
	o.Refunds = []schemas.ShopRefund{{RefundID: "theirs", PaymentID: "P-card", LineID: "1", Amount: usd(30)}}
	require.NoError(t, s.PutOrder(ctx, o))
	require.NoError(t, s.PutOrder(ctx, anOrder()))
	require.Equal(t, -500, netted(t, s, "1"))
	require.Equal(t, usd(6000), accept(t, s, asks("R2", anOrder(), wish("2", 1))).Lines[0].Payable)
}

func TestNoLinePaysForAnotherWithWhatItsCustomerHasHad(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	catalogue(t, s)
	accept(t, s, swaps(t, s, "R1", schemas.ChangedMind, forArticle("1", 1, "MUG-RED"), forArticle("2", 1, "LAMP-2")))
	write(t, s, flush("shop:R1", 3, 0, "opened"))
	reserve(t, s, refund("1", "P-card", "1", 2800))
	settleBothWays(t, s)
	require.Equal(t, 200, netted(t, s, "2"))
	require.Equal(t, -200, netted(t, s, "1"), "together it is nothing")
}

// A line that has paid for another leaves as a return, which takes what is spent off its price. It must not find it taken off already.
func TestWhatALineHasPaidForAnotherIsTakenOffOnceWhenItGoesOn(t *testing.T) {
	t.Parallel()
	goesOn := func(t *testing.T, s *store.Store) schemas.Money {
		t.Helper()
		next := asks("R1", anOrder(), wish("1", 1))
		next.Order.CaseID = "shop:R1:2"
		next.Order.Predecessor = &schemas.Predecessor{CaseID: "shop:R1", Why: schemas.WhyConvert, Handover: &schemas.Handover{Lines: []schemas.HandedLine{
			{LineID: "1", Quantity: 1, Units: []int{1}, Spent: usd(500)},
		}}}
		return accept(t, s, next).Lines[0].Payable
	}
	begun := func(t *testing.T) *store.Store {
		t.Helper()
		s := shopWithOrder(t)
		catalogue(t, s)
		accept(t, s, swaps(t, s, "R1", schemas.ChangedMind, forArticle("1", 1, "MUG-RED"), forArticle("2", 1, "LAMP-2")))
		write(t, s, flush("shop:R1", 3, 0, "opened"))
		reserve(t, s, refund("others", "P-card", "1", 2000)) // nothing but its own price is left of the line
		return s
	}
	t.Run("before anything is booked", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, usd(1000), goesOn(t, begun(t)))
	})
	t.Run("after the other article was settled", func(t *testing.T) {
		t.Parallel()
		s := begun(t)
		lamp := hasNow("2", "LAMP-2", 6000, 1000, 1)
		lamp.PaidBy = []schemas.Share{{LineID: "1", Units: []int{1}, Amount: usd(500)}}
		require.NoError(t, s.SettleUnits(ctx, "shop:R1", []schemas.LineUnits{{LineID: "2", Units: []int{1}}}, []schemas.Replaced{lamp}, noon))
		require.Equal(t, usd(1000), goesOn(t, s), "the case takes off what was spent")
	})
	t.Run("after it was given back", func(t *testing.T) {
		t.Parallel()
		s := begun(t)
		back := refund("1", "P-card", "1", 500)
		back.Refund.Shares[0].Netted = true
		reserve(t, s, back)
		require.Equal(t, usd(1000), goesOn(t, s), "the other half of its price, and not a quarter")
	})
	t.Run("and what went back of its price before counts", func(t *testing.T) {
		t.Parallel()
		s := begun(t)
		reserve(t, s, refund("1", "P-card", "1", 300))
		require.Equal(t, usd(700), goesOn(t, s))
	})
}
