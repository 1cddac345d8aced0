package endtoend

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A lamp is exchanged for another of the same kind, or for a dearer one that is paid for; that one fails too. The customer asks anew, is served first,
// and has all the money back, what was paid on top included; nobody can ask a third time.
func TestAReplacementThatFailsAfterItsCaseIsOverIsARequestOfItsOwn(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.canForward()
	first := []schemas.Request{h.wish(bought, oneLine, sameAgain), h.wish(bought, oneLine, swaps(dearer))}
	paid := []int64{4000, 0}
	for i, v := range h.starter("play", file(t, "first.jsonl", first), "--fast", "--json").done(t).views(t) {
		require.Equal(t, schemas.Completed, v.Outcome, timeline(v))
		paid[i] = 4000 + v.Money.Charged.Minor
	}
	require.Greater(t, paid[1], paid[0], "the dearer one was paid for")
	again := make([]schemas.Request, len(first))
	for i, r := range first {
		again[i] = r
		again[i].RequestID, again[i].Kind, again[i].Reason = r.RequestID+"-again", schemas.KindReturn, schemas.Defective
		again[i].Lines = []schemas.RequestLine{{LineID: r.Lines[0].LineID, Quantity: 1}}
	}
	for i, v := range h.starter("play", file(t, "again.jsonl", again), "--fast", "--json").done(t).views(t) {
		require.Equal(t, schemas.Completed, v.Outcome, timeline(v))
		require.Equal(t, schemas.P1, v.Priority, "a further failure")
		require.Equal(t, 1, v.Lines[0].Replaced)
		require.Equal(t, paid[i], v.Money.Refunded.Minor, timeline(v))
	}
	third := again[0]
	third.RequestID += "-more"
	id := h.open(third, "default")
	require.Equal(t, schemas.CodeAlreadySettled, h.awaitEnd(id, schemas.Invalid).Refusal.Code)
	h.balanced()
}

// A replacement is faulty, its customer says so, and keeps it: the case expires. A request for it is judged by what the customer has, and its money goes
// back once.
func TestAFaultyReplacementThatWasNotSentBackCanBeRequestedAnew(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.canForward()
	r := h.wish(bought, oneLine, swaps(likeIt))
	id := h.oldGoodsPass(r)
	h.replacementLeaves(id, 2)
	h.carrier(id, schemas.ParcelDeliver.Name)
	h.do(id, schemas.ReplacementReject.Name, customerOf(r), schemas.RejectReplacement{Reason: schemas.Defective, EvidenceIDs: []string{"photo-5"}})
	h.awaitState(id, schemas.WaitShipback)
	h.passUntilEnd(id, schemas.Expired)

	again := r
	again.RequestID, again.Kind, again.Reason = r.RequestID+"-again", schemas.KindReturn, schemas.Defective
	again.Lines = []schemas.RequestLine{{LineID: r.Lines[0].LineID, Quantity: 1}}
	v := h.starter("play", file(t, "again.jsonl", []schemas.Request{again}), "--fast", "--json").done(t).views(t)[0]
	require.Equal(t, schemas.Completed, v.Outcome, timeline(v))
	require.Equal(t, likeIt, v.Lines[0].SKU, "it is about what the customer has")
	require.Equal(t, 1, v.Lines[0].Replaced)
	require.Equal(t, int64(4000), v.Money.Refunded.Minor, timeline(v))
	h.balanced()
}

// twoLamps is the wish of a customer who has bought two lamps, for a dearer and a cheaper one.
func (h *house) twoLamps() schemas.Request {
	h.t.Helper()
	h.wish(bought) // the shelf is filled
	o := anOrder(bought, 0)
	o.OrderID, o.CustomerID = "two-lamps", "c-two-lamps"
	o.Lines = []schemas.ShopLine{line("1", "LAMP", 1, 4000), line("2", "LAMP", 1, 4000)}
	o.Payments[0] = schemas.ShopPayment{PaymentID: "two-lamps-p1", PaymentMethodID: "card-two-lamps", Captured: dollars(8000)}
	customer := schemas.ShopCustomer{
		MerchantID: merchant, CustomerID: o.CustomerID, Locale: "en", Email: o.CustomerID + "@shop.example",
		PaymentMethods: []schemas.PaymentMethod{{PaymentMethodID: "card-two-lamps", Kind: "credit_card"}},
	}
	h.starter("import", file(h.t, "orders.jsonl", []schemas.ShopOrder{o}), file(h.t, "customers.jsonl", []schemas.ShopCustomer{customer})).done(h.t)
	return schemas.Request{
		RequestID: "two-lamps", Kind: schemas.KindExchange, MerchantID: merchant, OrderID: o.OrderID, CustomerID: o.CustomerID, Channel: "web",
		Reason: schemas.WrongVariant, SettleWith: schemas.SettleOriginal,
		Lines: []schemas.RequestLine{{LineID: "1", Quantity: 1, ReplacementSKU: dearer}, {LineID: "2", Quantity: 1, ReplacementSKU: cheaper}},
	}
}

// One of two lamps is exchanged for a dearer one, of which the other, that is exchanged for a cheaper one, pays the most. Both fail, and each is worth what
// it costs now: together all that was ever paid.
func TestWhatOneLampHasPaidForAnotherIsRefundedWithThatOne(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	h.canForward()
	first := h.twoLamps()
	v := h.starter("play", file(t, "first.jsonl", []schemas.Request{first}), "--fast", "--json").done(t).views(t)[0]
	require.Equal(t, schemas.Completed, v.Outcome, timeline(v))
	require.Equal(t, int64(100), v.Money.Charged.Minor, "46.00 and 35.00 for 80.00")
	require.Equal(t, []schemas.Share{{LineID: "2", Units: []int{1}, Amount: dollars(500)}}, v.Lines[0].Replacement.PaidBy)

	for i, worth := range []int64{4600, 3500} {
		again := first
		again.Kind, again.Reason, again.RequestID = schemas.KindReturn, schemas.Defective, first.RequestID+"-"+first.Lines[i].LineID
		again.Lines = []schemas.RequestLine{{LineID: first.Lines[i].LineID, Quantity: 1}}
		v := h.starter("play", file(t, "again.jsonl", []schemas.Request{again}), "--fast", "--json").done(t).views(t)[0]
		require.Equal(t, schemas.Completed, v.Outcome, timeline(v))
		require.Equal(t, worth, v.Money.Refunded.Minor, timeline(v))
	}
	h.balanced()
}
