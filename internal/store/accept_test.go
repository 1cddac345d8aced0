package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/internal/store/storetest"
	"github.com/aftercare/aftercare/schemas"
)

func TestAFreeLineGoesOnWithItsUnitsItsPriceAndWhatCanBeRefunded(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	got := accept(t, s, asks("R1", anOrder(), wish("1", 2), wish("2", 1)))
	require.Nil(t, got.Refusal)
	want := []schemas.Line{
		{LineID: "1", SKU: "MUG", ProductID: "P1", Quantity: 2, Units: []int{1, 2}, UnitPrice: usd(1000), Payable: usd(2000), State: schemas.Submitted, GoodsWith: schemas.TurnCustomer, Deduction: usd(0), Refunded: usd(0), Since: noon},
		{LineID: "2", SKU: "LAMP", ProductID: "P2", Quantity: 1, Units: []int{1}, UnitPrice: usd(5000), Payable: usd(5000), State: schemas.Submitted, GoodsWith: schemas.TurnCustomer, Deduction: usd(0), Refunded: usd(0), Since: noon},
	}
	require.Empty(t, cmp.Diff(want, got.Lines))
	require.Equal(t, []schemas.Payment{
		{PaymentID: "P-card", Method: "card_1", Captured: usd(6000), Refundable: usd(6000)},
		{PaymentID: "P-gift", Method: "gift_1", Captured: usd(2000), Refundable: usd(2000)},
	}, got.Payments)
	require.Equal(t, "anna", got.Owner)
	row, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Equal(t, schemas.Submitted, row.State)
	require.Equal(t, "anna", row.Owner)
}

func TestAUnitThatAnOpenCaseHoldsIsMergedIntoThatCase(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", anOrder(), wish("1", 2)))
	second := accept(t, s, asks("R2", anOrder(), wish("1", 2), wish("2", 1)))
	require.Nil(t, second.Refusal)
	require.Len(t, second.Lines, 3, "the wish for two mugs has become two parts")
	require.Equal(t, []int{3}, second.Lines[0].Units, "the mug that is free goes on")
	require.Equal(t, schemas.Submitted, second.Lines[0].State)
	require.Equal(t, 1, second.Lines[1].Quantity)
	require.Equal(t, schemas.Merged, second.Lines[1].Outcome)
	require.Equal(t, schemas.CodeHeldElsewhere, second.Lines[1].Code)
	require.Equal(t, "shop:R1", second.Lines[1].Holder)
	require.Empty(t, second.Lines[1].Units)
	require.Equal(t, schemas.Submitted, second.Lines[2].State, "the lamp goes on")

	onlyMerged := accept(t, s, asks("R4", anOrder(), wish("1", 1)))
	require.Nil(t, onlyMerged.Refusal, "a case that only merges is merged, not refused")
	require.Equal(t, schemas.Merged, onlyMerged.Lines[0].Outcome)
}

func TestTwoCasesForTheSameUnitAtTheSameTimeAreOneHolderAndOneMerge(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	const rivals = 12
	results := make([]store.AcceptResult, rivals)
	var wg sync.WaitGroup
	for i := range rivals {
		wg.Go(func() { results[i] = accept(t, s, asks(fmt.Sprintf("R%d", i), anOrder(), wish("2", 1))) })
	}
	wg.Wait()
	holders, merged := 0, map[string]int{}
	var holder string
	for i, r := range results {
		if r.Lines[0].Outcome == schemas.OutcomeNone {
			holders, holder = holders+1, fmt.Sprintf("shop:R%d", i)
		} else {
			merged[r.Lines[0].Holder]++
		}
	}
	require.Equal(t, 1, holders)
	require.Equal(t, map[string]int{holder: rivals - 1}, merged)
}

func TestIntakesAtTheSameTimeShareTheWorkEvenly(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			o := anOrder()
			o.OrderID = fmt.Sprintf("O-%d", i)
			in := asks(fmt.Sprintf("R%d", i), o, wish("1", 1))
			in.Order.Request.OrderID = o.OrderID
			accept(t, s, in)
		})
	}
	wg.Wait()
	for _, agent := range []string{"anna", "bo", "chen"} {
		require.Equal(t, 4, count(t, s, `SELECT count(*) FROM aftercare.cases WHERE owner = $1`, agent), agent)
	}
	who, err := s.LeastBusy(ctx, merchant, []string{"chen", "anna"})
	require.NoError(t, err)
	require.Equal(t, "chen", who, "of equals, the first")
	who, err = s.LeastBusy(ctx, merchant, []string{"chen", "dora"})
	require.NoError(t, err)
	require.Equal(t, "dora", who)
	who, err = s.LeastBusy(ctx, merchant, nil)
	require.NoError(t, err)
	require.Empty(t, who)
}

func TestASettledUnitIsRefusedAsAlreadySettled(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", anOrder(), wish("1", 2), wish("2", 1)))
	require.NoError(t, s.SettleUnits(ctx, "shop:R1", []schemas.LineUnits{{LineID: "1", Units: []int{1, 2}}, {LineID: "2", Units: []int{1}}}, nil, noon))

	lamp := accept(t, s, asks("R2", anOrder(), wish("2", 1)))
	require.Equal(t, schemas.CodeAlreadySettled, lamp.Lines[0].Code)
	require.Equal(t, schemas.Invalid, lamp.Lines[0].Outcome)
	require.Equal(t, schemas.CodeAlreadySettled, lamp.Refusal.Code)

	mugs := accept(t, s, asks("R3", anOrder(), wish("1", 2)))
	require.Equal(t, schemas.CodeNothingLeft, mugs.Refusal.Code, "one mug of three is left, and two are asked for")

	mug := accept(t, s, asks("R4", anOrder(), wish("1", 1)))
	require.Equal(t, []int{3}, mug.Lines[0].Units)

	require.NoError(t, s.ReleaseUnits(ctx, schemas.ReleaseOrder{CaseID: "shop:R1", Units: []schemas.LineUnits{{LineID: "2", Units: []int{1}}}}))
	again := accept(t, s, asks("R5", anOrder(), wish("2", 1)))
	require.Equal(t, schemas.CodeAlreadySettled, again.Refusal.Code, "a release does not free what was settled")
}

func TestMoreThanWasBoughtIsRefused(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	got := accept(t, s, asks("R1", anOrder(), wish("1", 4)))
	require.Equal(t, schemas.CodeNothingLeft, got.Refusal.Code)
	require.Equal(t, schemas.CodeNothingLeft, got.Lines[0].Code)
	require.Empty(t, got.Owner, "nobody is kept busy by it")
}

func TestUnknownAndForeignOrdersAndLinesReadTheSame(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	unknown := accept(t, s, asks("R1", schemas.ShopOrder{}, wish("1", 1)))
	foreign := anOrder()
	foreign.CustomerID = "c-2"
	others := accept(t, s, asks("R2", foreign, wish("1", 1)))
	elsewhere := anOrder()
	elsewhere.MerchantID = "other"
	theirs := accept(t, s, asks("R3", elsewhere, wish("1", 1)))
	noLine := accept(t, s, asks("R4", anOrder(), wish("9", 1)))
	for _, r := range []store.AcceptResult{unknown, others, theirs, noLine} {
		require.Equal(t, store.UnknownOrder(), r.Refusal)
	}
	require.Empty(t, others.Lines)
	require.Empty(t, others.Payments, "nothing of a foreign order is told")
	require.Zero(t, count(t, s, `SELECT count(*) FROM aftercare.orders WHERE customer_id = 'c-2'`), "nor kept")
}

func TestAnOrderThatIsNotDeliveredIsRefused(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	o := anOrder()
	o.Status, o.DeliveredAt = schemas.OrderProcessed, nil
	require.Equal(t, schemas.CodeNotDelivered, accept(t, s, asks("R1", o, wish("1", 1))).Refusal.Code)
}

func TestALineThatCannotBeOneDoesNotKeepTheOthersFromGoingOn(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	got := accept(t, s, asks("R1", anOrder(), wish("9", 1), wish("1", 9), wish("2", 1)))
	require.Nil(t, got.Refusal)
	require.Equal(t, schemas.CodeUnknownOrder, got.Lines[0].Code)
	require.Equal(t, schemas.CodeNothingLeft, got.Lines[1].Code)
	require.Equal(t, schemas.Submitted, got.Lines[2].State)
}

func TestARepeatedIntakeAnswersTheSameWhateverHasChangedSince(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", anOrder(), wish("1", 3)))
	first := accept(t, s, asks("R2", anOrder(), wish("1", 1), wish("2", 1)))
	require.NoError(t, s.ReleaseUnits(ctx, schemas.ReleaseOrder{CaseID: "shop:R1", Units: []schemas.LineUnits{{LineID: "1", Units: []int{1, 2, 3}}}}))
	again := accept(t, s, asks("R2", anOrder(), wish("1", 1), wish("2", 1)))
	require.Empty(t, cmp.Diff(first, again))
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE case_id = 'shop:R2'`))
	// The case has written its first row in between; its owner stays busy.
	f := flush("shop:R2", 5, 0, "opened")
	f.Row.Owner = ""
	write(t, s, f)
	require.Empty(t, cmp.Diff(first, accept(t, s, asks("R2", anOrder(), wish("1", 1), wish("2", 1)))))
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.cases WHERE case_id = 'shop:R2' AND owner = $1`, first.Owner))
}

func TestACaseStartedAgainAfterItsEndGetsItsOldAnswerAndChangesNothing(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", anOrder(), wish("1", 1)))
	closeCase(t, s, "shop:R1")
	before, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)

	// The second run's scribe writes before intake has looked.
	second := flush("shop:R1", 3, 0, "opened")
	second.RunID, second.RunStartedAt = "run-2", noon.AddDate(0, 2, 0)
	require.True(t, write(t, s, second).Stale)
	// And again, because somebody signalled the new run before its intake had answered.
	signalled := flush("shop:R1", 6, 1, "refused")
	signalled.RunID, signalled.RunStartedAt = second.RunID, second.RunStartedAt
	require.True(t, write(t, s, signalled).Stale)

	got := accept(t, s, asks("R1", anOrder(), wish("2", 1)))
	after, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(before, after))
	require.Len(t, after.Events, 1)
	before.Events = nil
	require.Empty(t, cmp.Diff(before, *got.Closed))
	require.Zero(t, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE line_id = '2'`))
}

func TestACaseThatWasResetAfterItsEndGoesOn(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	write(t, s, flush("shop:R1", 5, 0, "opened", "intake"))
	closed := flush("shop:R1", 9, 2, "closed")
	closed.Row.ClosedAt = &noon
	write(t, s, closed)
	reset := flush("shop:R1", 7, 2, "approved")
	reset.RunID, reset.RunStartedAt = "run-2", noon.Add(time.Hour)
	require.False(t, write(t, s, reset).Stale)
	got, err := s.CaseRow(ctx, "shop:R1")
	require.NoError(t, err)
	require.Equal(t, []string{"opened", "intake", "approved"}, messages(got))
	require.Nil(t, got.ClosedAt)
}

func TestASuccessorInheritsWhatItsPredecessorHoldsAndTakesNothingElse(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", anOrder(), wish("1", 2), wish("2", 1)))
	require.NoError(t, s.SettleUnits(ctx, "shop:R1", []schemas.LineUnits{{LineID: "2", Units: []int{1}}}, nil, noon))
	in := asks("R1", anOrder(), wish("1", 3), wish("2", 1))
	in.Order.CaseID = "shop:R1:2"
	in.Order.Predecessor = &schemas.Predecessor{CaseID: "shop:R1", Why: schemas.WhyConvert, AtReview: true}
	got := accept(t, s, in)
	require.Nil(t, got.Refusal)
	require.Equal(t, []int{1, 2}, got.Lines[0].Units)
	require.Equal(t, schemas.Submitted, got.Lines[0].State)
	require.Empty(t, got.Lines[1].Units, "settled for good")
	require.Equal(t, schemas.Submitted, got.Lines[1].State, "a person looks at it all the same")

	require.NoError(t, s.ReleaseUnits(ctx, schemas.ReleaseOrder{CaseID: "shop:R1", Units: []schemas.LineUnits{{LineID: "1", Units: []int{1, 2}}}}))
	require.Equal(t, 2, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE case_id = 'shop:R1:2'`), "the predecessor's end frees nothing of it")
}

// forPerson makes a request the successor that its customer asked a person for.
func forPerson(in store.AcceptInput) store.AcceptInput {
	in.Order.Predecessor = &schemas.Predecessor{CaseID: in.Order.CaseID, Why: schemas.WhyRequestHuman, AtReview: true}
	in.Order.CaseID = schemas.SuccessorID(in.Order.CaseID)
	return in
}

func TestAnImpossibleQuantityBeforeAPersonTakesWhatIsFreeAndNothingOfOthers(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", anOrder(), wish("1", 2), wish("2", 1)))
	much := asks("R2", anOrder(), wish("1", 1_000_000_000), wish("2", 7), wish("9", 1))
	require.Equal(t, schemas.CodeNothingLeft, accept(t, s, much).Lines[0].Code)
	got := accept(t, s, forPerson(much))
	require.Nil(t, got.Refusal)
	require.Len(t, got.Lines, 3, "nothing is merged and nothing is refused by a machine")
	mugs, lamp, unknown := got.Lines[0], got.Lines[1], got.Lines[2]
	require.Equal(t, []int{3}, mugs.Units, "one mug is free")
	require.Equal(t, 1, mugs.Quantity)
	require.Equal(t, usd(1000), mugs.Payable)
	require.Equal(t, schemas.CodeNothingLeft, mugs.Code)
	require.Empty(t, lamp.Units)
	require.Equal(t, usd(0), lamp.Payable, "the lamp's money is that of the case which holds it")
	require.Equal(t, "shop:R1", lamp.Holder)
	require.Equal(t, usd(0), unknown.Payable)
	require.Equal(t, schemas.CodeUnknownOrder, unknown.Code)
	for _, l := range got.Lines {
		require.Equal(t, schemas.OutcomeNone, l.Outcome)
	}
	require.Equal(t, 1, count(t, s, `SELECT count(*) FROM aftercare.unit_claims WHERE case_id = 'shop:R2:2'`))
}

// lessBefore is an order of one line of four units, of which money was taken off before without naming units.
func lessBefore(quantity int, off int64) schemas.ShopOrder {
	o := anOrder()
	o.Lines = o.Lines[:1]
	o.Lines[0].Quantity = quantity
	o.Payments = o.Payments[:1]
	o.Payments[0].Captured = usd(o.Lines[0].UnitPrice.Minor * int64(quantity))
	o.Refunds = []schemas.ShopRefund{{RefundID: "OLD", PaymentID: o.Payments[0].PaymentID, LineID: "1", Amount: usd(off)}}
	return o
}

func TestWhatWasTakenOffALineIsSharedByItsUnits(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	first := accept(t, s, asks("R1", lessBefore(2, 500), wish("1", 1)))
	second := accept(t, s, asks("R2", lessBefore(2, 500), wish("1", 1)))
	require.Equal(t, usd(750), first.Lines[0].Payable)
	require.Equal(t, usd(750), second.Lines[0].Payable, "the second asks for no less than the first")
}

func TestWhatAllCasesOfALineArePromisedIsWhatIsLeftOfIt(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var sum int64
	for i, quantity := range []int{1, 3, 2, 1} {
		got := accept(t, s, asks(fmt.Sprintf("R%d", i), lessBefore(7, 1001), wish("1", quantity)))
		sum += got.Lines[0].Payable.Minor
	}
	require.Equal(t, int64(7*1000-1001), sum, "no cent more, and none less")
}

func TestAUnitIsPromisedNothingThatAnotherOpenCaseMayStillTake(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	accept(t, s, asks("R1", lessBefore(2, 0), wish("1", 1)))
	elsewhere := refund("1", "P-card", "1", 700) // a case of the time before shares were even took more than its share
	elsewhere.CaseID = "shop:R0"
	reserve(t, s, elsewhere)
	got := accept(t, s, asks("R2", lessBefore(2, 0), wish("1", 1)))
	require.Equal(t, usd(300), got.Lines[0].Payable)
}

func TestASuccessorOfAnUnknownOrderStillReachesAPerson(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	in := asks("R1", schemas.ShopOrder{Currency: "USD"}, wish("1", 1))
	in.Order.CaseID = "shop:R1:2"
	in.Order.Predecessor = &schemas.Predecessor{CaseID: "shop:R1", Why: "request_human", AtReview: true}
	got := accept(t, s, in)
	require.Nil(t, got.Refusal)
	require.Equal(t, schemas.Submitted, got.Lines[0].State)
	require.Equal(t, usd(0), got.Lines[0].UnitPrice)
	require.Equal(t, "anna", got.Owner)
}

func TestMoneyGoesToTheGiftCardTheCustomerHasAndElseBackTheWayItCame(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	require.NoError(t, s.PutCustomer(ctx, schemas.ShopCustomer{
		MerchantID: merchant, CustomerID: customer, Locale: "en",
		PaymentMethods: []schemas.PaymentMethod{{PaymentMethodID: "gift_9", Kind: "gift_card"}, {PaymentMethodID: "paypal_9", Kind: "paypal"}},
	}))
	require.NoError(t, s.PutCustomer(ctx, schemas.ShopCustomer{
		MerchantID: merchant, CustomerID: "c-2", Locale: "en",
		PaymentMethods: []schemas.PaymentMethod{{PaymentMethodID: "gift_8", Kind: "gift_card"}},
	}))
	for i, c := range []struct {
		wish, method string
		fallback     bool
	}{
		{"", "", false},
		{"original", "", false},
		{"gift_9", "gift_9", false},
		{"paypal_9", "", true}, // another account of theirs is not where the money came from
		{"gift_8", "", true},   // somebody else's
		{"card_1", "", true},   // only a part was paid by it
	} {
		in := asks(fmt.Sprintf("R%d", i), anOrder(), wish("1", 1))
		in.Order.Request.SettleWith = c.wish
		if i >= 3 {
			in.Order.Request.OrderID = fmt.Sprintf("O%d", i)
			in.ShopOrder.OrderID = in.Order.Request.OrderID
		}
		got := accept(t, s, in)
		require.Equal(t, c.method, got.Method, c.wish)
		require.Equal(t, c.fallback, got.Fallback, c.wish)
	}
	o := anOrder()
	o.OrderID, o.Payments = "O9", []schemas.ShopPayment{{PaymentID: "P", PaymentMethodID: "card_1", Captured: usd(8000)}}
	in := asks("R9", o, wish("1", 1))
	in.Order.Request.OrderID, in.Order.Request.SettleWith = "O9", "card_1"
	got := accept(t, s, in)
	require.Empty(t, got.Method)
	require.False(t, got.Fallback, "to name the only method is to ask for the original one")
}

func TestRefundsFromBeforeAftercareAreCountedAndSettleTheirUnits(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	o := anOrder()
	o.Refunds = []schemas.ShopRefund{
		{RefundID: "old-1", PaymentID: "P-card", LineID: "1", Quantity: 1, Amount: usd(1000)},
		{RefundID: "old-2", PaymentID: "P-card", Amount: usd(300)}, // for the order as a whole: it settles nothing
	}
	got := accept(t, s, asks("R1", o, wish("1", 2), wish("2", 1)))
	require.Equal(t, []int{1, 2}, got.Lines[0].Units)
	require.Equal(t, usd(4700), got.Payments[0].Refundable)
	require.Equal(t, schemas.CodeNothingLeft, accept(t, s, asks("R2", o, wish("1", 3))).Refusal.Code)

	whole := anOrder()
	whole.OrderID = "O2"
	whole.Refunds = []schemas.ShopRefund{{RefundID: "a", PaymentID: "P-card", Amount: usd(6000)}, {RefundID: "b", PaymentID: "P-gift", Amount: usd(2000)}}
	in := asks("R3", whole, wish("1", 1))
	in.Order.Request.OrderID = "O2"
	require.Equal(t, schemas.CodeAlreadySettled, accept(t, s, in).Refusal.Code)
}

func TestPersonalDataOfAnOrderIsNotKeptWithIt(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	require.NoError(t, s.PutOrder(ctx, anOrder()))
	o, err := s.Order(ctx, merchant, "O1")
	require.NoError(t, err)
	require.Nil(t, o.ShipTo)
	want := anOrder()
	want.ShipTo = nil
	require.Empty(t, cmp.Diff(want, o))
	_, err = s.Order(ctx, "other", "O1")
	require.ErrorIs(t, err, store.ErrNotFound)
}
