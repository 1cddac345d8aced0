package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/aftercare/aftercare/schemas"
)

// How a wish goes over to another case that is about the same units.

// tellHolder sends the wish to the case that holds the units. That case may have ended meanwhile: then there is nobody to
// tell, and this case's own history keeps where the wish went.
func (c *Case) tellHolder(holder string) {
	var lines []schemas.PickLine
	for _, l := range c.Lines {
		if l.Holder == holder {
			lines = append(lines, schemas.PickLine{LineID: l.LineID, Quantity: l.Quantity})
		}
	}
	report := factFrom(c, schemas.CaseMergedIn, c.wish(lines))
	c.effect(schemas.CaseMergedIn.Name, holder, func(ctx workflow.Context) {
		if err := workflow.SignalExternalWorkflow(ctx, holder, "", schemas.CaseMergedIn.Name, report).Get(ctx, nil); err != nil {
			s := c.begin(schemas.EventRefused, schemas.System, schemas.DoorWorkflow)
			s.note("name", schemas.CaseMergedIn.Name)
			s.say("Case %s could not be told: it has ended.", holder)
			c.settle(s)
		}
	})
}

// wish is what this case asks for, with every wish that was merged into it before.
func (c *Case) wish(lines []schemas.PickLine) schemas.MergedIn {
	r := c.Opening.Request
	wish := schemas.MergedIn{CaseID: c.CaseID, Kind: r.Kind, Reason: r.Reason, TextID: r.TextID, Lines: lines}
	for _, m := range c.Messages {
		if m.Kind == "merged" {
			wish.Also = append(wish.Also, schemas.Wish{CaseID: m.CaseID, TextID: m.TextID})
		}
	}
	return wish
}

// merge ends lines as duplicates of another case, on a person's word. The lines stay where they are until that case was found and has
// the wish.
func (c *Case) merge(s *step, m schemas.Merge) {
	s.note("into", m.Into)
	s.note("reason", m.Reason)
	if !c.confirmsMerges() {
		for _, l := range s.lines {
			l.Holder = m.Into
		}
		s.say("%s merged line(s) %s into %s.", s.actor, lineList(s.lines), m.Into)
		c.end(s, s.lines, schemas.Merged)
		c.tellHolder(m.Into)
		s.tell("case.merged", vars{"holder": m.Into})
		return
	}
	s.say("%s merges line(s) %s into %s; they end here once that case has the wish.", s.actor, lineList(s.lines), m.Into)
	c.join(s.lines, m.Into)
}

// join asks our database whether the other case can take the lines, tells it, and only then ends them. Where it cannot be, the lines
// stay where they are, and the owner hears why.
func (c *Case) join(lines []*schemas.Line, into string) {
	r := c.Opening.Request
	key := fmt.Sprintf("%s/merge/%d", c.CaseID, c.next("merge"))
	question := schemas.MergeQuestion{CaseID: c.CaseID, MerchantID: r.MerchantID, OrderID: r.OrderID, Into: into, Lines: picksOf(lines)}
	open := func() []*schemas.Line {
		still, _ := sort2(lines, func(l *schemas.Line) bool { return l.State != schemas.Closed })
		return still
	}
	c.effect(schemas.CaseMayMerge.Name, key, func(ctx workflow.Context) {
		judged, err := do(ctx, c, schemas.CaseMayMerge, key, question)
		refusal := judged.Refusal
		if err != nil {
			refusal = asRefusal(err)
		}
		if refusal == nil {
			refusal = c.mayLeave(open())
		}
		if refusal == nil {
			report := factFrom(c, schemas.CaseMergedIn, c.wish(picksOf(open())))
			report.EventID = schemas.CaseMergedIn.Name + "/" + key
			if workflow.SignalExternalWorkflow(ctx, into, "", schemas.CaseMergedIn.Name, report).Get(ctx, nil) != nil {
				refusal = &schemas.Refusal{Code: schemas.CodeCaseClosed, Field: "into", Message: fmt.Sprintf("case %s could not be told: it has ended.", into)}
			}
		}
		if refusal == nil {
			// While the other case was told, something may have moved here after all.
			refusal = c.mayLeave(open())
		}
		s := c.begin(schemas.EventMerged, schemas.System, schemas.DoorSystem)
		s.lines = open()
		s.note("into", into)
		if refusal != nil {
			s.name = schemas.EventRefused
			s.note("name", schemas.CaseMerge.Name)
			s.note("code", string(refusal.Code))
			s.say("The merge into %s is off, the lines stay here: %s", into, refusal.Message)
			if c.ClosedAt == nil {
				s.staff("staff.task", c.Owner, vars{"task": "merge_refused", "due": stamp(c.firstDue())})
			}
			c.settle(s)
			return
		}
		s.say("Case %s has the wish; line(s) %s end here.", into, lineList(s.lines))
		for _, l := range s.lines {
			l.Holder = into
		}
		c.end(s, s.lines, schemas.Merged)
		s.tell("case.merged", vars{"holder": into})
		c.settle(s)
	})
}

// mayMerge keeps a case from being merged into itself or into another merchant's, and money or goods that are under way
// from being lost sight of. Whether the other case is there is asked afterwards: a validator cannot look outside.
func (c *Case) mayMerge(s *step, m schemas.Merge) *schemas.Refusal {
	merchant, _, _, _ := schemas.SplitCaseID(m.Into)
	if m.Into == c.CaseID || merchant != c.Opening.Request.MerchantID {
		return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "into", Message: "merge into another case of the same merchant."}
	}
	for _, w := range c.calls {
		if w.Name == schemas.CaseMayMerge.Name {
			return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: "a merge of this case is under way; look again in a moment."}
		}
	}
	return c.mayLeave(s.lines)
}

// mayLeave refuses lines whose goods or money have moved in this case.
func (c *Case) mayLeave(lines []*schemas.Line) *schemas.Refusal {
	if len(lines) == 0 {
		return &schemas.Refusal{Code: schemas.CodeWrongState, Message: "these lines have ended."}
	}
	for _, l := range lines {
		r := l.Replacement
		sent := c.keepsWhatWasSent() && r != nil && (r.ShipmentID != "" || r.Settled != 0 || r.ConfirmedAt != nil || r.Attempts > 0)
		if l.GoodsWith != schemas.TurnCustomer || c.underWay(l) > 0 || l.Refunded.Minor > 0 || sent || leftRefused(l) {
			return &schemas.Refusal{Code: schemas.CodeTooLate, Message: fmt.Sprintf("goods or money of line %s have moved in this case; finish it here.", l.LineID)}
		}
	}
	return nil
}
