package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

// catalogue has mugs and a lamp, and one article that is sold in another currency.
func catalogue(t testing.TB, s *store.Store) {
	t.Helper()
	for _, a := range []schemas.ShopArticle{
		{SKU: "MUG", ProductID: "P1", Price: usd(1100)},
		{SKU: "MUG-RED", ProductID: "P1", Price: usd(1300), Options: map[string]string{"colour": "red"}},
		{SKU: "MUG-EUR", ProductID: "P1", Price: schemas.Money{Minor: 900, Currency: "EUR"}},
		{SKU: "LAMP-2", ProductID: "P2", Price: usd(6000)},
	} {
		a.MerchantID, a.Name = merchant, "an article"
		require.NoError(t, s.PutArticle(ctx, a))
	}
}

// swaps asks for an exchange of units of a line for another article.
func swaps(t testing.TB, s *store.Store, request string, reason schemas.Reason, lines ...schemas.RequestLine) store.AcceptInput {
	t.Helper()
	in := asks(request, anOrder(), lines...)
	in.Order.Request.Kind, in.Order.Request.Reason = schemas.KindExchange, reason
	var err error
	in.Articles, err = s.Articles(ctx, merchant, store.Wanted(in.Order.Request))
	require.NoError(t, err)
	return in
}

func forArticle(line string, quantity int, sku string) schemas.RequestLine {
	return schemas.RequestLine{LineID: line, Quantity: quantity, ReplacementSKU: sku}
}

func TestALineOfAnExchangeKnowsWhatItIsExchangedForAndWhatThatCosts(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	catalogue(t, s)
	got := accept(t, s, swaps(t, s, "R1", schemas.Defective, forArticle("1", 2, "MUG-RED"), forArticle("2", 1, "LAMP-2")))
	require.Nil(t, got.Refusal)
	require.Equal(t, &schemas.Replacement{SKU: "MUG-RED", ProductID: "P1", UnitPrice: usd(1300)}, got.Lines[0].Replacement)
	require.Equal(t, []int{1, 2}, got.Lines[0].Units)
	require.Equal(t, usd(6000), got.Lines[1].Replacement.UnitPrice)
	require.Equal(t, got, accept(t, s, swaps(t, s, "R1", schemas.Defective, forArticle("1", 2, "MUG-RED"), forArticle("2", 1, "LAMP-2"))))
}

func TestTheSameArticleAgainIsFreeOnlyWhereTheMerchantIsToBlame(t *testing.T) {
	t.Parallel()
	for reason, same := range map[schemas.Reason]bool{
		schemas.Defective: true, schemas.Damaged: true, schemas.NotAsDescribed: true, schemas.WrongItemSent: true,
		schemas.ChangedMind: false, schemas.WrongVariant: false,
	} {
		s := storetest.New(t)
		catalogue(t, s)
		got := accept(t, s, swaps(t, s, "R1", reason, forArticle("1", 1, "MUG")))
		require.Equal(t, same, got.Lines[0].Replacement.Same, reason)
		other := accept(t, s, swaps(t, s, "R2", reason, forArticle("1", 1, "MUG-RED")))
		require.False(t, other.Lines[0].Replacement.Same, reason)
	}
	s := storetest.New(t)
	catalogue(t, s)
	in := swaps(t, s, "R1", schemas.WrongVariant, forArticle("1", 1, "MUG"))
	in.ShopOrder.Lines[0].ShippedSKU = "MUG-RED"
	require.True(t, accept(t, s, in).Lines[0].Replacement.Same, "another article was sent than was ordered")
}

func TestWhatCannotBeExchangedIsToldWithACodeAndASentence(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	catalogue(t, s)
	require.NoError(t, s.PutArticle(ctx, schemas.ShopArticle{MerchantID: "other", SKU: "THEIRS", ProductID: "P1", Price: usd(1)}))
	for sku, code := range map[string]schemas.Code{
		"":        schemas.CodeMissingField,
		"NONE":    schemas.CodeUnknownArticle,
		"THEIRS":  schemas.CodeUnknownArticle,
		"LAMP-2":  schemas.CodeOtherProduct,
		"MUG-EUR": schemas.CodeOtherCurrency,
	} {
		got := accept(t, s, swaps(t, s, "R-"+sku, schemas.Defective, forArticle("1", 1, sku)))
		refusedWith(t, got.Refusal, code)
		require.Equal(t, code, got.Lines[0].Code, sku)
		require.Equal(t, schemas.Invalid, got.Lines[0].Outcome)
		require.Nil(t, got.Lines[0].Replacement)
	}
	mixed := accept(t, s, swaps(t, s, "R2", schemas.Defective, forArticle("1", 1, "NONE"), forArticle("2", 1, "LAMP-2")))
	require.Nil(t, mixed.Refusal, "the other line goes on")
	require.Equal(t, schemas.Submitted, mixed.Lines[1].State)
	require.Equal(t, schemas.CodeUnknownArticle, mixed.Lines[0].Code)

	successor := swaps(t, s, "R3", schemas.Defective, forArticle("1", 1, "NONE"))
	successor.Order.CaseID, successor.Order.Predecessor = "shop:R3:2", &schemas.Predecessor{CaseID: "shop:R3", AtReview: true}
	got := accept(t, s, successor)
	require.Equal(t, schemas.Submitted, got.Lines[0].State, "a person looks at it")
	require.Nil(t, got.Lines[0].Replacement)
}

func TestUnitsAreOnesWhateverKindOfCaseHoldsThem(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	catalogue(t, s)
	accept(t, s, asks("R1", anOrder(), wish("2", 1)))
	merged := accept(t, s, swaps(t, s, "R2", schemas.Defective, forArticle("2", 1, "LAMP-2")))
	require.Equal(t, schemas.Merged, merged.Lines[0].Outcome)
	require.Equal(t, "shop:R1", merged.Lines[0].Holder)

	swap := accept(t, s, swaps(t, s, "R3", schemas.Defective, forArticle("1", 3, "MUG")))
	require.Equal(t, []int{1, 2, 3}, swap.Lines[0].Units)
	back := accept(t, s, asks("R4", anOrder(), wish("1", 1)))
	require.Equal(t, "shop:R3", back.Lines[0].Holder)

	units := []schemas.LineUnits{{LineID: "1", Units: []int{1, 2, 3}}}
	for range 2 {
		require.NoError(t, s.SettleUnits(ctx, "shop:R3", units, nil, noon))
	}
	require.NoError(t, s.ReleaseUnits(ctx, schemas.ReleaseOrder{CaseID: "shop:R3", Units: units, At: noon}))
	for _, in := range []store.AcceptInput{asks("R5", anOrder(), wish("1", 1)), swaps(t, s, "R6", schemas.Defective, forArticle("1", 1, "MUG"))} {
		refusedWith(t, accept(t, s, in).Refusal, schemas.CodeAlreadySettled)
	}
}

func TestADifferenceIsSettledWithAnyMethodOfTheCustomers(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	catalogue(t, s)
	require.NoError(t, s.PutCustomer(ctx, schemas.ShopCustomer{MerchantID: merchant, CustomerID: customer, Locale: "en", PaymentMethods: []schemas.PaymentMethod{
		{PaymentMethodID: "paypal_1", Kind: "paypal"}, {PaymentMethodID: "gift_9", Kind: "gift_card"},
	}}))
	for i, c := range []struct {
		wish, method string
		fallback     bool
	}{
		{"", "", false},
		{"original", "", false},
		{"paypal_1", "paypal_1", false},
		{"gift_9", "gift_9", false},
		{"card_1", "card_1", false},
		{"somebody_elses", "", true},
	} {
		in := swaps(t, s, "R"+string(rune('1'+i)), schemas.ChangedMind, forArticle("2", 1, "LAMP-2"))
		in.Order.Request.SettleWith = c.wish
		got := accept(t, s, in)
		require.Equal(t, c.method, got.Method, c.wish)
		require.Equal(t, c.fallback, got.Fallback, c.wish)
	}
	returned := asks("R9", anOrder(), wish("1", 1))
	returned.Order.Request.SettleWith = "paypal_1"
	require.True(t, accept(t, s, returned).Fallback, "a return goes to the original method or a gift card")
}

func TestAFactFindsItsCaseByTheKeyWeGaveIt(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	write(t, s, flush("shop:R1", 5, 0, "opened"))
	for i, f := range []struct {
		name string
		word any
	}{
		{schemas.PaymentSuccess.Name, schemas.ChargeWord{ChargeID: "shop:R1/charge/1"}},
		{schemas.PaymentFailure.Name, schemas.ChargeWord{ChargeID: "shop:R1/charge/1"}},
		{schemas.PaymentLapsed.Name, schemas.ChargeWord{ChargeID: "shop:R1/charge/1"}},
		{schemas.DepositVoided.Name, schemas.ChargeWord{ChargeID: "shop:R1/charge/2"}},
		{schemas.StockReserved.Name, schemas.StockWord{Key: "shop:R1/stock/1"}},
		{schemas.StockLost.Name, schemas.StockWord{Key: "shop:R1/stock/1"}},
		{schemas.ReplacementSent.Name, schemas.ShipmentWord{ShipmentID: "shop:R1/ship/1", Waybill: "W1", Carrier: "sf"}},
	} {
		route, err := s.RecordFact(ctx, f.name, report(string(rune('a'+i)), f.word))
		require.NoError(t, err)
		require.Equal(t, store.FactRoute{CaseID: "shop:R1"}, route, f.name)
	}
	for name, word := range map[string]any{
		schemas.PaymentSuccess.Name: schemas.ChargeWord{}, schemas.StockLost.Name: schemas.StockWord{SKU: "MUG"}, schemas.ReplacementSent.Name: schemas.ShipmentWord{Waybill: "W1"},
	} {
		_, err := s.RecordFact(ctx, name, report("x-"+name, word))
		refusedWith(t, err, schemas.CodeMissingField)
	}
	unknown, err := s.RecordFact(ctx, schemas.StockLost.Name, report("y", schemas.StockWord{Key: "shop:R9/stock/1"}))
	require.NoError(t, err)
	require.Equal(t, store.FactRoute{Unknown: true}, unknown)

	closeCase(t, s, "shop:R1", func(v *schemas.View) { v.SuccessorID = "shop:R1:2" })
	paid := func(id string) store.FactRoute {
		route, err := s.RecordFact(ctx, schemas.PaymentSuccess.Name, report(id, schemas.ChargeWord{ChargeID: "shop:R1/charge/1"}))
		require.NoError(t, err)
		return route
	}
	require.Equal(t, []string{"shop:R1:2"}, paid("s1").Tell())
	closeCase(t, s, "shop:R1:2")
	require.True(t, paid("s2").Late)
}

func TestTheParcelOfAReplacementLeadsToItsCase(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	sends(t, s, "shop:R1", "sf", "SB1", func(f *schemas.Flush) { f.Row.Parcels[0].Direction = schemas.ToCustomer })
	require.Equal(t, []string{"shop:R1"}, scanned(t, s, "e1", "sf", "SB1").Tell())
}
