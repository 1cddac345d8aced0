package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// Facts that were never sent, or never arrived. Before silence costs anybody anything, whoever must know is asked once.

// unseenClock is how long a carrier may take to say whether it has seen a parcel.
const unseenClock = "trace"

// notShippedBack is the customer's silence on the way back. Where the label is ours the carrier is asked first: a scan that nobody
// reported is no silence. What it says counts by its own time, as if it had come when it happened.
func (g *goods) notShippedBack(s *step) {
	all := s.lines
	booked, rest := sort2(all, func(l *schemas.Line) bool { return g.asksAboutLostFacts() && g.mayBeSent(l) })
	if s.lines = rest; len(rest) > 0 {
		g.unsent(s)
	}
	g.askWhetherSent(s, booked)
	s.lines = all
}

// mayBeSent reports whether there is a number for a line that its carrier can be asked about. An approval that was taken back has taken no
// label back: where there is no other number, that one is the line's again.
func (g *goods) mayBeSent(l *schemas.Line) bool {
	if l.Waybill == "" && g.handsOverLabels() {
		l.Waybill = g.labelBefore(l)
	}
	return l.Waybill != "" && g.parcel(l.Waybill) != nil
}

// askWhetherSent asks the carrier whether it has seen parcels that we have booked, before their lines leave.
func (g *goods) askWhetherSent(s *step, booked []*schemas.Line) {
	g.askAbout(s, booked, g.applyUnseen, schemas.WaitShipback)
}

// askAbout asks the carrier about the last number of each of some lines in a state.
func (g *goods) askAbout(s *step, booked []*schemas.Line, apply func(*step, schemas.TraceAnswer, schemas.ParcelWord), state schemas.State) {
	for len(booked) > 0 {
		var group []*schemas.Line
		group, booked = sort2(booked, func(l *schemas.Line) bool { return l.Waybill == booked[0].Waybill })
		does, _ := g.story.onExpiry(unseenClock)
		g.startOn(s, group, unseenClock, does.says)
		s.say("The carrier is asked whether it has parcel %s.", group[0].Waybill)
		g.askCarrierIn(group[0].Waybill, apply, state)
	}
}

// applyUnseen goes on with what the carrier has after all, and ends what it has never seen.
func (g *goods) applyUnseen(s *step, a schemas.TraceAnswer, w schemas.ParcelWord) {
	p := g.parcel(w.Waybill)
	at := s.at
	if a.MovedAt != nil {
		at = *a.MovedAt
	}
	if g.handsOverLabels() && a.Known && a.Status != schemas.ParcelExpected && a.Status != "" {
		g.seenAfterAll(s, a, w)
	}
	switch {
	case !a.Known || a.Status == schemas.ParcelExpected || a.Status == "":
		s.lines = g.askedAbout(s.lines)
		earlier, last := sort2(s.lines, g.hasLabelBefore)
		g.askWhetherSent(s, earlier)
		if s.lines = last; len(last) > 0 {
			g.unsent(s)
		}
	case a.Status == schemas.ParcelDelivered:
		p.book(schemas.ParcelDeliver.Name, at)
		s.report = &schemas.Report{Source: p.Carrier, OccurredAt: at}
		g.handedOver(s, w)
		g.arrived(s, w)
	case a.Status == schemas.ParcelLost, a.Status == schemas.ParcelDamaged:
		g.handedOver(s, w)
		g.lost(s, w)
	default:
		p.book(schemas.ParcelScanned.Name, at)
		g.handedOver(s, w)
	}
}

// askedAbout lists those of lines that the carrier was asked for: others in the same parcel have their time still.
func (g *goods) askedAbout(lines []*schemas.Line) []*schemas.Line {
	if !g.endsOnlyAsked() {
		return lines
	}
	asked, _ := sort2(lines, func(l *schemas.Line) bool {
		k := g.clockByID(l.ClockID)
		return k != nil && k.Name == unseenClock
	})
	return asked
}

// applyUnasked notes where the goods of lines are that nobody has granted, or nobody any more: in a label whose approval was taken back. Only
// where no carrier has seen any does the customer's silence end them.
func (g *goods) applyUnasked(s *step, a schemas.TraceAnswer, w schemas.ParcelWord) {
	if !a.Known || a.Status == schemas.ParcelExpected || a.Status == "" {
		s.lines = g.askedAbout(s.lines)
		earlier, last := sort2(s.lines, g.hasLabelBefore)
		g.askAbout(s, earlier, g.applyUnasked, schemas.WaitInfo)
		if s.lines = last; len(last) > 0 {
			g.unanswered(s)
		}
		return
	}
	g.seenAfterAll(s, a, w)
	g.unanswered(s)
}

// seenAfterAll keeps what a carrier has seen without a word, for every line whose goods may be in the parcel.
func (g *goods) seenAfterAll(s *step, a schemas.TraceAnswer, w schemas.ParcelWord) {
	at := s.at
	if a.MovedAt != nil {
		at = *a.MovedAt
	}
	word := map[schemas.ParcelStatus]string{
		schemas.ParcelDelivered: schemas.ParcelDeliver.Name, schemas.ParcelLost: schemas.ParcelLoss.Name, schemas.ParcelDamaged: schemas.ParcelDamage.Name,
	}[a.Status]
	p := g.parcel(w.Waybill)
	p.book(or(word, schemas.ParcelScanned.Name), at)
	g.putInto(p)
	g.cameUnasked(w)
}

// sendsSince is since when the customer was to send a line, whichever numbers were given and found wrong meanwhile.
func sendsSince(l *schemas.Line) time.Time {
	since := l.Since
	for _, h := range slices.Backward(l.History) {
		if h.State != schemas.WaitShipback && h.State != schemas.ReturnInTransit {
			break
		}
		since = h.Since
	}
	return since
}

// hasLabelBefore turns to the number that a line had before, if there is one.
func (g *goods) hasLabelBefore(l *schemas.Line) bool {
	before := g.labelBefore(l)
	if before != "" {
		l.Waybill = before
	}
	return before != ""
}

// labelBefore is the number that was given for a line before its last one, of a parcel nobody has seen yet: whichever was booked first may be
// the one that the customer used.
func (g *goods) labelBefore(l *schemas.Line) (before string) {
	if !g.asksAboutEveryLabel() {
		return ""
	}
	for _, p := range g.Parcels {
		if p.Waybill == l.Waybill {
			return before
		}
		// What has come meanwhile for another line of the same label may have brought this one along: the warehouse looks.
		along := g.handsOverLabels() && p.MovedAt != nil && p.MovedAt.After(sendsSince(l))
		if p.Direction == schemas.ToMerchant && (p.Status == schemas.ParcelExpected || along) && picksContain(p.Lines, l.LineID) {
			before = p.Waybill
		}
	}
	return before
}

// lookUpOpenCharges asks the provider about charges of these lines that may have been paid without a word of it.
func (x *exchanges) lookUpOpenCharges(lines []*schemas.Line) {
	waiting, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.WaitPayment })
	for _, ch := range x.Charges {
		if ch.Open() && isForAny(ch, waiting) {
			x.chargeCall(schemas.PaymentLookup, ch)
		}
	}
}

// notSentYet is the warehouse's silence about a replacement: the supervisor is asked, and so is the warehouse. It may have been sent
// without a word.
func (x *exchanges) notSentYet(s *step) {
	lines := s.lines
	x.toSupervisor(s)
	if x.asksAboutLostFacts() {
		x.askWarehouse(lines)
	}
}

// askWarehouse gives each order again under its own number, which tells what became of it: nothing is sent twice. Lines for which the
// warehouse is still asked to keep something are ordered once it has answered.
func (x *exchanges) askWarehouse(lines []*schemas.Line) {
	if x.keepsOnce() {
		lines, _ = sort2(lines, func(l *schemas.Line) bool { return l.Replacement == nil || !l.Replacement.Asking })
	}
	r := x.Opening.Request
	ordered, never := sort2(lines, func(l *schemas.Line) bool { return l.Replacement != nil && l.Replacement.ShipmentID != "" })
	if len(never) > 0 {
		s := x.begin(schemas.EventStockAnswered, schemas.System, schemas.DoorSystem)
		s.lines = never
		s.say("The replacement of line(s) %s was never ordered.", lineList(never))
		x.move(s, never, schemas.ShipReplacement)
		x.settle(s)
	}
	for len(ordered) > 0 {
		var group []*schemas.Line
		group, ordered = sort2(ordered, func(l *schemas.Line) bool { return l.Replacement.ShipmentID == ordered[0].Replacement.ShipmentID })
		order := schemas.ShipOrder{
			ShipmentID: group[0].Replacement.ShipmentID, CaseID: x.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, CustomerID: r.CustomerID, At: x.now(),
		}
		order.Goods = x.goodsOf(group)
		x.effect(schemas.ReplacementShip.Name, order.ShipmentID, func(ctx workflow.Context) {
			got, err := do(ctx, x.Case, schemas.ReplacementShip, order.ShipmentID, order)
			s := x.begin(schemas.EventStockAnswered, schemas.System, schemas.DoorSystem)
			s.lines, _ = sort2(x.inState(schemas.ShipReplacement), func(l *schemas.Line) bool { return l.Replacement.ShipmentID == order.ShipmentID })
			if x.stuckOn(err, schemas.ReplacementShip.Name, order.ShipmentID) || len(s.lines) == 0 {
				return
			}
			switch {
			case got.Waybill != "":
				s.say("The warehouse had sent it without a word.")
				x.replacementSent(s, schemas.ShipmentWord{ShipmentID: order.ShipmentID, Waybill: got.Waybill, Carrier: got.Carrier})
			case got.Refused:
				s.note("code", string(got.Code))
				s.say("The warehouse cannot send the replacement: %s.", got.Code)
				for _, l := range s.lines {
					l.Replacement.StockKey, l.Replacement.ShipmentID = "", ""
				}
				x.move(s, s.lines, schemas.OutOfStock)
			default:
				s.say("The warehouse has the order and has not sent it yet.")
			}
			x.settle(s)
		})
	}
}
