package workflows

import (
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// A replacement that counted as lost and comes after all: to a customer who is still to choose, or for whom the choice was made.

// lostReplacement finds the parcel whose arrival is reported, where it is a replacement's that had not been refused or rejected: those come back.
func (c *Case) lostReplacement(name string, body any) *parcelRecord {
	word, parcel := body.(schemas.ParcelWord)
	arrival := name == schemas.ParcelDeliver.Name || name == schemas.GoodsReceived.Name
	if !parcel || !arrival {
		return nil
	}
	p := c.parcel(word.Waybill)
	if p == nil || p.Direction != schemas.ToCustomer || len(p.Goods) > 0 || p.Returning {
		return nil
	}
	return p
}

func countsAsLost(status schemas.ParcelStatus) bool {
	return status == schemas.ParcelLost || status == schemas.ParcelDamaged
}

// foundAfterAll lets a replacement that counted as lost reach its customer, who was to choose what is done instead: as long as no other one is
// ordered they have it, and need neither another one nor the money.
func (c *Case) foundAfterAll(s *step, name string, body any) {
	x, ok := c.as.(*exchanges)
	if !ok || !c.hearsOfFoundReplacements() {
		return
	}
	p := c.lostReplacement(name, body)
	if p == nil {
		return
	}
	found, _ := sort2(c.Lines, func(l *schemas.Line) bool {
		chooses := l.State == schemas.ReplacementLost || l.State == schemas.OutOfStock || l.State == schemas.ShipReplacement
		return chooses && picksContain(p.Lines, l.LineID) && l.LeavesAs == schemas.OutcomeNone && l.Replacement != nil && l.Replacement.Attempts > 0 && l.Replacement.ShipmentID == ""
	})
	if len(found) == 0 {
		return
	}
	s.say("The replacement in parcel %s has been found.", p.Waybill)
	x.forgetStock(found)
	for _, l := range found {
		l.Replacement.Waybill, l.Replacement.Undelivered = p.Waybill, false
		l.Replacement.Attempts--
	}
	x.move(s, found, schemas.ReplacementInTransit)
}

// foundTooLate lists the lines whose replacement has come after all and that go on, or have gone on, as a return: what is done about it is that
// one's to say, the money is its. It reports too whether others were to be had with it, which stay here.
func (c *Case) foundTooLate(name string, body any) (gone []*schemas.Line, others bool) {
	p := c.lostReplacement(name, body)
	if p == nil || !c.tellsOfFoundReplacements() || !countsAsLost(p.Status) {
		return nil, false
	}
	inIt, _ := sort2(c.Lines, func(l *schemas.Line) bool { return picksContain(p.Lines, l.LineID) })
	gone, rest := sort2(inIt, func(l *schemas.Line) bool { return l.LeavesAs == schemas.Converted })
	if len(rest) > 0 && !c.tellsEveryReturn() {
		return nil, true
	}
	return gone, len(rest) > 0
}

// tellReturns tells every return that lines of a parcel have become, whichever case each has gone on in.
func (c *Case) tellReturns(s *step, report schemas.Report, gone []*schemas.Line) {
	if !c.tellsEveryReturn() {
		c.forward(s, report, gone)
		return
	}
	for i, l := range gone {
		same := slices.ContainsFunc(gone[:i], func(before *schemas.Line) bool { return l.Holder != "" && before.Holder == l.Holder })
		if !same {
			c.forward(s, report, []*schemas.Line{l})
		}
	}
}

// arrivedBefore tells a second word on the arrival of a parcel: whoever had to look at it has been told.
func (c *Case) arrivedBefore(name string, body any) bool {
	word, parcel := body.(schemas.ParcelWord)
	if !parcel || name != schemas.ParcelDeliver.Name && name != schemas.GoodsReceived.Name {
		return false
	}
	p := c.parcel(word.Waybill)
	return c.tellsEveryReturn() && p != nil && p.Status == schemas.ParcelDelivered
}

// mayBeFound reports whether a parcel is one in which the replacement of a line that goes on as a return counts as lost.
func (c *Case) mayBeFound(p schemas.Parcel, lines []*schemas.Line) bool {
	return p.Direction == schemas.ToCustomer && countsAsLost(p.Status) && c.tellsOfFoundReplacements() && slices.ContainsFunc(lines, func(l *schemas.Line) bool { return picksContain(p.Lines, l.LineID) })
}

// foundAfterTheChange is the arrival of a replacement whose line has become a return meanwhile, which is this case. Its customer has the
// article now, and is to have the money as well: what of it is not ordered yet is kept back until a person has looked, and the owner is told.
func (c *Case) foundAfterTheChange(s *step, name string, body any) bool {
	p := c.lostReplacement(name, body)
	h := c.handover()
	if p == nil || !c.tellsOfFoundReplacements() || !countsAsLost(p.Status) || !h.Has(p.Waybill) || c.reopened() || c.ClosedAt != nil {
		return false
	}
	s.lines, _ = sort2(c.Lines, func(l *schemas.Line) bool { return picksContain(p.Lines, l.LineID) })
	s.say("The replacement in parcel %s, which had counted as lost, has come: the customer has it, and is to have the money for line(s) %s.", p.Waybill, lineList(s.lines))
	s.staff("staff.task", c.Owner, vars{"task": "late_fact", "due": ""})
	open := slices.ContainsFunc(s.lines, func(l *schemas.Line) bool {
		return l.State != schemas.Closed && l.State != schemas.Refunded && l.State != schemas.RefundProcessing
	})
	if open && c.placed(schemas.RefundHold) == nil {
		s.note("hold", schemas.RefundHold)
		placed := schemas.Hold{Kind: schemas.RefundHold, Reason: reasonFound, By: schemas.System, At: s.at}
		c.Holds = append(c.Holds, placed)
		c.timeHold(s, placed)
		c.keepBackAll(s)
	}
	return true
}

// reasonFound is why a refund is kept back whose customer has a replacement after all.
const reasonFound = "replacement_found"
