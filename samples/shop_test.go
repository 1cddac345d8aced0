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
}

// opened is a request after its intake.
type opened struct {
	outcome schemas.Outcome // set where nothing goes on
	lines   []schemas.Line
	refuse  bool
}

func newShop(t *testing.T) *shop {
	s := &shop{
		t: t, book: book(t), orders: map[string]schemas.ShopOrder{}, free: map[string]int{}, held: map[string]int{},
		line: map[string]int64{}, order: map[string]int64{}, cases: map[string]opened{},
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
	c := opened{lines: facts.Lines}
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

// settle pays what a case is owed, never more than its lines cost or its order's payments still hold.
func (s *shop) settle(r schemas.Request) (schemas.Outcome, int64) {
	c := s.cases[r.RequestID]
	switch {
	case c.outcome != schemas.OutcomeNone:
		return c.outcome, 0
	case c.refuse:
		return schemas.RejectedFinal, 0
	}
	id := key(r.MerchantID, r.OrderID)
	var paid int64
	for _, l := range c.lines {
		amount := min(l.Price().Minor, s.line[key(id, l.LineID)], s.order[id])
		s.line[key(id, l.LineID)] -= amount
		s.order[id] -= amount
		paid += amount
	}
	return schemas.Completed, paid
}
