package workflows

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// How a case begins that goes on where another has left off: with lines that have become another kind, or with a case that is reopened.

// handover is what this case was handed by the one it continues; empty where it continues none, or begins anew.
func (c *Case) handover() schemas.Handover {
	if p := c.Opening.Predecessor; p != nil && p.Handover != nil {
		return *p.Handover
	}
	return schemas.Handover{}
}

// takesOver reports whether the case begins where another has left off.
func (c *Case) takesOver() bool { return len(c.handover().Lines) > 0 }

// reopened reports whether the case looks again at what had ended.
func (c *Case) reopened() bool {
	return c.Opening.Predecessor != nil && c.Opening.Predecessor.Why == schemas.WhyReopen
}

// begun takes a request in, or goes on where another case has left off.
func (r *returns) begun(s *step) {
	if !r.takesOver() {
		r.takenIn(s)
		return
	}
	r.takeOver(s)
	r.resume(s, s.lines)
}

// begun has the replacements kept, and then takes a request in or goes on where another case has left off.
func (x *exchanges) begun(s *step) {
	if x.takesOver() {
		x.takeOver(s)
	}
	x.keepFirst(s)
}

// takeOver takes over people, parcels, words and money, and how far each line has come.
func (g *goods) takeOver(s *step) {
	h := g.handover()
	from := g.Opening.Predecessor.CaseID
	g.Priority, g.Level = cmp.Or(h.Priority, g.Priority), max(g.Level, h.Level)
	if h.Owner != "" {
		g.Owner, g.Owners = h.Owner, []string{h.Owner}
	}
	for _, id := range h.Evidence {
		if !contains(g.Evidence, id) {
			g.Evidence = append(g.Evidence, id)
		}
	}
	g.inheritWords(h.Messages)
	for i := range h.Parcels {
		p := h.Parcels[i]
		g.Parcels = append(g.Parcels, &p)
	}
	g.inheritMoney(h)
	free := slices.Clone(h.Lines)
	for _, l := range s.lines {
		for i, handed := range free {
			if handed.LineID == l.LineID {
				g.inheritLine(l, handed)
				free = slices.Delete(free, i, i+1)
				break
			}
		}
	}
	if g.reopened() && h.Level >= 3 {
		g.Owner = g.anotherThan(h.Lines)
		g.Owners = append(g.Owners, g.Owner)
	}
	s.note("predecessor_id", from)
	s.say("Goes on from case %s with %d line(s), with %s.", from, len(s.lines), g.Owner)
	g.inheritClocks(s, h)
}

// anotherThan finds somebody on level 3 who did not decide on any of the lines, or else on the next level.
func (g *goods) anotherThan(lines []schemas.HandedLine) string {
	decided := func(id string) bool {
		return slices.ContainsFunc(lines, func(l schemas.HandedLine) bool { return l.DecidedBy != nil && l.DecidedBy.ID == id })
	}
	person := g.personAt(3)
	switch {
	case !decided(person.ID):
		return person.ID
	case person.Deputy != "" && !decided(person.Deputy):
		return person.Deputy
	}
	return g.personAt(4).ID
}

// inheritWords puts what was said before in front of what came with this case. Lines that go on as another kind come with the words of
// the request they came from; those are among the others.
func (g *goods) inheritWords(before []schemas.Posted) {
	if len(before) == 0 {
		return
	}
	words := slices.Clone(before)
	for _, m := range g.Messages {
		if g.reopened() {
			words = append(words, m)
		}
	}
	g.Messages = words
}

// inheritMoney takes over what was paid: what this case can still order of a payment is reckoned with it.
func (g *goods) inheritMoney(h schemas.Handover) {
	for i := range h.Refunds {
		f := h.Refunds[i]
		g.Refunds = append(g.Refunds, &f)
		for n := range g.Payments {
			if g.Payments[n].PaymentID == f.PaymentID {
				g.Payments[n].Refundable = g.Payments[n].Refundable.Add(f.Amount)
			}
		}
	}
	for i := range h.Charges {
		ch := h.Charges[i]
		g.Charges = append(g.Charges, &ch)
	}
}

// inheritLine brings a line to where its part of the case before has come. What was granted there is granted; what was settled there owes
// nothing more, unless a person says so.
func (g *goods) inheritLine(l *schemas.Line, handed schemas.HandedLine) {
	l.GoodsWith, l.Waybill, l.Disposition, l.Finding, l.Approver = handed.GoodsWith, handed.Waybill, handed.Disposition, handed.Finding, handed.Approver
	l.BackSKU = handed.BackSKU
	if last := g.lastLabel(l); last != "" && l.GoodsWith == schemas.TurnCustomer && g.beginsWithTheLastLabel() {
		l.Waybill = last
	}
	l.Undecided, l.Offer = handed.Undecided, handed.Offer
	if handed.Deduction.Minor > 0 {
		l.Deduction = handed.Deduction
	}
	if spent := handed.Spent; spent.Minor > 0 {
		l.Spent, l.Payable = &spent, l.Payable.Sub(l.Payable.Min(spent))
	}
	if handed.Refunded.Minor > 0 {
		l.Refunded = handed.Refunded
	}
	if r := handed.Replacement; r != nil && l.Replacement != nil {
		l.Replacement.Settled, l.Replacement.GivesBack, l.Replacement.Attempts = r.Settled, r.GivesBack, r.Attempts
		if g.booksNetting() {
			l.Replacement.Netted, l.Replacement.PaidBy = r.Netted, r.PaidBy
		}
	}
	switch {
	case handed.Settled():
		l.LeavesAs = handed.Outcome
		l.Verdict.Owed, l.Verdict.Auto, l.Verdict.Proposal, l.Verdict.Reason = false, false, schemas.ProposeReview, "reopened"
	case !handed.Undecided:
		l.Verdict.Owed, l.Verdict.Proposal, l.Verdict.Rule = true, schemas.ProposeApprove, or(handed.Rule, l.Verdict.Rule)
		l.Verdict.Freight = handed.Freight
	}
}

// asItHadEnded is how a line ends of a case that was reopened: one that had been settled before ends so again, should nothing more come of it. Money
// that was paid for it is not forgotten, and its units are not free.
func (c *Case) asItHadEnded(l *schemas.Line, outcome schemas.Outcome) schemas.Outcome {
	p := c.Opening.Predecessor
	if !c.endsAsBefore() || p == nil || p.Why != schemas.WhyReopen {
		return outcome
	}
	switch outcome {
	case schemas.Expired, schemas.Withdrawn, schemas.Unresolvable:
	default:
		return outcome // somebody has refused the rest, or decided otherwise
	}
	for _, handed := range c.handover().Lines {
		if handed.LineID == l.LineID && handed.Settled() && within(l.Units, handed.Units) {
			l.LeavesAs = handed.Outcome
			return handed.Outcome
		}
	}
	return outcome
}

// lastLabel is the number that was given last for goods that are still at the customer, of a parcel nobody has seen yet. The case before may
// have gone through the earlier ones when it asked the carrier.
func (c *Case) lastLabel(l *schemas.Line) (last string) {
	for _, p := range c.Parcels {
		if p.Direction == schemas.ToMerchant && p.Status == schemas.ParcelExpected && picksContain(p.Lines, l.LineID) {
			last = p.Waybill
		}
	}
	return last
}

// inheritClocks stops what nobody owes any more, and lets the duties of the law go on from when they began.
func (g *goods) inheritClocks(s *step, h schemas.Handover) {
	if g.reopened() {
		return // a new wish, which is owed its own answers
	}
	granted := false
	for _, l := range h.Lines {
		granted = granted || !l.Undecided
	}
	if granted || h.Decided {
		g.answered(true)
	} else if h.Replied {
		g.answered(false)
	}
	if !g.keepsDuties() {
		return
	}
	first := g.Opening.Predecessor.FirstReceivedAt
	for _, k := range slices.Clone(g.Clocks) {
		switch {
		case !strings.HasPrefix(k.Name, lawPrefix) || k.Trigger != schemas.EventOpened:
		case contains(h.Done, k.Name):
			g.stopClock(k.Name)
		case !first.IsZero():
			g.reckon(k, first)
		}
	}
}

// places are where lines stand that were handed over: those nobody has decided on, and the others by where their goods are.
type places struct {
	undecided, travelling, unseen, failed, ready []*schemas.Line
}

func (g *goods) sorted(lines []*schemas.Line) places {
	var st places
	for _, l := range lines {
		switch {
		case l.Undecided:
			st.undecided = append(st.undecided, l)
		case l.Finding != "" && l.Offer != nil:
			st.failed = append(st.failed, l)
		case l.GoodsWith == schemas.TurnCarrier && l.Waybill != "":
			st.travelling = append(st.travelling, l)
		case l.GoodsWith == schemas.TurnWarehouse && l.Disposition == "":
			st.unseen = append(st.unseen, l)
		default:
			st.ready = append(st.ready, l)
		}
	}
	return st
}

// resume sends lines on that were handed over: to a decision, or to where their goods are.
func (r *returns) resume(s *step, lines []*schemas.Line) {
	st := r.resumed(s, lines)
	r.startRefundDuty(s, append(st.unseen, st.ready...))
	if len(st.ready) > 0 {
		r.goOn(s, st.ready)
	}
}

// resume sends lines on whose replacement the warehouse has been asked for.
func (x *exchanges) resume(s *step, lines []*schemas.Line) {
	if !x.takesOver() {
		s.lines = lines
		x.takenIn(s)
		return
	}
	st := x.resumed(s, lines)
	for _, l := range append(st.unseen, st.ready...) {
		if p := x.parcel(l.Waybill); p != nil && l.GoodsWith == schemas.TurnWarehouse && p.DeliveredAt != nil {
			x.startLaw(s, schemas.ParcelDeliver.Name, *p.DeliveredAt)
		}
	}
	if len(st.ready) > 0 {
		x.goOn(s, st.ready)
	}
}

// resumed moves the lines that wait for somebody, and gives back how all of them stand.
func (g *goods) resumed(s *step, lines []*schemas.Line) places {
	st := g.sorted(lines)
	if len(st.undecided) > 0 {
		all := s.lines
		s.lines = st.undecided
		g.takenIn(s)
		s.lines = all
	}
	g.move(s, st.travelling, schemas.ReturnInTransit)
	g.move(s, st.unseen, schemas.Received)
	g.move(s, st.failed, schemas.InspectionFailed)
	return st
}

// ours reports whether what has a number counts in this case, and not in the one that it reopens. A case that goes on from the rows of one
// that was ended from outside counts everything: nobody else does.
func (c *Case) ours(number string) bool {
	return !c.reopened() || strings.HasPrefix(number, c.CaseID+"/")
}

// handOver is what lines of this case go on with, as another kind and in another case: what was decided, and how far the goods have come.
func (g *goods) handOver(kind schemas.Kind, lines []*schemas.Line, sku string) schemas.Opening {
	r := g.Opening.Request
	r.Kind, r.Lines, r.RefundOnly = kind, nil, r.RefundOnly && kind == schemas.KindReturn
	if r.SettleWith != "" && kind == schemas.KindReturn {
		r.SettleWith = schemas.SettleOriginal
	}
	over := &schemas.Handover{
		Owner: g.Owner, Priority: g.Priority, Level: g.Level, Evidence: g.Evidence, Messages: g.Messages, Reopened: g.reopenings(),
		Replied: g.clock("first_reply") == nil, Decided: g.clock("definite_reply") == nil, Done: g.dutiesDone(),
	}
	at := map[string]int{}
	for _, l := range lines {
		i, known := at[l.LineID]
		if !known {
			i = len(r.Lines)
			at[l.LineID] = i
			r.Lines = append(r.Lines, schemas.RequestLine{LineID: l.LineID, ReplacementSKU: sku})
		}
		r.Lines[i].Quantity += l.Quantity
		handed := schemas.HandedLine{
			LineID: l.LineID, Quantity: l.Quantity, Units: l.Units, GoodsWith: l.GoodsWith, Waybill: l.Waybill, BackSKU: l.BackSKU, Disposition: l.Disposition,
			Finding: l.Finding, Freight: l.Verdict.Freight, Inspected: l.Disposition != "", Rule: l.Verdict.Rule, Approver: l.Approver,
			Undecided: l.Undecided,
		}
		handed.Spent = spentOf(g.Case, l)
		handed.PaidBefore = g.paidBefore(l, handed.Spent.Minor)
		if l.BackSKU != "" && kind == schemas.KindReturn && g.remembersWhatIsKept() {
			handed.Replacement = g.rejectedOf(l)
		}
		if kind == schemas.KindExchange {
			handed.Deduction, handed.Offer = l.Deduction, l.Offer
		}
		over.Lines = append(over.Lines, handed)
		if p := g.parcel(l.Waybill); p != nil && !over.Has(l.Waybill) {
			over.Parcels = append(over.Parcels, schemas.Parcel(*p))
		}
	}
	if g.handsOverLabels() {
		for _, p := range g.Parcels {
			over.TakeParcel(*p)
		}
	}
	for _, p := range g.Parcels {
		if g.mayBeFound(*p, lines) {
			over.Parcels = append(over.Parcels, *p) // it hears of it should it come after all
		}
		if p.Returning {
			over.Parcels = append(over.Parcels, *p) // the successor hears of it when it is back, and puts it away
			p.Returning, p.Goods = false, nil
		}
	}
	return schemas.Opening{
		Request: r, Policy: g.Opening.Policy, Door: schemas.DoorWorkflow,
		Predecessor: g.passOn(lines, &schemas.Predecessor{CaseID: g.CaseID, Why: schemas.WhyConvert, FirstReceivedAt: g.firstReceived(), Handover: over}),
	}
}

// paidBefore is what of a line's price was paid back although it goes on, in this case or before it: a difference, which its units have had. What went
// back because it had paid for another article counts as far as it is not spent.
func (c *Case) paidBefore(l *schemas.Line, spent int64) *schemas.Money {
	if !c.handsOverDifferences() {
		return nil
	}
	var paid, back int64
	for _, f := range c.Refunds {
		own := slices.ContainsFunc(c.Payments, func(p schemas.Payment) bool { return p.PaymentID == f.PaymentID })
		if !own || f.Status == schemas.RefundCancelled {
			continue
		}
		for _, share := range f.Shares {
			part := c.partOfShares([]schemas.Share{share}, l)
			if share.Netted {
				back += part
			} else {
				paid += part
			}
		}
	}
	sum := c.money(paid + max(0, back-spent))
	if l.PaidBefore != nil {
		sum = sum.Add(*l.PaidBefore)
	}
	if sum.Minor <= 0 {
		return nil
	}
	return &sum
}

// reopenings counts how often the wish was reopened, in this case and those before it.
func (g *goods) reopenings() int { return g.handover().Reopened }

// dutiesDone names the duties of the law that count from the request and have ended in this case, or had in one before.
func (g *goods) dutiesDone() []string {
	var done []string
	for _, name := range workflow.DeterministicKeys(g.Plan.Clocks) {
		if strings.HasPrefix(name, lawPrefix) && g.Plan.Clocks[name].Trigger == schemas.EventOpened && g.clock(name) == nil {
			done = append(done, name)
		}
	}
	return done
}

// nextCase is the id of the next case that lines of this one go on in.
func (c *Case) nextCase() string {
	if c.Successor != "" {
		return schemas.SuccessorID(c.Successor)
	}
	return schemas.SuccessorID(c.CaseID)
}

// firstReceived is when the wish was received, in whichever case that was.
func (c *Case) firstReceived() time.Time {
	if p := c.Opening.Predecessor; p != nil && !p.FirstReceivedAt.IsZero() {
		return p.FirstReceivedAt
	}
	return c.OpenedAt
}
