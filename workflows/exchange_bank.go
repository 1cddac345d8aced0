package workflows

import (
	"slices"

	"github.com/aftercare/aftercare/schemas"
)

// A replacement that is not paid for any more, because a bank took back a part of its price and keeps it. While the bank decides nothing leaves
// (SHIPMENT_HOLD); afterwards a person says whether it leaves all the same.

// reasonBankTook is why a replacement is kept back a part of whose price a bank has kept.
const reasonBankTook = "bank_took_part"

// unpaidFor is what banks have kept of what pays for the replacement of a line, beyond what its customer was to have back anyway.
func (x *exchanges) unpaidFor(l *schemas.Line) int64 {
	r := l.Replacement
	if r == nil {
		return 0
	}
	var sum int64
	if l.BankTook != nil {
		sum = max(0, l.BankTook.Minor+l.Refunded.Minor-r.GivesBack)
	}
	for _, d := range x.Disputes {
		if ch := x.chargeNamed(d.PaymentID); d.Pays && ch != nil && ch.Kind == schemas.ChargeDifference && isFor(ch, l) {
			sum += d.Taken.Minor
		}
	}
	return sum
}

// keptForBank keeps lines back whose replacement is not paid for any more, until a person has looked, and gives the others.
func (x *exchanges) keptForBank(s *step, lines []*schemas.Line) []*schemas.Line {
	if !x.asksAboutWhatBanksKeep() {
		return lines
	}
	unpaid, rest := sort2(lines, func(l *schemas.Line) bool { return x.unpaidFor(l) > l.Replacement.BankSeen })
	if len(unpaid) == 0 {
		return lines
	}
	sum := x.money(0)
	for _, l := range unpaid {
		l.Replacement.BankSeen = x.unpaidFor(l)
		sum.Minor += l.Replacement.BankSeen
	}
	s.note("hold", schemas.ShipmentHold)
	s.say("A bank keeps %s of what pays for the replacement of line(s) %s; a person says whether it leaves.", sum, lineList(unpaid))
	hold := schemas.Hold{Kind: schemas.ShipmentHold, Reason: reasonBankTook, By: schemas.System, At: s.at}
	if x.keepsOnlyWhatBanksTook() {
		hold.Lines = unitsOf(unpaid)
	} else {
		unpaid, rest = lines, nil
	}
	x.Holds = append(x.Holds, hold)
	if k := x.timeHold(s, hold); k != nil {
		s.staff("staff.task", x.Owner, vars{"task": reasonBankTook, "due": stamp(k.Due)})
	}
	x.keepApart(s, unpaid)
	return rest
}

// keepApart keeps lines back while others that stand where they do go on: the clock of those runs on.
func (x *exchanges) keepApart(s *step, lines []*schemas.Line) {
	shared := slices.ContainsFunc(x.inState(lines[0].State), func(l *schemas.Line) bool {
		return l.ClockID == lines[0].ClockID && !slices.Contains(lines, l)
	})
	if r := x.story.row(lines[0].State); shared && x.keepsOnlyWhatBanksTook() {
		x.startOn(s, lines, r.clock, r.silence.says)
	}
	x.keepBack(s, lines)
}

// bankKeeps goes on with what a bank has decided to keep, or to give back, of what pays for replacements: what has been ordered to be sent is
// finance's to recover, and what is paid for again leaves.
func (x *exchanges) bankKeeps(s *step, d *schemas.Dispute) {
	if !x.asksAboutWhatBanksKeep() {
		return
	}
	sent := func(l *schemas.Line) bool {
		return l.Replacement != nil && (l.Replacement.ShipmentID != "" || l.Replacement.ConfirmedAt != nil) && x.unpaidFor(l) > l.Replacement.BankSeen
	}
	if d.Pays && slices.ContainsFunc(x.Lines, sent) {
		gone, _ := sort2(x.Lines, sent)
		for _, l := range gone {
			l.Replacement.BankSeen = x.unpaidFor(l)
		}
		x.tellFinance(s, reasonBankTook)
	}
	x.liftHolds(s, func(h schemas.Hold) bool {
		return h.Reason == reasonBankTook && h.By == schemas.System && !slices.ContainsFunc(x.Lines, func(l *schemas.Line) bool { return keeps(h, l) && x.unpaidFor(l) > 0 })
	})
}
