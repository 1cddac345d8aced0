package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The label for the way back, which reaches the customer with the approval.

// labelPatience is how long the customer's approval waits for the label, so that one message brings both.
const labelPatience = 20 * time.Second

// tellApproved tells the customers of lines that their goods may come. Where we book the way back that is told with its label.
func (g *goods) tellApproved(s *step, lines []*schemas.Line) {
	if g.tellsWithTheLabel() {
		var soon []*schemas.Line
		soon, lines = sort2(lines, getsLabel)
		g.untold = append(g.untold, soon...)
	}
	if len(lines) > 0 {
		g.tellWay(s, lines, lines[0].Verdict.Freight, "")
	}
}

func (g *goods) tellWay(s *step, lines []*schemas.Line, freight schemas.Turn, label string) {
	s.tell(g.text("approved"), vars{"lines": linesVar(lines), "freight": string(freight), "label": label, "due": stamp(g.dueOf(lines))})
}

// getsLabel tells a line whose way back the merchant pays for and nobody has booked yet.
func getsLabel(l *schemas.Line) bool {
	return l.Verdict.Freight == schemas.TurnMerchant && l.Waybill == ""
}

// bookLabel books the way back where the merchant pays for it. Where the customer pays, the customer chooses the carrier.
func (g *goods) bookLabel(s *step) {
	ours, _ := sort2(s.lines, getsLabel)
	if len(ours) == 0 {
		return
	}
	order := g.parcelOrder(ours, schemas.ToMerchant, schemas.TurnMerchant)
	order.Key = g.keyAgain(schemas.ParcelLabel.Name, order.Key)
	asked := byUnits(ours)
	g.effect(schemas.ParcelLabel.Name, order.Key, func(ctx workflow.Context) {
		needed := func() []*schemas.Line {
			lines := ours
			if g.tellsWithTheLabel() { // a part that was split off since is in the label, too
				lines, _ = sort2(g.Lines, func(l *schemas.Line) bool { return g.coveredBy(asked, l) })
			}
			waiting, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == schemas.WaitShipback && l.Waybill == "" })
			return waiting
		}
		parcel, err := g.label(ctx, order, needed, g.parkingOf(ours, func() bool { return len(needed()) == 0 }))
		if g.stuckOn(err, schemas.ParcelLabel.Name, order.Key) {
			return // the customer can still choose a carrier
		}
		waiting := needed()
		if len(waiting) == 0 {
			return
		}
		s := g.begin(schemas.EventLabelBooked, schemas.System, schemas.DoorSystem)
		s.lines = waiting
		g.addParcel(parcel, waiting)
		if parcel.PickupAt != nil {
			g.awaitPickup(s, g.parcel(parcel.Waybill), *parcel.PickupAt)
		}
		s.note("waybill", parcel.Waybill)
		s.say("The way back is booked with %s, waybill %s.", parcel.Carrier, parcel.Waybill)
		g.tellWay(s, waiting, schemas.TurnMerchant, parcel.Waybill)
		g.settle(s)
	})
}

// label asks a carrier for a label until there is one. Where that takes longer than labelPatience, or is refused, the customer hears
// of the approval without it: they can send the goods with a carrier of their own.
func (g *goods) label(ctx workflow.Context, order schemas.ParcelOrder, needed func() []*schemas.Line, p parking[schemas.ParcelOrder]) (schemas.Parcel, error) {
	if !g.tellsWithTheLabel() {
		return insist(ctx, g.Case, schemas.ParcelLabel, order.Key, order, p)
	}
	promised := byUnits(g.untold)
	g.untold = nil
	parcel, err := inTime(ctx, g.Case, labelPatience, schemas.ParcelLabel, order.Key, order)
	if err == nil || temporal.IsCanceledError(err) {
		return parcel, err
	}
	if untold, _ := sort2(needed(), func(l *schemas.Line) bool { return g.coveredBy(promised, l) }); len(untold) > 0 {
		s := g.begin(schemas.EventLabelLate, schemas.System, schemas.DoorSystem)
		s.lines = untold
		s.say("There is no label for line(s) %s yet; the customer hears of the approval without it.", lineList(untold))
		g.tellWay(s, untold, schemas.TurnMerchant, "")
		g.settle(s)
	}
	if forGood(err) {
		return insistAfter(ctx, g.Case, schemas.ParcelLabel, order.Key, order, p, parcel, err)
	}
	return insist(ctx, g.Case, schemas.ParcelLabel, order.Key, order, p)
}

// byUnits names lines by their units, so that their parts are known again however they are split.
func byUnits(lines []*schemas.Line) []schemas.Share {
	var shares []schemas.Share
	for _, l := range lines {
		shares = append(shares, schemas.Share{LineID: l.LineID, Units: slices.Clone(l.Units)})
	}
	return shares
}

func (c *Case) coveredBy(shares []schemas.Share, l *schemas.Line) bool {
	return slices.ContainsFunc(shares, func(share schemas.Share) bool { return c.covers(share, l) })
}

// parkingOf lets the order of a parcel wait, and be given to another carrier, under another number.
func (g *goods) parkingOf(lines []*schemas.Line, moot func() bool) parking[schemas.ParcelOrder] {
	return parking[schemas.ParcelOrder]{lines: lines, moot: moot, correct: func(o *schemas.ParcelOrder, d schemas.CorrectStep) {
		o.Key = fmt.Sprintf("%s/parcel/%d", g.CaseID, g.next("parcel"))
		o.Carrier, o.Avoid = d.Carrier, nil
	}}
}

func (g *goods) addParcel(parcel schemas.Parcel, lines []*schemas.Line) {
	parcel.Lines = picksOf(lines)
	if parcel.Status == "" {
		parcel.Status = schemas.ParcelExpected
	}
	g.Parcels = append(g.Parcels, &parcel)
	for _, l := range lines {
		l.Waybill = parcel.Waybill
	}
}
