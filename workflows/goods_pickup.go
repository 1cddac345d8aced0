package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The pick-up of a parcel whose way we booked. A carrier who does not come costs the customer none of their time: another pick-up is
// booked, the second time with another carrier, and the days for sending back begin anew.

// pickupClock is how long after the slot a carrier may still come.
const pickupClock = "pickup"

// enoughPickups is after how many broken ones a person takes over.
const enoughPickups = 3

// pickupBooked is the carrier's word on when it comes.
func (g *goods) pickupBooked(s *step, w schemas.ParcelWord) {
	p := g.parcel(w.Waybill)
	if w.Until == nil || p == nil {
		s.say("The carrier comes for parcel %s; it does not say when.", w.Waybill)
		return
	}
	from := w.Until
	if w.From != nil {
		from = w.From
	}
	s.say("The carrier comes for parcel %s between %s and %s.", w.Waybill, stamp(*from), stamp(*w.Until))
	g.awaitPickup(s, p, *w.Until)
	s.tell("pickup.booked", vars{"lines": linesVar(s.lines), "waybill": w.Waybill, "from": stamp(*from), "due": stamp(*w.Until)})
}

// awaitPickup watches for the first scan of a parcel that is fetched.
func (g *goods) awaitPickup(s *step, p *parcelRecord, until time.Time) {
	p.PickupAt = &until
	g.stopPickup(p.Waybill)
	does, _ := g.story.onExpiry(pickupClock)
	k := g.startClock(s, pickupClock, does.says)
	k.Trigger = p.Waybill
	g.reckon(k, until)
}

func (c *Case) stopPickup(waybill string) {
	c.Clocks = slices.DeleteFunc(c.Clocks, func(k *schemas.Clock) bool { return k.Name == pickupClock && k.Trigger == waybill })
}

// followPickups stops watching for parcels that nothing waits to be fetched in any more.
func (c *Case) followPickups() {
	for _, k := range append([]*schemas.Clock(nil), c.Clocks...) {
		if k.Name == pickupClock && len(c.toBeFetched(k.Trigger)) == 0 {
			c.stopPickup(k.Trigger)
		}
	}
}

func (c *Case) toBeFetched(waybill string) []*schemas.Line {
	lines, _ := sort2(c.inState(schemas.WaitShipback), func(l *schemas.Line) bool { return l.Waybill == waybill })
	return lines
}

// pickupSilent is a carrier that neither came nor said so.
func (g *goods) pickupSilent(s *step) {
	s.lines = g.toBeFetched(s.clock.Trigger)
	g.pickupMissed(s, schemas.ParcelWord{Waybill: s.clock.Trigger})
}

// pickupMissed books another pick-up and gives the customer their days again.
func (g *goods) pickupMissed(s *step, w schemas.ParcelWord) {
	if len(s.lines) == 0 {
		return
	}
	g.stopPickup(w.Waybill)
	p := g.parcel(w.Waybill)
	s.note("code", w.Code)
	s.say("The carrier did not come for parcel %s.", w.Waybill)
	missed := 0
	for _, l := range s.lines {
		l.Pickups++
		missed = max(missed, l.Pickups)
	}
	row := g.story.row(schemas.WaitShipback)
	g.startOn(s, s.lines, row.clock, row.silence.says)
	due := stamp(g.dueOf(s.lines))
	s.tell("pickup.missed", vars{"lines": linesVar(s.lines), "waybill": w.Waybill, "due": due})
	if missed >= enoughPickups {
		s.say("It is the %d. time: %s sees to it.", missed, g.Owner)
		s.staff("staff.task", g.Owner, vars{"task": "pickup_missed", "due": due})
		return
	}
	if p != nil && p.PaidBy == schemas.TurnMerchant {
		g.bookPickup(s, p, missed > 1)
	}
}

// bookPickup has a parcel fetched under a new number; the old one stands aside.
func (g *goods) bookPickup(s *step, before *parcelRecord, elsewhere bool) {
	lines := s.lines
	order := g.parcelOrder(lines, schemas.ToMerchant, schemas.TurnMerchant)
	if elsewhere {
		order.Avoid = []string{before.Carrier}
	}
	g.effect(schemas.ParcelLabel.Name, order.Key, func(ctx workflow.Context) {
		needed := func() []*schemas.Line {
			waiting, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.WaitShipback && l.Waybill == before.Waybill })
			return waiting
		}
		parcel, err := insist(ctx, g.Case, schemas.ParcelLabel, order.Key, order, g.parkingOf(lines, func() bool { return len(needed()) == 0 }))
		if g.stuckOn(err, schemas.ParcelLabel.Name, order.Key) {
			return // the old number still holds
		}
		waiting := needed()
		if len(waiting) == 0 {
			return
		}
		s := g.begin(schemas.EventLabelBooked, schemas.System, schemas.DoorSystem)
		s.lines = waiting
		before.Superseded = true
		g.addParcel(parcel, waiting)
		s.note("waybill", parcel.Waybill)
		s.say("Another pick-up is booked with %s, waybill %s.", parcel.Carrier, parcel.Waybill)
		if parcel.PickupAt != nil {
			g.awaitPickup(s, g.parcel(parcel.Waybill), *parcel.PickupAt)
		}
		g.tellWay(s, waiting, schemas.TurnMerchant, parcel.Waybill)
		g.settle(s)
	})
}

// fetchedAfterAll lets a number count again that another was booked for, when its carrier comes late.
func (c *Case) fetchedAfterAll(name string, body any) {
	word, ok := body.(schemas.ParcelWord)
	if !ok || (name != schemas.ParcelScanned.Name && name != schemas.ParcelDeliver.Name && name != schemas.GoodsReceived.Name) {
		return
	}
	p := c.parcel(word.Waybill)
	if p == nil || !p.Superseded {
		return
	}
	p.Superseded = false
	for _, l := range c.inState(schemas.WaitShipback) {
		if now := c.parcel(l.Waybill); picksContain(p.Lines, l.LineID) && (now == nil || now.ScannedAt == nil) {
			l.Waybill = word.Waybill
		}
	}
}
