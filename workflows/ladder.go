package workflows

import (
	"fmt"

	"github.com/aftercare/aftercare/schemas"
)

// The ladder has the levels 2 to 5, a person and a deputy on each, and a clock on each of their acceptances. It always ends:
// when level 5 has not acted, the operator does by the plan's last rung.

// escalate hands the case to a level. An escalation that is already as high goes on.
func (c *Case) escalate(s *step, level int, cause string) {
	if c.Ladder != nil && c.Ladder.Level >= level && !c.Ladder.Accepted {
		s.say("It is already with level %d.", c.Ladder.Level)
		c.adopt(s)
		return
	}
	state := schemas.State("")
	if len(s.lines) > 0 {
		state = s.lines[0].State
	}
	// A level that had taken the case and let it lie again is not asked a second time.
	if c.Ladder != nil && c.Ladder.Accepted && c.Ladder.State == state && level <= c.Ladder.Level {
		level = c.Ladder.Level + 1
	}
	if level > 5 {
		c.lastRung(s, state)
		return
	}
	c.Ladder = &Ladder{Level: level, Cause: cause, State: state}
	c.ask(s)
}

// adopt keeps lines that have lost their clock on the escalation that is under way.
func (c *Case) adopt(s *step) {
	if len(s.lines) > 0 && c.Ladder.State == "" {
		c.Ladder.State = s.lines[0].State
	}
	if k := c.clock("escalation"); k != nil {
		for _, l := range s.lines {
			l.ClockID = k.ClockID
		}
		if len(s.lines) > 0 {
			k.Lines = lineIDs(c.linesOn(k))
		}
	}
}

// ask turns to the person of the ladder's level, or to the deputy.
func (c *Case) ask(s *step) {
	l := c.Ladder
	c.Level = max(c.Level, l.Level)
	person := c.personAt(l.Level)
	l.Person = person.ID
	if l.Deputy {
		l.Person = person.Deputy
	}
	c.stopClock("escalation")
	var k *schemas.Clock
	if lines := c.inState(l.State); l.State != "" && len(lines) > 0 {
		var waiting []*schemas.Line
		for _, line := range lines {
			if line.ClockID == "" || c.clockByID(line.ClockID) == nil {
				waiting = append(waiting, line)
			}
		}
		if len(waiting) > 0 {
			k = c.startOn(s, waiting, "escalation", caseExpiries["escalation"].says)
		}
	}
	if k == nil {
		k = c.startClock(s, "escalation", caseExpiries["escalation"].says)
	}
	s.note("level", l.Level)
	s.note("asked", l.Person)
	s.say("Level %d is asked: %s.", l.Level, l.Person)
	s.staff("staff.escalated", l.Person, vars{"level": levelName(l.Level), "reason": l.Cause, "due": stamp(k.Due)})
}

// climb turns to the deputy, then to the next level, then to the last rung.
func (c *Case) climb(s *step) {
	l := c.Ladder
	if l == nil {
		return
	}
	if !l.Deputy && c.personAt(l.Level).Deputy != "" {
		l.Deputy = true
		c.ask(s)
		return
	}
	if l.Level < 5 {
		l.Level, l.Deputy = l.Level+1, false
		c.ask(s)
		return
	}
	c.lastRung(s, l.State)
}

// lastRung lets the operator act by the plan: what is owed is granted, goodwill lapses, nothing is refused.
func (c *Case) lastRung(s *step, state schemas.State) {
	c.Ladder = nil
	c.stopClock("escalation")
	s.name = schemas.EventLastRung
	s.actor = schemas.Operator
	s.say("Nobody on the ladder has acted; the operator acts by the plan (%s).", c.Plan.LastRung)
	stood := map[*schemas.Line]schemas.State{}
	for _, l := range c.Lines {
		stood[l] = l.State
	}
	if state == "" {
		// The cause was the case's own clock. Whatever waits for the merchant is settled.
		for i := range c.story.rows {
			if r := &c.story.rows[i]; !r.pauses {
				c.settleByOperator(s, r, stood)
			}
		}
		return
	}
	r := c.story.row(state)
	if state == schemas.FollowUp && c.Following {
		r.lastRung.act(s)
		return
	}
	c.settleByOperator(s, r, stood)
}

// settleByOperator does a state's last rung, for the lines that stood in it before the operator began: what was granted in one state has only
// just come to the next, and is not late there. Lines that it leaves where they are, because a call of ours is under way or
// because nothing can be done for them, get the state's clock again: no line waits without one.
func (c *Case) settleByOperator(s *step, r *row, stood map[*schemas.Line]schemas.State) {
	lines, _ := sort2(c.inState(r.state), func(l *schemas.Line) bool { return !c.settlesOnce() || stood[l] == r.state })
	if len(lines) == 0 {
		return
	}
	if r.lastRung.act != nil {
		s.lines = lines
		r.lastRung.act(s)
	}
	left, _ := sort2(c.inState(r.state), func(l *schemas.Line) bool { return c.clockByID(l.ClockID) == nil })
	if len(left) > 0 {
		c.startOn(s, left, r.clock, r.silence.says)
	}
}

// followLadder ends an escalation whose cause is gone.
func (c *Case) followLadder() {
	l := c.Ladder
	if l == nil {
		return
	}
	gone := c.ClosedAt != nil
	switch {
	case l.State == schemas.FollowUp:
		gone = gone || !c.Following
	case l.State != "":
		gone = gone || len(c.inState(l.State)) == 0
	default:
		gone = gone || !c.merchantsTurn()
	}
	// The others that stand where those stood have clocks of their own.
	gone = gone || (c.endsWithItsLines() && !l.Accepted && c.clock("escalation") == nil)
	if gone {
		c.Ladder = nil
		c.stopClock("escalation")
	}
}

// accepted is the word of the level that takes the case: its acceptance clock stops, and the state's own clock starts
// again, so that taking a case and letting it lie does not stop time.
func (c *Case) accepted(s *step, _ schemas.Nothing) {
	c.Ladder.Accepted = true
	c.changeOwner(s, s.actor.ID)
	k := c.clock("escalation")
	var lines []*schemas.Line
	if k != nil {
		lines = c.linesOn(k)
	}
	c.stopClock("escalation")
	for _, l := range lines {
		l.ClockID = ""
	}
	if c.leavesNoLineWithoutClock() {
		c.startMissing(s)
	} else if len(lines) > 0 {
		r := c.story.row(lines[0].State)
		c.startOn(s, lines, r.clock, r.silence.says)
	}
	s.say("%s has taken the case at level %d.", s.actor, c.Ladder.Level)
}

// mayAccept wants an escalation, and somebody who stands as high.
func (c *Case) mayAccept(s *step, _ schemas.Nothing) *schemas.Refusal {
	if c.Ladder == nil || c.Ladder.Accepted {
		return &schemas.Refusal{Code: schemas.CodeWrongState, Message: "no escalation waits for an acceptance."}
	}
	if levelOf(s.actor.Role) < c.Ladder.Level {
		return &schemas.Refusal{Code: schemas.CodeWrongRole, Message: fmt.Sprintf("level %d must accept this; %s stands on level %d.", c.Ladder.Level, aRole(s.actor.Role), levelOf(s.actor.Role))}
	}
	return nil
}

// personAt is who stands on a level.
func (c *Case) personAt(level int) schemas.Person {
	for _, r := range c.Plan.Ladder {
		if r.Level == level && len(c.Plan.People[r.Role]) > 0 {
			return c.Plan.People[r.Role][0]
		}
	}
	return schemas.Person{ID: c.Owner}
}

func (c *Case) clockByID(id string) *schemas.Clock {
	for _, k := range c.Clocks {
		if k.ClockID == id {
			return k
		}
	}
	return nil
}

func levelName(level int) string { return fmt.Sprintf("L%d", level) }
