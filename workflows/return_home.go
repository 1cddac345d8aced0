package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return whose goods stay the customer's: their way home.

// sendBack sends goods that stay the customer's home again, at the merchant's cost.
func (r *returns) sendBack(s *step) {
	lines := s.lines
	order := r.parcelOrder(lines, schemas.ToCustomer, schemas.TurnMerchant)
	for _, l := range lines {
		l.Waybill = ""
	}
	r.effect(schemas.ParcelSendBack.Name, order.Key, func(ctx workflow.Context) {
		parcel, err := do(ctx, r.Case, schemas.ParcelSendBack, order.Key, order)
		if r.stuckOn(err, schemas.ParcelSendBack.Name, order.Key) {
			return // the clock on the state comes back to it
		}
		s := r.begin(schemas.EventLabelBooked, schemas.System, schemas.DoorSystem)
		s.lines = lines
		r.addParcel(parcel, lines)
		s.note("waybill", parcel.Waybill)
		s.say("Line(s) %s go back to the customer, waybill %s.", lineList(lines), parcel.Waybill)
		s.tell("goods.sent_back", vars{"lines": linesVar(lines), "waybill": parcel.Waybill})
		r.settle(s)
	})
}

func (r *returns) handedBack(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s reached the customer.", w.Waybill)
	for _, l := range s.lines {
		l.GoodsWith = schemas.TurnCustomer
		r.end(s, []*schemas.Line{l}, firstOutcome(l.LeavesAs, schemas.Withdrawn))
	}
}

// lostOnTheWayBack is the merchant's loss: the goods were in its hands, so the customer is paid the price.
func (r *returns) lostOnTheWayBack(s *step, w schemas.ParcelWord) {
	s.say("Parcel %s was lost on its way to the customer; the price is refunded.", w.Waybill)
	s.tell("logistics.exception", vars{"waybill": w.Waybill, "status": "lost"})
	for _, l := range s.lines {
		l.GoodsWith, l.LeavesAs, l.Deduction = schemas.TurnCarrier, schemas.OutcomeNone, r.money(0)
	}
	r.goOn(s, s.lines)
}

// traceBack asks about a parcel that has not reached the customer; the second time it counts as lost.
func (r *returns) traceBack(s *step) {
	row := r.story.row(schemas.SendBack)
	if oldest(s.lines).Add(2*r.Plan.Clocks[row.clock].After.D()).After(s.at) && s.lines[0].Waybill != "" {
		s.say("The carrier is asked where the parcel is.")
		r.startOn(s, s.lines, row.clock, row.silence.says)
		r.askCarrier(s.lines[0].Waybill, r.applyTraceBack)
		return
	}
	r.lostOnTheWayBack(s, schemas.ParcelWord{Waybill: s.lines[0].Waybill})
}

func (r *returns) applyTraceBack(s *step, a schemas.TraceAnswer, w schemas.ParcelWord) {
	p := r.parcel(w.Waybill)
	switch a.Status {
	case schemas.ParcelDelivered:
		p.book(schemas.ParcelDeliver.Name, s.at)
		r.handedBack(s, w)
	case schemas.ParcelLost, schemas.ParcelDamaged:
		r.lostOnTheWayBack(s, w)
	case schemas.ParcelExpected, schemas.ParcelMoving, schemas.ParcelRefused:
	}
}
