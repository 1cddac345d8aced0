package workflows_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// checkEnd holds the books of a walk that has ended against each other: nobody is left unpaid, unsent or unanswered.
func checkEnd(w *walk) []string {
	var list []string
	say := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	b := w.books
	for id, r := range ordered(b.Refunds) {
		if r.Known && r.Status == schemas.RefundAccepted {
			say("In the end nobody is left unpaid. The provider still has %s.", id)
		}
	}
	for id, ch := range ordered(b.Charges) {
		switch ch.Status {
		case schemas.ChargeHeld:
			say("In the end no deposit is held. %s still is.", id)
		case schemas.ChargeRequested, schemas.ChargeAccepted, schemas.ChargeUnknown:
			say("In the end nobody can pay for what they do not get. %s may still be paid.", id)
		case schemas.ChargeSucceeded:
			if b.paidOut(id) < ch.Charge.Amount.Minor && !sentFor(b, ch.Charge.Lines) {
				say("In the end nobody has paid for nothing. The customer paid %s, and nothing was sent for it.", id)
			}
		}
	}
	for key, h := range ordered(b.Holds) {
		if h.Status == "held" || h.Status == "waiting" {
			say("In the end nothing is kept for nobody. %s still is (%s).", key, h.Status)
		}
	}
	for _, f := range w.cameAfterAll() {
		if !w.toldOf(f) {
			say("In the end nobody is left with both. The replacement of line %s in %s had counted as lost and has come, and nobody was told.", f.line, f.waybill)
		}
	}
	var cases []schemas.View
	for _, s := range w.stories {
		cases = append(cases, s.Now)
	}
	for _, differs := range differences(b, cases) {
		say("In the end both sides have the same in their books. %s", differs)
	}
	for _, fault := range []string{recovered(b, w.stories), settledExactly(w)} {
		if fault != "" {
			say("%s", fault)
		}
	}
	for _, s := range w.stories {
		for _, l := range s.lasting() {
			if fault := endOf(b, l); fault != "" {
				say("%s", fault)
			}
		}
		if told(b, "case.closed")+told(b, "case.invalid")+told(b, "case.merged") == 0 && !couldNotSay(s.All, schemas.EventClosed) && !couldNotSay(s.All, schemas.EventMerged) {
			say("In the end everybody is answered. Nobody told the customer that %s has ended.", s.Now.CaseID)
		}
	}
	return list
}

// couldNotSay reports whether no channel took a message, so that the owner is to say it in another way.
func couldNotSay(events []schemas.Event, what string) bool {
	for _, e := range events {
		if e.Name == schemas.EventNoticeFailed && strings.Contains(e.Message, what) {
			return true
		}
	}
	return false
}

func told(b *books, template string) int {
	n := 0
	for _, t := range b.Told {
		if t.Template == template {
			n++
		}
	}
	return n
}

func sentFor(b *books, lines []string) bool {
	for _, s := range b.shipments() {
		for _, g := range s.Order.Goods {
			if contains(lines, g.LineID) && s.Sent {
				return true
			}
		}
	}
	return false
}

// goneWith finds the parcel in which the goods of a line have left the customer, and after which neither they nor a replacement came to
// the customer. What happened to a parcel after the end of its line is no breach: the owner has a task for it.
func goneWith(b *books, l schemas.Line) *parcelBook {
	var gone *parcelBook
	left := false
	for _, p := range b.asTheyCame() {
		if !carries(p, l.LineID) {
			continue
		}
		late := p.Parcel.MovedAt != nil && p.Parcel.MovedAt.After(l.Since)
		switch p.Parcel.Status {
		case schemas.ParcelDelivered, schemas.ParcelLost, schemas.ParcelDamaged:
		default:
			late = true
		}
		lost := p.Parcel.Status == schemas.ParcelLost || p.Parcel.Status == schemas.ParcelDamaged
		switch {
		case p.Replaces && lost && !late:
			if left {
				gone = p // the old goods had come, and what was to be had for them did not
			}
		case p.Replaces, p.Parcel.Direction == schemas.ToCustomer && !lost && !late:
			// A customer who was to send a replacement back has said that it came: whoever has none does not reject it.
			gone = nil
		case !late:
			gone, left = p, true
		}
	}
	return gone
}

// cameAfterTheEnd reports whether the goods of a line came, or left its customer, after it had ended, or were heard of after that.
func cameAfterTheEnd(b *books, l schemas.Line) bool {
	return slices.ContainsFunc(b.parcels(), func(p *parcelBook) bool {
		back := !p.Replaces && p.Parcel.Direction == schemas.ToMerchant && carries(p, l.LineID)
		return back && p.Parcel.MovedAt != nil && (p.Parcel.MovedAt.After(l.Since) || p.HeardAt.After(l.Since))
	})
}

// tasks counts what people were given to do of one kind.
func tasks(b *books, kind string) int {
	n := 0
	for _, g := range b.Given {
		if g.Task == kind && g.known() {
			n++
		}
	}
	return n
}

// endOf wants of a line that has ended what its outcome says: the money, the replacement, or the goods.
func endOf(b *books, l schemas.Line) string {
	switch l.Outcome {
	case schemas.Completed, schemas.CompletedPartial:
		if l.LeavesAs == l.Outcome {
			return "" // it ended as it had ended before people looked at it again: what is left of its price was goodwill
		}
		if l.Replacement != nil {
			if !sentFor(b, []string{l.LineID}) {
				return fmt.Sprintf("In the end nobody is left unsent. Line %s ended as %s, and no replacement was sent.", l.LineID, l.Outcome)
			}
			return ""
		}
		if l.GoodsWith != schemas.TurnCustomer && l.Owed().Minor > 0 {
			return fmt.Sprintf("In the end nobody is left unpaid. Line %s ended as %s, and %s is owed.", l.LineID, l.Outcome, l.Owed())
		}
	case schemas.Withdrawn, schemas.Expired, schemas.RejectedFinal:
		if l.Finding == schemas.FindingEmpty || l.Finding == schemas.FindingMissing {
			return "" // there was nothing in the parcel; another one that comes is a task of the owner's
		}
		if l.GoodsWith == schemas.TurnWarehouse && cameAfterTheEnd(b, l) {
			if tasks(b, "late_fact") == 0 {
				return fmt.Sprintf("In the end nobody is left without both. The goods of line %s came after it had ended as %s, and nobody was told.", l.LineID, l.Outcome)
			}
			return ""
		}
		if l.GoodsWith == schemas.TurnWarehouse && l.Price().Minor == 0 && tasks(b, "late_fact") > 0 {
			return "" // it had cost nothing, so that nothing is owed for it, and the owner knows that it is here
		}
		if l.GoodsWith == schemas.TurnWarehouse {
			return fmt.Sprintf("In the end nobody is left without both. Line %s ended as %s, and the shop has the goods.", l.LineID, l.Outcome)
		}
		ours := l.Verdict.Freight == schemas.TurnMerchant || l.Outcome == schemas.Expired
		if p := goneWith(b, l); p != nil && ours && l.Outcome != schemas.RejectedFinal && l.Payable.Minor > 0 && b.paidFor(l.LineID) == 0 && b.Elsewhere[l.LineID] == 0 && b.bankHasOf(l.LineID, true) == 0 {
			return fmt.Sprintf("In the end nobody is left without both. Line %s ended as %s, and its goods left in parcel %s, which is %s.", l.LineID, l.Outcome, p.Parcel.Waybill, p.Parcel.Status)
		}
	}
	return ""
}
