package workflows

import (
	"fmt"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// A customer who cannot be reached. What waits for them stands still and gets one last notice; what the merchant owes without asking
// them goes on; the law's clocks never stop. Silence is no consent here either: nothing is taken off what they are owed. Whoever is
// heard of again has all the time of the state once more.

// noticeClock is the last notice to a customer who cannot be reached; spanMeasure is over how long a time they were tried.
const (
	noticeClock = "unreachable.notice"
	spanMeasure = "unreachable.span"
)

// span is over how long a time attempts must be spread. A plan made before there was a rule has three days.
func (c *Case) span() time.Duration {
	if spec, ok := c.Plan.Clocks[spanMeasure]; ok {
		return spec.After.D()
	}
	return 72 * time.Hour
}

// mayMarkUnreachable wants a real effort, made since the customer was last heard of.
func (c *Case) mayMarkUnreachable(_ *step, m schemas.MarkUnreachable) *schemas.Refusal {
	switch heard := c.lastHeard(); {
	case c.Following:
		return &schemas.Refusal{Code: schemas.CodeWrongState, Message: "every line has ended; nothing waits for the customer any more."}
	case c.Unreachable != nil:
		return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("the customer counts as unreachable since %s.", stamp(c.Unreachable.Since))}
	case m.Span() < c.span():
		return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "attempts", Message: fmt.Sprintf("spread the attempts over %s; these lie within %s.", c.span(), m.Span())}
	default:
		for i, a := range m.Attempts {
			field := fmt.Sprintf("attempts[%d].at", i)
			if a.At.After(c.now()) {
				return &schemas.Refusal{Code: schemas.CodeBadValue, Field: field, Message: "this has not happened yet."}
			}
			if a.At.Before(heard) {
				return &schemas.Refusal{Code: schemas.CodeBadValue, Field: field, Message: fmt.Sprintf("the customer was heard of at %s; only attempts after that count.", stamp(heard))}
			}
		}
	}
	return nil
}

// lastHeard is when the customer last spoke: at the latest when the case was opened.
func (c *Case) lastHeard() time.Time {
	heard := c.OpenedAt
	for _, m := range c.Messages {
		if m.By.Role == schemas.RoleCustomer && m.At.After(heard) {
			heard = m.At
		}
	}
	for _, e := range c.Events {
		if (e.Actor.Role == schemas.RoleCustomer || contains(toldByCustomer, e.Name)) && e.At.After(heard) {
			heard = e.At
		}
	}
	return heard
}

// toldByCustomer are commands that staff give only because the customer has told them something.
var toldByCustomer = []string{schemas.CaseProvideInfo.Name, schemas.ReturnSubmitWaybill.Name, schemas.ShipbackExtend.Name}

func (c *Case) markedUnreachable(s *step, m schemas.MarkUnreachable) {
	if m.TextID != "" {
		c.post(schemas.Posted{At: s.at, By: s.actor, Kind: "note", TextID: m.TextID})
	}
	c.Unreachable = &schemas.Unreachable{Since: s.at, By: s.actor, Attempts: m.Attempts}
	s.note("attempts", len(m.Attempts))
	s.say("%s could not reach the customer in %d attempts over %s.", s.actor, len(m.Attempts), m.Span().Round(time.Minute))
}

// heardFrom ends it: the customer is there again, and has the time of each state anew.
func (c *Case) heardFrom(s *step) {
	if c.Unreachable == nil || (s.actor.Role != schemas.RoleCustomer && !contains(toldByCustomer, s.name)) {
		return
	}
	c.Unreachable = nil
	c.stopClock(noticeClock)
	for _, k := range c.Clocks {
		if c.customers(k) && k.Paused {
			c.resume(k, s.at)
			c.restart(k, s.at)
		}
	}
	s.say("The customer is heard of again.")
	s.staff("staff.task", c.Owner, vars{"task": "customer_back", "due": stamp(c.firstDue())})
}

// followUnreachable lets what waits for a customer who cannot be reached stand still, under one last notice.
func (c *Case) followUnreachable(s *step) {
	if c.Unreachable == nil || c.Unreachable.Over || c.Following || c.ClosedAt != nil {
		return
	}
	var waiting []*schemas.Line
	for _, k := range c.Clocks {
		if c.customers(k) {
			c.pause(k, s.at, "the customer cannot be reached")
			waiting = append(waiting, c.linesOn(k)...)
		}
	}
	switch noticed := c.clock(noticeClock); {
	case len(waiting) == 0:
		c.stopClock(noticeClock)
	case noticed == nil:
		does, _ := c.story.onExpiry(noticeClock)
		k := c.startClock(s, noticeClock, does.says)
		s.say("One last notice goes to the customer, until %s.", stamp(k.Due))
		s.tell("case.unreachable", vars{"lines": linesVar(waiting), "due": stamp(k.Due)})
	}
}

// customers tells a clock on something the customer is to do from one on a carrier, on stock, or on what is kept for them.
func (c *Case) customers(k *schemas.Clock) bool {
	lines := c.linesOn(k)
	if len(lines) == 0 {
		return false
	}
	r := c.story.row(lines[0].State)
	if r == nil || r.turn != schemas.TurnCustomer {
		return false
	}
	switch k.Name {
	case r.clock, c.named("shipback_extension"), c.named("out_of_stock_again"), c.named("payment_again"):
		return true
	}
	return false
}

// endOfNotice takes the lines that waited for the customer off their clocks, and lets each state's own verb have them.
func (c *Case) endOfNotice(s *step, verb func(*step, schemas.State)) {
	c.Unreachable.Over = true
	var waiting []*schemas.Line
	for _, k := range append([]*schemas.Clock(nil), c.Clocks...) {
		if c.customers(k) {
			waiting = append(waiting, c.linesOn(k)...)
			c.removeClock(k.ClockID)
		}
	}
	for _, l := range waiting {
		l.ClockID = ""
	}
	s.say("The customer did not answer the last notice.")
	for rest := waiting; len(rest) > 0; {
		var group []*schemas.Line
		group, rest = sort2(rest, func(l *schemas.Line) bool { return l.State == rest[0].State })
		s.lines = group
		verb(s, group[0].State)
	}
	s.lines = waiting
}

// unreached is the end of the last notice. What needs nobody's consent takes its course: an offer lapses and the wish is decided, a
// refusal stands, goods under dispute are kept. What only the customer could have done ends.
func (g *goods) unreached(s *step) {
	g.endOfNotice(s, func(s *step, state schemas.State) {
		switch state {
		case schemas.Negotiating:
			g.offerLapses(s)
		case schemas.RejectedAppealable:
			g.refusalStands(s)
		case schemas.InspectionFailed:
			g.keepGoods(s)
		case schemas.WaitShipback:
			g.endsUnsent(s)
		default:
			g.endsUnreached(s)
		}
	})
}

// endsUnsent asks the carrier about labels of ours before it ends anything: a parcel that travels is an answer too.
func (g *goods) endsUnsent(s *step) {
	booked, rest := sort2(s.lines, func(l *schemas.Line) bool { return l.Waybill != "" || g.mayBeSent(l) })
	if s.lines = rest; len(rest) > 0 {
		g.endsUnreached(s)
	}
	if s.lines = booked; len(booked) > 0 {
		g.notShippedBack(s)
	}
}

// endsUnreached ends lines that nobody can go on with. Their units are free, so that the customer can ask again.
func (g *goods) endsUnreached(s *step) {
	s.say("Line(s) %s end: the customer cannot be reached.", lineList(s.lines))
	s.tell("case.expired", vars{"lines": linesVar(s.lines)})
	g.leave(s, s.lines, schemas.Unresolvable)
}

// unreachedExchange is the same for an exchange. Where the old goods are here and the choice of an article is open, the money is paid
// back; whoever has the replacement already pays out of the deposit.
func (x *exchanges) unreachedExchange(s *step) {
	x.endOfNotice(s, func(s *step, state schemas.State) {
		lines := s.lines
		switch state {
		case schemas.Negotiating:
			x.offerLapses(s)
		case schemas.RejectedAppealable:
			x.refusalStands(s)
		case schemas.InspectionFailed:
			x.keepGoods(s)
		case schemas.WaitShipback:
			sent, rest := sort2(lines, sentInAdvance)
			if s.lines = rest; len(rest) > 0 {
				x.endsUnsent(s)
			}
			if s.lines = sent; len(sent) > 0 {
				x.notShippedBack(s)
			}
		case schemas.OutOfStock, schemas.WaitPayment, schemas.ReplacementLost:
			there, open := sort2(lines, func(l *schemas.Line) bool { return l.Replacement.ConfirmedAt != nil })
			if len(there) > 0 {
				x.settleByDeposit(s, there)
			}
			here, gone := sort2(open, func(l *schemas.Line) bool { return l.GoodsWith != schemas.TurnCustomer || l.Replacement.Settled != 0 })
			if len(here) > 0 {
				s.say("Goods or money of line(s) %s are here; what is owed is refunded.", lineList(here))
				x.convert(s, here, "unreachable")
			}
			if s.lines = gone; len(gone) > 0 {
				x.endsUnreached(s)
			}
		default:
			x.endsUnreached(s)
		}
	})
}
