package workflows

import (
	"fmt"
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// Lines of an exchange that are settled as one amount, in both directions: what the replacement of one costs less pays for what that of
// another costs more. When one of them leaves as a return, that is undone.

// netOut notes who pays for whom among lines that are about to be settled together, of which some is paid back, to the first of them first.
func (x *exchanges) netOut(lines []*schemas.Line, back int64) {
	if !x.remembersNetting() {
		return
	}
	var paid, more int64
	for _, l := range lines {
		more += max(0, x.stillDue(l))
		if surplus := -x.stillDue(l); surplus > 0 {
			kept := surplus - min(surplus, back)
			back -= surplus - kept
			l.Replacement.Netted -= kept
			paid += kept
		}
	}
	for _, l := range lines {
		if due := x.stillDue(l); due > 0 {
			part := due * paid / more // the rest of what is dearer the customer has paid
			l.Replacement.Netted += part
			more, paid = more-due, paid-part
		}
	}
}

// giveBackNetted gives the customer back what other lines have paid for those that leave. What these have paid for others goes on with them,
// as spent (spentOf).
func (x *exchanges) giveBackNetted(s *step, leaving []*schemas.Line) {
	if !x.remembersNetting() {
		return
	}
	owed := int64(0)
	for _, l := range leaving {
		if r := l.Replacement; r.Netted > 0 {
			booked := x.giveBackBooked(s, l)
			owed += r.Netted - booked
			r.Netted = 0
		}
	}
	var payers []*schemas.Line
	for _, l := range x.Lines {
		r := l.Replacement
		if r == nil || r.Netted >= 0 || owed == 0 {
			continue
		}
		part := min(owed, x.netsStill(l))
		owed -= part
		r.Netted += part
		if part == 0 || slices.Contains(leaving, l) || l.LeavesAs == schemas.Converted && l.State != schemas.Closed && l.State != schemas.Converting {
			continue // it leaves too, and is paid for in full there
		}
		r.GivesBack = max(r.GivesBack, l.Refunded.Minor) + part
		payers = append(payers, l)
	}
	if len(payers) == 0 {
		return
	}
	s.say("What line(s) %s had paid for it goes back to the customer.", lineList(payers))
	if x.asksAboutAllMoney() && x.aboveLimit(payers) {
		left, _ := sort2(payers, hasLeft)
		x.askForLeft(s, left)
		return
	}
	// What waits for its old goods, or for a second person, is paid when it is finished.
	now, _ := sort2(payers, func(l *schemas.Line) bool {
		gone := l.State == schemas.Closed || x.undoesNetting() && l.State == schemas.Converting
		return gone || l.GoodsWith != schemas.TurnCustomer && !x.needsSecond(payers)
	})
	x.order(s, x.spread(now)...)
}

// giveBackBooked gives back with a line itself what the ledger has moved to it already, when a case that had ended is reopened, and says how
// much that is: what can be paid out of the lines that had paid it is less since.
func (x *exchanges) giveBackBooked(s *step, l *schemas.Line) int64 {
	booked := int64(0)
	for _, share := range l.Replacement.PaidBy {
		booked += share.Amount.Minor
	}
	if booked = min(booked, l.Replacement.Netted); booked <= 0 {
		return 0
	}
	l.Replacement.GivesBack = max(l.Replacement.GivesBack, l.Refunded.Minor) + x.underWay(l) + booked // what was paid on top is on its way already
	s.say("What other lines had paid for line %s goes back to the customer with it.", l.LineID)
	if one := []*schemas.Line{l}; !x.aboveLimit(one) {
		x.order(s, x.spread(one)...)
	}
	return booked
}

// takeBackNetted undoes what lines have paid for others whose whole price a bank has given back: the others are asked for it, as long as nothing
// was sent for them. What cannot be asked for any more stays spent, and people recover it.
func (x *exchanges) takeBackNetted(s *step, dropped []*schemas.Line) {
	var again []*schemas.Line
	for _, payer := range dropped {
		owed, booked := x.netsStill(payer), -payer.Replacement.Netted-x.netsStill(payer)
		for _, l := range x.Lines {
			if r := l.Replacement; owed > 0 && r != nil && r.Netted > 0 && paysBeforeItIsSent(l) && !slices.Contains(dropped, l) {
				part := min(owed, r.Netted)
				owed -= part
				r.Netted, r.Settled = r.Netted-part, r.Settled-part
				if l.State == schemas.ShipReplacement && !slices.Contains(again, l) {
					again = append(again, l)
				}
			}
		}
		if owed += booked; owed > 0 {
			spent := spentOf(x.Case, payer).Sub(x.money(-payer.Replacement.Netted - owed))
			payer.Spent, payer.Payable = &spent, payer.Payable.Sub(x.money(owed))
			s.say("%s of what the bank took of line %s had paid for another article.", x.money(owed), payer.LineID)
			x.tellFinance(s, "spent_twice")
		}
		payer.Replacement.Netted = 0
	}
	if len(again) > 0 {
		s.say("Line(s) %s are paid for before they are sent.", lineList(again))
		x.settleUp(s, again)
	}
}

// unnet undoes what lines have paid for others, and others for them, whose decision is taken back before any of it was paid. What is left of the
// one amount is settled anew: who has paid for them has it back, and whom they have paid for is asked for it.
func (x *exchanges) unnet(s *step, lines []*schemas.Line) {
	nets := func(sign int64) []*schemas.Line {
		some, _ := sort2(lines, func(l *schemas.Line) bool { return l.Replacement != nil && l.Replacement.Netted*sign > 0 })
		return some
	}
	for _, l := range nets(+1) {
		for _, payer := range nets(-1) {
			part := min(l.Replacement.Netted, -payer.Replacement.Netted)
			l.Replacement.Netted -= part
			payer.Replacement.Netted += part
		}
	}
	x.giveBackNetted(s, nets(+1))
	x.takeBackNetted(s, nets(-1))
	for _, l := range lines {
		if r := l.Replacement; r != nil {
			r.Settled, r.GivesBack = 0, 0
		}
	}
}

// settledWith says why the one amount that a line was settled in with others is not undone any more, where its decision and those of some others
// are taken back together: it was paid, or what the line has paid for was ordered to be sent. It is empty as long as it can be.
func (x *exchanges) settledWith(l *schemas.Line, revoked []*schemas.Line) string {
	others, _ := sort2(x.Lines, func(o *schemas.Line) bool { return o != l && o.Replacement != nil && o.Replacement.Netted != 0 })
	for _, o := range others {
		r := o.Replacement
		switch {
		case r.Settled > max(0, r.Netted):
			return fmt.Sprintf("was settled as one amount with that on line %s, and the customer has paid it", o.LineID)
		case o.Refunded.Minor > 0 || x.orderedFor(o) > 0:
			return fmt.Sprintf("was settled as one amount with that on line %s, and money was ordered to be paid back for it", o.LineID)
		case l.Replacement.Netted < 0 && r.Netted > 0 && !paysBeforeItIsSent(o) && !slices.Contains(revoked, o):
			return fmt.Sprintf("has paid for the replacement of line %s, which was ordered to be sent", o.LineID)
		}
	}
	return ""
}

// paysBeforeItIsSent tells a line whose customer can still be asked for money: nothing was ordered to be sent. One that is out of stock is
// settled when its article is there.
func paysBeforeItIsSent(l *schemas.Line) bool {
	r := l.Replacement
	return r.ShipmentID == "" && r.ConfirmedAt == nil && !r.Asking && l.LeavesAs != schemas.Converted && (l.State == schemas.ShipReplacement || l.State == schemas.OutOfStock)
}

// paidBy says which lines have paid what of a replacement that is settled for good, of which so much was paid on top. Asked again it says the
// same: the ledger moves what can be paid out of those lines to this one.
func (x *exchanges) paidBy(l *schemas.Line, onTop int64) []schemas.Share {
	r := l.Replacement
	if !x.booksNetting() || r.PaidBy != nil {
		return r.PaidBy
	}
	owed := min(r.Netted, onTop)
	for _, payer := range x.Lines {
		if owed <= 0 {
			break
		}
		if part := min(owed, x.netsStill(payer)); part > 0 {
			owed -= part
			r.PaidBy = append(r.PaidBy, schemas.Share{LineID: payer.LineID, Units: payer.Units, Amount: x.money(part)})
		}
	}
	return r.PaidBy
}

// netsStill is what of a line's price has paid for articles that are not settled for good yet: that can be undone.
func (x *exchanges) netsStill(payer *schemas.Line) int64 {
	if payer.Replacement == nil || payer.Replacement.Netted >= 0 {
		return 0
	}
	still := -payer.Replacement.Netted
	for _, l := range x.Lines {
		if l.Replacement != nil {
			still -= x.partOfShares(l.Replacement.PaidBy, payer)
		}
	}
	return max(0, still)
}

// spentOf is what of a line's price has paid for another article, in this case or before it.
func spentOf(c *Case, l *schemas.Line) schemas.Money {
	spent := c.money(0)
	if l.Spent != nil {
		spent = *l.Spent
	}
	if r := l.Replacement; r != nil && r.Netted < 0 {
		spent = spent.Add(c.money(-r.Netted))
	}
	return spent
}
