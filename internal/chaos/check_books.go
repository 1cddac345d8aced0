package chaos

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// differences: goods, parcels, units and rows on which two books do not agree.
func differences(e *Evidence) (found []Finding) {
	say := func(caseID, format string, args ...any) {
		found = append(found, Finding{caseID, fmt.Sprintf(format, args...), "starter books --all; starter show " + caseID})
	}
	for _, p := range e.Compared.Payments {
		if p.Differs != "" {
			say(p.CaseID, "refund %s: %s", p.RefundID, p.Differs)
		}
	}
	for _, c := range e.Compared.Charges {
		if c.Differs != "" {
			say(c.CaseID, "%s %s: %s", c.Kind, c.ChargeID, c.Differs)
		}
	}
	for _, p := range e.Compared.Parcels {
		// A carrier that did not want to book a customer's parcel has delivered it all the same.
		unbooked := p.Carrier == "" && e.Arrived[p.Waybill]
		if p.Differs != "" && !unbooked {
			say(p.CaseID, "parcel %s: %s", p.Waybill, p.Differs)
		}
	}
	for _, m := range e.Compared.Stock {
		// What no warehouse ever takes is left where it lies in the end, booked nowhere; that is what its people are told.
		left := m.Warehouse < m.Ours && e.leftOut(m.CaseID, schemas.GoodsDispose.Name)
		if m.Differs != "" && !left {
			say(m.CaseID, "goods of line %s: %s", m.LineID, m.Differs)
		}
	}
	for _, k := range e.Compared.Kept {
		if k.Differs != "" {
			say(k.CaseID, "goods kept under %s: %s", k.Key, k.Differs)
		}
	}
	for _, s := range e.Compared.Sent {
		if s.Differs != "" {
			say(s.CaseID, "shipment %s of line %s: %s", s.ShipmentID, s.LineID, s.Differs)
		}
	}
	e.claimDifferences(say)
	e.rowDifferences(say)
	return found
}

// leftOut reports whether a case did without a step in the end, because nobody had freed it.
func (e *Evidence) leftOut(caseID, step string) bool {
	return slices.ContainsFunc(e.Rows[caseID].Events, func(event schemas.Event) bool {
		return event.Name == schemas.EventLastRung && event.Data["step"] == step
	})
}

// claimDifferences: a unit is held by an open case or settled for good, and what a customer was paid for is settled.
func (e *Evidence) claimDifferences(say func(string, string, ...any)) {
	type unit struct {
		merchant, order, line, caseID string
		unit                          int
	}
	claims := map[unit]Claim{}
	for _, c := range e.Claims {
		claims[unit{c.MerchantID, c.OrderID, c.LineID, c.CaseID, c.Unit}] = c
		if c.Status == "held" && (e.closed(c.CaseID) || e.Rows[c.CaseID].CaseID == "") {
			say(c.CaseID, "unit %d of line %s of order %s is held by a case that has ended", c.Unit, c.LineID, c.OrderID)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(e.Rows)) {
		v := e.Rows[id]
		for _, l := range v.Lines {
			settled := 0
			for _, n := range l.Units {
				if c := claims[unit{v.MerchantID, v.OrderID, l.LineID, id, n}]; c.Status == "settled" {
					settled++
				}
			}
			paid := l.Outcome == schemas.Completed || l.Outcome == schemas.CompletedPartial && l.Refunded.Minor > 0
			switch {
			case v.ClosedAt == nil:
			case paid && settled != len(l.Units):
				say(id, "line %s is %s, and %d of its %d units are settled", l.LineID, l.Outcome, settled, len(l.Units))
			case !paid && l.Outcome != schemas.CompletedPartial && settled > 0:
				say(id, "line %s is %s, and %d of its units are settled", l.LineID, l.Outcome, settled)
			}
		}
	}
}

// rowDifferences: the row must be what Temporal's history makes of the case. What another case wrote into it afterwards, its
// successor, is left out.
func (e *Evidence) rowDifferences(say func(string, string, ...any)) {
	for _, id := range slices.Sorted(maps.Keys(e.Rows)) {
		v, l := e.Rows[id], e.Lives[id]
		if l == nil || l.Broken != "" {
			continue
		}
		last, wrote := l.Last()
		if !wrote {
			continue // nothing of it has been written by its workflow
		}
		for _, x := range []struct {
			what      string
			row, life any
		}{
			{"state", v.State, last.State},
			{"outcome", v.Outcome, last.Outcome},
			{"money", v.Money, last.Money},
			{"lines", v.Lines, last.Lines},
			{"parcels", v.Parcels, last.Parcels},
			{"owner", v.Owner, last.Owner},
			{"end", v.ClosedAt, last.ClosedAt},
		} {
			if !same(x.row, x.life) {
				say(id, "the %s of the row is not that of the case", x.what)
			}
		}
	}
}
