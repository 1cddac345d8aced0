package workflows

import (
	"fmt"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// permit is the one check of whether a command may be given now: is it known and readable, is the case open, may this role,
// was the current revision looked at, does a line hear it, and what does the story itself say. With dry set it changes
// nothing; otherwise lines of which only a part is meant are split.
func (c *Case) permit(name string, order schemas.Order, dry bool) (asked, *schemas.Refusal) {
	a := asked{order: order}
	refuse := func(code schemas.Code, format string, args ...any) (asked, *schemas.Refusal) {
		return a, &schemas.Refusal{Code: code, Message: fmt.Sprintf(format, args...), Revision: c.revision()}
	}
	known := c.story.anywhere(name)
	if known == nil || known.fact {
		return refuse(schemas.CodeUnknownName, "%q is not a command of a %s.", name, c.story.kind)
	}
	body, refusal := known.read(order.Body)
	if refusal != nil {
		refusal.Revision = c.revision()
		return a, refusal
	}
	if _, chooses := body.(interface{ Picked() []schemas.PickLine }); chooses && c.readsChoicesStrictly() {
		if refusal := schemas.CheckChoice(order.Body); refusal != nil {
			refusal.Revision = c.revision()
			return a, refusal
		}
	}
	if words, has := body.(schemas.WordChecker); has && c.readsWordsStrictly() {
		if refusal := words.CheckWords(); refusal != nil {
			refusal.Revision = c.revision()
			return a, refusal
		}
	}
	if numbers, has := body.(schemas.NumberChecker); has && c.readsNumbersStrictly() {
		if refusal := numbers.CheckNumbers(c.takesSpacedArticles()); refusal != nil {
			refusal.Revision = c.revision()
			return a, refusal
		}
	}
	if c.ClosedAt != nil {
		return refuse(schemas.CodeCaseClosed, "this case has ended as %s; open a new one, or send case.request_human where it is INVALID, case.reopen otherwise.", c.Outcome)
	}
	if refusal := c.mayAct(name, order.Actor); refusal != nil {
		refusal.Revision = c.revision()
		return a, refusal
	}
	if order.Revision != 0 && order.Revision != c.revision() && staleMatters(name) {
		return refuse(schemas.CodeStale, "you looked at revision %d, the case is at %d; look again and decide again.", order.Revision, c.revision())
	}
	a.body = body
	if whole := c.story.ofCase(name); whole != nil && !c.anyLineHears(name) {
		a.answer = whole
		if chosen, ok := body.(interface{ Picked() []schemas.PickLine }); ok {
			lines, refusal := c.pick(chosen.Picked(), func(l *schemas.Line) bool { return l.State != schemas.Closed && l.State != schemas.Converting }, dry)
			if refusal != nil {
				refusal.Revision = c.revision()
				return a, refusal
			}
			if len(lines) == 0 {
				return refuse(schemas.CodeWrongState, "these lines have ended, or go on in another case.")
			}
			a.lines = lines
		}
	} else if refusal := c.permitOnLines(name, &a, dry); refusal != nil {
		refusal.Revision = c.revision()
		return a, refusal
	}
	s := c.begin(name, order.Actor, order.Door)
	s.lines = a.lines
	if refusal := a.answer.may(s, body); refusal != nil {
		refusal.Revision = c.revision()
		return a, refusal
	}
	return a, nil
}

// permitOnLines finds the lines whose state hears the command.
func (c *Case) permitOnLines(name string, a *asked, dry bool) *schemas.Refusal {
	// In the follow-up no line is left; its row speaks for the case as a whole.
	if c.Following {
		a.answer = c.story.row(schemas.FollowUp).hearing(name)
		if a.answer == nil {
			return c.wrongState(name)
		}
		return nil
	}
	var chosen []schemas.PickLine
	if p, ok := a.body.(interface{ Picked() []schemas.PickLine }); ok {
		chosen = p.Picked()
	}
	lines, refusal := c.pick(chosen, func(l *schemas.Line) bool { return c.hears(l, name) }, dry)
	if refusal != nil {
		return refusal
	}
	if len(lines) == 0 {
		return c.wrongState(name)
	}
	a.lines = lines
	a.answer = c.story.row(lines[0].State).hearing(name)
	// One command may find lines in two states that both hear it; it acts on those that are furthest behind, and can be
	// given again for the others.
	a.lines, _ = sort2(lines, func(l *schemas.Line) bool { return l.State == lines[0].State })
	return nil
}

func (c *Case) anyLineHears(name string) bool {
	for _, l := range c.Lines {
		if c.hears(l, name) {
			return true
		}
	}
	return false
}

func (c *Case) hears(l *schemas.Line, name string) bool {
	r := c.story.row(l.State)
	return r != nil && r.hearing(name) != nil
}

func (c *Case) wrongState(name string) *schemas.Refusal {
	var can []string
	if r := c.where(); r != nil {
		for _, a := range r.hear {
			if !a.fact {
				can = append(can, a.name)
			}
		}
	}
	turn := "the " + string(c.turn()) + "'s"
	if c.turn() == schemas.TurnNobody {
		turn = "nobody's"
	}
	message := fmt.Sprintf("%s does not fit the state %s, in which it is %s turn", name, c.state(), turn)
	if len(can) > 0 {
		message += "; it hears " + strings.Join(can, ", ")
	}
	return &schemas.Refusal{Code: schemas.CodeWrongState, Message: message + "."}
}

// staleMatters tells decisions, which must be made on what is there now, from words, which are welcome at any time.
func staleMatters(name string) bool {
	switch name {
	case schemas.CaseMessage.Name, schemas.CaseReply.Name, schemas.CaseNote.Name, schemas.CaseProvideInfo.Name, schemas.CaseRequestHuman.Name:
		return false
	}
	return true
}

// mayAct judges the role, and that a customer speaks in an own case only.
func (c *Case) mayAct(name string, who schemas.Actor) *schemas.Refusal {
	if who.Role == schemas.RoleCustomer && who.ID != c.Opening.Request.CustomerID {
		return &schemas.Refusal{Code: schemas.CodeNotYours, Message: "this case belongs to another customer."}
	}
	roles := c.mayGiveNow(name)
	for _, r := range roles {
		if r == who.Role {
			return nil
		}
	}
	return &schemas.Refusal{Code: schemas.CodeWrongRole, Message: fmt.Sprintf("%s may not give %s; %s may.", aRole(who.Role), name, roleList(roles))}
}

// mayGiveNow lists who may give a command as the case stands: of the second persons those whom the open approvals are for.
func (c *Case) mayGiveNow(name string) []schemas.Role {
	if name != schemas.ApprovalGrant.Name && name != schemas.ApprovalRefuse.Name {
		return mayGive[name]
	}
	open := false
	var now []schemas.Role
	for _, role := range mayGive[name] {
		for _, a := range c.Approvals {
			if open = open || a.DecidedBy == nil; a.DecidedBy == nil && isSecond(role, a.Subject) {
				now = append(now, role)
				break
			}
		}
	}
	if !open {
		return mayGive[name]
	}
	return now
}

// isSecond reports whether a role may be the second person on a subject. A supervisor and everybody above may; a payment by hand is
// finance's own maker and checker, and a finding is confirmed by another inspector.
func isSecond(role schemas.Role, subject string) bool {
	switch role {
	case schemas.RoleFinance:
		return subject != subjectLargeRefund && subject != subjectChargeback && subject != subjectFinding
	case schemas.RoleInspector:
		return subject == subjectFinding
	}
	return levelOf(role) >= 3
}

// aRole writes a role with its article.
func aRole(r schemas.Role) string {
	if r != "" && strings.ContainsRune("aeio", rune(r[0])) {
		return "an " + string(r)
	}
	return "a " + string(r)
}

func roleList(roles []schemas.Role) string {
	var names []string
	for _, r := range roles {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}
