package workflows

import (
	"slices"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// The clocks every case has, whatever its kind: how fast somebody answers, how long the merchant has it, how long it lies.

// startCaseClocks starts them. They count from when the case was received, however long it took to take it in.
func (c *Case) startCaseClocks(s *step) {
	for _, name := range []string{"ack", "first_reply", "definite_reply", "formalities", "update", "idle", "max"} {
		k := c.startClock(s, name, caseExpiries[name].says)
		k.Trigger = schemas.EventOpened
		c.reckon(k, c.OpenedAt)
	}
	c.startLaw(s, schemas.EventOpened, c.OpenedAt)
}

// merchantClocks stand still while the customer or a carrier is waited for.
var merchantClocks = []string{"formalities", "update", "idle", "idle_again"}

// followClocks lets the clocks follow what a step has changed: the merchant's own pause while it is nobody's turn there,
// the case's stop when their stage is over, and an escalation ends when its cause is gone.
func (c *Case) followClocks(s *step) {
	merchantsTurn := c.merchantsTurn()
	for _, k := range c.Clocks {
		if !contains(merchantClocks, k.Name) {
			continue
		}
		if merchantsTurn {
			c.resume(k, s.at)
		} else {
			c.pause(k, s.at, "waits for "+string(c.turn()))
		}
	}
	if c.formalitiesDone() {
		c.stopClock("formalities", "law.formalities")
	}
	c.followPickups()
	c.followUnreachable(s)
	if c.Following || c.ClosedAt != nil {
		c.stopClock("first_reply", "definite_reply", "update", "idle", "idle_again", "max")
		c.stopLaw("law.refund")
	}
	if g, ok := c.as.(interface{ followRefundDuty(*step) }); ok {
		g.followRefundDuty(s)
	}
	c.followLadder()
	c.followClosing(s)
	if c.leavesNoLineWithoutClock() {
		c.startMissing(s)
	}
}

// startMissing starts the clock of a state anew for lines that have lost theirs: a line that an escalation had taken along stands without
// one when that ends for the sake of another.
func (c *Case) startMissing(s *step) {
	lost, _ := sort2(c.Lines, func(l *schemas.Line) bool { return l.State != schemas.Closed && c.clockByID(l.ClockID) == nil })
	for len(lost) > 0 {
		var group []*schemas.Line
		group, lost = sort2(lost, func(l *schemas.Line) bool { return l.State == lost[0].State })
		if r := c.story.row(group[0].State); r != nil && r.clock != "" {
			c.startOn(s, group, r.clock, r.silence.says)
		}
	}
	if c.Following && c.ClosedAt == nil && len(c.calls) == 0 && c.followsNothing() {
		// A recovery whose escalation has ended, because somebody took it or asked for help, still waits for its end.
		c.startClock(s, "recovery", "the recovery is escalated")
	}
}

// followsNothing reports whether no clock of the follow-up runs, and the case is not about to close either.
func (c *Case) followsNothing() bool {
	if !c.endsFollowUps() {
		return c.nearest() == nil
	}
	return !c.EndsLater && !c.Closing && !slices.ContainsFunc([]string{"survey.wait", "survey.open", "recovery", "recovery_survey", "escalation"}, func(name string) bool {
		return c.clock(name) != nil
	})
}

// merchantsTurn reports whether any line waits for the merchant's side.
func (c *Case) merchantsTurn() bool {
	if c.Following {
		return false
	}
	for _, l := range c.Lines {
		if r := c.story.row(l.State); r != nil && !r.pauses && !c.waitsForHold(l) {
			return true
		}
	}
	return false
}

// formalitiesDone reports whether the merchant has done its part on every line: what is left is the provider's, or over.
func (c *Case) formalitiesDone() bool {
	for _, l := range c.Lines {
		switch l.State {
		case schemas.RefundProcessing, schemas.Refunded, schemas.Closed:
		default:
			return false
		}
	}
	return true
}

// answered stops the clocks on the first and the definite reply: a person, or a decision, has reached the customer.
func (c *Case) answered(definite bool) {
	c.stopClock("first_reply")
	if definite {
		c.stopClock("definite_reply")
	}
}

// customerTold starts the clock on the next word to the customer anew.
func (c *Case) customerTold(at time.Time) {
	if k := c.clock("update"); k != nil {
		c.restart(k, at)
	}
}

// somebodyActed starts the clock on idleness anew; our own reminders do not.
func (c *Case) somebodyActed(s *step) {
	c.stopClock("idle_again")
	if k := c.clock("idle"); k != nil {
		c.restart(k, s.at)
		return
	}
	if !c.Following && c.ClosedAt == nil && c.ready() {
		c.startClock(s, "idle", caseExpiries["idle"].says)
	}
}

// caseSilence is a consequence for the case as a whole.
type caseSilence struct {
	says string
	act  func(*Case, *step)
}

// caseExpiries say what the end of each of the case's own clocks does.
var caseExpiries map[string]caseSilence

func init() {
	missed := caseSilence{"they decide without our answer, and the manager at level 4 is told", func(c *Case, s *step) { c.answerMissed(s) }}
	holdEnds := caseSilence{"level 4 is asked, and then the hold ends", func(c *Case, s *step) { c.holdSilent(s) }}
	caseExpiries = map[string]caseSilence{
		"intake": {"ops are alerted: the request has not been taken in", func(c *Case, s *step) {
			s.name = schemas.EventOpsAlert
			s.say("The request has not been taken in within a minute; a server that is needed does not answer.")
			c.startClock(s, "intake", caseExpiries["intake"].says).Due = s.at.Add(time.Hour)
		}},
		"ack": {"ops are alerted: the acknowledgement has not left", func(c *Case, s *step) {
			s.name = schemas.EventOpsAlert
			s.say("The acknowledgement has not left within its time.")
		}},
		"first_reply":    {"the team lead takes over at level 2; the breach is counted", func(c *Case, s *step) { c.breach(s, 2) }},
		"definite_reply": {"the supervisor takes over at level 3; the breach is counted", func(c *Case, s *step) { c.breach(s, 3) }},
		"formalities":    {"the supervisor takes over at level 3; the breach is counted", func(c *Case, s *step) { c.breach(s, 3) }},
		"update": {"the customer is told how it stands, and the team lead takes over at level 2", func(c *Case, s *step) {
			s.tell("case.progress", vars{"waiting": string(c.turn()), "due": stamp(c.firstDue())})
			c.startClock(s, "update", caseExpiries["update"].says)
			c.breach(s, 2)
		}},
		"idle": {"the owner gets a task", func(c *Case, s *step) {
			s.staff("staff.task", c.Owner, vars{"task": "idle", "due": stamp(s.at.Add(c.Plan.Clocks["idle_again"].After.D()))})
			c.startClock(s, "idle_again", caseExpiries["idle_again"].says)
		}},
		"idle_again": {"the team lead takes over at level 2", func(c *Case, s *step) { c.breach(s, 2) }},
		"max":        {"the manager reviews the case at level 4", func(c *Case, s *step) { c.breach(s, 4) }},
		"escalation": {"the deputy is asked, then the next level; after level 5 the operator grants what is owed", func(c *Case, s *step) { c.climb(s) }},
		"law.refund": {"the statutory duty is breached: the manager at level 4 is told, and the case is flagged", func(c *Case, s *step) {
			c.Breach = true
			c.missed(s.clock)
			s.note("legal_breach", true)
			s.say("A statutory duty was not done in time.")
			c.breach(s, 4)
			if g, ok := c.as.(interface{ missedForOne(*step) }); ok && s.clock.Name == refundDuty {
				g.missedForOne(s)
			}
		}},
		"external.platform":      missed,
		"external.psp_complaint": missed,
		"external.regulator":     missed,
		"external.adr":           missed,
		"external.chargeback":    missed,
		"external.court":         missed,
		"external.decision":      {"people ask how it stands; the third time a chargeback counts as lost, and anything else as closed", func(c *Case, s *step) { c.decisionMissing(s) }},
		"hold.refund":            holdEnds,
		"hold.shipment":          holdEnds,
		"hold.automation":        holdEnds,
		"step.parked":            {parkedSays, func(c *Case, s *step) { c.parkedTooLong(s) }},
		"step.parked_again":      {parkedSays, func(c *Case, s *step) { c.parkedTooLong(s) }},
		"rows.retry":             {"the rows of the case are written again", func(c *Case, s *step) { c.tryAgain = true }},
	}
}

// missed remembers a duty of the law that was missed, so that it is missed once, however often its case comes back to it.
func (c *Case) missed(k *schemas.Clock) {
	if !c.missesOnce() {
		return
	}
	if c.Missed == nil {
		c.Missed = map[string]time.Time{}
	}
	c.Missed[k.Name] = k.Due
}

// breach counts a missed clock and hands the case to a level.
func (c *Case) breach(s *step, level int) {
	s.note("breach", s.clock.Name)
	s.staff("staff.sla_breach", c.Owner, vars{"clock": s.clock.Name, "level": levelName(level)})
	c.escalate(s, level, s.clock.Name)
}

// nearsLaw makes sure that a second person's silence never delays a statutory duty past its due.
func (c *Case) nearsLaw(s *step, k *schemas.Clock) {
	if p, _ := nextPoint(k); !p.end {
		return
	}
	for _, a := range c.Approvals {
		if a.DecidedBy == nil && a.Subject == subjectLargeRefund {
			s.say("The statutory due is near, so the open approval is granted.")
			c.grant(s, a, schemas.Operator, "statutory_due")
		}
	}
}
