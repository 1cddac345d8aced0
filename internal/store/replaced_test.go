package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

// hasNow is what the customer has for units of a line after an exchange.
func hasNow(line, sku string, price, onTop int64, units ...int) schemas.Replaced {
	return schemas.Replaced{LineID: line, Units: units, SKU: sku, ProductID: "P1", UnitPrice: usd(price), OnTop: usd(onTop)}
}

// exchanged is a case that replaced units of a line and has ended, unless it is left open.
func exchanged(t *testing.T, s *store.Store, request, wants string, now schemas.Replaced, over bool) {
	t.Helper()
	got := accept(t, s, swaps(t, s, request, schemas.Defective, forArticle(now.LineID, len(now.Units), wants)))
	require.Equal(t, now.Units, got.Lines[0].Units)
	write(t, s, flush("shop:"+request, 3, 0, "opened"))
	units := []schemas.LineUnits{{LineID: now.LineID, Units: now.Units}}
	for range 2 {
		require.NoError(t, s.SettleUnits(ctx, "shop:"+request, units, []schemas.Replaced{now}, noon.Add(time.Hour)))
	}
	if over {
		closeCase(t, s, "shop:"+request)
	}
}

func TestAReplacementThatFailsIsClaimedAnewAsTheArticleItIs(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	catalogue(t, s)
	exchanged(t, s, "R1", "LAMP-2", hasNow("2", "LAMP-2", 4000, 0, 1), true)

	in := asks("R2", anOrder(), wish("2", 1))
	again, err := s.Again(ctx, in.Order, anOrder())
	require.NoError(t, err)
	require.Equal(t, map[string]store.Again{"2": {Times: 1, Since: noon.Add(time.Hour)}}, again)
	got := accept(t, s, in)
	require.Nil(t, got.Refusal)
	l := got.Lines[0]
	require.Equal(t, []int{1}, l.Units)
	require.Equal(t, "LAMP-2", l.SKU)
	require.Equal(t, usd(4000), l.UnitPrice)
	require.Equal(t, usd(4000), l.Payable, "no more than what it costs now")
	require.Equal(t, 1, l.Replaced)
	require.Equal(t, got, accept(t, s, in), "however often it is asked for")
	again, err = s.Again(ctx, in.Order, anOrder())
	require.NoError(t, err)
	require.Equal(t, 1, again["2"].Times, "and the rules are told the same once its units are taken")

	third := accept(t, s, asks("R3", anOrder(), wish("2", 1)))
	require.Equal(t, schemas.Merged, third.Lines[0].Outcome, "now this one holds it")
	require.Equal(t, "shop:R2", third.Lines[0].Holder)

	// Once it is refunded it is settled for good.
	require.NoError(t, s.SettleUnits(ctx, "shop:R2", []schemas.LineUnits{{LineID: "2", Units: []int{1}}}, nil, noon))
	refusedWith(t, accept(t, s, asks("R4", anOrder(), wish("2", 1))).Refusal, schemas.CodeAlreadySettled)
}

func TestAClaimThatIsGivenBackLeavesAReplacedUnitToTheNextRequest(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	catalogue(t, s)
	exchanged(t, s, "R1", "LAMP-2", hasNow("2", "LAMP-2", 4000, 0, 1), true)
	accept(t, s, asks("R2", anOrder(), wish("2", 1)))
	require.NoError(t, s.ReleaseUnits(ctx, schemas.ReleaseOrder{CaseID: "shop:R2", Units: []schemas.LineUnits{{LineID: "2", Units: []int{1}}}, At: noon}))
	got := accept(t, s, asks("R3", anOrder(), wish("2", 1)))
	require.Equal(t, "LAMP-2", got.Lines[0].SKU, "it is what it is, whoever has asked for it in between")
	require.Equal(t, 1, got.Lines[0].Replaced)
}

func TestWhatIsReplacedByACaseThatGoesOnIsHeldByIt(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	catalogue(t, s)
	exchanged(t, s, "R1", "LAMP-2", hasNow("2", "LAMP-2", 4000, 0, 1), false)
	merged := accept(t, s, asks("R2", anOrder(), wish("2", 1)))
	require.Equal(t, schemas.Merged, merged.Lines[0].Outcome)
	require.Equal(t, "shop:R1", merged.Lines[0].Holder)
}

func TestUnitsThatWereNeverReplacedAreClaimedFirstAndEachAsWhatItIs(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	catalogue(t, s)
	exchanged(t, s, "R1", "MUG-RED", hasNow("1", "MUG-RED", 1300, 0, 1), true)
	one := asks("R2", anOrder(), wish("1", 1))
	again, err := s.Again(ctx, one.Order, anOrder())
	require.NoError(t, err)
	require.Empty(t, again, "another mug is meant as long as there is one")
	first := accept(t, s, one)
	require.Equal(t, []int{2}, first.Lines[0].Units)
	require.Equal(t, "MUG", first.Lines[0].SKU)
	require.Zero(t, first.Lines[0].Replaced)

	both := accept(t, s, asks("R3", anOrder(), wish("1", 2)))
	require.Len(t, both.Lines, 2)
	require.Equal(t, []any{"MUG-RED", []int{1}, 1}, []any{both.Lines[0].SKU, both.Lines[0].Units, both.Lines[0].Quantity})
	require.Equal(t, []any{"MUG", []int{3}, 1}, []any{both.Lines[1].SKU, both.Lines[1].Units, both.Lines[1].Quantity})
	require.Equal(t, usd(1000), both.Lines[0].Payable, "nobody has paid the 3.00 more")
	refusedWith(t, accept(t, s, asks("R4", anOrder(), wish("1", 4))).Refusal, schemas.CodeNothingLeft)
}

func TestWhatWasPaidOnTopForAReplacementCanBePaidBackToo(t *testing.T) {
	t.Parallel()
	s := shopWithOrder(t)
	catalogue(t, s)
	exchanged(t, s, "R1", "LAMP-2", hasNow("2", "LAMP-2", 6000, 1000, 1), true)
	got := accept(t, s, asks("R2", anOrder(), wish("2", 1)))
	require.Equal(t, usd(5000), got.Lines[0].Payable, "only what the books say was paid")
	require.Nil(t, got.Lines[0].OnTop)
	require.NoError(t, s.ReleaseUnits(ctx, schemas.ReleaseOrder{CaseID: "shop:R2", Units: []schemas.LineUnits{{LineID: "2", Units: []int{1}}}, At: noon}))

	writeCharge(t, s, difference("1", 1000))
	recordCharge(t, s, "1", schemas.ChargeSucceeded)
	got = accept(t, s, asks("R3", anOrder(), wish("2", 1)))
	require.Equal(t, usd(6000), got.Lines[0].Payable)
	require.Equal(t, usd(1000), *got.Lines[0].OnTop)
}

func TestTheSameAgainForOneThatFailedAgainCostsNothing(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	catalogue(t, s)
	exchanged(t, s, "R1", "MUG-RED", hasNow("1", "MUG-RED", 1300, 0, 1, 2, 3), true)
	for request, c := range map[string]struct {
		reason schemas.Reason
		sku    string
		same   bool
	}{"R2": {schemas.Defective, "MUG-RED", true}, "R3": {schemas.Defective, "MUG", false}, "R4": {schemas.ChangedMind, "MUG-RED", false}} {
		got := accept(t, s, swaps(t, s, request, c.reason, forArticle("1", 1, c.sku)))
		require.Equal(t, "MUG-RED", got.Lines[0].SKU, request)
		require.Equal(t, c.same, got.Lines[0].Replacement.Same, request)
	}
}

// A case that goes on from one that replaced the units itself looks at the goods that were bought: its own handover says what became of them.
func TestAReopenedExchangeIsNoSecondFailure(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	catalogue(t, s)
	exchanged(t, s, "R1", "LAMP-2", hasNow("2", "LAMP-2", 4000, 0, 1), true)
	in := swaps(t, s, "R1", schemas.Defective, forArticle("2", 1, "LAMP-2"))
	in.Order.CaseID, in.Order.Predecessor = "shop:R1:2", &schemas.Predecessor{CaseID: "shop:R1", AtReview: true, Why: schemas.WhyRequestHuman}
	again, err := s.Again(ctx, in.Order, anOrder())
	require.NoError(t, err)
	require.Empty(t, again)
	require.Zero(t, accept(t, s, in).Lines[0].Replaced)
}
