package workflows

import (
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// A case that goes on from the rows of one whose workflow was ended from outside. It stands where that one stood, with the same dues and
// the same money under the same numbers; hears what was said meanwhile; and takes up again what was under way.

// takenUp is what a case remembers while it takes up again what was under way.
type takenUp struct {
	keys     map[string]string // the keys of calls that were under way, by name
	inLedger map[string]bool   // the refunds that the ledger has
}

// goOnFrom goes on with what is recorded of another case.
func (c *Case) goOnFrom(got schemas.Intake) {
	from, r := c.Opening.Predecessor, got.Resumed
	c.carry(got)
	stood := map[*schemas.Line]schemas.StateSince{}
	for _, l := range c.Lines {
		stood[l] = schemas.StateSince{State: l.State, Since: l.Since}
	}
	s := c.begin(schemas.EventAdopted, schemas.System, schemas.DoorSystem)
	if from.By != nil {
		s.actor = *from.By
	}
	s.lines = c.openLines()
	s.note("predecessor_id", from.CaseID)
	s.note("how", r.Lost.How)
	s.note("ended_at", stamp(r.Lost.At))
	s.say("Goes on from case %s, whose workflow was ended from outside (%s at %s), where it stood: %s.", from.CaseID, r.Lost.How, stamp(r.Lost.At), r.Row.State)
	if from.Reason != "" {
		s.note("reason", from.Reason)
	}
	if c.Opening.Request.CustomerID != "" {
		s.tell("case.continued", vars{"predecessor": from.CaseID})
	}
	s.staff("staff.assigned", c.Owner, vars{"kind": string(c.Opening.Request.Kind), "lines": linesVar(s.lines), "due": stamp(c.firstDue())})
	c.settle(s)

	c.hearLedger(r)
	c.hearMissed(r.Facts)
	c.takeUpAgain(r.Row.Shelving, func(l *schemas.Line) bool {
		was, known := stood[l]
		return known && l.State == was.State && l.Since.Equal(was.Since)
	})
	c.takenUp = takenUp{}
}

// carry makes the state of the case from the rows of the one before.
func (c *Case) carry(got schemas.Intake) {
	row := got.Resumed.Row
	for i := range got.Lines {
		l := got.Lines[i]
		c.Lines = append(c.Lines, &l)
	}
	for i := range row.Parcels {
		p := row.Parcels[i]
		c.Parcels = append(c.Parcels, &p)
	}
	for i := range row.Clocks {
		k := row.Clocks[i]
		// What the case before owed itself is owed no more, and who was asked to take an escalation is asked anew by the clock on the state.
		if !contains([]string{"intake", "ack", "rows.retry", "escalation"}, k.Name) {
			c.Clocks = append(c.Clocks, &k)
		}
	}
	for i := range row.Disputes {
		d := row.Disputes[i]
		c.Disputes = append(c.Disputes, &d)
	}
	c.Holds = row.Holds
	for i := range row.Approvals {
		a := row.Approvals[i]
		// What was parked is tried again, so that nobody needs to decide on leaving it out.
		if a.DecidedBy != nil || a.Subject != subjectSkip {
			c.Approvals = append(c.Approvals, &a)
		}
	}
	for i := range row.Money.Entries {
		f := row.Money.Entries[i]
		c.Refunds = append(c.Refunds, &f)
	}
	for i := range row.Money.Charges {
		ch := row.Money.Charges[i]
		c.Charges = append(c.Charges, &ch)
	}
	c.Owners, c.Messages, c.Evidence, c.Survey = []string{c.Owner}, row.Messages, row.EvidenceIDs, row.Survey
	c.Priority, c.Level, c.Breach, c.Successor = row.Priority, max(c.Level, row.Level), row.LegalBreach, row.SuccessorID
	c.Unreachable = row.Unreachable
	c.Following = row.State == schemas.FollowUp && c.allEnded()
	c.keepCounting()
	for i, p := range c.Payments {
		for _, f := range got.Resumed.Refunds {
			if f.PaymentID == p.PaymentID && f.Status != schemas.RefundCancelled {
				c.Payments[i].Refundable = c.Payments[i].Refundable.Add(f.Amount) // its own reservations are not taken off twice
			}
		}
	}
	c.takenUp = takenUp{keys: map[string]string{}, inLedger: map[string]bool{}}
	for _, f := range got.Resumed.Refunds {
		c.inLedger[f.RefundID] = true
	}
	for _, w := range row.Work {
		if w.Cause == "" {
			c.keys[w.Name] = w.Key
		}
	}
	for _, p := range row.Parked {
		c.keys[p.Step] = p.Key
	}
	// A row that says what the warehouse has been asked for says by that what it has answered. An older one does not: goods are booked again, under
	// the key of the call that was under way.
	if row.Shelving == nil && (c.keys[schemas.RefundConfirm.Name] != "" || c.keys[schemas.ClaimsSettle.Name] != "") {
		for _, l := range c.Lines {
			l.Disposed = l.Disposed && l.State != schemas.Refunded && l.State != schemas.Confirmed
		}
	}
}

// keepCounting lets the numbers of clocks, approvals and offers go on where they had come to.
func (c *Case) keepCounting() {
	seen := func(name, id string) {
		if n, err := strconv.Atoi(strings.TrimLeft(id, "kao")); err == nil {
			c.Sequences[name] = max(c.Sequences[name], n)
		}
	}
	for _, k := range c.Clocks {
		seen("clock", k.ClockID)
	}
	for _, a := range c.Approvals {
		seen("approval", a.ApprovalID)
	}
	for _, l := range c.Lines {
		if l.Offer != nil {
			seen("offer", l.Offer.OfferID)
		}
	}
}

// keyAgain is the key of a call that was under way when the case before ended: it is made under that key again, so that it happens once.
func (c *Case) keyAgain(name, otherwise string) string {
	if key := c.keys[name]; key != "" {
		delete(c.keys, name)
		return key
	}
	return otherwise
}

func (c *Case) openLines() []*schemas.Line {
	open, _ := sort2(c.Lines, func(l *schemas.Line) bool { return l.State != schemas.Closed })
	return open
}

// hearLedger hears what the ledger was told since the case before had last written: the sweep has asked the providers.
func (c *Case) hearLedger(r *schemas.Resumed) {
	for _, now := range r.Refunds {
		f := c.refund(now.RefundID)
		if f == nil {
			fresh := now
			fresh.Status = schemas.RefundRequested
			f = &fresh
			c.Refunds = append(c.Refunds, f)
		}
		switch {
		case now.Status == f.Status || now.Status == schemas.RefundRequested:
		case now.Status == schemas.RefundCancelled:
			f.Status, f.Code = now.Status, now.Code // nobody was asked, or nothing moved: what is owed is ordered anew
		default:
			s := c.begin(schemas.EventRefundWord, schemas.System, schemas.DoorSystem)
			c.providerSaid(s, f, now.Status, now.Code)
			c.settle(s)
		}
	}
	if hears, ok := c.as.(interface{ hearCharges([]schemas.Charge) }); ok {
		hears.hearCharges(r.Charges)
	}
}

// hearMissed hears the facts that came when nobody listened.
func (c *Case) hearMissed(facts []schemas.MissedFact) {
	for _, f := range facts {
		if known := c.story.anywhere(f.Name); known != nil && known.fact {
			c.hearReport(f.Name, f.Report)
		}
	}
}

// takeUpAgain begins again what was under way for the lines that still stand where they stood, and for goods wherever their lines stand.
func (c *Case) takeUpAgain(asked []schemas.Shelving, stands func(*schemas.Line) bool) {
	s := c.begin(schemas.EventAdopted, schemas.System, schemas.DoorSystem)
	lines, _ := sort2(c.openLines(), stands)
	short, rest := sort2(lines, lacksUnits)
	s.lines = lines
	for _, l := range short {
		l.Payable = l.Refunded
		l.Verdict.Proposal, l.Verdict.Owed, l.Verdict.Auto, l.Verdict.Reason = schemas.ProposeReview, false, false, string(l.Code)
		s.say("What line %s was about is not free any more (%s, %s); a person looks at it.", l.LineID, l.Code, l.Holder)
	}
	c.move(s, short, schemas.Review)
	for _, l := range rest {
		if len(l.Units) > 0 {
			l.Payable = l.Payable.Min(l.Price())
		}
	}
	if takes, ok := c.as.(interface{ takeUp(*step, []*schemas.Line) }); ok {
		takes.takeUp(s, rest)
	}
	c.bringAwayAgain(s, asked)
	c.wakeClocks(s)
	if s.message == "" {
		s.say("Nothing was under way.")
	}
	c.settle(s)
	if c.Following && c.ClosedAt == nil && c.clock("survey.wait") == nil && c.clock("survey.open") == nil && c.clock("recovery") == nil && c.clock("recovery_survey") == nil {
		c.followUp()
	}
}

// lacksUnits tells a line whose units another case has taken while nobody served this one.
func lacksUnits(l *schemas.Line) bool {
	return len(l.Units) == 0 && (l.Code == schemas.CodeHeldElsewhere || l.Code == schemas.CodeAlreadySettled) && l.Refunded.Minor == 0
}

// wakeClocks starts the clock of the state for every line that has none: nobody is waited for without an end.
func (c *Case) wakeClocks(s *step) {
	for _, r := range c.story.rows {
		idle, _ := sort2(c.inState(r.state), func(l *schemas.Line) bool {
			return len(c.linesOn(&schemas.Clock{ClockID: l.ClockID})) == 0 || !c.runs(l.ClockID)
		})
		if len(idle) > 0 && r.clock != "" {
			c.startOn(s, idle, r.clock, r.silence.says)
		}
	}
}

func (c *Case) runs(clockID string) bool {
	for _, k := range c.Clocks {
		if k.ClockID == clockID {
			return true
		}
	}
	return false
}

// enterAgain does the work of a state again, for lines that stand in it already.
func (c *Case) enterAgain(s *step, lines []*schemas.Line) {
	if len(lines) == 0 {
		return
	}
	if r := c.story.row(lines[0].State); r != nil && r.enter != nil {
		entered := *s
		entered.lines, entered.message, entered.notices, entered.outbound, entered.then = lines, "", nil, false, nil
		r.enter(&entered)
		if entered.message != "" {
			s.say("%s", entered.message)
		}
		s.notices, s.outbound = append(s.notices, entered.notices...), s.outbound || entered.outbound
	}
}

// takeUp begins again what a return or exchange had under way, state by state.
func (g *goods) takeUp(s *step, lines []*schemas.Line) {
	before := slices.Clone(g.Refunds)
	in := func(state schemas.State, and func(*schemas.Line) bool) []*schemas.Line {
		found, _ := sort2(lines, func(l *schemas.Line) bool { return l.State == state && and(l) })
		return found
	}
	all := func(*schemas.Line) bool { return true }
	noParcel := func(l *schemas.Line) bool { return l.Waybill == "" }
	if begun := in(schemas.Submitted, all); len(begun) > 0 {
		was := s.lines
		s.lines = begun
		g.story.begin(s)
		s.lines = was
	}
	g.enterAgain(s, in(schemas.WaitShipback, noParcel))
	g.enterAgain(s, in(schemas.SendBack, noParcel))
	g.registerAgain(s, in(schemas.ReturnInTransit, func(l *schemas.Line) bool { return !noParcel(l) }))
	g.enterAgain(s, in(schemas.RefundApproved, func(l *schemas.Line) bool { return g.underWay(l) == 0 && g.openOne("") == nil }))
	g.enterAgain(s, in(schemas.Refunded, all))
	g.enterAgain(s, in(schemas.Confirmed, all))
	for _, f := range before {
		switch f.Status {
		case schemas.RefundRequested, schemas.RefundAccepted, schemas.RefundUnknown:
			s.say("Refund %s of %s is %s; the provider is asked.", f.RefundID, f.Amount, f.Status)
			g.lookUpOrOrder(f)
		}
	}
}

// lookUpOrOrder asks what became of a refund. One that even the ledger does not have was never ordered, and is, under its number.
func (c *Case) lookUpOrOrder(f *schemas.Refund) {
	if c.inLedger[f.RefundID] {
		c.lookUp(f)
		return
	}
	c.request(f)
}

// registerAgain asks the carrier once more to report on parcels whose registration was under way.
func (g *goods) registerAgain(s *step, lines []*schemas.Line) {
	key := g.keyAgain(schemas.ParcelRegister.Name, "")
	if key == "" || len(lines) == 0 {
		return
	}
	p := g.parcel(lines[len(lines)-1].Waybill)
	if p == nil || p.MovedAt != nil {
		return
	}
	mine, _ := sort2(lines, func(l *schemas.Line) bool { return l.Waybill == p.Waybill })
	order := g.parcelOrder(mine, schemas.ToMerchant, schemas.TurnCustomer)
	order.Key, order.Carrier, order.Waybill = key, p.Carrier, p.Waybill
	s.say("The carrier is asked to report on parcel %s.", p.Waybill)
	g.effect(schemas.ParcelRegister.Name, order.Key, func(ctx workflow.Context) {
		told, err := do(ctx, g.Case, schemas.ParcelRegister, order.Key, order)
		if !g.stuckOn(err, schemas.ParcelRegister.Name, order.Key) {
			g.carrierKnew(told.Parcel)
		}
	})
}
