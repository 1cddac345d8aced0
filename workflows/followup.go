package workflows

import (
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// The follow-up is the same for every kind: a day after the resolution the customer is asked once, a low score is followed up by
// somebody else than the case's own agent, and "not solved" brings the lines back to a person.

// followUp begins when every line has ended.
func (c *Case) followUp() {
	if !c.anyHandled() {
		c.close(c.outcome(), nil)
		return
	}
	if c.Survey != nil && c.Survey.AnsweredAt != nil {
		// The customer has answered already and the lines came back to a person since: a second survey would ask again
		// what is known.
		c.close(c.outcome(), nil)
		return
	}
	c.Following = true
	s := c.begin(schemas.EventFollowUp, schemas.System, schemas.DoorSystem)
	s.say("Every line has ended; the follow-up begins.")
	if c.Survey == nil {
		c.Survey = &schemas.Survey{}
	}
	if c.Survey.SentAt == nil {
		c.startClock(s, "survey.wait", "the customer is asked how it went")
	} else {
		c.startClock(s, "survey.open", "the case closes without an answer")
	}
	c.settle(s)
}

// anyHandled reports whether there is anything to ask about: a case that was only merged has nothing of its own.
func (c *Case) anyHandled() bool {
	for _, l := range c.Lines {
		if own(l) {
			return true
		}
	}
	return false
}

// own tells lines that ended here from those that were merged, could not be requested, or go on in another case.
func own(l *schemas.Line) bool {
	return l.Outcome != schemas.Merged && l.Outcome != schemas.Invalid && l.Outcome != schemas.Converted
}

// outcome is how the case ended, from how its lines ended. Lines that were merged or could not be requested are not its own.
func (c *Case) outcome() schemas.Outcome {
	seen := map[schemas.Outcome]int{}
	handled := 0
	for _, l := range c.Lines {
		seen[l.Outcome]++
		if own(l) {
			handled++
		}
	}
	if handled == 0 {
		if seen[schemas.Converted] > 0 {
			return schemas.Converted
		}
		if seen[schemas.Merged] > 0 {
			return schemas.Merged
		}
		return schemas.Invalid
	}
	for _, o := range []schemas.Outcome{schemas.Completed, schemas.CompletedPartial, schemas.RejectedFinal, schemas.Expired, schemas.Withdrawn, schemas.Unresolvable, schemas.SettledExternally} {
		if seen[o] == handled {
			return o
		}
	}
	if seen[schemas.Completed]+seen[schemas.CompletedPartial] > 0 {
		return schemas.CompletedPartial
	}
	for _, o := range []schemas.Outcome{schemas.SettledExternally, schemas.RejectedFinal, schemas.Unresolvable, schemas.Expired} {
		if seen[o] > 0 {
			return o
		}
	}
	return schemas.Withdrawn
}

// askCustomer sends the invitation, unless the customer was asked lately.
func (c *Case) askCustomer(s *step) {
	s.name = schemas.EventSurveyDue
	s.say("The customer is to be asked.")
	k := c.startClock(s, "survey.open", "the case closes without an answer")
	notice := c.noticeOrder("survey.invite", s.at, []schemas.Notice{{Template: "survey.invite", To: c.customer(), Vars: vars{"due": stamp(k.Due)}}})
	order := schemas.SurveyOrder{NoticeOrder: notice, QuietDays: c.Plan.Survey.QuietDays}
	c.effect(schemas.SurveyInvite.Name, notice.Step, func(ctx workflow.Context) {
		got, err := do(ctx, c, schemas.SurveyInvite, notice.Step, order)
		if !c.Following {
			return
		}
		if c.stuckOn(err, schemas.SurveyInvite.Name, notice.Step) {
			got = schemas.SurveyReceipt{SkippedFor: "not_sent"}
		}
		s := c.begin(schemas.EventSurveySent, schemas.System, schemas.DoorSystem)
		if got.Asked {
			c.Survey.SentAt, c.Survey.ClosesAt = at(s.at), at(k.Due)
			s.say("The customer was asked; the questions close %s.", stamp(k.Due))
			c.settle(s)
			return
		}
		c.Survey.SkippedFor = got.SkippedFor
		s.name = schemas.EventSurveySkipped
		s.say("The customer was not asked: %s.", got.SkippedFor)
		c.stopClock("survey.open")
		c.settle(s)
		c.close(c.outcome(), nil)
	})
}

// mayAnswerSurvey takes an answer once, while the questions are open.
func (c *Case) mayAnswerSurvey(_ *step, _ schemas.AnswerSurvey) *schemas.Refusal {
	switch {
	case c.Survey == nil || c.Survey.SentAt == nil:
		return &schemas.Refusal{Code: schemas.CodeWrongState, Message: "the customer has not been asked yet."}
	case c.Survey.AnsweredAt != nil && (c.Survey.Recovery == "" || c.Survey.SecondOverall != 0):
		return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: "the questions were answered already."}
	}
	return nil
}

func (c *Case) surveyAnswered(s *step, a schemas.AnswerSurvey) {
	c.stopClock("survey.open", "survey.wait")
	v := c.Survey
	if v.AnsweredAt != nil {
		v.SecondOverall = a.Overall
		s.say("After the recovery the customer gave %d of 5.", a.Overall)
		c.closeAfter(s)
		return
	}
	v.AnsweredAt, v.Overall, v.Solved, v.Scores, v.Effort, v.NPS, v.TextID, v.Mode = at(s.at), a.Overall, a.Solved, a.Scores, a.Effort, a.NPS, a.TextID, a.Mode
	if v.Mode == "" {
		v.Mode = "link"
	}
	s.note("overall", a.Overall)
	s.note("solved", string(a.Solved))
	s.say("The customer gave %d of 5; solved: %s.", a.Overall, a.Solved)
	spec := c.Plan.Survey
	v.Low = a.Overall <= spec.LowOverall || a.Solved == schemas.SolvedNo || (a.NPS != nil && *a.NPS <= spec.LowNPS && a.TextID != "")
	if !v.Low {
		c.closeAfter(s)
		return
	}
	lead := c.leadNot(c.Owner)
	k := c.startClock(s, "recovery", "the recovery is escalated")
	s.staff("staff.low_score", lead, vars{"overall": strconv.Itoa(a.Overall), "solved": string(a.Solved), "due": stamp(k.Due)})
	s.tell("recovery.contact", vars{"due": stamp(k.Due)})
	if a.Solved != schemas.SolvedNo {
		return
	}
	c.bringBack(s)
}

// bringBack opens the lines again for a person on level 3: the customer says that the problem is not solved.
func (c *Case) bringBack(s *step) {
	var lines []*schemas.Line
	for _, l := range c.Lines {
		if !own(l) {
			continue
		}
		l.LeavesAs, l.Outcome = l.Outcome, schemas.OutcomeNone
		lines = append(lines, l)
	}
	c.Following, c.Closing = false, false
	c.stopClock("recovery")
	c.move(s, lines, schemas.Review)
	s.lines = lines
	c.Level = max(c.Level, 3)
	person := c.personAt(3).ID
	c.changeOwner(s, person)
	s.say("The problem is not solved: back to review at level 3, %s.", person)
}

func (c *Case) mayCloseRecovery(s *step, _ schemas.CloseRecovery) *schemas.Refusal {
	if c.Survey == nil || !c.Survey.Low || c.Survey.Recovery != "" {
		return &schemas.Refusal{Code: schemas.CodeWrongState, Message: "no recovery is open."}
	}
	if s.actor.ID == c.Owner {
		return &schemas.Refusal{Code: schemas.CodeFourEyes, Message: "somebody else than the case's own agent closes a recovery."}
	}
	return nil
}

// recoveryClosed ends the recovery; three days later the customer is asked once more, one question only.
func (c *Case) recoveryClosed(s *step, r schemas.CloseRecovery) {
	c.stopClock("recovery")
	who := s.actor
	c.Survey.Recovery, c.Survey.RecoveryBy = r.Outcome, &who
	s.say("Recovery closed by %s: %s.", who, r.Outcome)
	if r.Outcome == "unreachable" {
		c.closeAfter(s)
		return
	}
	c.startClock(s, "recovery_survey", "the customer is asked once more")
}

// askAgain asks the one question after a recovery.
func (c *Case) askAgain(s *step) {
	k := c.startClock(s, "survey.open", "the case closes without an answer")
	s.name = schemas.EventSurveySent
	s.tell("survey.again", vars{"due": stamp(k.Due)})
	s.say("The customer is asked once more.")
}

// recoverySilent hands a recovery that nobody did to the next level; when nobody on the ladder does it, it lapses: it is goodwill.
func (c *Case) recoverySilent(s *step) {
	c.Ladder = nil
	c.escalate(s, 3, "recovery")
	if c.Ladder != nil {
		c.Ladder.State = schemas.FollowUp
	}
}

// recoveryLapses ends a recovery that nobody took.
func (c *Case) recoveryLapses(s *step) {
	s.say("The recovery lapses.")
	c.closeAfter(s)
}

// surveyLapses ends the case without an answer. No answer is no score.
func (c *Case) surveyLapses(s *step) {
	s.name = schemas.EventSurveyClosed
	s.say("No answer came; there is no score.")
	c.closeAfter(s)
}

// closeAfter closes the case once the step that decided it has been written.
func (c *Case) closeAfter(s *step) { s.then = func() { c.close(c.outcome(), nil) } }

// leadNot is who follows a low score up: never the case's own agent.
func (c *Case) leadNot(owner string) string {
	for _, level := range []int{2, 3, 4} {
		p := c.personAt(level)
		if p.ID != owner {
			return p.ID
		}
		if p.Deputy != "" && p.Deputy != owner {
			return p.Deputy
		}
	}
	return c.personAt(5).ID
}

func at(t time.Time) *time.Time { return &t }
