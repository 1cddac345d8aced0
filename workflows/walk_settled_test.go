package workflows_test

import (
	"fmt"
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// What a walk has come to in money: whoever has other articles than were bought has paid what they cost more, or has been paid what they cost
// less, and nothing else. It does not matter which line's money was used for which.

// settledExactly holds what went over the customer's accounts against what the customer has now. Whatever is decided by somebody outside, was
// found too late, or waits for people as a task of theirs, is held against other laws.
func settledExactly(w *walk) string {
	if w.muddled() {
		return ""
	}
	b, paid, costs := w.books, int64(0), int64(0)
	for _, ch := range b.charges() {
		if ch.holds() {
			paid += ch.Charge.Amount.Minor
		}
	}
	for _, r := range b.refunds() {
		if r.paid() {
			paid -= r.Refund.Amount.Minor
		}
	}
	said := ""
	for _, l := range w.ends() {
		worth := w.worthOf(l)
		costs += worth
		said += fmt.Sprintf(" Line %s %v ended as %s, which is worth %d.", l.LineID, l.Units, l.Outcome, worth)
	}
	if paid != costs {
		return fmt.Sprintf("In the end everybody has paid for what they have. The customer has paid %d beside the order, and has what costs %d more than was ordered.%s", paid, costs, said)
	}
	return ""
}

// ends are the lines where they ended, and not where they went on as another kind or were looked at again.
func (w *walk) ends() []schemas.Line {
	var list []schemas.Line
	for _, s := range w.stories {
		list = append(list, s.lasting()...)
	}
	return list
}

func (s *sight) lasting() []schemas.Line {
	var list []schemas.Line
	for _, l := range s.Now.Lines {
		again := s.Reopened && l.Outcome != schemas.Merged && l.Outcome != schemas.Invalid && l.Outcome != schemas.SettledExternally
		if l.Outcome != schemas.Converted && !again {
			list = append(list, l)
		}
	}
	return list
}

// worthOf is what the customer has after the end of a line, less what it cost when it was bought.
func (w *walk) worthOf(l schemas.Line) int64 {
	switch l.Outcome {
	case schemas.Completed, schemas.CompletedPartial:
	case schemas.RejectedFinal:
		return w.keptInstead(l) - w.paidBefore(l) // the rest was refused
	default:
		return w.keptInstead(l)
	}
	if l.LeavesAs == l.Outcome && (l.Replacement == nil || l.Replacement.ConfirmedAt == nil) {
		return -l.Refunded.Minor // it ended as it had ended before people looked at it again
	}
	if r := l.Replacement; r != nil && r.Same {
		return l.Deduction.Minor
	} else if r != nil {
		return r.UnitPrice.Minor*int64(l.Quantity) - l.Price().Minor + l.Deduction.Minor
	}
	return l.Deduction.Minor - l.Price().Minor
}

// paidBefore is what had been paid for a line when it ended before people looked at it again.
func (w *walk) paidBefore(l schemas.Line) int64 {
	for _, s := range w.stories {
		for _, was := range s.Now.Lines {
			ended := was.Outcome == schemas.Completed || was.Outcome == schemas.CompletedPartial
			if s.Reopened && ended && was.LineID == l.LineID && len(l.Units) > 0 && slices.Contains(was.Units, l.Units[0]) {
				return l.Refunded.Minor
			}
		}
	}
	return 0
}

// keptInstead is the same for a line that ended without anything being settled: nothing, unless its customer has kept a replacement that was
// rejected, for which the old goods had gone back. One that comes back after the end is a task of the owner's, and counts as it was then.
func (w *walk) keptInstead(l schemas.Line) int64 {
	if l.BackSKU == "" || l.GoodsWith != schemas.TurnCustomer && !cameAfterTheEnd(w.books, l) {
		return 0
	}
	for _, s := range w.stories {
		for _, was := range s.Now.Lines {
			if r := was.Replacement; was.LineID == l.LineID && r != nil && r.SKU == l.BackSKU && !r.Same {
				return (r.UnitPrice.Minor - l.UnitPrice.Minor) * int64(l.Quantity)
			}
		}
	}
	return 0
}

// muddled reports whether somebody else had a hand in the money of a walk, people have something left to do about it, or a part of it goes on in a
// case that is not walked.
func (w *walk) muddled() bool {
	b := w.books
	if w.parted || len(b.Bank) > 0 || len(b.Elsewhere) > 0 || len(w.cameAfterAll()) > 0 {
		return true
	}
	for _, ch := range b.Charges {
		if ch.Status == schemas.ChargeCaptured {
			return true
		}
	}
	for _, r := range b.Refunds {
		if r.Status == schemas.RefundReversed {
			return true
		}
	}
	for _, l := range w.ends() {
		if l.Short != nil || l.Outcome == schemas.SettledExternally {
			return true
		}
	}
	return false
}
