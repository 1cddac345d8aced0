package workflows

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// parkedNow lists the parked steps and the failed refunds, each with what frees it.
func (c *Case) parkedNow() []schemas.Parked {
	now := []schemas.Parked{}
	if c.ClosedAt != nil {
		return now
	}
	for _, w := range c.Parked {
		p := w.Parked
		if k := c.clockOfParked(w); k != nil {
			due := k.Due.UTC()
			p.DueAt = &due
		}
		p.Frees = c.freesOf(w)
		now = append(now, p)
	}
	for _, f := range c.failedRefunds() {
		now = append(now, c.parkedRefund(f))
	}
	return now
}

func (c *Case) freesOf(w *Parked) []schemas.Freeing {
	frees := []schemas.Freeing{}
	if w.Trying {
		return frees
	}
	does := parkable[w.Step]
	frees = append(frees, schemas.Freeing{Command: schemas.StepRetry.Name, With: fmt.Sprintf(`{"step_id":%q}`, w.StepID), Roles: mayGive[schemas.StepRetry.Name], What: "try it again"})
	for _, field := range does.takes {
		frees = append(frees, schemas.Freeing{
			Command: schemas.StepCorrect.Name, With: fmt.Sprintf(`{"step_id":%q,%q:"…","reason":"…"}`, w.StepID, field),
			Roles: mayGive[schemas.StepCorrect.Name], What: "try it again with another " + field,
		})
	}
	switch {
	case w.Approval != "":
		frees = append(frees, schemas.Freeing{Command: schemas.ApprovalGrant.Name, With: fmt.Sprintf(`{"approval_id":%q}`, w.Approval), Roles: mayGive[schemas.ApprovalGrant.Name], What: does.skip})
	case does.skip != "":
		frees = append(frees, schemas.Freeing{Command: schemas.StepSkip.Name, With: fmt.Sprintf(`{"step_id":%q,"reason":"…"}`, w.StepID), Roles: mayGive[schemas.StepSkip.Name], What: does.skip})
	}
	return frees
}

// parkedRefund is a failed refund as a parked step.
func (c *Case) parkedRefund(f *schemas.Refund) schemas.Parked {
	id := stepOfRefund(f)
	p := schemas.Parked{
		StepID: id, Step: schemas.RefundRequest.Name, Key: f.RefundID, Cause: causeOfRefund(f), Turn: schemas.TurnMerchant, Tries: 1,
		Message: fmt.Sprintf("refund %s of %s did not go through.", f.RefundID, f.Amount), Lines: lineIDs(c.linesPaidBy(f)), Frees: []schemas.Freeing{},
	}
	p.Since = sinceOf(f.ChangedAt, c.now())
	lines, _ := sort2(c.linesPaidBy(f), func(l *schemas.Line) bool { return l.State == schemas.RefundFailed })
	if due := c.dueOf(lines); !due.IsZero() {
		due = due.UTC()
		p.DueAt = &due
	}
	for _, a := range c.Approvals {
		if a.DecidedBy == nil && a.RefundID == f.RefundID {
			p.Approval = a.ApprovalID
			p.Frees = append(p.Frees, schemas.Freeing{Command: schemas.ApprovalGrant.Name, With: fmt.Sprintf(`{"approval_id":%q}`, a.ApprovalID), Roles: mayGive[schemas.ApprovalGrant.Name], What: "the second person's word on " + a.Subject})
			return p
		}
	}
	p.Frees = append(p.Frees, schemas.Freeing{Command: schemas.StepRetry.Name, With: fmt.Sprintf(`{"step_id":%q}`, id), Roles: pays, What: "order it again under the same number"})
	if !f.Unsure {
		p.Frees = append(p.Frees, schemas.Freeing{Command: schemas.StepCorrect.Name, With: fmt.Sprintf(`{"step_id":%q,"method":"…","reason":"…"}`, id), Roles: pays, What: "pay to another account of the customer's; a second person grants it"})
	}
	p.Frees = append(p.Frees, schemas.Freeing{Command: schemas.RefundManualPaid.Name, With: fmt.Sprintf(`{"refund_id":%q,"proof_id":"…"}`, f.RefundID), Roles: mayGive[schemas.RefundManualPaid.Name], What: "it was paid by hand; a second person grants it"})
	return p
}

// stuckWords are what the search attribute says: the causes and the calls of parked steps, each once.
func (c *Case) stuckWords() []string {
	var words []string
	for _, p := range c.parkedNow() {
		words = append(words, string(p.Cause), p.Step)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// parkedSentence is what a case waits for beside its state.
func (c *Case) parkedSentence() string {
	var parts []string
	for _, p := range c.parkedNow() {
		if p.Trying {
			continue
		}
		parts = append(parts, fmt.Sprintf("%s is parked for %s, the %s's turn, freed by %s", p.Step, p.Cause, p.Turn, p.Frees[0].Command))
	}
	if len(parts) == 0 {
		return ""
	}
	return " " + strings.Join(parts, "; ") + "."
}

// parkedDetails is the part of the page for ops that tells of parked steps.
func (c *Case) parkedDetails(b *strings.Builder) {
	for _, p := range c.parkedNow() {
		fmt.Fprintf(b, "\n**Parked %s** `%s`: %s since %s, turn: %s. %s\n", p.StepID, p.Step, p.Cause, stamp(p.Since), p.Turn, p.Message)
		if p.Trying {
			b.WriteString("It is being tried again.\n")
		}
		for _, f := range p.Frees {
			fmt.Fprintf(b, "- `%s`, body `%s`: %s\n", f.Command, f.With, f.What)
		}
	}
}

// sinceOf reads a moment that the case has written down; where it cannot, it is now.
func sinceOf(at string, now time.Time) time.Time {
	if since, err := time.Parse(time.RFC3339, at); err == nil {
		return since
	}
	return now
}
