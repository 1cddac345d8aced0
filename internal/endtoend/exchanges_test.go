package endtoend

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// The models of the lamp that is bought for 40.00.
const (
	likeIt    = "LAMP-RED"   // costs the same
	dearer    = "LAMP-LARGE" // 46.00
	cheaper   = "LAMP-SMALL" // 35.00
	outOfLamp = "LAMP-GOLD"  // there is none
)

// otherLamps are the articles of the shelf that nobody has bought.
func otherLamps() (articles []schemas.ShopArticle) {
	for sku, price := range map[string]int64{likeIt: 4000, dearer: 4600, cheaper: 3500, outOfLamp: 4000} {
		a := schemas.ShopArticle{MerchantID: merchant, SKU: sku, ProductID: "p-LAMP", Name: sku, Price: dollars(price), InStock: 1000}
		if sku == outOfLamp {
			a.InStock = 0
		}
		articles = append(articles, a)
	}
	return articles
}

// swaps makes a request the wish for another model of the lamp.
func swaps(sku string) func(*schemas.Request) {
	return func(r *schemas.Request) {
		r.Kind, r.Reason = schemas.KindExchange, schemas.WrongVariant
		r.Lines = []schemas.RequestLine{{LineID: "1", Quantity: 1, ReplacementSKU: sku}}
	}
}

// sameAgain makes a request the wish for the same article again, for a faulty one.
func sameAgain(r *schemas.Request) {
	swaps("LAMP")(r)
	r.Reason, r.EvidenceIDs = schemas.Defective, []string{"photo-1"}
}

// exchanged are the ways an exchange can end.
var exchanged = []ending{
	{"exchange_of_the_same_price", func(h *house) string {
		id := h.oldGoodsPass(h.wish(bought, swaps(likeIt)))
		h.replacementArrives(id)
		v := h.row(id)
		h.do(id, schemas.ReplacementConfirm.Name, schemas.Actor{Role: schemas.RoleCustomer, ID: v.CustomerID}, schemas.OnLines{})
		h.surveyed(id, schemas.Completed)
		h.moved(id, 0, 0)
		return id
	}},
	{"exchange_of_the_same_article", func(h *house) string {
		id := h.opened(h.wish(bought, sameAgain))
		h.awaitState(id, schemas.Review)
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.carrier(id, schemas.ParcelScanned.Name)
		h.awaitState(id, schemas.ReturnInTransit)
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.awaitState(id, schemas.Received)
		h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{Disposition: schemas.Refurbish})
		h.replacementArrives(id)
		h.ended(id, schemas.Completed) // silence confirms it
		h.moved(id, 0, 0)
		return id
	}},
	{"exchange_for_a_dearer_one", func(h *house) string {
		id := h.oldGoodsPass(h.wish(bought, swaps(dearer)))
		h.replacementArrives(id)
		h.ended(id, schemas.Completed)
		h.moved(id, 600, 0)
		return id
	}},
	{"exchange_for_a_cheaper_one", func(h *house) string {
		id := h.oldGoodsPass(h.wish(bought, swaps(cheaper)))
		h.replacementArrives(id)
		h.ended(id, schemas.Completed)
		h.moved(id, 0, 500)
		return id
	}},
	{"exchange_in_advance", func(h *house) string {
		r := h.wish(bought, swaps(likeIt))
		id := h.advanced(r)
		h.do(id, schemas.ReturnSubmitWaybill.Name, customerOf(r), schemas.SubmitWaybill{Carrier: "sandbox", Waybill: waybill()})
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.awaitState(id, schemas.Received)
		h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{})
		h.ended(id, schemas.Completed)
		h.moved(id, 0, 0)
		return id
	}},
	{"exchange_in_advance_whose_old_goods_never_come", func(h *house) string {
		id := h.advanced(h.wish(bought, swaps(likeIt)))
		h.ended(id, schemas.Completed)
		h.moved(id, 4000, 0)
		return id
	}},
	{"exchange_in_advance_for_a_cheaper_one_whose_old_goods_never_come", func(h *house) string {
		id := h.advanced(h.wish(bought, swaps(cheaper)))
		h.ended(id, schemas.Completed)
		h.moved(id, 4000, 500) // it is taken whole, and what the kept replacement costs less goes back
		return id
	}},
	{"exchange_in_advance_with_wear_taken_from_the_deposit", func(h *house) string {
		r := h.wish(bought, swaps(likeIt))
		id := h.advanced(r)
		h.do(id, schemas.ReturnSubmitWaybill.Name, customerOf(r), schemas.SubmitWaybill{Carrier: "sandbox", Waybill: waybill()})
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.awaitState(id, schemas.Received)
		h.fault(r, sandbox.Collecting, sandbox.Refuse, string(schemas.CodeAccountClosed))
		h.do(id, schemas.InspectionFail.Name, inspector, schemas.Fail{Finding: schemas.FindingUsed, Deduction: in(700), EvidenceIDs: []string{"photo-9"}})
		h.do(id, schemas.OfferAccept.Name, customerOf(r), schemas.AnswerOffer{})
		h.ended(id, schemas.CompletedPartial)
		h.moved(id, 4000, 3300)
		return id
	}},
	{"exchange_out_of_stock_becomes_a_return", func(h *house) string {
		r := h.wish(bought, swaps(outOfLamp))
		id := h.reviewed(r)
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.awaitState(id, schemas.OutOfStock)
		h.do(id, schemas.OfferDecline.Name, customerOf(r), schemas.AnswerOffer{})
		h.awaitEnd(id, schemas.Converted)
		return h.goneOn(id, schemas.Expired)
	}},
	{"exchange_out_of_stock_and_nobody_chooses", func(h *house) string {
		id := h.reviewed(h.wish(bought, swaps(outOfLamp)))
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		h.passUntilEnd(id, schemas.Converted)
		return h.goneOn(id, schemas.Expired)
	}},
	{"exchange_that_is_never_paid", func(h *house) string {
		r := h.wish(bought, swaps(dearer))
		h.fault(r, sandbox.Collecting, sandbox.Refuse, string(schemas.CodeAccountClosed))
		id := h.oldGoodsPass(r)
		h.passUntilEnd(id, schemas.Converted)
		h.moved(id, 0, 0)
		return h.goneOn(id, schemas.Completed)
	}},
	{"exchange_whose_replacement_is_lost", func(h *house) string {
		r := h.wish(bought, swaps(likeIt))
		id := h.oldGoodsPass(r)
		h.replacementLeaves(id, 2)
		h.carrier(id, schemas.ParcelLoss.Name)
		h.awaitState(id, schemas.ReplacementLost)
		h.do(id, schemas.OfferAccept.Name, customerOf(r), schemas.AnswerOffer{Choice: "reship"})
		h.replacementLeaves(id, 3)
		h.carrier(id, schemas.ParcelDeliver.Name)
		return h.ended(id, schemas.Completed)
	}},
	{"exchange_whose_replacement_is_faulty_twice", func(h *house) string {
		r := h.wish(bought, swaps(likeIt))
		id := h.oldGoodsPass(r)
		h.replacementLeaves(id, 2)
		h.carrier(id, schemas.ParcelDeliver.Name)
		faulty := schemas.RejectReplacement{Reason: schemas.Defective, EvidenceIDs: []string{"photo-5"}}
		h.do(id, schemas.ReplacementReject.Name, customerOf(r), faulty)
		h.awaitState(id, schemas.WaitShipback)
		h.carrier(id, schemas.ParcelScanned.Name)
		h.awaitState(id, schemas.ReturnInTransit)
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.awaitState(id, schemas.Received)
		h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{Disposition: schemas.Destroy})
		h.replacementLeaves(id, 4)
		h.carrier(id, schemas.ParcelDeliver.Name)
		h.do(id, schemas.ReplacementReject.Name, customerOf(r), faulty)
		h.awaitEnd(id, schemas.Converted)
		return h.goneOn(id, schemas.Expired)
	}},
	{"exchange_withdrawn", func(h *house) string {
		r := h.wish(bought, swaps(likeIt))
		id := h.reviewed(r)
		h.do(id, schemas.CaseWithdraw.Name, customerOf(r), schemas.Withdraw{})
		return h.ended(id, schemas.Withdrawn)
	}},
	{"exchange_expired", func(h *house) string {
		id := h.reviewed(h.wish(bought, swaps(likeIt)))
		h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{})
		return h.ended(id, schemas.Expired)
	}},
	{"exchange_rejected_final", func(h *house) string {
		id := h.reviewed(h.wish(late, swaps(likeIt)))
		h.do(id, schemas.ReviewReject.Name, agent, schemas.Reject{Reason: "out_of_window"})
		return h.ended(id, schemas.RejectedFinal)
	}},
}

// oldGoodsPass takes an exchange to where the replacement may go.
func (h *house) oldGoodsPass(r schemas.Request) string {
	h.t.Helper()
	id := h.shippedAndReceived(r)
	h.do(id, schemas.InspectionPass.Name, inspector, schemas.Pass{})
	return id
}

// advanced takes an exchange in advance to where the customer has both articles.
func (h *house) advanced(r schemas.Request) string {
	h.t.Helper()
	id := h.reviewed(r)
	h.do(id, schemas.ReviewApprove.Name, agent, schemas.Approve{Advance: true})
	h.replacementLeaves(id, 1)
	h.carrier(id, schemas.ParcelDeliver.Name)
	h.do(id, schemas.ReplacementConfirm.Name, customerOf(r), schemas.OnLines{})
	h.awaitState(id, schemas.WaitShipback)
	return id
}

// replacementLeaves waits until the sandbox's warehouse has sent a replacement, as the case's nth parcel.
func (h *house) replacementLeaves(id string, parcels int) {
	h.t.Helper()
	h.await(id, "the replacement has left", func(v schemas.View) bool {
		return v.State == schemas.ReplacementInTransit && len(v.Parcels) == parcels
	})
}

func (h *house) replacementArrives(id string) {
	h.t.Helper()
	h.replacementLeaves(id, 2)
	h.carrier(id, schemas.ParcelDeliver.Name)
}

// goneOn follows an exchange into the return that goes on, to its end, and gives back the exchange.
func (h *house) goneOn(id string, outcome schemas.Outcome) string {
	h.t.Helper()
	next := h.row(id).SuccessorID
	require.NotEmpty(h.t, next, "%s has no successor", id)
	h.passUntilEnd(next, outcome)
	return id
}

// moved holds the money of a case against what was to move, in cents.
func (h *house) moved(id string, charged, refunded int64) {
	h.t.Helper()
	v := h.await(id, "the money has moved", func(v schemas.View) bool {
		return v.Money.Charged.Minor == charged && v.Money.Refunded.Minor == refunded
	})
	require.Equal(h.t, refunded, v.Money.Refunded.Minor, timeline(v))
}

// exchangeBudget is the most events a happy exchange may cost Temporal, also one in which the customer pays.
const exchangeBudget = 185

func TestAHappyExchangeStaysWithinItsBudgetOfEvents(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	for name, sku := range map[string]string{"same price": likeIt, "paid on top": dearer, "paid back": cheaper} {
		require.LessOrEqual(t, h.leastCost(name, func() schemas.Request { return h.wish(bought, swaps(sku)) }), exchangeBudget, name)
	}
}
