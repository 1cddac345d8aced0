package workflows

import (
	"fmt"
	"strings"

	"github.com/aftercare/aftercare/schemas"
)

// The commands about parked steps. A refund that failed waits in a state of its own, and is freed by the same commands as any other step.

// freeable lists what a command may mean: parked steps and failed refunds, by id and by cause.
func (c *Case) freeable(stepID string, cause schemas.Code) (steps []*Parked, refunds []*schemas.Refund) {
	for _, w := range c.Parked {
		if (stepID == "" || w.StepID == stepID) && (cause == "" || w.Cause == cause) {
			steps = append(steps, w)
		}
	}
	for _, f := range c.failedRefunds() {
		if (stepID == "" || stepOfRefund(f) == stepID) && (cause == "" || causeOfRefund(f) == cause) {
			refunds = append(refunds, f)
		}
	}
	return steps, refunds
}

// stepOfRefund is the id of a failed refund among the parked steps: refund/1.
func stepOfRefund(f *schemas.Refund) string {
	parts := strings.Split(f.RefundID, "/")
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

// causeOfRefund is why a refund waits for people.
func causeOfRefund(f *schemas.Refund) schemas.Code {
	switch {
	case f.Status == schemas.RefundReversed:
		return schemas.CodeReversed
	case f.Code == "":
		return schemas.CodeDeclined
	}
	return f.Code
}

func noneParked(stepID string, cause schemas.Code) *schemas.Refusal {
	switch {
	case stepID != "":
		return &schemas.Refusal{Code: schemas.CodeUnknownStep, Field: "step_id", Message: fmt.Sprintf("no step %s of this case is parked; the case lists those that are.", stepID)}
	case cause != "":
		return &schemas.Refusal{Code: schemas.CodeWrongState, Field: "cause", Message: fmt.Sprintf("no step of this case is parked for %s.", cause)}
	}
	return &schemas.Refusal{Code: schemas.CodeWrongState, Message: "no step of this case is parked."}
}

// mayRetryStep wants something that is parked, is not being tried, and that this role may try again.
func (g *goods) mayRetryStep(s *step, d schemas.RetryStep) *schemas.Refusal {
	steps, refunds := g.freeable(d.StepID, d.Cause)
	if len(steps)+len(refunds) == 0 {
		return noneParked(d.StepID, d.Cause)
	}
	refusal := &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: "it is being tried again already; look again in a moment."}
	for _, w := range steps {
		if !w.Trying && w.Decision == "" {
			return nil
		}
	}
	for _, f := range refunds {
		if refusal = g.mayFree(s, f); refusal == nil {
			return nil
		}
	}
	return refusal
}

// mayFree judges whether a failed refund may be ordered again by somebody.
func (g *goods) mayFree(s *step, f *schemas.Refund) *schemas.Refusal {
	for _, r := range pays {
		if s.actor.Role == r {
			return g.mayTouch(f.RefundID)
		}
	}
	return &schemas.Refusal{Code: schemas.CodeWrongRole, Message: fmt.Sprintf("%s may not order a refund again; %s may.", aRole(s.actor.Role), roleList(pays))}
}

// retryStep tries what is parked again, as it is.
func (g *goods) retryStep(s *step, d schemas.RetryStep) {
	steps, refunds := g.freeable(d.StepID, d.Cause)
	var tried []string
	for _, w := range steps {
		if !w.Trying && w.Decision == "" {
			g.tryAgainNow(s, w, nil)
			tried = append(tried, w.Step)
		}
	}
	for _, f := range refunds {
		if g.mayFree(s, f) == nil {
			g.again(s, f)
			tried = append(tried, stepOfRefund(f))
		}
	}
	if d.Cause != "" {
		s.note("cause", string(d.Cause))
	}
	s.say("%s lets %s be tried again.", s.actor, strings.Join(tried, ", "))
}

func (c *Case) tryAgainNow(s *step, w *Parked, with *schemas.CorrectStep) {
	c.withdrawSkip(w, s.actor, "tried_again")
	w.Decision, w.With, w.Trying = decidedRetry, with, true
	s.note("step_id", w.StepID)
}

// theOne is the one step that a command means.
func (c *Case) theOne(stepID string) (*Parked, *schemas.Refund, *schemas.Refusal) {
	steps, refunds := c.freeable(stepID, "")
	switch {
	case len(steps)+len(refunds) == 0:
		return nil, nil, noneParked(stepID, "")
	case len(steps)+len(refunds) > 1:
		return nil, nil, &schemas.Refusal{Code: schemas.CodeMissingField, Field: "step_id", Message: "more than one step is parked; say which."}
	case len(steps) == 1 && (steps[0].Trying || steps[0].Decision != ""):
		return nil, nil, &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: "it is being tried again already; look again in a moment."}
	case len(steps) == 1:
		return steps[0], nil, nil
	}
	return nil, refunds[0], nil
}

// datum is one field of a correction.
type datum struct{ name, value string }

// corrected lists what a correction gives.
func corrected(d schemas.CorrectStep) []datum {
	var given []datum
	for _, one := range []datum{{"carrier", d.Carrier}, {"disposition", string(d.Disposition)}, {"method", d.Method}} {
		if one.value != "" {
			given = append(given, one)
		}
	}
	return given
}

// mayCorrect wants a datum that the step has used.
func (g *goods) mayCorrect(s *step, d schemas.CorrectStep) *schemas.Refusal {
	w, f, refusal := g.theOne(d.StepID)
	if refusal != nil {
		return refusal
	}
	name := schemas.RefundRequest.Name
	if w != nil {
		name = w.Step
	}
	for _, datum := range corrected(d) {
		if !contains(parkable[name].takes, datum.name) {
			can := "nothing of it can be corrected here; correct what it is about and give step.retry"
			if takes := parkable[name].takes; len(takes) > 0 {
				can = "it takes " + strings.Join(takes, ", ")
			}
			return &schemas.Refusal{Code: schemas.CodeBadValue, Field: datum.name, Message: fmt.Sprintf("%s has not used this; %s.", name, can)}
		}
	}
	if f != nil {
		if d.Method == f.Method {
			return &schemas.Refusal{Code: schemas.CodeBadValue, Field: "method", Message: "this is the method that failed; name another one, or give step.retry."}
		}
		if refusal := g.mayFree(s, f); refusal != nil {
			return refusal
		}
		return g.mayGoElsewhere(f)
	}
	return nil
}

// correctStep tries a step again with a corrected datum. Another account of a refund is a second person's to grant.
func (g *goods) correctStep(s *step, d schemas.CorrectStep) {
	w, f, _ := g.theOne(d.StepID)
	s.note("reason", d.Reason)
	if f != nil {
		g.retried(s, schemas.RetryRefund{RefundID: f.RefundID, Method: d.Method})
		return
	}
	for _, datum := range corrected(d) {
		s.note(datum.name, datum.value)
	}
	g.tryAgainNow(s, w, &d)
	s.say("%s corrects %s, and it is tried again: %s.", s.actor, w.Step, d.Reason)
}

// maySkip wants a step that can be done without, and no proposal that is open.
func (g *goods) maySkip(_ *step, d schemas.SkipStep) *schemas.Refusal {
	w, f, refusal := g.theOne(d.StepID)
	if refusal != nil {
		return refusal
	}
	name := schemas.RefundRequest.Name
	if f == nil {
		name = w.Step
	}
	if does := parkable[name]; does.skip == "" {
		return &schemas.Refusal{Code: schemas.CodeNotSkipped, Message: fmt.Sprintf("%s is not skipped: %s.", name, does.why)}
	}
	if w.Approval != "" {
		return &schemas.Refusal{Code: schemas.CodeAlreadyDone, Message: fmt.Sprintf("a second person's decision on it is open already (%s).", w.Approval)}
	}
	return nil
}

// skipStep asks a second person whether the step may be done without.
func (g *goods) skipStep(s *step, d schemas.SkipStep) {
	w, _, _ := g.theOne(d.StepID)
	s.note("step_id", w.StepID)
	s.note("reason", d.Reason)
	s.say("%s proposes to skip %s (%s): %s. Then %s.", s.actor, w.Step, w.StepID, d.Reason, parkable[w.Step].skip)
	a := &schemas.Approval{Subject: subjectSkip, Amount: g.atStake(w), StepID: w.StepID, Step: w.Step, Proposer: s.actor}
	g.openApproval(s, a)
	w.Approval = a.ApprovalID
}

// atStake is the money of a step, for whoever decides on it.
func (c *Case) atStake(w *Parked) schemas.Money {
	if f := c.refund(w.Key); f != nil {
		return f.Amount
	}
	for _, ch := range c.Charges {
		if ch.ChargeID == w.Key {
			return ch.Amount
		}
	}
	return c.money(0)
}

// skipGranted lets a step be done without.
func (c *Case) skipGranted(s *step, a *schemas.Approval) {
	w := c.parkedStep(a.StepID)
	if w == nil || w.Approval != a.ApprovalID {
		return
	}
	w.Approval, w.Decision = "", decidedSkip
	s.note("step_id", w.StepID)
	s.say("%s is skipped: %s.", w.Step, parkable[w.Step].skip)
}

// skipRefused leaves the step parked.
func (c *Case) skipRefused(a *schemas.Approval) {
	if w := c.parkedStep(a.StepID); w != nil && w.Approval == a.ApprovalID {
		w.Approval = ""
	}
}

// withdrawSkip ends a proposal to skip that has become idle.
func (c *Case) withdrawSkip(w *Parked, by schemas.Actor, why string) {
	a := c.approval(w.Approval)
	w.Approval = ""
	if a == nil || a.DecidedBy != nil {
		return
	}
	a.DecidedBy, a.Reason = &by, why
	c.stopApproval(a)
}
