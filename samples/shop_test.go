package samples

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/schemas"
)

// shop is the least that works out how the samples end: units, payments and lines as plain numbers. It shares nothing with the
// product but the policy, so that the two can disagree.
type shop struct {
	t      *testing.T
	book   *policy.Book
	orders map[string]schemas.ShopOrder
	free   map[string]int   // units of a line that nobody holds
	held   map[string]int   // units of a line that an open case holds
	line   map[string]int64 // what may still be refunded for a line
	order  map[string]int64 // what may still be refunded of an order's payments together
	cases  map[string]opened

	articles map[string]schemas.ShopArticle
	stock    map[string]int    // what is left of an article
	balance  map[string]*int64 // what is on the gift cards of a merchant's customer; nil for a way to pay without a balance
}

// opened is a request after its intake.
type opened struct {
	outcome schemas.Outcome // set where nothing goes on
	lines   []schemas.Line
	wanted  map[string]schemas.ShopArticle // of an exchange: by line, what is wanted instead
	same    map[string]bool                // the ordered article again, and the merchant is to blame: nothing is paid either way
	refuse  bool
}

func newShop(t *testing.T) *shop {
	s := &shop{
		t: t, book: book(t), orders: map[string]schemas.ShopOrder{}, free: map[string]int{}, held: map[string]int{},
		line: map[string]int64{}, order: map[string]int64{}, cases: map[string]opened{},
		articles: map[string]schemas.ShopArticle{}, stock: map[string]int{}, balance: map[string]*int64{},
	}
	for _, a := range read[schemas.ShopArticle](t, "catalog.jsonl") {
		s.articles[key(a.MerchantID, a.SKU)], s.stock[key(a.MerchantID, a.SKU)] = a, a.InStock
	}
	for _, c := range read[schemas.ShopCustomer](t, "customers.jsonl") {
		for _, m := range c.PaymentMethods {
			var balance *int64
			if m.Balance != nil {
				balance = &m.Balance.Minor
			}
			s.balance[key(c.MerchantID, key(c.CustomerID, m.PaymentMethodID))] = balance
		}
	}
	for _, o := range read[schemas.ShopOrder](t, "orders.jsonl") {
		id := key(o.MerchantID, o.OrderID)
		s.orders[id] = o
		for _, l := range o.Lines {
			s.free[key(id, l.LineID)] = l.Quantity
			s.line[key(id, l.LineID)] = l.UnitPrice.Minor * int64(l.Quantity)
		}
		for _, p := range o.Payments {
			s.order[id] += p.Captured.Minor
		}
		for _, r := range o.Refunds {
			s.order[id] -= r.Amount.Minor
			s.line[key(id, r.LineID)] -= r.Amount.Minor
			s.free[key(id, r.LineID)] -= r.Quantity
		}
	}
	return s
}

// open takes units in the order of arrival.
func (s *shop) open(r schemas.Request) {
	id := key(r.MerchantID, r.OrderID)
	o, known := s.orders[id]
	if !known || o.CustomerID != r.CustomerID || o.Status != schemas.OrderDelivered {
		s.cases[r.RequestID] = opened{outcome: schemas.Invalid}
		return
	}
	bought := map[string]schemas.ShopLine{}
	for _, l := range o.Lines {
		bought[l.LineID] = l
	}
	facts := policy.Facts{
		MerchantID: r.MerchantID, Kind: r.Kind, Currency: o.Currency, Reason: r.Reason, RefundOnly: r.RefundOnly,
		DeliveredAt: *o.DeliveredAt, At: today(s.t), EvidenceIDs: r.EvidenceIDs, ShippedOther: map[string]bool{},
	}
	merged := false
	instead, same := map[string]schemas.ShopArticle{}, map[string]bool{}
	for _, wanted := range r.Lines {
		l, ok := bought[wanted.LineID]
		unit := key(id, wanted.LineID)
		left := s.free[unit] + s.held[unit]
		switch {
		case !ok, left > 0 && wanted.Quantity > left:
			s.cases[r.RequestID] = opened{outcome: schemas.Invalid}
			return
		case left == 0: // settled before: this line does not go on
			continue
		case r.Kind == schemas.KindExchange:
			article, sold := s.articles[key(r.MerchantID, wanted.ReplacementSKU)]
			if !sold || article.ProductID != l.ProductID || article.Price.Currency != o.Currency {
				s.cases[r.RequestID] = opened{outcome: schemas.Invalid}
				return
			}
			blame := faults[r.Reason] || (r.Reason == schemas.WrongVariant && l.ShippedSKU != "")
			instead[l.LineID], same[l.LineID] = article, article.SKU == l.SKU && blame
		}
		take := min(wanted.Quantity, s.free[unit])
		merged = merged || take < wanted.Quantity
		if take == 0 {
			continue
		}
		s.free[unit] -= take
		s.held[unit] += take
		facts.ShippedOther[l.LineID] = l.ShippedSKU != ""
		facts.Lines = append(facts.Lines, schemas.Line{LineID: l.LineID, SKU: l.SKU, Quantity: take, UnitPrice: l.UnitPrice})
	}
	c := opened{lines: facts.Lines, wanted: instead, same: same}
	switch {
	case len(c.lines) == 0 && merged:
		c.outcome = schemas.Merged
	case len(c.lines) == 0:
		c.outcome = schemas.Invalid
	}
	_, verdicts, err := s.book.Plan("default", facts)
	require.NoError(s.t, err)
	for _, v := range verdicts {
		c.refuse = c.refuse || v.Proposal == schemas.ProposeReject
	}
	s.cases[r.RequestID] = c
}

// faults are the reasons for which the merchant is to blame, whatever the order says.
var faults = map[schemas.Reason]bool{
	schemas.Defective: true, schemas.Damaged: true, schemas.NotAsDescribed: true, schemas.WrongItemSent: true, schemas.NotReceived: true,
}

// settle pays what a case is owed, never more than its lines cost or its order's payments still hold, and has the customer pay what
// a replacement costs more.
func (s *shop) settle(r schemas.Request) (outcome schemas.Outcome, refunded, charged int64) {
	c := s.cases[r.RequestID]
	switch {
	case c.outcome != schemas.OutcomeNone:
		return c.outcome, 0, 0
	case c.refuse:
		return schemas.RejectedFinal, 0, 0
	case r.Kind == schemas.KindExchange:
		refunded, charged = s.exchange(r, c)
		return schemas.Completed, refunded, charged
	}
	for _, l := range c.lines {
		refunded += s.payBack(r, l.LineID, l.Price().Minor)
	}
	return schemas.Completed, refunded, 0
}

// payBack refunds an amount of a line, or what is left of it.
func (s *shop) payBack(r schemas.Request, lineID string, amount int64) int64 {
	id := key(r.MerchantID, r.OrderID)
	amount = min(amount, s.line[key(id, lineID)], s.order[id])
	s.line[key(id, lineID)] -= amount
	s.order[id] -= amount
	return amount
}

// exchange sends what is wanted instead. The differences of the lines that get a replacement are one amount, paid before anything
// is sent. A line goes on as a return, and all of it is refunded, where there is no replacement or the customer cannot pay for it.
func (s *shop) exchange(r schemas.Request, c opened) (refunded, charged int64) {
	var swapped []schemas.Line
	var net int64
	for _, l := range c.lines {
		article := s.articles[key(r.MerchantID, c.wanted[l.LineID].SKU)]
		if article.InStock == 0 {
			refunded += s.payBack(r, l.LineID, l.Price().Minor)
			continue
		}
		// Cases are played side by side: no sample may depend on which of them is the first to have an article kept.
		s.stock[key(r.MerchantID, article.SKU)] -= l.Quantity
		require.GreaterOrEqual(s.t, s.stock[key(r.MerchantID, article.SKU)], 0, "there is not enough of %s for all", article.SKU)
		swapped = append(swapped, l)
		if !c.same[l.LineID] {
			net += s.difference(r, l, article)
		}
	}
	switch {
	case net > 0 && s.pays(r, net):
		return refunded, net
	case net > 0:
		for _, l := range swapped {
			refunded += s.payBack(r, l.LineID, l.Price().Minor)
		}
		return refunded, 0
	}
	for _, l := range swapped {
		back := s.payBack(r, l.LineID, min(l.Price().Minor, -net))
		refunded, net = refunded+back, net+back
	}
	require.Zero(s.t, net, "%s is owed more than its order holds", r.RequestID)
	return refunded, 0
}

// difference is what an article costs now more than what the line may still be paid back for, for all units of it.
func (s *shop) difference(r schemas.Request, l schemas.Line, article schemas.ShopArticle) int64 {
	id := key(r.MerchantID, r.OrderID)
	worth := min(l.Price().Minor, s.line[key(id, l.LineID)], s.order[id])
	return article.Price.Minor*int64(l.Quantity) - worth
}

// pays tries the way to pay that the request names, where it is the customer's, and then the one the order was paid with.
func (s *shop) pays(r schemas.Request, amount int64) bool {
	for _, method := range []string{r.SettleWith, s.orders[key(r.MerchantID, r.OrderID)].Payments[0].PaymentMethodID} {
		balance, owned := s.balance[key(r.MerchantID, key(r.CustomerID, method))]
		switch {
		case !owned:
			// "original", or a stranger's.
		case balance == nil:
			return true
		case *balance >= amount:
			*balance -= amount
			return true
		}
	}
	return false
}
