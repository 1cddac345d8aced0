package workflows

import "github.com/aftercare/aftercare/schemas"

// Money that a second person has refused for a line that had left: it had ended, or had gone on in another case. Only a person refuses, and a
// refusal can be appealed against: the line stands in REJECTED_APPEALABLE for that alone, and ends as it had ended.

// leftRefused tells a line that stands here only because money for it was refused after it had left.
func leftRefused(l *schemas.Line) bool { return l.Replacement != nil && l.Replacement.Refused > 0 }

// openAppeal lets the customer appeal for lines that have left. One that is just going on in another case is there first.
func (c *Case) openAppeal(s *step, lines []*schemas.Line) {
	ended, _ := sort2(lines, func(l *schemas.Line) bool { return leftRefused(l) && l.State == schemas.Closed })
	if len(ended) == 0 {
		return
	}
	for _, l := range ended {
		l.LeavesAs, l.Outcome = l.Outcome, schemas.OutcomeNone
	}
	c.Following, c.Closing = false, false
	c.stopClock("survey.wait", "survey.open", "recovery", "recovery_survey")
	s.say("What was refused for line(s) %s can be appealed against.", lineList(ended))
	c.reject(s, ended, *ended[0].Rejection)
}

// endRefused ends lines as they had ended before money was refused for them.
func (g *goods) endRefused(s *step, lines []*schemas.Line) {
	for _, l := range lines {
		one, outcome := []*schemas.Line{l}, l.LeavesAs
		l.Replacement.Refused = 0
		if outcome == schemas.Converted {
			g.hand(s, one, l.Holder)
			continue
		}
		g.end(s, one, outcome)
		l.LeavesAs = schemas.OutcomeNone
	}
}

// payRefused pays what had been refused, once that is taken back. Whoever decides an appeal is a second person; anybody else asks one.
func (g *goods) payRefused(s *step, lines []*schemas.Line) {
	if len(lines) == 0 {
		return
	}
	for _, l := range lines {
		l.Replacement.GivesBack += l.Replacement.Refused
		l.Rejection = nil
	}
	g.endRefused(s, lines)
	if s.name == schemas.ReviewApprove.Name && g.aboveLimit(lines) {
		g.askForLeft(s, lines)
		return
	}
	g.order(s, g.spread(lines)...)
	g.pollUntilTheEnd(s)
}
