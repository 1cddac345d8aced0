package chaos

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/aftercare/aftercare/internal/provider/sandbox"
	"github.com/aftercare/aftercare/internal/store"
	"github.com/aftercare/aftercare/schemas"
)

// purse is the money and the goods that one request has moved, by the books of those who moved them.
type purse struct {
	worth   int64            // what the goods of the request cost, by the shop's memory
	more    int64            // what the wanted goods cost more
	paid    int64            // to the customer
	byLine  map[string]int64 // of it by line
	taken   int64            // from the customer
	kept    bool             // a deposit was taken, because the old goods did not come back as they should: the customer may have them
	sent    int64            // the worth of the replacements that the carrier has delivered
	arrived map[string]int   // of them pieces by line
}

// given is what the customer has for the goods, in the end.
func (p *purse) given() int64 { return p.paid - p.taken + p.sent }

// purses reckons every request's purse. A refund counts where the provider has it as succeeded, or where it was paid by hand.
func (e *Evidence) purses() map[string]*purse {
	all := map[string]*purse{}
	of := func(caseID string) *purse {
		family := familyOf(caseID)
		if all[family] == nil {
			all[family] = &purse{byLine: map[string]int64{}, arrived: map[string]int{}}
		}
		return all[family]
	}
	for _, w := range e.Plan.Wishes {
		p := of(w.CaseID())
		for _, l := range w.Request.Lines {
			price := e.priceOf(w.Request.MerchantID, w.Request.OrderID, l.LineID)
			p.worth += price * int64(l.Quantity)
			p.more += max(0, prices[l.ReplacementSKU]-price) * int64(l.Quantity)
			if w.Mood == Strict {
				p.more += price / lessWhenUsed * int64(l.Quantity) // for the wear
			}
		}
	}
	for id, v := range e.Rows {
		for _, l := range v.Lines {
			if l.Replaced > 0 && l.Outcome != schemas.Converted {
				// It is about what an earlier request got, which need not cost what was bought.
				of(id).worth += (l.UnitPrice.Minor - e.priceOf(v.MerchantID, v.OrderID, l.LineID)) * int64(l.Quantity)
			}
		}
	}
	provider := e.byProvider()
	for _, entry := range e.Ledger {
		theirs := provider[key{entry.MerchantID, entry.Refund.RefundID}]
		if theirs.Status != schemas.RefundSucceeded && entry.Refund.Status != schemas.RefundManual {
			continue
		}
		p := of(entry.CaseID)
		p.paid += entry.Refund.Amount.Minor
		for _, s := range entry.Refund.Shares {
			p.byLine[s.LineID] += s.Amount.Minor
		}
	}
	for _, c := range e.Charged {
		if taken(c.Status) {
			p := of(caseOfKey(c.Key))
			p.taken += c.Amount.Minor
			p.kept = p.kept || c.Kind == schemas.ChargeDeposit
		}
	}
	delivered := map[key]bool{}
	for _, b := range e.Parcels {
		delivered[key{b.MerchantID, b.Waybill}] = b.DeliveredAt != nil
	}
	for _, s := range e.Shipped {
		if s.Status == "sent" && !s.Lost && delivered[key{s.MerchantID, s.Waybill}] && !e.foundLate(s) {
			p := of(caseOfKey(s.ShipmentID))
			p.sent += prices[s.SKU] * int64(s.Quantity)
			p.arrived[s.LineID] += s.Quantity
		}
	}
	return all
}

// foundLate reports whether a replacement arrived when it had been given up for lost, by the archive: then the owner has a task, and
// what was given instead is no mistake of anybody's. Where its line had become a return, that return hears of it.
func (e *Evidence) foundLate(s sandbox.ShippedEntry) bool {
	sender := caseOfKey(s.ShipmentID)
	for _, l := range e.Rows[sender].Lines {
		if r := l.Replacement; r != nil && r.ShipmentID == s.ShipmentID && r.ConfirmedAt != nil {
			return false // the carrier's word was late, and the customer's was not
		}
	}
	for id, v := range e.Rows {
		if familyOf(id) == familyOf(sender) && slices.ContainsFunc(v.Events, func(x schemas.Event) bool {
			late := x.Name == schemas.EventLateFact && x.Data["fact"] == schemas.ParcelDeliver.Name
			return (late || x.Name == schemas.ParcelDeliver.Name && id != sender) && x.Data["waybill"] == s.Waybill
		}) {
			return true
		}
	}
	return false
}

// key is a merchant's number of something.
type key struct{ merchant, id string }

// caseOfKey reads the case off a derived key, case/step/sequence.
func caseOfKey(k string) string {
	for i := range len(k) {
		if k[i] == '/' {
			return k[:i]
		}
	}
	return k
}

func taken(s schemas.ChargeStatus) bool {
	return s == schemas.ChargeSucceeded || s == schemas.ChargeCaptured
}

func (e *Evidence) byProvider() map[key]sandbox.RefundEntry {
	provider := map[key]sandbox.RefundEntry{}
	for _, r := range e.Refunds {
		provider[key{r.MerchantID, r.Key}] = r
	}
	return provider
}

func (e *Evidence) priceOf(merchant, orderID, lineID string) int64 {
	o, _ := e.order(merchant, orderID)
	for _, l := range o.Lines {
		if l.LineID == lineID {
			return l.UnitPrice.Minor
		}
	}
	return 0
}

// doublePayments: money that has left, or was taken, more than once, or more than there is a reason for.
func doublePayments(e *Evidence) (found []Finding) {
	say := func(caseID, format string, args ...any) {
		found = append(found, Finding{caseID, fmt.Sprintf(format, args...), "starter books --all; starter show " + caseID})
	}
	e.abovePayments(say)
	e.aboveLines(say)
	ledger := map[key]bool{}
	replaced := map[key]int{} // refunds that moved, by the first of their chain
	provider := e.byProvider()
	for _, entry := range e.Ledger {
		k := key{entry.MerchantID, entry.Refund.RefundID}
		ledger[k] = true
		moved := provider[k].Status == schemas.RefundSucceeded
		byHand := entry.Refund.Status == schemas.RefundManual
		if moved && (byHand || entry.Refund.Status == schemas.RefundCancelled) {
			say(entry.CaseID, "refund %s is %s in the ledger, and the provider has paid it too", entry.Refund.RefundID, entry.Refund.Status)
		}
		if moved || byHand {
			replaced[key{entry.MerchantID, e.firstOf(entry.MerchantID, entry.Refund)}]++
		}
	}
	for _, k := range sorted(replaced) {
		if replaced[k] > 1 {
			say(caseOfKey(k.id), "refund %s and what replaced it were paid, %d times together", k.id, replaced[k])
		}
	}
	for _, r := range e.Refunds {
		if (r.Status == schemas.RefundSucceeded || r.Status == schemas.RefundAccepted) && !ledger[key{r.MerchantID, r.Key}] {
			say(caseOfKey(r.Key), "the provider pays %s under %s, which the ledger does not know", r.Amount, r.Key)
		}
	}
	known := map[key]bool{}
	for _, c := range e.Charges {
		known[key{c.MerchantID, c.Charge.ChargeID}] = true
	}
	for _, c := range e.Charged {
		if taken(c.Status) && !known[key{c.MerchantID, c.Key}] {
			say(caseOfKey(c.Key), "the provider has taken %s under %s, which the ledger does not know", c.Amount, c.Key)
		}
	}
	purses := e.purses()
	for _, family := range slices.Sorted(maps.Keys(purses)) {
		p := purses[family]
		if p.given() > p.worth {
			say(family, "the customer has %d (%d paid, %d taken, replacements worth %d) for goods worth %d", p.given(), p.paid, p.taken, p.sent, p.worth)
		}
		if e.differences(family)-p.paid > p.more {
			say(family, "the customer has paid %d on top, and %d is what the wanted goods cost more", e.differences(family), p.more)
		}
	}
	return found
}

// differences is what was taken from the customer as the difference of an exchange; deposits are not.
func (e *Evidence) differences(family string) (sum int64) {
	for _, c := range e.Charged {
		if c.Kind == schemas.ChargeDifference && taken(c.Status) && familyOf(caseOfKey(c.Key)) == family {
			sum += c.Amount.Minor
		}
	}
	return sum
}

// abovePayments holds what the provider has paid out of each payment against what was captured, by the shop's memory.
func (e *Evidence) abovePayments(say func(string, string, ...any)) {
	out, whose := map[key]int64{}, map[key]string{}
	for _, r := range e.Refunds {
		if r.Status == schemas.RefundSucceeded || r.Status == schemas.RefundAccepted {
			k := key{r.MerchantID, r.PaymentID}
			out[k] += r.Amount.Minor
			whose[k] = caseOfKey(r.Key)
		}
	}
	captured := map[key]int64{}
	for _, o := range e.Plan.Shop.Orders {
		for _, p := range o.Payments {
			captured[key{o.MerchantID, p.PaymentID}] = p.Captured.Minor
		}
	}
	for _, c := range e.Charged {
		if taken(c.Status) {
			captured[key{c.MerchantID, c.Key}] = c.Amount.Minor
		}
	}
	for _, k := range sorted(out) {
		if out[k] > captured[k] {
			say(whose[k], "%d were paid out of payment %s, of which %d were captured", out[k], k.id, captured[k])
		}
	}
}

// aboveLines holds what was paid for each order line, over all cases, against what it cost. What goes back of a charge is no part of it.
func (e *Evidence) aboveLines(say func(string, string, ...any)) {
	type line struct{ merchant, order, line string }
	out, whose, provider := map[line]int64{}, map[line]string{}, e.byProvider()
	charges := map[key]bool{}
	for _, c := range e.Charged {
		charges[key{c.MerchantID, c.Key}] = true
	}
	for _, entry := range e.Ledger {
		moved := provider[key{entry.MerchantID, entry.Refund.RefundID}].Status == schemas.RefundSucceeded || entry.Refund.Status == schemas.RefundManual
		if !moved || charges[key{entry.MerchantID, entry.Refund.PaymentID}] {
			continue
		}
		for _, s := range entry.Refund.Shares {
			l := line{entry.MerchantID, entry.OrderID, s.LineID}
			out[l] += s.Amount.Minor
			whose[l] = entry.CaseID
		}
	}
	for l, sum := range out {
		var cost int64
		o, _ := e.order(l.merchant, l.order)
		for _, sold := range o.Lines {
			if sold.LineID == l.line {
				cost = sold.UnitPrice.Minor * int64(sold.Quantity)
			}
		}
		if sum > cost {
			say(whose[l], "%d were paid for line %s of order %s, which cost %d", sum, l.line, l.order, cost)
		}
	}
}

// firstOf follows a refund back to the one it was given up for.
func (e *Evidence) firstOf(merchant string, r schemas.Refund) string {
	for range len(e.Ledger) {
		if r.Replaces == "" {
			break
		}
		i := slices.IndexFunc(e.Ledger, func(x store.LedgerEntry) bool { return x.MerchantID == merchant && x.Refund.RefundID == r.Replaces })
		if i < 0 {
			break
		}
		r = e.Ledger[i].Refund
	}
	return r.RefundID
}

func sorted[V any](m map[key]V) []key {
	return slices.SortedFunc(maps.Keys(m), func(a, b key) int {
		if a.merchant != b.merchant {
			return cmp.Compare(a.merchant, b.merchant)
		}
		return cmp.Compare(a.id, b.id)
	})
}
