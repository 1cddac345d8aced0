package chaos

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/schemas"
)

// lostPayments: money that somebody believes to be where it is not, or that nobody looks after any more.
func lostPayments(e *Evidence) (found []Finding) {
	say := func(caseID, format string, args ...any) {
		found = append(found, Finding{caseID, fmt.Sprintf(format, args...), "starter books --all; starter show " + caseID})
	}
	e.lostRefunds(say)
	e.lostCharges(say)
	e.lostOrders(say)
	e.lostShares(say)
	return found
}

// lostRefunds compares the ledger with the provider's own book.
func (e *Evidence) lostRefunds(say func(string, string, ...any)) {
	provider, sums := e.byProvider(), map[string]int64{}
	for _, entry := range e.Ledger {
		id, ours := entry.Refund.RefundID, entry.Refund.Status
		theirs := provider[key{entry.MerchantID, id}].Status
		paid := theirs == schemas.RefundSucceeded
		if paid || ours == schemas.RefundManual {
			sums[entry.CaseID] += entry.Refund.Amount.Minor
		}
		switch ours {
		case schemas.RefundSucceeded:
			if !paid {
				say(entry.CaseID, "refund %s succeeded by the ledger, and is %q at the provider", id, theirs)
			}
		case schemas.RefundRequested, schemas.RefundAccepted, schemas.RefundUnknown:
			if e.closed(entry.CaseID) {
				say(entry.CaseID, "the case has ended, and refund %s is still %s (%q at the provider)", id, ours, theirs)
			}
		case schemas.RefundFailedWord, schemas.RefundReversed:
			if paid {
				say(entry.CaseID, "refund %s is %s in the ledger, and the provider has paid it", id, ours)
			}
		case schemas.RefundManual, schemas.RefundCancelled:
		}
	}
	for _, id := range slices.Sorted(maps.Keys(e.Rows)) {
		if v := e.Rows[id]; v.ClosedAt != nil && v.Money.Refunded.Minor != sums[id] {
			say(id, "the case says that %s were refunded, and %d were", v.Money.Refunded, sums[id])
		}
	}
}

// lostCharges does the same for what customers pay, and finds deposits that nobody gives back.
func (e *Evidence) lostCharges(say func(string, string, ...any)) {
	provider := map[key]sandbox.ChargeEntry{}
	for _, c := range e.Charged {
		provider[key{c.MerchantID, c.Key}] = c
	}
	for _, entry := range e.Charges {
		id, ours := entry.Charge.ChargeID, entry.Charge.Status
		theirs := provider[key{entry.MerchantID, id}].Status
		switch {
		case taken(ours) != taken(theirs) && (taken(ours) || e.closed(entry.CaseID)):
			say(entry.CaseID, "%s %s is %s in the ledger and %q at the provider", entry.Charge.Kind, id, ours, theirs)
		case e.closed(entry.CaseID) && (theirs == schemas.ChargeHeld || theirs == schemas.ChargeAccepted):
			say(entry.CaseID, "the case has ended, and the provider has %s %s as %s", entry.Charge.Kind, id, theirs)
		}
	}
}

// lostOrders finds what a case has ordered, by Temporal's history, and nobody has written into the ledger.
func (e *Evidence) lostOrders(say func(string, string, ...any)) {
	booked := map[string]bool{}
	for _, entry := range e.Ledger {
		booked[entry.Refund.RefundID] = true
	}
	for _, entry := range e.Charges {
		booked[entry.Charge.ChargeID] = true
	}
	for _, id := range slices.Sorted(maps.Keys(e.Lives)) {
		for _, ordered := range slices.Concat(e.Lives[id].Refunds, e.Lives[id].Charges) {
			if !booked[ordered] && e.closed(id) {
				say(id, "Temporal's history has an order of %s, and the ledger has not", ordered)
			}
		}
	}
}

// lostShares holds the outcome that a customer was told against what has reached him: a line that is COMPLETED was paid in full, or
// its replacement has arrived and the difference is settled.
func (e *Evidence) lostShares(say func(string, string, ...any)) {
	purses := e.purses()
	whole := map[string]bool{} // requests that ended well in every line
	for _, id := range slices.Sorted(maps.Keys(e.Rows)) {
		v, family := e.Rows[id], familyOf(id)
		if purses[family] == nil || v.ClosedAt == nil {
			continue
		}
		for _, l := range v.Lines {
			if l.Outcome == schemas.Converted {
				continue // it goes on in the next case
			}
			well, seen := whole[family]
			whole[family] = (well || !seen) && l.Outcome == schemas.Completed
			if l.Outcome != schemas.Completed {
				continue
			}
			cost := e.priceOf(v.MerchantID, v.OrderID, l.LineID) * int64(l.Quantity)
			if got := purses[family].byLine[l.LineID]; l.Replacement == nil && got < cost {
				say(id, "line %s is COMPLETED, cost %d, and %d were paid", l.LineID, cost, got)
			}
			if r := l.Replacement; r != nil && r.ShipmentID != "" && purses[family].arrived[l.LineID] < l.Quantity {
				say(id, "line %s is COMPLETED, and the carrier has delivered %d of %d replacements", l.LineID, purses[family].arrived[l.LineID], l.Quantity)
			}
		}
	}
	for _, family := range slices.Sorted(maps.Keys(whole)) {
		p := purses[family]
		if !whole[family] {
			continue
		}
		switch {
		case !p.kept && p.given() < p.worth:
			say(family, "everything is COMPLETED, and the customer has %d (%d paid, %d taken, replacements worth %d) for goods worth %d", p.given(), p.paid, p.taken, p.sent, p.worth)
		case p.kept && p.given() < 0:
			say(family, "everything is COMPLETED, and the customer, who has the old goods, has lost %d beside them (%d paid, %d taken, replacements worth %d)", -p.given(), p.paid, p.taken, p.sent)
		}
	}
}
