package workflows

import (
	"github.com/aftercare/aftercare/schemas"
)

// replacementNotTaken is a replacement that the customer did not take, or that could not be handed over. It is not lost: it comes back to
// the warehouse. The customer hears of it at once and chooses again; nobody is sent another one unasked.
func (x *exchanges) replacementNotTaken(s *step, w schemas.ParcelWord) {
	if !x.takesBackUndelivered() {
		x.replacementGone(s, w)
		return
	}
	if x.ofOldGoods(w) {
		s.say("Our warehouse refused parcel %s with the old goods.", w.Waybill)
		s.staff("staff.task", x.Owner, vars{"task": "refused_at_warehouse", "due": stamp(s.at.Add(contactWithin))})
		return
	}
	var goods []schemas.Disposal
	for _, l := range s.lines {
		r := l.Replacement
		goods = append(goods, schemas.Disposal{LineID: l.LineID, SKU: r.SKU, Quantity: l.Quantity, Disposition: schemas.Quarantine})
		r.Waybill, r.ShipmentID, r.Undelivered = "", "", true
		r.Attempts++
	}
	x.comesBack(w.Waybill, goods)
	s.note("code", w.Code)
	s.say("The replacement in parcel %s was not handed over; it comes back to the warehouse.", w.Waybill)
	x.move(s, s.lines, schemas.ReplacementLost)
	s.tell("exchange.undelivered", vars{"lines": linesVar(s.lines), "waybill": w.Waybill, "due": stamp(x.dueOf(s.lines))})
	s.staff("staff.task", x.Owner, vars{"task": "undelivered", "due": stamp(s.at.Add(contactWithin))})
}

// notSentAgain is the customer's silence about a replacement that they did not take. Sending another one would only come back again:
// the money is refunded where the old goods are here. Where they are still with the customer, the return asks for them.
func (x *exchanges) notSentAgain(s *step, lines []*schemas.Line) {
	s.say("The customer did not choose; the money for line(s) %s is refunded.", lineList(lines))
	x.convert(s, lines, "not_taken")
}
