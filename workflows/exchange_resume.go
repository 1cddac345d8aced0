package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// What an exchange takes up again that goes on from rows: the sweep has given back what was kept for it, and given up what was not paid.

// hearCharges hears what the ledger knows of charges and deposits since the case before had last written.
func (x *exchanges) hearCharges(charges []schemas.Charge) {
	for _, now := range charges {
		ch := x.chargeNamed(now.ChargeID)
		if ch == nil {
			fresh := now
			fresh.Status = schemas.ChargeRequested
			ch = &fresh
			x.Charges = append(x.Charges, ch)
		}
		if now.Status == ch.Status || now.Status == schemas.ChargeRequested {
			continue
		}
		s := x.begin(schemas.EventChargeWord, schemas.System, schemas.DoorSystem)
		x.chargeSaid(s, ch, now.Status, now.Code)
		x.settle(s)
	}
}

// takeUp begins again what was under way: replacements are kept anew, shipments are ordered under their own number, charges are asked about
// or made anew, and lines that were leaving go on to leave.
func (x *exchanges) takeUp(s *step, lines []*schemas.Line) {
	leaving, lines := sort2(lines, func(l *schemas.Line) bool { return l.LeavesAs == schemas.Converted && x.underWay(l) == 0 })
	if len(leaving) > 0 {
		x.convertNow(s, leaving)
	}
	ordered, rest := sort2(lines, func(l *schemas.Line) bool {
		return l.State == schemas.ShipReplacement && l.Replacement != nil && l.Replacement.ShipmentID != ""
	})
	x.shipUnderNumber(s, ordered)
	unsent, _ := sort2(rest, func(l *schemas.Line) bool {
		return l.Replacement != nil && l.Replacement.ShipmentID == "" && l.Replacement.ConfirmedAt == nil
	})
	var keep, wait []*schemas.Line
	for _, l := range unsent {
		had, waited := l.Replacement.StockKey != "" || l.Replacement.Asking, l.Replacement.Waiting
		l.Replacement.Asking = false
		switch {
		case l.State == schemas.Submitted, l.State == schemas.ShipReplacement:
			x.forgetStock([]*schemas.Line{l}) // the work of the state keeps it anew
		case waited:
			x.forgetStock([]*schemas.Line{l})
			wait = append(wait, l)
		case had:
			x.forgetStock([]*schemas.Line{l})
			keep = append(keep, l)
		}
	}
	if len(keep) > 0 {
		s.say("The replacement of line(s) %s is kept anew.", lineList(keep))
		x.keep(keep, false, x.onAgain)
	}
	if len(wait) > 0 {
		x.keep(wait, true, x.onAgain)
	}
	shipping, _ := sort2(unsent, func(l *schemas.Line) bool { return l.State == schemas.ShipReplacement })
	x.enterAgain(s, shipping)
	x.chargeAgain(s, rest)
	x.goods.takeUp(s, rest)
}

// shipUnderNumber gives the warehouse its order once more: a shipment id is one shipment, however often it is ordered.
func (x *exchanges) shipUnderNumber(s *step, lines []*schemas.Line) {
	r := x.Opening.Request
	for len(lines) > 0 {
		id := lines[0].Replacement.ShipmentID
		var together []*schemas.Line
		together, lines = sort2(lines, func(l *schemas.Line) bool { return l.Replacement.ShipmentID == id })
		order := schemas.ShipOrder{ShipmentID: id, CaseID: x.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, CustomerID: r.CustomerID, At: x.now()}
		order.Goods = x.goodsOf(together)
		s.say("The warehouse is asked about shipment %s.", id)
		x.effect(schemas.ReplacementShip.Name, id, func(ctx workflow.Context) { x.askedToShip(ctx, order, together) })
	}
}

// chargeAgain asks about charges whose end nobody knows, and makes one for lines that wait for a payment nobody is asked for any more.
func (x *exchanges) chargeAgain(s *step, lines []*schemas.Line) {
	waiting, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.WaitPayment })
	asked := map[*schemas.Line]bool{}
	for _, ch := range x.Charges {
		if !ch.Open() {
			continue
		}
		for _, l := range waiting {
			asked[l] = asked[l] || isFor(ch, l)
		}
		x.chargeCall(schemas.PaymentLookup, ch)
	}
	free, _ := sort2(waiting, func(l *schemas.Line) bool { return !asked[l] })
	x.enterAgain(s, free)
}
