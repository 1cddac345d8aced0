package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a way back that was booked and of which nothing was heard: a carrier's words get lost too.

// notSent is the customer's silence on the way back: the request expires, unless the carrier knows better.
func (g *goods) notSent(s *step) { g.askBefore(s, g.expire) }

// askBefore asks the carrier about parcels that are booked for lines, and does what silence does only where nobody has seen them.
func (g *goods) askBefore(s *step, silence func(*step)) {
	booked, rest := sort2(s.lines, func(l *schemas.Line) bool {
		return g.hearsOfLostLabels() && l.Waybill != "" && g.parcel(l.Waybill) != nil
	})
	all := s.lines
	if len(rest) > 0 {
		s.lines = rest
		silence(s)
	}
	for len(booked) > 0 {
		var group []*schemas.Line
		group, booked = sort2(booked, func(l *schemas.Line) bool { return l.Waybill == booked[0].Waybill })
		g.startOn(s, group, "system", "ops are alerted")
		g.askWhetherSent(s, group, silence)
	}
	s.lines = all
}

func (g *goods) askWhetherSent(s *step, lines []*schemas.Line, silence func(*step)) {
	p := g.parcel(lines[0].Waybill)
	order := schemas.TraceOrder{
		Key: fmt.Sprintf("%s/trace/%d", g.CaseID, g.next("trace")), CaseID: g.CaseID, MerchantID: g.Opening.Request.MerchantID,
		Carrier: p.Carrier, Waybill: p.Waybill, At: g.now(),
	}
	s.say("The carrier is asked whether parcel %s was handed over.", p.Waybill)
	g.effect(schemas.ParcelTrace.Name, order.Key, func(ctx workflow.Context) {
		answer, err := do(ctx, g.Case, schemas.ParcelTrace, order.Key, order)
		g.stuckOn(err, schemas.ParcelTrace.Name, order.Key)
		waiting, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.WaitShipback })
		if len(waiting) == 0 {
			return // its word came meanwhile
		}
		s := g.begin(schemas.EventTraced, schemas.System, schemas.DoorSystem)
		s.lines = waiting
		s.note("waybill", order.Waybill)
		s.say("The carrier says of parcel %s: %s.", order.Waybill, traceWord(answer))
		word := schemas.ParcelWord{Waybill: order.Waybill}
		switch {
		case answer.Status == schemas.ParcelDelivered:
			p.book(schemas.ParcelDeliver.Name, s.at)
			g.arrived(s, word)
		case answer.Status == schemas.ParcelLost, answer.Status == schemas.ParcelDamaged:
			g.lost(s, word)
		case answer.MovedAt != nil:
			p.book(schemas.ParcelScanned.Name, *answer.MovedAt)
			g.handedOver(s, word)
		default:
			silence(s)
		}
		g.settle(s)
	})
}

// refusedUnscanned is our house turning away a parcel whose first scan was never heard.
func (g *goods) refusedUnscanned(s *step, w schemas.ParcelWord) {
	g.handedOver(s, w)
	g.refusedAtWarehouse(s, w)
}
