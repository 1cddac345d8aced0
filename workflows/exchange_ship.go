package workflows

import (
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of an exchange about the replacement on its way: the warehouse sends it, the carrier brings it, the customer has it, or not.

// shipOut is the work of SHIP_REPLACEMENT: the warehouse is asked to send what it keeps. It answers with a fact.
func (x *exchanges) shipOut(s *step) {
	held, lines := sort2(s.lines, func(l *schemas.Line) bool { return heldFor(x.Holds, schemas.ShipmentHold, l) })
	if len(held) > 0 {
		s.say("The replacement of line(s) %s waits: a %s stands (%s).", lineList(held), schemas.ShipmentHold, x.keptBy(schemas.ShipmentHold))
		x.keepApart(s, held)
	}
	if lines = x.keptForBank(s, lines); len(lines) == 0 {
		return
	}
	// What was kept for a line that was split since is kept for each part anew: a reservation is sent whole.
	parted, whole := sort2(lines, func(l *schemas.Line) bool { return l.Replacement.Parted })
	x.forgetStock(parted)
	kept, missing := sort2(whole, keptFor)
	if missing = append(parted, missing...); len(missing) > 0 {
		x.keep(missing, false, func(s *step, lines []*schemas.Line) {
			waiting, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.ShipReplacement })
			there, gone := sort2(waiting, keptFor)
			x.orderShipment(s, there)
			x.move(s, gone, schemas.OutOfStock)
		})
	}
	x.orderShipment(s, kept)
}

func (x *exchanges) orderShipment(s *step, lines []*schemas.Line) {
	if len(lines) == 0 {
		return
	}
	r := x.Opening.Request
	order := schemas.ShipOrder{
		ShipmentID: fmt.Sprintf("%s/ship/%d", x.CaseID, x.next("ship")), CaseID: x.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID,
		CustomerID: r.CustomerID, At: x.now(),
	}
	for _, l := range lines {
		l.Replacement.ShipmentID = order.ShipmentID
	}
	order.Goods = x.goodsOf(lines)
	s.note("shipment_id", order.ShipmentID)
	s.say("The warehouse is asked to send the replacement of line(s) %s.", lineList(lines))
	x.effect(schemas.ReplacementShip.Name, order.ShipmentID, func(ctx workflow.Context) { x.askedToShip(ctx, order, lines) })
}

// goodsOf lists what the warehouse is to send for lines. The parts of a line that was split since it was ordered are one piece of the order
// still: the same number has to mean the same goods.
func (x *exchanges) goodsOf(lines []*schemas.Line) []schemas.ShipLine {
	var goods []schemas.ShipLine
	for _, l := range lines {
		r := l.Replacement
		same := slices.IndexFunc(goods, func(g schemas.ShipLine) bool {
			return x.followsSplits() && g.LineID == l.LineID && g.SKU == r.SKU && g.StockKey == r.StockKey
		})
		if same >= 0 {
			goods[same].Quantity += l.Quantity
			continue
		}
		goods = append(goods, schemas.ShipLine{LineID: l.LineID, SKU: r.SKU, Quantity: l.Quantity, StockKey: r.StockKey})
	}
	return goods
}

// askedToShip takes the warehouse's answer to a shipment order. Where it refuses, the customer chooses.
func (x *exchanges) askedToShip(ctx workflow.Context, order schemas.ShipOrder, lines []*schemas.Line) {
	waiting := func() []*schemas.Line {
		here, _ := sort2(lines, func(l *schemas.Line) bool {
			return l.State == schemas.ShipReplacement && l.Replacement.ShipmentID == order.ShipmentID
		})
		return here
	}
	got, err := insist(ctx, x.Case, schemas.ReplacementShip, order.ShipmentID, order, parking[schemas.ShipOrder]{
		lines: lines, moot: func() bool { return len(waiting()) == 0 },
	})
	if errors.Is(err, errSkipped) {
		got, err = schemas.ShipReceipt{Refused: true, Code: schemas.CodeSkipped}, nil
	}
	if x.stuckOn(err, schemas.ReplacementShip.Name, order.ShipmentID) || !got.Refused {
		return // the clock on the state comes back to it
	}
	s := x.begin(schemas.EventStockAnswered, schemas.System, schemas.DoorSystem)
	s.lines = waiting()
	s.note("code", string(got.Code))
	s.say("The warehouse cannot send the replacement: %s.", got.Code)
	x.forgetStock(s.lines)
	for _, l := range s.lines {
		l.Replacement.ShipmentID = ""
	}
	x.move(s, s.lines, schemas.OutOfStock)
	x.settle(s)
}

// shipAgain is the last rung of a replacement that nobody sent: the order is given again, under its own number, and operations look.
func (x *exchanges) shipAgain(s *step) {
	s.say("The replacement of line(s) %s is still not sent.", lineList(s.lines))
	if x.asksAboutLostFacts() {
		x.askWarehouse(s.lines)
		s.name = schemas.EventOpsAlert
		return
	}
	x.move(s, s.lines, schemas.ShipReplacement)
	s.name = schemas.EventOpsAlert
}

// replacementSent is the warehouse's word that the replacement has left. The merchant's formalities end here.
func (x *exchanges) replacementSent(s *step, w schemas.ShipmentWord) {
	s.note("waybill", w.Waybill)
	s.say("The replacement of line(s) %s left with %s, waybill %s.", lineList(s.lines), w.Carrier, w.Waybill)
	parcel := schemas.Parcel{Waybill: w.Waybill, Carrier: w.Carrier, Direction: schemas.ToCustomer, PaidBy: schemas.TurnMerchant, Status: schemas.ParcelExpected, Lines: picksOf(s.lines)}
	if x.parcel(w.Waybill) == nil {
		x.Parcels = append(x.Parcels, &parcel)
	}
	for _, l := range s.lines {
		l.Replacement.Waybill, l.Replacement.Serial, l.Replacement.StockKey = w.Waybill, w.Serial, ""
	}
	x.move(s, s.lines, schemas.ReplacementInTransit)
	s.tell("exchange.shipped", vars{"lines": linesVar(s.lines), "waybill": w.Waybill, "due": stamp(x.dueOf(s.lines))})
}

// ofOldGoods tells a word about the old goods, which may travel at the same time in an advance exchange.
func (x *exchanges) ofOldGoods(w schemas.ParcelWord) bool {
	p := x.parcel(w.Waybill)
	return p != nil && p.Direction == schemas.ToMerchant
}

func (x *exchanges) replacementMoved(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s moved.", w.Waybill)
	if x.ofOldGoods(w) {
		return
	}
	row := x.story.row(schemas.ReplacementInTransit)
	x.startOn(s, s.lines, row.clock, row.silence.says)
}

// replacementArrived gives the customer seven days to look at it.
func (x *exchanges) replacementArrived(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s arrived.", w.Waybill)
	if x.ofOldGoods(w) {
		for _, l := range s.lines {
			l.GoodsWith = schemas.TurnWarehouse
		}
		return
	}
	k := x.startOn(s, s.lines, x.named("confirm"), "the replacement counts as accepted")
	s.tell("exchange.delivered", vars{"lines": linesVar(s.lines), "waybill": w.Waybill, "due": stamp(k.Due)})
}

// replacementSilent asks the carrier about a replacement that has not moved. One that stays away for too long counts as lost.
func (x *exchanges) replacementSilent(s *step) {
	waybill := s.lines[0].Replacement.Waybill
	row := x.story.row(schemas.ReplacementInTransit)
	if oldest(s.lines).Add(2 * x.Plan.Clocks[row.clock].After.D()).Before(s.at) {
		x.replacementGone(s, schemas.ParcelWord{Waybill: waybill})
		return
	}
	s.say("The carrier is asked where the replacement is.")
	x.startOn(s, s.lines, row.clock, row.silence.says)
	x.askCarrierIn(waybill, func(s *step, a schemas.TraceAnswer, w schemas.ParcelWord) {
		p := x.parcel(w.Waybill)
		switch a.Status {
		case schemas.ParcelDelivered:
			p.book(schemas.ParcelDeliver.Name, s.at)
			x.replacementArrived(s, w)
		case schemas.ParcelLost, schemas.ParcelDamaged:
			x.replacementGone(s, w)
		case schemas.ParcelRefused:
			x.replacementNotTaken(s, w)
		case schemas.ParcelExpected, schemas.ParcelMoving:
		}
	}, schemas.ReplacementInTransit)
}

// replacementGone is a replacement that does not arrive: lost, damaged, or not taken. The customer chooses between another one and
// the money; the parcel is the merchant's loss.
func (x *exchanges) replacementGone(s *step, w schemas.ParcelWord) {
	if x.ofOldGoods(w) {
		x.lostOldGoods(s, w)
		return
	}
	if p := x.parcel(w.Waybill); p != nil && s.name != schemas.ParcelRefusal.Name {
		p.setUnlessDelivered(schemas.ParcelLost)
	}
	s.say("The replacement in parcel %s did not reach the customer.", w.Waybill)
	x.claimFromCarrier(s, w.Waybill)
	for _, l := range s.lines {
		l.Replacement.Waybill, l.Replacement.ShipmentID = "", ""
		l.Replacement.Attempts++
	}
	x.move(s, s.lines, schemas.ReplacementLost)
	s.tell("exchange.lost", vars{"lines": linesVar(s.lines), "waybill": w.Waybill, "due": stamp(x.dueOf(s.lines))})
}

// lostOldGoods is the old article lost while the replacement is on its way: the merchant bears it where the way back was its own or
// the fault is; otherwise a person looks.
func (x *exchanges) lostOldGoods(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s with the old goods is lost.", w.Waybill)
	s.tell("logistics.exception", vars{"waybill": w.Waybill, "status": "lost"})
	for _, l := range s.lines {
		l.GoodsWith = schemas.TurnCarrier
	}
	s.staff("staff.task", x.Owner, vars{"task": "lost_parcel", "due": stamp(x.dueOf(s.lines))})
}

func (x *exchanges) mayChooseAfterLoss(s *step, d schemas.AnswerOffer) *schemas.Refusal {
	if refusal := beingAsked(s.lines); refusal != nil {
		return refusal
	}
	switch d.Choice {
	case choiceReship, "":
		return nil
	case choiceRefund:
		return x.mayConvert(s, d)
	}
	return wrongChoice(choiceReship, choiceRefund)
}

func (x *exchanges) chosenAfterLoss(s *step, d schemas.AnswerOffer) {
	s.note("choice", d.Choice)
	if d.Choice == choiceRefund {
		s.say("The customer wants the money for line(s) %s.", lineList(s.lines))
		x.convert(s, s.lines, "replacement_lost")
		return
	}
	s.say("The customer wants another one for line(s) %s.", lineList(s.lines))
	x.another(s.lines)
}

// sendAnother is the customer's silence after a loss: another one is sent, once; whoever lost two has the money.
func (x *exchanges) sendAnother(s *step) {
	refused, lost := sort2(s.lines, func(l *schemas.Line) bool { return l.Replacement.Undelivered })
	if len(refused) > 0 {
		x.notSentAgain(s, refused)
		if s.lines = lost; len(lost) == 0 {
			s.lines = refused
			return
		}
	}
	again, enough := sort2(s.lines, func(l *schemas.Line) bool { return l.Replacement.Attempts < 2 })
	if len(enough) > 0 {
		s.say("Two replacements did not arrive; the money for line(s) %s is refunded.", lineList(enough))
		x.convert(s, enough, "lost_again")
	}
	if s.lines = again; len(again) == 0 {
		s.lines = enough
		return
	}
	s.say("The customer did not choose; another one is sent for line(s) %s.", lineList(s.lines))
	x.startOn(s, s.lines, "system", "ops are alerted")
	x.another(s.lines)
}

// another has a new replacement kept and sent.
func (x *exchanges) another(lines []*schemas.Line) {
	for _, l := range lines {
		l.Replacement.Undelivered = false
	}
	x.keep(lines, false, func(s *step, lines []*schemas.Line) {
		waiting, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.ReplacementLost && l.Replacement != nil })
		there, missing := sort2(waiting, keptFor)
		x.move(s, there, schemas.ShipReplacement)
		x.move(s, missing, schemas.OutOfStock)
	})
}

// bookBeforeTheNext brings old goods away that were inspected, because what comes back next is another article: the replacement that is
// rejected.
func (x *exchanges) bookBeforeTheNext(lines []*schemas.Line) {
	if !x.booksEveryArticle() {
		return
	}
	var goods []schemas.Disposal
	for _, l := range lines {
		away := inspectedOf([]*schemas.Line{l})
		for _, g := range away {
			l.Replacement.BroughtAway += g.Quantity
		}
		goods = append(goods, away...)
		l.BackSKU, l.Disposition, l.Finding, l.Disposed = l.Replacement.SKU, "", "", false
	}
	if len(goods) > 0 {
		x.putAway(goods)
	}
}

// mayConfirmReplacement refuses a yes while another one is being kept for a no.
func (x *exchanges) mayConfirmReplacement(s *step, _ schemas.OnLines) *schemas.Refusal {
	if x.answersOnce() {
		return beingAsked(s.lines)
	}
	return nil
}

func (x *exchanges) mayRejectReplacement(s *step, d schemas.RejectReplacement) *schemas.Refusal {
	if refusal := beingAsked(s.lines); refusal != nil && x.answersOnce() {
		return refusal
	}
	if !d.Reason.MerchantsFault() {
		return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "reason", Message: "say what is wrong with it: defective, damaged, not_as_described or wrong_item_sent."}
	}
	return nil
}

// replacementRejected is a replacement that is faulty too, or another article. It comes back at the merchant's cost, ahead of others.
// The first time another one is sent; the second time nobody may be made to try again, and the money is refunded.
func (x *exchanges) replacementRejected(s *step, d schemas.RejectReplacement) {
	if d.TextID != "" || len(d.EvidenceIDs) > 0 {
		x.post(schemas.Posted{At: s.at, By: s.actor, Kind: "message", TextID: d.TextID, Evidence: d.EvidenceIDs})
	}
	s.note("reason", string(d.Reason))
	s.say("The customer rejects the replacement of line(s) %s: %s.", lineList(s.lines), d.Reason)
	if x.Priority == schemas.P2 || x.Priority == schemas.P3 {
		x.Priority = schemas.P1
	}
	x.bookBeforeTheNext(s.lines)
	for _, l := range s.lines {
		l.Replacement.Attempts++
		l.Verdict.Freight, l.Verdict.Owed, l.Waybill = schemas.TurnMerchant, true, ""
		l.Replacement.ShipmentID, l.Replacement.Waybill, l.Replacement.StockKey = "", "", ""
		// What was to leave first has left: the next one is sent when this one is back, and with it the old goods if they are still there.
		l.Replacement.Both = l.Replacement.Advance && l.GoodsWith == schemas.TurnCustomer
		l.Replacement.Advance, l.GoodsWith = false, schemas.TurnCustomer
	}
	again, enough := sort2(s.lines, func(l *schemas.Line) bool { return l.Replacement.Attempts < 2 })
	if len(enough) > 0 {
		x.convert(s, enough, "faulty_again")
	}
	if len(again) > 0 {
		x.keep(again, false, func(s *step, lines []*schemas.Line) {
			waiting, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.ReplacementInTransit && l.Replacement != nil })
			x.goOn(s, waiting)
		})
	}
}

// confirmedBy is the customer's word that the replacement is there and right.
func (x *exchanges) confirmedBy(s *step, _ schemas.OnLines) {
	s.say("The customer has the replacement of line(s) %s.", lineList(s.lines))
	x.confirm(s)
}

func (x *exchanges) confirmedBySilence(s *step) {
	s.say("Nothing was said against the replacement of line(s) %s; it counts as accepted.", lineList(s.lines))
	x.confirm(s)
}

// confirm ends the way of the replacement. In an advance exchange the old goods are due now.
func (x *exchanges) confirm(s *step) {
	now := s.at
	for _, l := range s.lines {
		l.Replacement.ConfirmedAt = &now
	}
	owing, done := sort2(s.lines, func(l *schemas.Line) bool {
		came := x.beforeItsReplacement(l) && l.GoodsWith != schemas.TurnCustomer // nobody has looked at them yet
		return l.Replacement.Advance && (l.GoodsWith == schemas.TurnCustomer || came)
	})
	for _, l := range owing {
		l.Replacement.Both = true
	}
	x.move(s, done, schemas.Confirmed)
	if x.noticesEarlyGoods() {
		owing = x.comeBack(s, owing)
	}
	if len(owing) > 0 {
		x.move(s, owing, schemas.WaitShipback)
		s.tell("exchange.send_old", vars{"lines": linesVar(owing), "due": stamp(x.dueOf(owing))})
	}
}
