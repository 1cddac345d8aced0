package workflows

import (
	"github.com/aftercare/aftercare/schemas"
)

// The verbs of a return after a refusal: the appeal, and the refusal that stands.

// mayAppeal gives one appeal.
func (g *goods) mayAppeal(s *step, _ schemas.FileAppeal) *schemas.Refusal {
	for _, l := range s.lines {
		if l.Rejection != nil && l.Rejection.Final {
			return &schemas.Refusal{Code: schemas.CodeTooLate, Message: "an appeal was decided already; the platform, the regulator or a court can be asked."}
		}
	}
	return nil
}

func (g *goods) appealed(s *step, d schemas.FileAppeal) {
	if d.TextID != "" || len(d.EvidenceIDs) > 0 {
		g.post(schemas.Posted{At: s.at, By: s.actor, Kind: "message", TextID: d.TextID, Evidence: d.EvidenceIDs})
	}
	s.say("The customer appeals for line(s) %s.", lineList(s.lines))
	g.toAppeal(s)
}

// toAppeal puts lines before a supervisor.
func (g *goods) toAppeal(s *step) {
	for _, l := range s.lines {
		if l.Rejection != nil {
			l.Rejection.Appealed = true
		}
	}
	g.move(s, s.lines, schemas.Appeal)
	g.Level = max(g.Level, 3)
	s.tell("appeal.filed", vars{"lines": linesVar(s.lines), "due": stamp(g.dueOf(s.lines))})
	s.staff("staff.escalated", g.personAt(3).ID, vars{"level": levelName(3), "reason": "appeal", "due": stamp(g.dueOf(s.lines))})
}

// mayDecideAppeal wants another person than the one who refused, and something that can be granted.
func (g *goods) mayDecideAppeal(s *step, d schemas.DecideAppeal) *schemas.Refusal {
	if empty, _ := sort2(s.lines, g.nothingToGrant); d.Grant && len(empty) > 0 {
		return g.refuseEmpty(empty)
	}
	if refusal := g.refusesNothing(s); refusal != nil && !d.Grant {
		return refusal
	}
	for _, l := range s.lines {
		if l.Rejection != nil {
			if refusal := fourEyes(&l.Rejection.By, s.actor, "refused it"); refusal != nil {
				return refusal
			}
		}
	}
	return nil
}

func (g *goods) appealDecided(s *step, d schemas.DecideAppeal) {
	decision := "refused"
	if d.Grant {
		decision = "granted"
	}
	s.note("reason", d.Reason)
	s.say("%s %s the appeal for line(s) %s: %s.", s.actor, decision, lineList(s.lines), d.Reason)
	s.tell("appeal.decided", vars{"lines": linesVar(s.lines), "decision": decision, "reason": d.Reason})
	who := s.actor
	if d.Grant {
		for _, l := range s.lines {
			if l.Approver, l.Rejection = &who, nil; !leftRefused(l) {
				l.Deduction = g.money(0)
			}
		}
		g.goOn(s, s.lines)
		return
	}
	for _, l := range s.lines {
		if l.Rejection == nil {
			l.Rejection = &schemas.Rejection{By: who, Reason: d.Reason, At: s.at}
		}
		l.Rejection.Final = true
	}
	// After a failed inspection the customer still chooses between less money and the goods; otherwise the refusal stands.
	left, rest := sort2(s.lines, leftRefused)
	g.endRefused(s, left)
	inspected, rest := sort2(rest, func(l *schemas.Line) bool { return l.Finding != "" && l.Offer != nil })
	g.move(s, inspected, schemas.InspectionFailed)
	g.leave(s, rest, schemas.RejectedFinal)
}

// appealClimbs turns to level 4; after that the operator grants the appeal.
func (g *goods) appealClimbs(s *step) {
	g.raise(s, 4, "appeal")
	g.startOn(s, s.lines, g.named("appeal_again"), "the operator grants the appeal")
}

func (g *goods) appealLapses(s *step) {
	if g.held(schemas.AutomationHold) {
		s.say("Nobody decided the appeal of line(s) %s, and a %s stands.", lineList(s.lines), schemas.AutomationHold)
		g.startOn(s, s.lines, g.named("appeal_again"), "the operator grants the appeal")
		g.raise(s, 5, "appeal")
		return
	}
	s.name, s.actor = schemas.EventLastRung, schemas.Operator
	s.say("Nobody decided the appeal.")
	g.grantOwed(s)
}

// refusalStands ends a refusal that the customer did not appeal against.
func (g *goods) refusalStands(s *step) {
	if g.refusesNothing(s) != nil {
		row := g.story.row(schemas.RejectedAppealable)
		g.startOn(s, s.lines, row.clock, row.silence.says)
		s.say("The refusal of line(s) %s is not final while somebody outside looks at it.", lineList(s.lines))
		return
	}
	s.say("The refusal of line(s) %s is final.", lineList(s.lines))
	left, rest := sort2(s.lines, leftRefused)
	g.endRefused(s, left)
	g.leave(s, rest, schemas.RejectedFinal)
}
