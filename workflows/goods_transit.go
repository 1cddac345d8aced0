package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return while the goods travel back: the parcel, its trouble and its loss.

// mayShip wants a number that no parcel of the case has, unless it is the label's own.
func (g *goods) mayShip(s *step, d schemas.SubmitWaybill) *schemas.Refusal {
	p := g.parcel(d.Waybill)
	if p == nil {
		return nil
	}
	for _, l := range s.lines {
		if l.Waybill != d.Waybill {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Field: "waybill", Message: fmt.Sprintf("parcel %s is known already and holds other lines.", d.Waybill)}
		}
	}
	return nil
}

// shippedBack takes the customer's word that the goods are on their way, and asks the carrier to report on the parcel.
func (g *goods) shippedBack(s *step, d schemas.SubmitWaybill) {
	s.note("carrier", d.Carrier)
	s.note("waybill", d.Waybill)
	s.say("The customer sent line(s) %s with %s, waybill %s.", lineList(s.lines), d.Carrier, d.Waybill)
	if g.parcel(d.Waybill) == nil {
		order := g.parcelOrder(s.lines, schemas.ToMerchant, schemas.TurnCustomer)
		order.Carrier, order.Waybill = d.Carrier, d.Waybill
		g.addParcel(schemas.Parcel{Waybill: d.Waybill, Carrier: d.Carrier, Direction: schemas.ToMerchant, PaidBy: schemas.TurnCustomer}, s.lines)
		g.effect(schemas.ParcelRegister.Name, order.Key, func(ctx workflow.Context) {
			order.OnlyFree = g.registersAtOnce()
			if g.asksTheBooks() && !order.OnlyFree && !g.waybillFree(ctx, order) {
				return
			}
			lines := g.linesNamed(schemas.ParcelWord{Waybill: d.Waybill})
			moot := func() bool {
				_, gone := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.ReturnInTransit && l.Waybill == d.Waybill })
				return len(gone) == len(lines)
			}
			told, err := insist(ctx, g.Case, schemas.ParcelRegister, order.Key, order, g.parkingOf(lines, moot))
			switch {
			case g.stuckOn(err, schemas.ParcelRegister.Name, order.Key):
			case told.Refusal != nil:
				g.anothersParcel(order.Waybill, told.Refusal)
			default:
				g.carrierKnew(told.Parcel)
			}
		})
	}
	g.move(s, s.lines, schemas.ReturnInTransit)
}

// waybillFree asks our database whether the parcel is another customer's already, in cases that do it by a call of its own.
func (g *goods) waybillFree(ctx workflow.Context, order schemas.ParcelOrder) bool {
	question := schemas.WaybillQuestion{CaseID: g.CaseID, MerchantID: order.MerchantID, CustomerID: order.CustomerID, Waybill: order.Waybill}
	judged, err := do(ctx, g.Case, schemas.WaybillFree, order.Key, question)
	if err != nil || judged.Refusal == nil {
		return true // not known to be anybody else's
	}
	g.anothersParcel(order.Waybill, judged.Refusal)
	return false
}

// anothersParcel hears that a parcel is in another customer's case. The number is wrong, and the customer is asked for the right one: one
// parcel's delivery must not speak for two customers.
func (g *goods) anothersParcel(waybill string, why *schemas.Refusal) {
	s := g.begin(schemas.EventRefused, schemas.System, schemas.DoorSystem)
	s.note("name", schemas.ReturnSubmitWaybill.Name)
	s.note("code", string(why.Code))
	s.note("waybill", waybill)
	s.say("The number %s is not taken: %s", waybill, why.Message)
	s.lines, _ = sort2(g.linesNamed(schemas.ParcelWord{Waybill: waybill}), func(l *schemas.Line) bool { return l.State == schemas.ReturnInTransit })
	kept := g.Parcels[:0]
	for _, p := range g.Parcels {
		if p.Waybill != waybill {
			kept = append(kept, p)
		}
	}
	g.Parcels = kept
	for _, l := range s.lines {
		l.Waybill, l.GoodsWith = "", schemas.TurnCustomer
	}
	back, gone := sort2(s.lines, func(l *schemas.Line) bool { return l.LeavesAs == schemas.OutcomeNone })
	g.end(s, gone, schemas.Withdrawn)
	if len(back) > 0 {
		g.move(s, back, schemas.WaitShipback)
		s.tell("parcel.unknown", vars{"waybill": waybill, "due": stamp(g.dueOf(back))})
	}
	g.settle(s)
}

// carrierKnew applies what a parcel had done before its number reached us: its facts found no case then, and do not come again.
func (g *goods) carrierKnew(told schemas.Parcel) {
	p := g.parcel(told.Waybill)
	word := schemas.ParcelWord{Waybill: told.Waybill}
	lines, _ := sort2(g.linesNamed(word), func(l *schemas.Line) bool { return l.State == schemas.ReturnInTransit })
	if p == nil || len(lines) == 0 {
		return
	}
	switch told.Status {
	case schemas.ParcelDelivered, schemas.ParcelLost, schemas.ParcelDamaged:
	case schemas.ParcelMoving:
		if told.ScannedAt != nil {
			p.book(schemas.ParcelScanned.Name, *told.ScannedAt)
		}
		return
	default:
		return
	}
	s := g.begin(schemas.EventTraced, schemas.System, schemas.DoorSystem)
	s.lines = lines
	s.note("waybill", told.Waybill)
	s.say("The carrier knew parcel %s already: %s.", told.Waybill, told.Status)
	if told.DeliveredAt != nil {
		s.report = &schemas.Report{Source: told.Carrier, OccurredAt: *told.DeliveredAt}
		p.book(schemas.ParcelDeliver.Name, *told.DeliveredAt)
	}
	g.applyTrace(s, schemas.TraceAnswer{Known: true, Status: told.Status, MovedAt: told.MovedAt}, word)
	g.settle(s)
}

// mayExtend gives one extension.
func (g *goods) mayExtend(s *step, _ schemas.OnLines) *schemas.Refusal {
	for _, l := range s.lines {
		if l.Extended {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("line %s was extended once already.", l.LineID)}
		}
	}
	return nil
}

// extended gives the customer more time, once, counted from the end of the first.
func (g *goods) extended(s *step, _ schemas.OnLines) {
	due := g.dueOf(s.lines)
	k := g.startOn(s, s.lines, g.named("shipback_extension"), "the request expires; a new one can be made while the right lasts")
	g.reckon(k, due)
	k.StartedAt = s.at
	for _, l := range s.lines {
		l.Extended = true
	}
	s.say("The way back was extended until %s.", stamp(k.Due))
	s.tell("return.extended", vars{"due": stamp(k.Due)})
}

// handedOver is the carrier's first scan of a parcel that we booked.
func (g *goods) handedOver(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s is on its way back.", w.Waybill)
	for _, l := range s.lines {
		l.GoodsWith = schemas.TurnCarrier
	}
	g.move(s, s.lines, schemas.ReturnInTransit)
}

// moved restarts the clock on the parcel's next movement, in either direction.
func (g *goods) moved(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s moved.", w.Waybill)
	for _, l := range s.lines {
		l.GoodsWith = schemas.TurnCarrier
	}
	row := g.story.row(s.lines[0].State)
	g.startOn(s, s.lines, row.clock, row.silence.says)
}

// arrived is the delivery at the warehouse: the statutory clock on the refund starts here. What was withdrawn on the way
// goes straight back.
func (g *goods) arrived(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s arrived.", w.Waybill)
	for _, l := range s.lines {
		l.GoodsWith = schemas.TurnWarehouse
	}
	home, stay := sort2(s.lines, func(l *schemas.Line) bool { return l.LeavesAs != schemas.OutcomeNone })
	if len(stay) > 0 {
		if g.clock("law.refund") == nil {
			k := g.startClock(s, "law.refund", caseExpiries["law.refund"].says)
			if s.report != nil && s.report.OccurredAt.Before(s.at) {
				// The duty counts from the delivery, not from when we heard of it.
				g.reckon(k, s.report.OccurredAt)
			}
		}
		if g.startsDutiesOnArrival() {
			at := s.at
			if s.report != nil && s.report.OccurredAt.Before(at) {
				at = s.report.OccurredAt
			}
			g.startLaw(s, schemas.ParcelDeliver.Name, at)
		}
		g.move(s, stay, schemas.Received)
		s.tell("return.received", vars{"lines": linesVar(stay), "due": stamp(g.dueOf(stay))})
	}
	g.move(s, home, schemas.SendBack)
}

func (g *goods) parcelTrouble(s *step, w schemas.ParcelWord) {
	s.note("code", w.Code)
	s.say("The carrier reports trouble with parcel %s: %s.", w.Waybill, w.Code)
	s.tell("logistics.exception", vars{"waybill": w.Waybill, "status": "exception"})
	s.staff("staff.task", g.Owner, vars{"task": "parcel_exception", "due": stamp(g.dueOf(s.lines))})
}

// refusedAtWarehouse is our own house turning the parcel away: the owner has a day to put that right.
func (g *goods) refusedAtWarehouse(s *step, w schemas.ParcelWord) {
	s.say("Our warehouse refused parcel %s.", w.Waybill)
	k := g.startOn(s, s.lines, "refused_at_warehouse", "the supervisor is asked")
	s.staff("staff.task", g.Owner, vars{"task": "refused_at_warehouse", "due": stamp(k.Due)})
}

// toSupervisor asks for help with lines that lie too long. While a second person's decision is open its own clocks go on,
// and nobody else is asked.
func (g *goods) toSupervisor(s *step) {
	state := s.lines[0].State
	row := g.story.row(state)
	if state == schemas.RefundApproved && g.openOne("") != nil {
		g.startOn(s, s.lines, row.clock, row.silence.says)
		return
	}
	g.escalate(s, 3, s.clock.Name)
	if state == schemas.ReturnInTransit {
		g.startOn(s, s.lines, row.clock, row.silence.says)
	}
}

// lost is a parcel that will not arrive. Where the way back was ours, or the fault is, the customer is paid now; otherwise a
// person decides on the proof of handing over.
func (g *goods) lost(s *step, w schemas.ParcelWord) {
	if p := g.parcel(w.Waybill); p != nil {
		p.setUnlessDelivered(schemas.ParcelLost)
	}
	s.say("Parcel %s is lost.", w.Waybill)
	s.tell("logistics.exception", vars{"waybill": w.Waybill, "status": "lost"})
	for _, l := range s.lines {
		l.GoodsWith = schemas.TurnCarrier
	}
	gone, rest := sort2(s.lines, func(l *schemas.Line) bool {
		// Whoever has withdrawn was to have the goods back, and they are lost at the merchant's risk.
		return l.LeavesAs != schemas.OutcomeNone && !(g.paysLostWithdrawals() && l.LeavesAs == schemas.Withdrawn && g.waysAreOurs(l))
	})
	g.end(s, gone, schemas.Withdrawn)
	pay, judge := sort2(rest, g.waysAreOurs)
	if len(pay) > 0 {
		for _, l := range pay {
			l.LeavesAs = schemas.OutcomeNone
		}
		g.claimFromCarrier(s, w.Waybill)
	}
	if g.leavesItToAPerson() && g.held(schemas.AutomationHold) {
		pay, judge = nil, rest // a loss under suspicion is judged by a person, whoever bears it
	}
	if len(pay) > 0 {
		g.goOn(s, pay)
	}
	if len(judge) > 0 {
		g.move(s, judge, schemas.Review)
		s.staff("staff.task", g.Owner, vars{"task": "lost_parcel", "due": stamp(g.dueOf(judge))})
	}
}

// waysAreOurs reports whether a loss of a line's goods on their way back is the merchant's.
func (g *goods) waysAreOurs(l *schemas.Line) bool {
	return l.Verdict.Freight == schemas.TurnMerchant || g.Opening.Request.Reason.MerchantsFault()
}

// lostOnOurWay reports whether a line's goods are lost at the merchant's risk.
func (g *goods) lostOnOurWay(l *schemas.Line) bool {
	p := g.parcel(l.Waybill)
	return p != nil && l.GoodsWith == schemas.TurnCarrier && p.Direction == schemas.ToMerchant && g.waysAreOurs(l) &&
		(p.Status == schemas.ParcelLost || p.Status == schemas.ParcelDamaged)
}

// claimFromCarrier is what the customer does not wait for: the owner claims from the carrier what a parcel of ours was worth.
func (c *Case) claimFromCarrier(s *step, waybill string) {
	if p := c.parcel(waybill); p == nil || p.PaidBy != schemas.TurnMerchant || !c.claimsLosses() {
		return
	}
	s.note("claim", waybill)
	s.staff("staff.task", c.Owner, vars{"task": "carrier_claim", "due": stamp(s.at.Add(claimWithin))})
}

// claimWithin is by when a loss is claimed: a trace takes the carrier two days.
const claimWithin = 48 * time.Hour

// trace asks the carrier about a parcel that has not moved. A parcel that has been away for too long counts as lost.
func (g *goods) trace(s *step) {
	s.say("The carrier is asked where the parcel is.")
	tooLong := g.Plan.Clocks[g.named("in_transit_max")].After.D()
	if oldest(s.lines).Add(tooLong).Before(s.at) {
		g.lost(s, schemas.ParcelWord{Waybill: s.lines[0].Waybill})
		return
	}
	g.startOn(s, s.lines, g.named("in_transit"), "the carrier is asked where the parcel is; a parcel that stays away for too long counts as lost")
	g.askCarrier(s.lines[0].Waybill, g.applyTrace)
}

// askCarrier asks about one parcel and lets the verb make something of the answer.
func (g *goods) askCarrier(waybill string, apply func(*step, schemas.TraceAnswer, schemas.ParcelWord)) {
	g.askCarrierIn(waybill, apply, schemas.ReturnInTransit, schemas.SendBack)
}

// askCarrierIn asks about a parcel for lines that stand in one of the states when the answer comes.
func (g *goods) askCarrierIn(waybill string, apply func(*step, schemas.TraceAnswer, schemas.ParcelWord), states ...schemas.State) {
	p := g.parcel(waybill)
	if p == nil {
		return
	}
	if g.traceParked(waybill) {
		return
	}
	order := schemas.TraceOrder{Key: fmt.Sprintf("%s/trace/%d", g.CaseID, g.next("trace")), CaseID: g.CaseID, MerchantID: g.Opening.Request.MerchantID, Carrier: p.Carrier, Waybill: waybill, At: g.now()}
	g.effect(schemas.ParcelTrace.Name, order.Key, func(ctx workflow.Context) {
		answer, err := insist(ctx, g.Case, schemas.ParcelTrace, order.Key, order, g.tracing(waybill))
		if g.stuckOn(err, schemas.ParcelTrace.Name, order.Key) {
			return
		}
		s := g.begin(schemas.EventTraced, schemas.System, schemas.DoorSystem)
		s.lines, _ = sort2(g.linesNamed(schemas.ParcelWord{Waybill: waybill}), func(l *schemas.Line) bool {
			return slices.Contains(states, l.State)
		})
		s.note("waybill", waybill)
		s.say("The carrier says of parcel %s: %s.", waybill, traceWord(answer))
		if len(s.lines) > 0 {
			apply(s, answer, schemas.ParcelWord{Waybill: waybill})
		}
		g.settle(s)
	})
}

// tracing lets a question to the carrier wait for as long as the parcel is on its way.
func (g *goods) tracing(waybill string) parking[schemas.TraceOrder] {
	onItsWay := func() []*schemas.Line {
		lines, _ := sort2(g.linesNamed(schemas.ParcelWord{Waybill: waybill}), func(l *schemas.Line) bool {
			return l.State == schemas.ReturnInTransit || l.State == schemas.SendBack || l.State == schemas.ReplacementInTransit
		})
		return lines
	}
	return parking[schemas.TraceOrder]{lines: onItsWay(), waybill: waybill, moot: func() bool { return len(onItsWay()) == 0 }}
}

// traceParked reports whether a question about this parcel is parked already: the clock on its movement asks no second one.
func (g *goods) traceParked(waybill string) bool {
	for _, w := range g.Parked {
		if w.Step == schemas.ParcelTrace.Name && w.Waybill == waybill {
			return true
		}
	}
	return false
}

func traceWord(a schemas.TraceAnswer) string {
	if !a.Known {
		return "not known"
	}
	return string(a.Status)
}

func (g *goods) applyTrace(s *step, a schemas.TraceAnswer, w schemas.ParcelWord) {
	p := g.parcel(w.Waybill)
	switch {
	case p.MovedAt == nil && a.MovedAt == nil && (!a.Known || a.Status == schemas.ParcelExpected):
		// The number was wrong, or the parcel was never handed over: it is the customer's turn again. What nobody has seen is
		// not lost; but should it be scanned after all, the number still leads here.
		for _, l := range s.lines {
			if !a.Known {
				l.Waybill = ""
			}
		}
		g.move(s, s.lines, schemas.WaitShipback)
		s.tell("parcel.unknown", vars{"waybill": w.Waybill, "due": stamp(g.dueOf(s.lines))})
	case a.Status == schemas.ParcelDelivered:
		p.book(schemas.ParcelDeliver.Name, s.at)
		g.arrived(s, w)
	case a.Status == schemas.ParcelLost, a.Status == schemas.ParcelDamaged:
		g.lost(s, w)
	case a.MovedAt != nil && (p.MovedAt == nil || a.MovedAt.After(*p.MovedAt)):
		p.book(schemas.ParcelScanned.Name, *a.MovedAt)
	default:
		s.tell("logistics.exception", vars{"waybill": w.Waybill, "status": "stuck"})
	}
}
