package store

import "github.com/aftercare/aftercare/schemas"

// prior is what had been refunded of an order before Aftercare.
type prior struct {
	payments map[string]int64 // minor units by payment
	lines    map[string]int64 // minor units by line
	units    map[string]int   // units that count as settled, by line
}

// priorRefunds reads the shop's own list of refunds. Units count as settled where the list names how many, where all that
// a line cost has gone back, and where all that was captured for the order has. A part of the money that names no units
// lowers what can still be paid and settles none.
func priorRefunds(o schemas.ShopOrder) prior {
	p := prior{payments: map[string]int64{}, lines: map[string]int64{}, units: map[string]int{}}
	var captured, refunded int64
	for _, payment := range o.Payments {
		captured += payment.Captured.Minor
	}
	for _, r := range o.Refunds {
		refunded += r.Amount.Minor
		p.payments[r.PaymentID] += r.Amount.Minor
		if r.LineID != "" {
			p.lines[r.LineID] += r.Amount.Minor
			p.units[r.LineID] += r.Quantity
		}
	}
	whole := captured > 0 && refunded >= captured
	for _, l := range o.Lines {
		cost := l.UnitPrice.Minor * int64(l.Quantity)
		if whole || cost > 0 && p.lines[l.LineID] >= cost {
			p.lines[l.LineID], p.units[l.LineID] = cost, l.Quantity
		}
	}
	return p
}
