package workflows

import (
	"errors"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return whose goods stay the customer's: their way home.

// sendBack sends goods that stay the customer's home again, at the merchant's cost.
func (g *goods) sendBack(s *step) {
	lines := s.lines
	order := g.parcelOrder(lines, schemas.ToCustomer, schemas.TurnMerchant)
	order.Key = g.keyAgain(schemas.ParcelSendBack.Name, order.Key)
	for _, l := range lines {
		l.Waybill = ""
	}
	g.effect(schemas.ParcelSendBack.Name, order.Key, func(ctx workflow.Context) {
		waiting := func() []*schemas.Line {
			here, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.SendBack && l.Waybill == "" })
			return here
		}
		parcel, err := insist(ctx, g.Case, schemas.ParcelSendBack, order.Key, order, g.parkingOf(lines, func() bool { return len(waiting()) == 0 }))
		if errors.Is(err, errSkipped) {
			s := g.begin(schemas.EventFreed, schemas.System, schemas.DoorSystem)
			s.lines = waiting()
			s.say("The goods of line(s) %s cannot be sent home; their price is refunded.", lineList(s.lines))
			g.refundInstead(s)
			g.settle(s)
			return
		}
		if g.stuckOn(err, schemas.ParcelSendBack.Name, order.Key) {
			return // the clock on the state comes back to it
		}
		s := g.begin(schemas.EventLabelBooked, schemas.System, schemas.DoorSystem)
		s.lines = lines
		g.addParcel(parcel, lines)
		s.note("waybill", parcel.Waybill)
		s.say("Line(s) %s go back to the customer, waybill %s.", lineList(lines), parcel.Waybill)
		s.tell("goods.sent_back", vars{"lines": linesVar(lines), "waybill": parcel.Waybill})
		g.settle(s)
	})
}

func (g *goods) handedBack(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s reached the customer.", w.Waybill)
	for _, l := range s.lines {
		l.GoodsWith = schemas.TurnCustomer
		g.end(s, []*schemas.Line{l}, firstOutcome(l.LeavesAs, schemas.Withdrawn))
	}
}

// lostOnTheWayBack is the merchant's loss: the goods were in its hands, so the customer is paid the price.
func (g *goods) lostOnTheWayBack(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s was lost on its way to the customer; the price is refunded.", w.Waybill)
	g.claimFromCarrier(s, w.Waybill)
	s.tell("logistics.exception", vars{"waybill": w.Waybill, "status": "lost"})
	for _, l := range s.lines {
		l.GoodsWith = schemas.TurnCarrier
	}
	g.refundInstead(s)
}

// refundInstead pays the price of goods that were the customer's and do not come home.
func (g *goods) refundInstead(s *step) {
	for _, l := range s.lines {
		l.LeavesAs, l.Deduction = schemas.OutcomeNone, g.money(0)
	}
	g.goOn(s, s.lines)
}

// traceBack asks about a parcel that has not reached the customer; the second time it counts as lost.
func (g *goods) traceBack(s *step) {
	row := g.story.row(schemas.SendBack)
	if oldest(s.lines).Add(2*g.Plan.Clocks[row.clock].After.D()).After(s.at) && s.lines[0].Waybill != "" {
		s.say("The carrier is asked where the parcel is.")
		g.startOn(s, s.lines, row.clock, row.silence.says)
		g.askCarrier(s.lines[0].Waybill, g.applyTraceBack)
		return
	}
	g.lostOnTheWayBack(s, schemas.ParcelWord{Waybill: s.lines[0].Waybill})
}

func (g *goods) applyTraceBack(s *step, a schemas.TraceAnswer, w schemas.ParcelWord) {
	p := g.parcel(w.Waybill)
	switch a.Status {
	case schemas.ParcelDelivered:
		p.book(schemas.ParcelDeliver.Name, s.at)
		g.handedBack(s, w)
	case schemas.ParcelLost, schemas.ParcelDamaged:
		g.lostOnTheWayBack(s, w)
	case schemas.ParcelRefused:
		if g.takesBackUndelivered() {
			g.notHandedOver(s, w)
		}
	case schemas.ParcelExpected, schemas.ParcelMoving:
	}
}
