package workflows

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// A hold keeps the case from doing one thing. It is no state: the lines stand where they stand, the duties of the law run on, and what
// was kept back goes on where it stopped when the last hold of its kind has ended.

// holdClocks are the clocks on holds that a person placed. A hold that a dispute keeps ends with the dispute; a legal hold keeps nobody
// waiting, so that no clock runs on it.
var holdClocks = map[schemas.HoldKind]string{
	schemas.RefundHold: "hold.refund", schemas.ShipmentHold: "hold.shipment", schemas.AutomationHold: "hold.automation",
}

// mayHold lists who may place or lift a hold of a kind: whoever stands near the suspicion may stop the rules, money and goods are
// stopped higher up, and what must not be erased is said by those who know the law.
var mayHold = map[schemas.HoldKind][]schemas.Role{
	schemas.AutomationHold: leads,
	schemas.RefundHold:     append(append([]schemas.Role{}, approves...), schemas.RoleFinance, schemas.RoleLegal),
	schemas.ShipmentHold:   append(append([]schemas.Role{}, approves...), schemas.RoleLegal),
	schemas.LegalHold:      {schemas.RoleManager, schemas.RoleExecutive, schemas.RoleOperator, schemas.RoleLegal, schemas.RolePrivacy},
}

// held reports whether a hold of a kind stands.
func (c *Case) held(kind schemas.HoldKind) bool {
	return slices.ContainsFunc(c.Holds, func(h schemas.Hold) bool { return h.Kind == kind })
}

// placed is the hold of a kind on the whole case that a person has placed.
func (c *Case) placed(kind schemas.HoldKind) *schemas.Hold {
	for i := range c.Holds {
		if h := &c.Holds[i]; h.Kind == kind && h.DisputeID == "" && len(h.Lines) == 0 {
			return h
		}
	}
	return nil
}

// lifted picks the holds of a kind that a person lifts: those on the whole case, and where none stands those on some of its lines.
func (c *Case) lifted(kind schemas.HoldKind) func(schemas.Hold) bool {
	whole := c.placed(kind) != nil
	return func(h schemas.Hold) bool { return h.Kind == kind && h.DisputeID == "" && (len(h.Lines) == 0 || !whole) }
}

// keeps reports whether a hold keeps a line back.
func keeps(h schemas.Hold, l *schemas.Line) bool {
	return len(h.Lines) == 0 || slices.ContainsFunc(h.Lines, func(u schemas.LineUnits) bool { return u.LineID == l.LineID && within(l.Units, u.Units) })
}

// heldFor reports whether any of some holds of a kind keeps a line back.
func heldFor(holds []schemas.Hold, kind schemas.HoldKind, l *schemas.Line) bool {
	return slices.ContainsFunc(holds, func(h schemas.Hold) bool { return h.Kind == kind && keeps(h, l) })
}

// triggerOf names the clock of a hold that a person decides on, among those of its kind.
func triggerOf(h schemas.Hold) string {
	trigger := string(h.Kind)
	for _, u := range h.Lines {
		trigger += fmt.Sprintf(" %s%v", u.LineID, u.Units)
	}
	return trigger
}

func (c *Case) mayChangeHold(s *step, h schemas.ChangeHold) *schemas.Refusal {
	if roles := mayHold[h.Hold]; !slices.Contains(roles, s.actor.Role) {
		return &schemas.Refusal{Code: schemas.CodeWrongRole, Field: "hold", Message: fmt.Sprintf("%s neither places nor lifts a %s; %s may.", aRole(s.actor.Role), h.Hold, roleList(roles))}
	}
	return nil
}

func (c *Case) maySetHold(_ *step, h schemas.ChangeHold) *schemas.Refusal {
	if c.placed(h.Hold) != nil {
		return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Field: "hold", Message: fmt.Sprintf("a %s stands already.", h.Hold)}
	}
	return nil
}

func (c *Case) mayReleaseHold(_ *step, h schemas.ChangeHold) *schemas.Refusal {
	switch {
	case slices.ContainsFunc(c.Holds, c.lifted(h.Hold)):
		return nil
	case c.held(h.Hold):
		return &schemas.Refusal{Code: schemas.CodeOnHold, Field: "hold", Message: fmt.Sprintf("the %s is kept by %s and ends with it; nobody lifts it by hand.", h.Hold, c.keptBy(h.Hold))}
	}
	return &schemas.Refusal{Code: schemas.CodeWrongState, Field: "hold", Message: fmt.Sprintf("no %s stands.", h.Hold)}
}

// holdSet places a hold. A suspicion is looked at by a person within a day; the customer hears nothing of it, and is not left without a
// word either.
func (c *Case) holdSet(s *step, h schemas.ChangeHold) {
	s.note("hold", h.Hold)
	s.note("reason", h.Reason)
	s.say("%s placed a %s: %s.", s.actor, h.Hold, h.Reason)
	placed := schemas.Hold{Kind: h.Hold, Reason: h.Reason, By: s.actor, At: s.at}
	c.Holds = append(c.Holds, placed)
	if k := c.timeHold(s, placed); k != nil {
		c.tellNeutrally(s, k)
	}
	c.keepBackAll(s)
}

// suspect places the hold that a rule wants before anything is granted. A person looks at it within a day, and the duties of the law run
// on. The customer has the acknowledgement that everybody has, and nothing else: a word of its own would be one of suspicion.
func (c *Case) suspect(s *step) {
	q := c.Plan.Suspicion
	if q == nil || c.held(schemas.AutomationHold) {
		return
	}
	s.rule = q.Rule
	s.note("hold", schemas.AutomationHold)
	s.note("reason", q.Rule)
	s.say("Rule %s placed a %s: of the customer's other requests in %d days, %d were for goods not received, %d to keep the goods, %d sent other goods; %d chargeback(s) were decided for the merchant.",
		q.Rule, schemas.AutomationHold, q.Days, q.NotReceived, q.RefundOnly, q.OtherGoods, q.Chargebacks)
	placed := schemas.Hold{Kind: schemas.AutomationHold, Reason: q.Rule, By: s.actor, At: s.at}
	c.Holds = append(c.Holds, placed)
	c.timeHold(s, placed)
}

// timeHold gives the person who decides on a hold their time, and tells them.
func (c *Case) timeHold(s *step, h schemas.Hold) *schemas.Clock {
	clock := holdClocks[h.Kind]
	if clock == "" {
		return nil
	}
	k := c.startClock(s, clock, caseExpiries[clock].says)
	k.Trigger = triggerOf(h)
	s.staff("staff.task", c.personAt(3).ID, vars{"task": "hold_review", "due": stamp(k.Due)})
	return k
}

// tellNeutrally tells a customer who waits for us that somebody works on the case, and by when they hear more: neither that there is a
// suspicion, nor that there is none.
func (c *Case) tellNeutrally(s *step, k *schemas.Clock) {
	turn := c.turn()
	if k.Name == holdClocks[schemas.AutomationHold] && c.leavesItToAPerson() && (turn == schemas.TurnMerchant || turn == schemas.TurnWarehouse) {
		s.tell("case.progress", vars{"waiting": string(turn), "due": stamp(k.Due)})
	}
}

func (c *Case) holdReleased(s *step, h schemas.ChangeHold) {
	s.note("hold", h.Hold)
	s.note("reason", h.Reason)
	s.say("%s lifted the %s: %s.", s.actor, h.Hold, h.Reason)
	c.liftHolds(s, c.lifted(h.Hold))
}

// holdSilent is nobody's decision on a hold that a person placed. The manager is asked once; then it ends: a suspicion that nobody
// looks at keeps nothing from a customer.
func (c *Case) holdSilent(s *step) {
	which := func(h schemas.Hold) bool { return h.DisputeID == "" && triggerOf(h) == s.clock.Trigger }
	i := slices.IndexFunc(c.Holds, which)
	if i < 0 {
		return
	}
	hold := &c.Holds[i]
	kind, waits := hold.Kind, slices.ContainsFunc(c.Lines, func(l *schemas.Line) bool { return l.State != schemas.Closed && keeps(*hold, l) })
	if !hold.Asked && (waits || len(hold.Lines) == 0) {
		hold.Asked = true
		k := c.startClock(s, s.clock.Name, "the hold ends")
		k.Trigger = s.clock.Trigger
		s.say("Nobody has decided on the %s; level 4 is asked.", kind)
		c.Level = max(c.Level, 4)
		s.staff("staff.escalated", c.personAt(4).ID, vars{"level": levelName(4), "reason": s.clock.Name, "due": stamp(k.Due)})
		return
	}
	s.name, s.actor = schemas.EventHoldLifted, schemas.Operator
	s.say("Nobody has decided on the %s; it ends.", kind)
	c.liftHolds(s, which)
}

// keepHold lets a dispute keep a hold.
func (c *Case) keepHold(s *step, kind schemas.HoldKind, d *schemas.Dispute) {
	for _, h := range c.Holds {
		if h.Kind == kind && h.DisputeID == d.DisputeID {
			return
		}
	}
	c.Holds = append(c.Holds, schemas.Hold{Kind: kind, Reason: string(d.Kind), By: s.actor, At: s.at, DisputeID: d.DisputeID})
}

// liftHolds ends holds, and lets go on what none keeps back any more.
func (c *Case) liftHolds(s *step, which func(schemas.Hold) bool) {
	before := c.Holds
	var kept []schemas.Hold
	for _, h := range c.Holds {
		if !which(h) {
			kept = append(kept, h)
		} else if clock := holdClocks[h.Kind]; h.DisputeID == "" && clock != "" {
			c.stopHoldClock(clock, triggerOf(h))
		}
	}
	c.Holds = kept
	if slices.ContainsFunc(before, func(h schemas.Hold) bool { return h.Kind == schemas.RefundHold }) && !c.held(schemas.RefundHold) {
		c.refundsGoOn(s)
	}
	c.goodsGoOn(s, before)
}

func (c *Case) stopHoldClock(name, trigger string) {
	c.Clocks = slices.DeleteFunc(c.Clocks, func(k *schemas.Clock) bool { return k.Name == name && k.Trigger == trigger })
}

// keptBy names what keeps a hold, for people.
func (c *Case) keptBy(kind schemas.HoldKind) string {
	var by []string
	for _, h := range c.Holds {
		switch {
		case h.Kind != kind:
		case h.DisputeID != "":
			by = append(by, fmt.Sprintf("%s %s", h.Reason, h.DisputeID))
		default:
			by = append(by, h.By.String())
		}
	}
	return strings.Join(by, " and ")
}

// keepBackAll stops the clocks of lines whose work a new hold keeps back.
func (c *Case) keepBackAll(s *step) {
	if c.held(schemas.RefundHold) {
		c.keepBack(s, c.inState(schemas.RefundApproved))
	}
	waiting, _ := sort2(c.inState(schemas.ShipReplacement), func(l *schemas.Line) bool { return c.waitsForHold(l) })
	c.keepBack(s, waiting)
}

// keepBack stops the state's own clock of lines whose work waits for the end of a hold. The duties of the law run on.
func (c *Case) keepBack(s *step, lines []*schemas.Line) {
	for _, l := range lines {
		r := c.story.row(l.State)
		if k := c.clockByID(l.ClockID); r != nil && k != nil && k.Name == r.clock {
			c.pause(k, s.at, "on hold")
		}
	}
}

// refundsGoOn orders what was kept back.
func (c *Case) refundsGoOn(s *step) {
	for _, f := range c.Refunds {
		if f.Held && f.Status != schemas.RefundCancelled {
			f.Held = false
			s.say("Refund %s of %s goes on.", f.RefundID, f.Amount)
			c.request(f)
		}
	}
	lines := c.inState(schemas.RefundApproved)
	for _, l := range lines {
		if k := c.clockByID(l.ClockID); k != nil {
			c.resume(k, s.at)
		}
	}
	ready, _ := sort2(lines, func(l *schemas.Line) bool { return c.underWay(l) == 0 && !c.beingApproved(l) })
	c.move(s, ready, schemas.RefundApproved)
	for _, f := range c.failedRefunds() {
		if f.Code == schemas.CodeBalance && c.clock("refund.retry") == nil {
			c.startClock(s, "refund.retry", "the refund is asked for again with the same number")
		}
	}
}

func (c *Case) beingApproved(l *schemas.Line) bool {
	for _, a := range c.Approvals {
		if a.DecidedBy == nil && a.Subject == subjectLargeRefund && picksContain(a.Lines, l.LineID) {
			return true
		}
	}
	return false
}

// goodsGoOn lets the warehouse send what some holds had kept back, and none does now.
func (c *Case) goodsGoOn(s *step, before []schemas.Hold) {
	waiting, _ := sort2(c.inState(schemas.ShipReplacement), func(l *schemas.Line) bool {
		return l.Replacement != nil && l.Replacement.ShipmentID == "" && heldFor(before, schemas.ShipmentHold, l) && !heldFor(c.Holds, schemas.ShipmentHold, l)
	})
	c.move(s, waiting, schemas.ShipReplacement)
}

// onHold refuses what a hold keeps from being done.
func (c *Case) onHold(kind schemas.HoldKind, what string) *schemas.Refusal {
	if !c.held(kind) {
		return nil
	}
	return &schemas.Refusal{Code: schemas.CodeOnHold, Message: fmt.Sprintf("%s while a %s stands (%s).", what, kind, c.keptBy(kind))}
}

// refusesNothing keeps people from refusing while somebody outside looks at the case: what they decide would overtake it. Granting,
// offering and settling stay possible.
func (c *Case) refusesNothing(*step) *schemas.Refusal {
	for _, d := range c.Disputes {
		if !d.Status.Over() && d.Kind != schemas.Chargeback {
			return &schemas.Refusal{Code: schemas.CodeOnHold, Message: fmt.Sprintf(
				"nothing is refused while the %s %s is open; grant it, make an offer, settle it with external.settle, or wait for the decision.", disputeWord(d.Kind), d.DisputeID)}
		}
	}
	return nil
}
